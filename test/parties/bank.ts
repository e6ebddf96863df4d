import { createHash } from "node:crypto";
import { type BankAppApi, type BankSignInApi, bankAppApi, bankSignInApi } from "#contracts/bank-app-api";
import type { CardData } from "#contracts/common";
import { type IssuerDeskApi, issuerDeskApi, type StaffRole } from "#contracts/desk-api";
import type { FindingView } from "#contracts/facts";
import { type IssuerApi, issuerApi } from "#contracts/issuer-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Db, KeyStore } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { type TspIssuerApi, tspIssuerApi } from "#contracts/tsp-api";
import {
  createIssuer,
  DEFAULT_POLICY,
  type Issuer,
  type IssuerPolicy,
  migrations,
  type Staff,
  seedDemo,
} from "#issuer";
import { memoryCalls } from "#platform/calls";
import { type ManualClock, manualClock } from "#platform/clock";
import { groupCommit } from "#platform/group-commit";
import { openKeyStore, sealer } from "#platform/keystore";
import { silentLog } from "#platform/log";
import { openPglite } from "#platform/pglite";
import { seededRandom } from "#platform/random";
import { createInbox, type Inbox } from "#platform/sms";
import { err, fromUtf8, ok, type Result } from "#protocol/bytes";
import { diagnose, type Fact, viewFor } from "#protocol/diagnosis";
import { DEMO_CARDS, type DemoCard, demoCarrier, MAGIC_CARDS } from "#protocol/pan";
import { type Instant, instant } from "#protocol/time";

/** Where the bank's app comes from. */
export const ORIGIN = "http://localhost:8620";
/** 10:00 in China, so that the hotline is open. */
export const BANK_OPENS: Instant = instant(Date.UTC(2026, 5, 1, 2));
export const MINUTE_MS = 60_000;

/** One call that reached the TSP. */
export interface Told {
  readonly name: keyof TspIssuerApi;
  readonly request: Record<string, unknown>;
  readonly context: CallContext;
}

/** The bank alone, as it is, before a scripted TSP: what the TSP would be told is kept, and it answers as it is set to. */
export interface Bank {
  readonly db: Db;
  readonly clock: ManualClock;
  readonly keys: KeyStore;
  readonly issuer: Issuer;
  readonly api: Calls<IssuerApi>;
  readonly inbox: Inbox;
  /** Newest last. */
  readonly told: Told[];
  /** What the TSP says next; none: it is away. */
  answer: ((told: Told) => Result<unknown, Problem>) | undefined;
  desk(role: StaffRole, staffId?: string): Calls<IssuerDeskApi>;
  readonly signIn: Calls<BankSignInApi>;
  app(accessToken: string): Promise<Calls<BankAppApi>>;
  seal(value: unknown): Promise<string>;
  /** Lets the relay send what is due. */
  relay(): Promise<void>;
  facts(journeyId: string): Promise<readonly Fact[]>;
  /** Causes that the bank says stopped a journey, in order. */
  stopped(journeyId: string): Promise<readonly string[]>;
  /** Everything that the TSP was told by one call. */
  toldBy(name: keyof TspIssuerApi): Record<string, unknown>[];
  /** All tables empty, cards as they are printed, time at its beginning. */
  reset(policy?: IssuerPolicy): Promise<void>;
  close(): Promise<void>;
}

const ROLES: readonly StaffRole[] = ["teller", "agent", "supervisor"];

