import type { Calls } from "#contracts/operation";
import type { LinkServerHandlers } from "#contracts/ports";
import { problem } from "#contracts/problem";
import type { TspIssuerApi, TspWalletApi } from "#contracts/tsp-api";
import { err, shardOf } from "#protocol/bytes";
import { tokenLink } from "./authorise/link.ts";
import { createAuthoriser } from "./authorise/service.ts";
import { createRelay } from "./outbox.ts";
import { ensureKeys, type TspPorts } from "./ports.ts";
import { provisioning } from "./provision/service.ts";
import { tokenByPan } from "./store.sql.ts";

export { migrations } from "./migrations.ts";
export { MASTER_KEYS, type TspPorts } from "./ports.ts";
export { type BulkCard, issueTokens } from "./provision/issue.ts";
export type { Token } from "./token.ts";

/** TOKEN SERVICE PROVIDER: vault, provisioning, cryptogram check, detokenisation. */
export interface Tsp {
  readonly walletApi: Calls<TspWalletApi>;
  readonly issuerApi: Calls<TspIssuerApi>;
  /** The network's link: `authoriseToken`. */
  readonly tokens: LinkServerHandlers;
  start(): void;
  stop(): Promise<void>;
}

export function createTsp(ports: TspPorts): Tsp {
  ensureKeys(ports.keys);
  const relay = createRelay(ports);
  const authorise = createAuthoriser({ ...ports, nudge: relay.nudge, lanes: ports.lanes ?? 1 });
  const { calls: walletApi, changeByIssuer } = provisioning(ports, relay);
  return {
    walletApi,
    issuerApi: {
      changeToken: changeByIssuer,
      async notifyPayment({ tokenPan, notice }, context) {
        const token = await tokenByPan(ports.db, shardOf(tokenPan), tokenPan);
        if (token === undefined) return err(problem("notFound", { at: "tokenPan" }));
        return ports.wallet.notifyPayment({ tokenRef: token.tokenRef, notice }, context);
      },
    },
    tokens: tokenLink(authorise, ports.log),
    start: relay.start,
    stop: relay.stop,
  };
}
