import type * as v from "valibot";
import { type IssuerApi, type IssuerDeliveryApi, issuerApi, issuerDeliveryApi } from "#contracts/issuer-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { KeyStore, Log } from "#contracts/ports";
import { ANSWER_UNREADABLE, type Problem, problem } from "#contracts/problem";
import { type TspIssuerApi, type TspWalletApi, tspIssuerApi, tspWalletApi } from "#contracts/tsp-api";
import { type WalletTspApi, walletTspApi } from "#contracts/wallet-api";
import { memoryCalls } from "#platform/calls";
import { type ManualClock, manualClock } from "#platform/clock";
import { groupCommit } from "#platform/group-commit";
import { openKeyStore, sealer } from "#platform/keystore";
import { openPglite, type PgliteDb } from "#platform/pglite";
import { seededRandom } from "#platform/random";
import { err, fromUtf8, ok, type Result, toUtf8 } from "#protocol/bytes";
import type { Fact } from "#protocol/diagnosis";
import { DEMO_CARDS } from "#protocol/pan";
import { type Instant, instant } from "#protocol/time";
import { createTsp, migrations, type Tsp, type TspPorts } from "#tsp";

type BankDecision = v.InferOutput<IssuerApi["decideBinding"]["answer"]>;
type Request = v.InferOutput<TspWalletApi["requestToken"]["request"]>;

export const START: Instant = instant(Date.UTC(2026, 10, 24, 2));
const SMS = { methodId: "sms", kind: "smsCode", sentTo: "138****8001", open: true } as const;

/** What the bank on the other side answers: a script, since here only the TSP is looked at. */
export interface BankScript {
  eligible: Problem | undefined;
  decision: Partial<BankDecision>;
  code: "passed" | "wrong";
  /** Calls that get no answer, and whether the bank had carried them out by then. */
  silent: Set<string>;
  /** Calls whose answer cannot be read. */
  garbled: Set<string>;
  readonly calls: { readonly operation: string; readonly request: unknown; readonly context: CallContext }[];
}