/** @param on a database of its own where connections really run side by side; in memory when absent. */
export async function openBank(seed = 7, on?: Db): Promise<Bank> {
  const random = seededRandom(seed);
  const keys = openKeyStore({ memory: true }, random);
  const inMemory = on === undefined ? await openPglite("issuer", migrations) : undefined;
  const db = on ?? inMemory!;
  const staffOf = (bearer: string): Staff | undefined => {
    const [role, staffId] = bearer.split(":") as [StaffRole, string];
    return ROLES.includes(role) ? { staffId, name: "柜员", role } : undefined;
  };
  const onFailure = (_name: string, error: unknown) => {
    throw error;
  };

  function open(policy: IssuerPolicy) {
    const clock = manualClock(BANK_OPENS);
    const inbox = createInbox(demoCarrier);
    const tspCalls = Object.fromEntries(
      Object.keys(tspIssuerApi).map((name) => [
        name,
        async (request: Record<string, unknown>, context: CallContext) => {
          if (name === "publicKey") return ok({ ...keys.publicJwk(keys.ensure("tsp.test" as never, "jwe").name) });
          const told: Told = { name: name as keyof TspIssuerApi, request, context };
          if (bank.answer === undefined) return err(problem("peerUnavailable"));
          bank.told.push(told);
          return bank.answer(told);
        },
      ]),
    ) as unknown as Calls<TspIssuerApi>;
    const issuer = createIssuer({
      db,
      clock,
      timers: clock,
      random,
      log: silentLog,
      keys,
      groupCommit,
      sealer,
      sha256: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
      sender: inbox,
      tsp: tspCalls,
      webAuthn: { rpId: new URL(ORIGIN).hostname, origins: [ORIGIN] },
      staffOf,
      evidence: {
        async caseOf(caseCode) {
          const of = await bank.api.journeyOfCase({ caseCode: caseCode as never }, context());
          const journeyId = of.ok ? of.value.journeyId : undefined;
          if (journeyId === undefined) return err(problem("notFound", { at: "caseCode" }));
          const held = await bank.api.holdings({ journeyId }, context());
          const holdings = held.ok ? held.value.holdings : [];
          return ok(viewFor("agent", diagnose(holdings), holdings, { journeyId, caseCode }) as FindingView);
        },
      },
      push: { seal: async () => undefined },
      policy,
    });
    return { clock, inbox, issuer, api: memoryCalls(issuerApi, { calls: issuer.api, onFailure }) };
  }

  const bank: Bank = {
    db,
    keys,
    ...open(DEFAULT_POLICY),
    told: [],
    answer: agreeable,
    desk(role, staffId = `${role}-1`) {
      return memoryCalls(issuerDeskApi, { calls: bank.issuer.desk(`${role}:${staffId}`)!, onFailure });
    },
    get signIn() {
      return memoryCalls(bankSignInApi, { calls: bank.issuer.bankSignIn, onFailure });
    },
    async app(accessToken) {
      const calls = await bank.issuer.bankApp(accessToken);
      if (calls === undefined) throw new Error("no such session");
      return memoryCalls(bankAppApi, { calls, onFailure });
    },
    async seal(value) {
      const key = await bank.api.publicKey({}, context());
      if (!key.ok) throw new Error("no key");
      return sealer.sealTo(key.value, fromUtf8(JSON.stringify(value)));
    },
    async relay() {
      bank.issuer.start();
      await bank.issuer.stop();
    },
    async facts(journeyId) {
      const held = await bank.api.holdings({ journeyId }, context());
      return held.ok ? held.value.holdings.flatMap(({ facts }) => facts) : [];
    },
    async stopped(journeyId) {
      return (await bank.facts(journeyId)).filter(({ outcome }) => outcome === "failed").map(({ code }) => code);
    },
    toldBy: (name) => bank.told.filter((one) => one.name === name).map(({ request }) => request),
    async reset(policy = DEFAULT_POLICY) {
      const tables = await db.query<{ name: string }>({
        text: "select tablename::text as name from pg_tables where schemaname = 'issuer' and tablename <> 'migration'",
      });
      await db.query({ text: `truncate ${tables.map(({ name }) => name).join(", ")}` });
      Object.assign(bank, open(policy), { told: [], answer: agreeable });
      await seedDemo({ db, keys, clock: bank.clock });
    },
    async close() {
      await inMemory?.close();
    },
  };
  await bank.reset();
  return bank;
}

/** A TSP that does as it is told: a token it is to activate is active. */
function agreeable({ name, request }: Told): Result<unknown, Problem> {
  if (name === "renewCard") return ok({ tokens: 1 });
  if (name !== "activate" && name !== "changeToken") return ok({});
  const bindingId = request["bindingId"] ?? String(request["tokenRef"]).replace(/^token-/, "");
  return ok({
    tokenRef: `token-${bindingId}`,
    status: request["change"] === "suspend" ? "suspended" : request["change"] === "delete" ? "deleted" : "active",
    suspendedBy: [],
    tokenSuffix: "1234",
    panSuffix: "0017",
    changedAt: BANK_OPENS + 1,
  });
}

