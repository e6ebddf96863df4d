import { createHash } from "node:crypto";
import type { BankAppApi } from "#contracts/bank-app-api";
import type { CardData } from "#contracts/common";
import { issuerApi } from "#contracts/issuer-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { KeyStore, Random } from "#contracts/ports";
import { type TspIssuerApi, type TspWalletApi, tspIssuerApi, tspWalletApi } from "#contracts/tsp-api";
import { type WalletTspApi, walletTspApi } from "#contracts/wallet-api";
import { createIssuer, type Issuer, migrations as issuerMigrations, seedDemo } from "#issuer";
import { memoryCalls } from "#platform/calls";
import { type ManualClock, manualClock } from "#platform/clock";
import { groupCommit } from "#platform/group-commit";
import { openKeyStore, sealer } from "#platform/keystore";
import type { PostgresDb } from "#platform/postgres";
import { seededRandom } from "#platform/random";
import { createInbox, type Inbox } from "#platform/sms";
import { fromUtf8 } from "#protocol/bytes";
import { DEMO_CARDS, type DemoCard } from "#protocol/pan";
import { createTsp, type Tsp, migrations as tspMigrations } from "#tsp";
import { createWalletServer, type WalletServer, migrations as walletMigrations } from "#wallet-server";
import { pushSealer } from "../../app/push-sealer.ts";
import { context, eventually, must, ORIGIN, recordingLog, START } from "./basics.ts";
import type { TestDatabase } from "./database.ts";
import { testPasskey } from "./passkey.ts";

export { context, deviceKey, eventually, must, ORIGIN, recordingLog, START } from "./basics.ts";

/** Opens the bank's desk, for somebody who may do everything there. */
export const AT_DESK = "supervisor";

/** Bank, TSP and wallet provider as they are, on tables of their own, with a clock that stands still until it is moved. */
export interface Parties {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly db: Readonly<Record<"issuer" | "tsp" | "wallet", PostgresDb>>;
  readonly keys: Readonly<Record<"issuer" | "tsp", KeyStore>>;
  /** As it runs now: another one after a restart. */
  readonly issuer: Issuer;
  readonly tsp: Tsp;
  readonly wallet: WalletServer;
  readonly inbox: Inbox;
  /** The TSP as the wallet and as the bank call it: through both schemas. */
  readonly tspCalls: Calls<TspWalletApi>;
  readonly tspIssuerCalls: Calls<TspIssuerApi>;
  /** The wallet as the TSP calls it. */
  readonly walletCalls: Calls<WalletTspApi>;
  /** Cuts a party off from its callers, as a network would, until it is called with false. */
  cutOff(party: "issuer" | "tsp" | "wallet", away?: boolean): void;
  /** Stops a party and starts it anew on the same tables; until then its callers get no answer. */
  stopOne(party: "issuer" | "tsp" | "wallet"): Promise<() => void>;
  /** Every line that any of them logged, before redaction. */
  readonly lines: readonly string[];
  seal(value: unknown): Promise<string>;
  /** The six digits of the newest text to a phone, once there are `count` texts to it. */
  code(mobile: string, count?: number): Promise<string>;
  /** Waits until no party has anything left in its outbox. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

export async function openParties(database: TestDatabase, seed = 1): Promise<Parties> {
  const clock = manualClock(START);
  const random = seededRandom(seed);
  const lines: string[] = [];
  const log = recordingLog(lines);
  const inbox = createInbox();
  const keys = { issuer: openKeyStore({ memory: true }, random), tsp: openKeyStore({ memory: true }, random) };
  const db = {
    issuer: await database.open("issuer", issuerMigrations),
    tsp: await database.open("tsp", tspMigrations),
    wallet: await database.open("wallet", walletMigrations),
  };
  await seedDemo({ db: db.issuer, keys: keys.issuer, clock });

  const away = new Set<string>();
  const onFailure = (operation: string, error: unknown) => log.error("call.failed", { operation, error });
  /** The far end is made later than its caller, and may be cut off. */
  const late = <A extends object>(party: "issuer" | "tsp" | "wallet", names: object, calls: () => A): A =>
    Object.fromEntries(
      Object.keys(names).map((name) => [
        name,
        (request: unknown, context: CallContext) =>
          away.has(party)
            ? Promise.resolve({ ok: false, error: { code: "peerUnavailable" } })
            : (calls() as Record<string, (request: unknown, context: CallContext) => unknown>)[name]!(request, context),
      ]),
    ) as A;
  const toIssuer = memoryCalls(issuerApi, { calls: late("issuer", issuerApi, () => ends.issuer.api), onFailure });
  const tspCalls = memoryCalls(tspWalletApi, {
    calls: late("tsp", tspWalletApi, () => ends.tsp.walletApi),
    onFailure,
  });
  const tspIssuerCalls = memoryCalls(tspIssuerApi, {
    calls: late("tsp", tspIssuerApi, () => ends.tsp.issuerApi),
    onFailure,
  });
  const walletCalls = memoryCalls(walletTspApi, {
    calls: late("wallet", walletTspApi, () => ends.wallet.tspApi),
    onFailure,
  });