export interface TspAlone {
  readonly clock: ManualClock;
  readonly db: PgliteDb;
  readonly keys: KeyStore;
  readonly tsp: Tsp;
  readonly wallet: Calls<TspWalletApi>;
  readonly bank: Calls<TspIssuerApi>;
  readonly script: BankScript;
  /** What the wallet was told, and whether it answers. */
  readonly told: { readonly operation: string; readonly request: unknown; readonly journeyId: string }[];
  walletAway: boolean;
  /** Codes that the TSP made and the bank sent, in order. */
  readonly delivered: string[];
  request(more?: Partial<Request>, card?: Readonly<Record<string, unknown>>): Promise<Request>;
  seal(value: unknown): Promise<string>;
  facts(journeyId: string): Promise<readonly Fact[]>;
  /** Lets what was started come to its end. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

const DEVICE_KEY = {
  kty: "EC",
  crv: "P-256",
  x: "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
  y: "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
} as const;

/** One database a test file: to start one takes longer than most tests. */
let shared: Promise<PgliteDb> | undefined;
async function emptied(): Promise<PgliteDb> {
  shared ??= openPglite("tsp", migrations);
  const db = await shared;
  const tables = await db.query<{ name: string }>({
    text: "select tablename::text as name from pg_tables where schemaname = current_schema()",
  });
  await db.query({ text: `truncate ${tables.map(({ name }) => name).join(", ")}` });
  return db;
}

let serial = 0;
export function context(journeyId: string, idempotencyKey = `key-${++serial}`): CallContext {
  return { journeyId, idempotencyKey };
}

export async function openTsp(
  more: Partial<TspPorts> & { readonly keysOf?: (keys: KeyStore) => KeyStore } = {},
): Promise<TspAlone> {
  const clock = manualClock(START);
  const random = seededRandom(7);
  const db = await emptied();
  const { keysOf = (keys) => keys, ...ports } = more;
  const keys = keysOf(openKeyStore({ memory: true }, random));
  const bankKeys = openKeyStore({ memory: true }, random);
  const bankKey = "bank.jwe" as Parameters<KeyStore["publicJwk"]>[0];
  bankKeys.ensure(bankKey, "jwe");
  const log: Log = { info() {}, warn() {}, error: (event, fields) => console.error(event, fields), with: () => log };

  const script: BankScript = {
    eligible: undefined,
    decision: {},
    code: "passed",
    silent: new Set(),
    garbled: new Set(),
    calls: [],
  };
  const told: { operation: string; request: unknown; journeyId: string }[] = [];
  const state = { walletAway: false };
  const ask =
    <T>(operation: string, answer: () => Result<T, Problem>) =>
    async (request: unknown, context: CallContext): Promise<Result<T, Problem>> => {
      script.calls.push({ operation, request, context });
      if (script.garbled.has(operation)) return err(problem("peerUnavailable", { detail: ANSWER_UNREADABLE }));
      return script.silent.has(operation) ? err(problem("peerUnavailable")) : answer();
    };
  const issuer: Calls<IssuerApi> = {
    publicKey: async () => ok(bankKeys.publicJwk(bankKey)),
    holdings: ask("holdings", () =>
      ok({
        holdings: [{ party: "issuer" as const, reachable: true, askedAt: clock.now(), upSince: START, facts: [] }],
      }),
    ),
    journeyOfCase: ask("journeyOfCase", () => ok({})),
    checkEligibility: ask("checkEligibility", () =>
      script.eligible === undefined
        ? ok({
            product: {
              id: "p1",
              bank: { zh: "示范银行", en: "Demo Bank" },
              name: { zh: "借记卡", en: "Debit" },
              kind: "debit" as const,
              art: "blue",
            },
            terms: { version: "2026-01", text: { zh: "条款", en: "Terms" } },
            panSuffix: "0017",
          })
        : err(script.eligible),
    ),
    decideBinding: ask("decideBinding", () =>
      ok({ decision: "yellow" as const, causes: [], methods: [SMS], psn: "01", ...script.decision }),
    ),
    sendCode: ask("sendCode", () =>
      ok({ sentTo: "138****8001", expiresAt: clock.now() + 300_000, resendAt: clock.now() + 60_000, codesLeft: 2 }),
    ),
    checkCode: ask("checkCode", () =>
      ok(script.code === "passed" ? { outcome: "passed" as const } : { outcome: "wrong" as const, triesLeft: 2 }),
    ),
    methods: ask("methods", () => ok({ methods: [SMS] })),
    chooseMethod: ask("chooseMethod", () => ok({ methods: [SMS] })),
    notMyNumber: ask("notMyNumber", () => ok({ methods: [] })),
    notifyToken: ask("notifyToken", () => ok({})),
  };
  const delivered: string[] = [];
  const delivery: Calls<IssuerDeliveryApi> = {
    async deliverCode({ codeJwe }) {
      if (script.silent.has("deliverCode")) return err(problem("peerUnavailable"));
      const plain = await bankKeys.openJwe(bankKey, codeJwe);
      delivered.push((JSON.parse(toUtf8(plain!)!) as { code: string }).code);
      return ok({ sentTo: "138****8001" });
    },
  };
  const hear =
    (operation: string) =>
    async (request: unknown, { journeyId }: CallContext) => {
      if (state.walletAway) return err(problem("peerUnavailable"));
      told.push({ operation, request, journeyId });
      return ok({});
    };
  const walletSide: Calls<WalletTspApi> = {
    notifyBinding: hear("notifyBinding"),
    notifyToken: hear("notifyToken"),
    notifyPayment: hear("notifyPayment"),
    holdings: async () => err(problem("peerUnavailable")),
    journeyOfCase: async () => ok({ journeyId: "binding-of-case" }),
  };
  const onFailure = (operation: string, error: unknown) => log.error("call.failed", { operation, error });
  const tsp = createTsp({
    clock,
    timers: clock,
    random,
    log,
    groupCommit,
    db,
    keys,
    sealer,
    issuer: memoryCalls(issuerApi, { calls: issuer, onFailure }),
    wallet: memoryCalls(walletTspApi, { calls: walletSide, onFailure }),
    delivery: memoryCalls(issuerDeliveryApi, { calls: delivery, onFailure }),
    ...ports,
  });
  tsp.start();
  const wallet = memoryCalls(tspWalletApi, { calls: tsp.walletApi, onFailure });

  async function seal(value: unknown): Promise<string> {
    const key = await wallet.publicKey({}, context("keys"));
    if (!key.ok) throw new Error(`no key: ${key.error.code}`);
    return sealer.sealTo(key.value, fromUtf8(JSON.stringify(value)));
  }
  async function settle(): Promise<void> {
    for (let turn = 0; turn < 400; turn++) {
      await new Promise((next) => setImmediate(next));
      const open = await db.query({ text: "select 1 as one from outbox where tries = 0 limit 1" });
      if (open.length === 0 && turn > 3) return;
    }
  }

  return {
    clock,
    db,
    keys,
    tsp,
    wallet,
    bank: memoryCalls(tspIssuerApi, { calls: tsp.issuerApi, onFailure }),
    script,
    told,
    delivered,
    get walletAway() {
      return state.walletAway;
    },
    set walletAway(away) {
      state.walletAway = away;
    },
    seal,
    settle,
    async request(more = {}, card = {}) {
      const { pan, holderName, mobile } = DEMO_CARDS[0]!;
      return {
        bindingId: `binding-${++serial}`,
        cardJwe: await seal({ pan, holderName, mobile, ...card }),
        walletAccount: "account-1",
        device: { deviceId: "device-1", name: "手机", kind: "phone", keySource: "hce", publicKey: DEVICE_KEY },
        terms: { version: "2026-01", acceptedAt: START, language: "zh" },
        source: "typed",
        wallet: { colour: "green", deviceScore: 5, accountScore: 5, reasons: [] },
        ...more,
      };
    },
    async facts(journeyId) {
      const answer = await wallet.holdings({ journeyId }, context(journeyId));
      if (!answer.ok) throw new Error(answer.error.code);
      return answer.value.holdings.find(({ party }) => party === "tsp")!.facts;
    },
    stop: () => tsp.stop(),
  };
}

export function must<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}