export const printed = (id: string): DemoCard =>
  [...DEMO_CARDS, ...MAGIC_CARDS.map(({ card }) => card)].find((card) => card.id === id)!;

/** What a holder types of a printed card. */
export function typedCard(id: string, more: Partial<CardData> = {}): CardData {
  const { pan, holderName, mobile, expiry, cvn2, kind } = printed(id);
  return { pan, holderName, mobile, ...(kind === "credit" ? { expiry, cvn2 } : {}), ...more };
}

let serial = 0;
export function context(idempotencyKey = `bank-key-${++serial}`, journeyId = "journey"): CallContext {
  return { journeyId, idempotencyKey };
}

type Request = Parameters<Calls<IssuerApi>["decideBinding"]>[0];
export interface Asking {
  readonly bindingId?: string;
  readonly walletAccount?: string;
  readonly deviceId?: string;
  readonly version?: string;
  readonly key?: string;
  readonly source?: Request["source"];
  readonly wallet?: Partial<Request["wallet"]>;
  readonly tspScore?: number;
  readonly activationData?: string;
}

/** The TSP's request for a decision. */
export async function ask(bank: Bank, card: CardData, asking: Asking = {}) {
  const { bindingId = `b${++serial}`, walletAccount = "alice", deviceId = "phone-1", version = "2026-01" } = asking;
  const answer = await bank.api.decideBinding(
    {
      bindingId,
      cardJwe: await bank.seal(card),
      trid: "10000000001",
      walletAccount,
      device: { deviceId, name: "iPhone", kind: "phone" },
      terms: { version, acceptedAt: BANK_OPENS, language: "zh" },
      source: asking.source ?? "typed",
      wallet: { colour: "yellow", deviceScore: 4, accountScore: 3, reasons: [], ...asking.wallet },
      tspScore: asking.tspScore ?? 1,
      ...(asking.activationData === undefined ? {} : { activationData: asking.activationData }),
    },
    context(asking.key, bindingId),
  );
  return { bindingId, answer };
}

export async function decided(bank: Bank, card: CardData, asking: Asking = {}) {
  const { bindingId, answer } = await ask(bank, card, asking);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return { bindingId, ...answer.value };
}

export const sendCode = (bank: Bank, bindingId: string, key?: string, language: "zh" | "en" = "zh") =>
  bank.api.sendCode({ bindingId, methodId: "sms", language }, context(key, bindingId));

export const checkCode = async (bank: Bank, bindingId: string, code: string, key?: string) =>
  bank.api.checkCode({ bindingId, codeJwe: await bank.seal({ code }) }, context(key, bindingId));

export const choose = (bank: Bank, bindingId: string, methodId: string, caseCode?: string) =>
  bank.api.chooseMethod(
    { bindingId, methodId, ...(caseCode === undefined ? {} : { caseCode }) },
    context(undefined, bindingId),
  );

export const notifyToken = (
  bank: Bank,
  bindingId: string,
  status: "active" | "suspended" | "deleted" | "inactive",
  at: number = bank.clock.now(),
) =>
  bank.api.notifyToken(
    { bindingId, tokenRef: `token-${bindingId}`, status, deviceName: "iPhone", tokenSuffix: "1234", at },
    context(undefined, bindingId),
  );

/** The six digits of the newest text. */
export async function newestCode(bank: Bank): Promise<string> {
  await bank.relay();
  return /\d{6}/.exec(bank.inbox.list()[0]!.text)![0];
}

export const otherCode = (code: string, by = 1) => String((Number(code) + by) % 1_000_000).padStart(6, "0");

/** Yellow, code sent, and the code the phone got. */
export async function underway(bank: Bank, id = "zhang", asking: Asking = {}) {
  const { bindingId } = await decided(bank, typedCard(id), asking);
  must(await sendCode(bank, bindingId));
  return { bindingId, code: await newestCode(bank) };
}

/** Verified by code, and its token active. */
export async function bound(bank: Bank, id = "zhang", asking: Asking = {}): Promise<string> {
  const { bindingId, code } = await underway(bank, id, asking);
  must(await checkCode(bank, bindingId, code));
  must(await notifyToken(bank, bindingId, "active"));
  return bindingId;
}

export function must<T>(result: Result<T, Problem>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}