  const shared = { clock, timers: clock, random, log, groupCommit };
  const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
  const webAuthn = { rpId: new URL(ORIGIN).hostname, origins: [ORIGIN] };
  const create = {
    issuer: () =>
      createIssuer({
        ...shared,
        db: db.issuer,
        keys: keys.issuer,
        sealer,
        sha256,
        sender: inbox,
        tsp: tspIssuerCalls,
        webAuthn,
        // No case is looked up here: that has parties of its own.
        staffOf: (bearer) =>
          bearer === AT_DESK ? { staffId: "supervisor-1", name: "主管", role: "supervisor" } : undefined,
        evidence: { caseOf: async () => ({ ok: false, error: { code: "notFound" } }) },
        push: pushSealer(tspIssuerCalls, clock, random),
      }),
    tsp: () => createTsp({ ...shared, db: db.tsp, keys: keys.tsp, sealer, issuer: toIssuer, wallet: walletCalls }),
    wallet: () => createWalletServer({ ...shared, db: db.wallet, tsp: tspCalls, sha256, webAuthn }),
  };
  const ends: { issuer: Issuer; tsp: Tsp; wallet: WalletServer } = {
    issuer: create.issuer(),
    tsp: create.tsp(),
    wallet: create.wallet(),
  };
  for (const end of Object.values(ends)) end.start();

  const waiting = async (party: "issuer" | "tsp") =>
    Number((await db[party].query<{ n: bigint }>({ text: "select count(*)::bigint as n from outbox" }))[0]!.n);
  return {
    clock,
    random,
    db,
    keys,
    get issuer() {
      return ends.issuer;
    },
    get tsp() {
      return ends.tsp;
    },
    get wallet() {
      return ends.wallet;
    },
    inbox,
    tspCalls,
    tspIssuerCalls,
    walletCalls,
    lines,
    cutOff: (party, off = true) => void (off ? away.add(party) : away.delete(party)),
    async stopOne(party) {
      away.add(party);
      await ends[party].stop();
      return () => {
        Object.assign(ends, { [party]: create[party]() });
        ends[party].start();
        away.delete(party);
      };
    },
    async seal(value) {
      const key = must(await tspCalls.publicKey({}, context()));
      return sealer.sealTo(key, fromUtf8(JSON.stringify(value)));
    },
    async code(mobile, count = 1) {
      const texts = () => inbox.list().filter((message) => message.toMobile === mobile);
      await eventually(() => texts().length >= count);
      return /\d{6}/.exec(texts()[0]!.text)![0];
    },
    quiet: () => eventually(async () => (await waiting("issuer")) + (await waiting("tsp")) === 0),
    async stop() {
      for (const end of Object.values(ends)) await end.stop();
    },
  };
}

export const demo = (id: string): DemoCard => DEMO_CARDS.find((card) => card.id === id)!;

/** What a holder types of a card. */
export function typed(card: DemoCard, more: Partial<CardData> = {}): CardData {
  return {
    pan: card.pan,
    holderName: card.holderName,
    mobile: card.mobile,
    ...(card.kind === "credit" ? { expiry: card.expiry, cvn2: card.cvn2 } : {}),
    ...more,
  };
}

/** The bank's app, of a customer who has proved himself by a code to his phone. */
export async function bankAppOf(parties: Parties, id: string): Promise<Calls<BankAppApi>> {
  const { pan, idNumber, mobile } = demo(id);
  const { bankSignIn } = parties.issuer;
  const known = parties.inbox.list().filter((message) => message.toMobile === mobile).length;
  const { enrolmentId } = must(
    await bankSignIn.startEnrolment({ panSuffix: pan.slice(-4), idNumber, mobile }, context()),
  );
  const code = await parties.code(mobile, known + 1);
  const begun = must(await bankSignIn.registerOptions({ enrolmentId, code }, context()));
  const response = testPasskey().register(begun.options);
  const { accessToken } = must(await bankSignIn.register({ ceremonyId: begun.ceremonyId, response }, context()));
  return (await parties.issuer.bankApp(accessToken))!;
}
