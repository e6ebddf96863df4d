import type { BankAppApi, BankSignInApi } from "#contracts/bank-app-api";
import type { IssuerDeskApi } from "#contracts/desk-api";
import type { IssuerApi } from "#contracts/issuer-api";
import type { Calls } from "#contracts/operation";
import type { Cancel, DeliveryReceipt, LinkServerHandlers } from "#contracts/ports";
import type { BankOpsApi, DeskSignInApi } from "#contracts/staff-api";
import { createFactLog, createPasskeys, ISSUER_TO_TSP, witnessCalls } from "#party";
import { approving } from "./bank-app/approving.ts";
import { ownCards } from "./bank-app/cards.ts";
import { type BankSession, bankSignIn } from "./bank-app/sign-in.ts";
import { choosing } from "./binding/choosing.ts";
import { coding } from "./binding/coding.ts";
import { deciding } from "./binding/deciding.ts";
import { watchDeliveries } from "./binding/deliveries.ts";
import type { BindingParts } from "./binding/parts.ts";
import { keepToken, tokenNotices } from "./binding/tokens.ts";
import { createPanDirectory } from "./cards/directory.ts";
import { createDesk } from "./desk/service.ts";
import { deskSignIn } from "./desk/sign-in.ts";
import { ownEvidence } from "./evidence/service.ts";
import { forgetOld } from "./forgetting.ts";
import { createHops } from "./hops.ts";
import { createIsoDoor } from "./host/iso.ts";
import { createHostLanes } from "./host/lanes.ts";
import { remembering } from "./host/memory.ts";
import { createHostStore } from "./host/store.ts";
import { createHoldSweep } from "./host/sweep.ts";
import { createOutboxRelay } from "./outbox/relay.ts";
import { createOutbox } from "./outbox/row.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import { ensureKeys, type IssuerPorts } from "./ports.ts";
import { transfers } from "./transfers/service.ts";

export interface Issuer {
  /** For the TSP. */
  readonly api: Calls<IssuerApi>;
  /** The desk for a machine, by the key of the member of staff it works for; undefined: nobody's. */
  desk(bearer: string): Calls<IssuerDeskApi> | undefined;
  /** The desk's door for people. */
  readonly deskSignIn: Calls<DeskSignInApi>;
  /** For a member of staff who is signed in at the desk; undefined: no such session. */
  deskSession(accessToken: string): Promise<Calls<IssuerDeskApi> | undefined>;
  /** For those who run the bank's systems. */
  readonly ops: Calls<BankOpsApi>;
  /** The door of the bank's own app. */
  readonly bankSignIn: Calls<BankSignInApi>;
  /** For a customer who is signed in to it; undefined: no such session. */
  bankApp(accessToken: string): Promise<Calls<BankAppApi> | undefined>;
  /** For the network: CUPS frames. */
  readonly iso: LinkServerHandlers;
  /** Begins to send what lies in the outbox and to look for expired holds; requests are served before that, too. */
  start(): void;
  stop(): Promise<void>;
}

/** The issuing bank. Its database must have been migrated. */
export function createIssuer(ports: IssuerPorts): Issuer {
  const { db, clock, random, timers, log, keys, groupCommit } = ports;
  const policy = ports.policy ?? DEFAULT_POLICY;
  ensureKeys(keys);
  const facts = createFactLog({ db, clock, party: "issuer" });
  const hops = createHops(facts, db);
  const outbox = createOutbox(keys, random);
  const tsp = witnessCalls(ports.tsp, ISSUER_TO_TSP, "tsp", facts);
  const parts: BindingParts = {
    db,
    clock,
    random,
    keys,
    policy,
    facts,
    hops,
    outbox,
    nudge: () => relay.nudge(),
  };
  const deliveries = watchDeliveries(parts);
  const relay = createOutboxRelay({
    ...ports,
    tsp,
    texts: deliveries,
    async onActivated(bindingId, { tokenRef, tokenSuffix, status, changedAt }) {
      const said = { ref: tokenRef, suffix: tokenSuffix, status, at: changedAt };
      await db.transaction((tx) => keepToken(parts, tx, bindingId, said));
    },
  });
  const host = createHostLanes({
    store: remembering(createHostStore(db)),
    clock,
    groupCommit,
    lanes: ports.lanes ?? 1,
    policy: policy.payment,
  });
  const sweep = createHoldSweep({
    db,
    clock,
    timers,
    log,
    host,
    everyMs: policy.sweepEveryMs,
    also: () => forgetOld(db, clock.now()),
  });
  const find = createPanDirectory({ db, keys, groupCommit });

  const { name: rpName, ceremonyMs, usbKeyTries } = policy.bankApp;
  const passkeys = createPasskeys({ ...ports, rpName, ceremonyMs, usbKeyTries });
  const app = { ...parts, passkeys, sha256: ports.sha256, push: ports.push, settle: relay.settle };
  const { session, ...signIn } = bankSignIn(app);
  const desk = createDesk({ ...parts, evidence: ports.evidence });
  const people = deskSignIn({
    ...parts,
    passkeys,
    sha256: ports.sha256,
    admitSimulated: ports.admitSimulatedStaff === true,
  });
  const appOf = (who: BankSession): Calls<BankAppApi> => ({
    ...approving(app, who),
    ...ownCards(app, who),
    ...transfers(app, who),
  });
  let stopListening: Cancel = () => {};
  /** Receipts that are being written down. */
  const heard = new Set<Promise<void>>();
  function hear(receipt: DeliveryReceipt): void {
    const kept: Promise<void> = deliveries
      .receipt(receipt)
      .catch((error: unknown) =>
        log.error("issuer.receiptLost", { error: error instanceof Error ? error.name : "unknown" }),
      )
      .then(() => void heard.delete(kept));
    heard.add(kept);
  }

  return {
    api: hops.offer({
      ...ownEvidence({ db, clock, facts, policy }),
      ...deciding(parts),
      ...coding(parts),
      ...choosing(parts),
      ...tokenNotices(parts),
    }),
    desk(bearer) {
      const staff = ports.staffOf(bearer);
      return staff === undefined ? undefined : desk(staff);
    },
    deskSignIn: people.signIn,
    async deskSession(accessToken) {
      const staff = await people.session(accessToken);
      return staff === undefined ? undefined : desk(staff);
    },
    ops: people.ops,
    bankSignIn: signIn,
    async bankApp(accessToken) {
      const who = await session(accessToken);
      return who === undefined ? undefined : appOf(who);
    },
    iso: createIsoDoor({ find, host, nudge: relay.nudge, random, log }),
    start() {
      stopListening = ports.sender.receipts?.(hear) ?? stopListening;
      relay.start();
      sweep.start();
    },
    async stop() {
      await Promise.all([relay.stop(), sweep.stop()]);
      stopListening();
      await Promise.all(heard);
    },
  };
}
