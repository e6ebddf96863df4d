import type { Calls } from "#contracts/operation";
import type { LinkServerHandlers } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { TokenRequest } from "#contracts/token-authorisation";
import type { TspIssuerApi, TspWalletApi } from "#contracts/tsp-api";
import type { CryptogramExplanation } from "#contracts/wire-api";
import { createFactLog, ISSUER_TO_TSP, TSP_TO_ISSUER, TSP_TO_WALLET, WALLET_TO_TSP, witnessCalls } from "#party";
import type { Result } from "#protocol/bytes";
import { explainPayment, type TagValues } from "./authorise/explain.ts";
import { noteFailure } from "./authorise/failure.ts";
import { tokenLink } from "./authorise/link.ts";
import { createAuthoriser } from "./authorise/service.ts";
import { readableAnswers } from "./bank-answers.ts";
import { evidence } from "./evidence.ts";
import { createHops } from "./hops.ts";
import { keyService } from "./key-service.ts";
import { createRelay } from "./outbox.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import { ensureKeys, type TspPorts } from "./ports.ts";
import { createCards } from "./provision/cards.ts";
import type { Desk } from "./provision/desk.ts";
import { issuerCalls, walletCalls } from "./provision/service.ts";
import { createSweeper } from "./sweep.ts";
import { createTokens } from "./tokens.ts";

export { migrations } from "./migrations.ts";
export { DEFAULT_POLICY, type EnrolledRange, type RiskRule, type TspPolicy } from "./policy.ts";
export { MASTER_KEYS, type TspPorts } from "./ports.ts";
export { type BulkCard, issueTokens } from "./provision/issue.ts";
export type { Token } from "./token.ts";

/** TOKEN SERVICE PROVIDER: vault, provisioning, cryptogram check, detokenisation. */
export interface Tsp {
  readonly walletApi: Calls<TspWalletApi>;
  readonly issuerApi: Calls<TspIssuerApi>;
  /** How a payment's cryptogram is checked and why it does not fit. Only where the key store explains: demo and sandbox. */
  explain(request: TokenRequest, tap: TagValues): Promise<Result<CryptogramExplanation, Problem>>;
  /** The network's link: `authoriseToken`. */
  readonly tokens: LinkServerHandlers;
  start(): void;
  stop(): Promise<void>;
}

export function createTsp(ports: TspPorts): Tsp {
  ensureKeys(ports.keys);
  const policy = { ...DEFAULT_POLICY, ...ports.policy };
  const facts = createFactLog({ ...ports, party: "tsp" });
  const keys = keyService(ports.keys);
  const issuer = readableAnswers(witnessCalls(ports.issuer, TSP_TO_ISSUER, "issuer", facts), facts);
  const wallet = witnessCalls(ports.wallet, TSP_TO_WALLET, "wallet", facts);
  const relay = createRelay({ ...ports, issuer, wallet, facts });
  const authorise = createAuthoriser({ ...ports, keys, nudge: relay.nudge, lanes: ports.lanes ?? 1 });

  const tokens = createTokens(ports, facts, relay);
  const cards = createCards({ ...ports, keys, issuer, policy });
  const ofWallet = createHops<TspWalletApi>("wallet", WALLET_TO_TSP, facts, ports.db);
  const ofIssuer = createHops<TspIssuerApi>("issuer", ISSUER_TO_TSP, facts, ports.db);
  const shared = { ...ports, keys, issuer, wallet, policy, facts, relay, tokens, cards };
  const walletDesk: Desk = { ...shared, decided: ofWallet.decided };
  const issuerDesk: Desk = { ...shared, decided: ofIssuer.decided };
  const evidenceFor = evidence(ports, facts);
  const sweeper = createSweeper({ ...ports, policy, tokens, facts, relay });

  return {
    walletApi: ofWallet.offer({ ...walletCalls(walletDesk), ...evidenceFor("wallet") }),
    issuerApi: ofIssuer.offer({ ...issuerCalls(issuerDesk), ...evidenceFor("issuer") }),
    explain: (request, tap) => explainPayment(ports, request, tap),
    tokens: tokenLink(authorise, ports.log, (journeyId, error) => noteFailure(facts, journeyId, error)),
    start() {
      relay.start();
      sweeper.start();
    },
    async stop() {
      await relay.stop();
      await sweeper.stop();
    },
  };
}
