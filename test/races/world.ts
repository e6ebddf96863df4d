import { createHash } from "node:crypto";
import { type Acquirer, migrations as acquirerMigrations, createAcquirer, DEFAULT_ACQUIRER } from "#acquirer";
import type { SaleView } from "#contracts/acquirer-api";
import { issuerApi } from "#contracts/issuer-api";
import type { Api, CallContext, Calls } from "#contracts/operation";
import type { Db, Random } from "#contracts/ports";
import { problem } from "#contracts/problem";
import { tspIssuerApi } from "#contracts/tsp-api";
import { walletTspApi } from "#contracts/wallet-api";
import { createIssuer, type Issuer, migrations as issuerMigrations, seedDemo } from "#issuer";
import { createNetwork, DEFAULT_TIMING, type Network, migrations as networkMigrations } from "#network";
import { type ManualClock, manualClock } from "#platform/clock";
import { groupCommit } from "#platform/group-commit";
import { openKeyStore, sealer } from "#platform/keystore";
import { silentLog } from "#platform/log";
import { openPgliteFor } from "#platform/pglite";
import { seededRandom } from "#platform/random";
import { err, ok } from "#protocol/bytes";
import { type IsoMessage, parseCupsFrame } from "#protocol/iso8583";
import { money } from "#protocol/money";
import { DEMO_CARDS, DEMO_RANGES, Pan } from "#protocol/pan";
import { TOKEN_RANGES } from "#protocol/paytoken";
import { type ExpiryYymm, type Instant, instant } from "#protocol/time";
import { createTsp, issueTokens, MASTER_KEYS, type Token, type Tsp, migrations as tspMigrations } from "#tsp";
import { field55 } from "../parties/chip.ts";
import { Life } from "../peers/mortal.ts";
import { Wire } from "./wire.ts";

/*
 * Acquirer, network, TSP and bank as they are, over tables in memory, on one clock that is moved by hand and one source
 * of randomness: one seed, one run. The wallet is a scripted peer: it keeps what it is told.
 */

export const START: Instant = instant(Date.UTC(2026, 10, 24, 2));
export const PARTIES = ["acquirer", "network", "tsp", "issuer"] as const;
export type PartyName = (typeof PARTIES)[number];
export type WireName = "acquirerToNetwork" | "networkToTsp" | "networkToIssuer";
/** Ends of the wires: who calls and who is called. */
const WIRES: Readonly<Record<WireName, readonly [PartyName, PartyName]>> = {
  acquirerToNetwork: ["acquirer", "network"],
  networkToTsp: ["network", "tsp"],
  networkToIssuer: ["network", "issuer"],
};
const ISSUER_ID = "99900001";
const TERMINAL = "T0000001";
/** A turn in which nothing was asked of any database, this often in a row: all has come to rest. */
const QUIET_TURNS = 4;

/** Tables of the four, opened once for a test file and put back to the start for each run. */
export interface Tables {
  readonly db: Readonly<Record<PartyName, Db>>;
  readonly keys: Readonly<Record<"network" | "tsp" | "issuer", ReturnType<typeof openKeyStore>>>;
  readonly tokens: readonly Token[];
  /** Everything as it was when it was opened. */
  reset(): Promise<void>;
  /** Waits until no statement is under way and none begins. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

const TOKEN_EXPIRY = "3105" as ExpiryYymm;
/** Which cards have tokens: a debit card on two devices, a credit card, and one with ¥8.88. */
const ON_DEVICES = ["zhang", "zhang", "li", "aili", "chen"] as const;

export async function openTables(): Promise<Tables> {
  const random = seededRandom(77);
  const clock = manualClock(START);
  let busy = 0;
  const { db: opened, close } = await openPgliteFor({
    acquirer: acquirerMigrations,
    network: networkMigrations,
    tsp: tspMigrations,
    issuer: issuerMigrations,
  });
  const counted = async <T>(work: Promise<T>): Promise<T> => {
    busy += 1;
    try {
      return await work;
    } finally {
      busy -= 1;
    }
  };
  const counting = (db: Db): Db => ({
    query: (statement, parameters) => counted(db.query(statement, parameters)),
    transaction: (work) => counted(db.transaction(work)),
  });
  const keys = {
    network: openKeyStore({ memory: true }, random),
    tsp: openKeyStore({ memory: true }, random),
    issuer: openKeyStore({ memory: true }, random),
  };
  await seedDemo({ db: opened.issuer, keys: keys.issuer, clock });
  const tokens = await issueTokens(
    { db: opened.tsp, keys: keys.tsp, clock, random },
    ON_DEVICES.map((id, i) => {
      const card = DEMO_CARDS.find((one) => one.id === id)!;
      const pan = Pan.parse(card.pan);
      if (!pan.ok) throw new Error("demo card");
      return {
        pan: pan.value,
        kind: card.kind,
        psn: "01",
        deviceId: `device-${i}`,
        deviceName: "手机",
        deviceKey: { kty: "EC", crv: "P-256", x: "x".repeat(43), y: "y".repeat(43) } as const,
        keySource: "secureElement" as const,
        walletAccount: `account-${i}`,
        tokenExpiry: TOKEN_EXPIRY,
      };
    }),
  );
  const start = new Map<PartyName, readonly Kept[]>();
  for (const party of PARTIES) start.set(party, await keepAside(opened[party]));

  return {
    db: {
      acquirer: counting(opened.acquirer),
      network: counting(opened.network),
      tsp: counting(opened.tsp),
      issuer: counting(opened.issuer),
    },
    keys,
    tokens,
    async reset() {
      for (const party of PARTIES) await putBack(opened[party], start.get(party)!);
    },
    async rest() {
      for (let quiet = 0; quiet < QUIET_TURNS; quiet = busy === 0 ? quiet + 1 : 0)
        await new Promise((next) => setImmediate(next));
    },
    close,
  };
}

interface Kept {
  readonly table: string;
  readonly filled: boolean;
}

/** Every table as it is now, beside itself. */
async function keepAside(db: Db): Promise<readonly Kept[]> {
  const tables = await db.query<{ name: string }>({
    text: "select tablename::text as name from pg_tables where schemaname = current_schema() order by 1",
  });
  const kept: Kept[] = [];
  for (const { name } of tables) {
    await db.query({ text: `create table start_${name} as select * from ${name}` });
    const rows = await db.query({ text: `select 1 from ${name} limit 1` });
    kept.push({ table: name, filled: rows.length > 0 });
  }
  return kept;
}

async function putBack(db: Db, kept: readonly Kept[]): Promise<void> {
  await db.query({ text: `truncate ${kept.map(({ table }) => table).join(", ")}` });
  for (const { table, filled } of kept)
    if (filled) await db.query({ text: `insert into ${table} select * from start_${table}` });
}

/** One frame on an ISO wire, as it was sent. */
export interface Sent {
  readonly at: number;
  readonly wire: WireName;
  readonly direction: ">" | "<";
  readonly message: IsoMessage;
}

export interface World {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly wires: Readonly<Record<WireName, Wire>>;
  readonly acquirer: Acquirer;
  readonly network: Network;
  readonly sent: readonly Sent[];
  /** Notices the wallet was told of, by id. */
  readonly notices: ReadonlyMap<string, number>;
  /** What tills were shown, by sale. */
  readonly shown: ReadonlyMap<string, SaleView["state"]>;
  /** A tap of a token, with its next ATC. Undefined: the acquirer died over it. */
  tap(token: Token, minor: bigint): Promise<SaleView | undefined>;
  /** What an eavesdropper does: the chip data of an earlier tap once more, in a sale of its own. */
  replay(): Promise<SaleView | undefined>;
  giveBack(kind: "refund" | "void", saleId: string, minor: bigint): Promise<SaleView | undefined>;
  kill(party: PartyName): void;
  restart(party: PartyName): void;
  alive(party: PartyName): boolean;
  /** Moves time on, from one timer to the next, and lets each come to its end before the next. */
  run(ms: number): Promise<void>;
  /** Everything that happened, as one hash: the same seed gives the same. */
  digest(): string;
  /** Ends every party, so that the next run starts alone. */
  end(): void;
}

export async function openWorld(tables: Tables, seed: number): Promise<World> {
  await tables.reset();
  const clock = manualClock(START);
  const random = seededRandom(seed);
  const sent: Sent[] = [];
  const notices = new Map<string, number>();
  const shown = new Map<string, SaleView["state"]>();
  const history = createHash("sha256");
  const watch = (wire: WireName) => (direction: ">" | "<", frame: Uint8Array) => {
    history.update(`${clock.now()} ${wire} ${direction}`).update(frame);
    if (wire !== "networkToTsp")
      sent.push({ at: clock.now(), wire, direction, message: parseCupsFrame(frame).message });
  };
  const wires = {
    acquirerToNetwork: new Wire(clock, random, watch("acquirerToNetwork")),
    networkToTsp: new Wire(clock, random, watch("networkToTsp")),
    networkToIssuer: new Wire(clock, random, watch("networkToIssuer")),
  };
  const lives = new Map<PartyName, Life>();
  let acquirer!: Acquirer;
  let network!: Network;
  let tsp!: Tsp;
  let issuer!: Issuer;
  const atcs = new Map<string, number>();
  const taps: { readonly chip: Parameters<Acquirer["purchase"]>[2]; readonly minor: bigint }[] = [];
  let serial = 0;

  const alive = (party: PartyName) => lives.get(party)?.dead === false;
  const unreachable = async () => err(problem("peerUnavailable"));
  const silent = <A extends Api>(api: A): Calls<A> =>
    Object.fromEntries(Object.keys(api).map((name) => [name, unreachable])) as unknown as Calls<A>;

  function restart(party: PartyName): void {
    if (alive(party)) return;
    const life = new Life();
    lives.set(party, life);
    const shared = {
      db: life.db(tables.db[party]),
      clock,
      timers: life.timers(clock),
      random: seededRandom(random.below(2 ** 31)),
      log: silentLog,
      groupCommit,
    };
    switch (party) {
      case "acquirer":
        acquirer = createAcquirer({ ...shared, network: wires.acquirerToNetwork.link, config: DEFAULT_ACQUIRER });
        void acquirer.start();
        break;
      case "network":
        network = createNetwork({
          ...shared,
          keys: tables.keys.network,
          tsp: wires.networkToTsp.link,
          issuers: [{ id: ISSUER_ID, link: wires.networkToIssuer.link }],
          config: {
            institution: DEFAULT_ACQUIRER.network,
            routes: [
              ...Object.values(TOKEN_RANGES).map(({ prefix }) => ({ prefix, to: { kind: "token" } as const })),
              ...Object.values(DEMO_RANGES).map(({ prefix }) => ({
                prefix,
                to: { kind: "issuer", id: ISSUER_ID } as const,
              })),
            ],
            timing: DEFAULT_TIMING,
          },
        });
        void wires.acquirerToNetwork.server.start(network.acquirers);
        network.start();
        break;
      case "tsp":
        tsp = createTsp({
          ...shared,
          keys: tables.keys.tsp,
          sealer,
          // Bindings are not part of these runs.
          issuer: silent(issuerApi),
          wallet: {
            ...silent(walletTspApi),
            notifyToken: async () => ok({}),
            async notifyPayment({ notice }) {
              notices.set(notice.noticeId, (notices.get(notice.noticeId) ?? 0) + 1);
              return ok({});
            },
          },
        });
        void wires.networkToTsp.server.start(tsp.tokens);
        tsp.start();
        break;
      case "issuer":
        issuer = createIssuer({
          ...shared,
          keys: tables.keys.issuer,
          sealer,
          sha256: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
          webAuthn: { rpId: "localhost", origins: [] },
          staffOf: () => undefined,
          evidence: { caseOf: unreachable },
          push: { seal: async () => undefined },
          sender: { send: async () => {} },
          tsp: {
            ...silent(tspIssuerApi),
            notifyPayment: (request, context) =>
              alive("tsp") ? tsp.issuerApi.notifyPayment(request, context) : unreachable(),
          },
        });
        void wires.networkToIssuer.server.start(issuer.iso);
        issuer.start();
        break;
    }
  }

  function kill(party: PartyName): void {
    lives.get(party)?.kill();
    for (const name of Object.keys(WIRES) as WireName[]) {
      if (WIRES[name][0] === party) wires[name].callerDies();
      if (WIRES[name][1] === party) wires[name].calleeDies();
    }
    history.update(`${clock.now()} killed ${party}`);
  }

  /** Who waits for a dead acquirer waits in vain: the till has its own end. */
  async function unlessKilled(asked: Promise<SaleView | undefined>): Promise<SaleView | undefined> {
    const view = await asked;
    if (view !== undefined) {
      shown.set(view.saleId, view.state);
      history.update(`${view.saleId} ${view.state}`);
    }
    return view;
  }

  async function purchase(chip: (typeof taps)[number]["chip"], minor: bigint): Promise<SaleView | undefined> {
    return alive("acquirer") ? unlessKilled(acquirer.purchase(TERMINAL, money(minor), chip)) : undefined;
  }

  for (const party of [...PARTIES].reverse()) restart(party);
  return {
    clock,
    random,
    wires,
    get acquirer() {
      return acquirer;
    },
    get network() {
      return network;
    },
    sent,
    notices,
    shown,
    tap(token, minor) {
      const atc = (atcs.get(token.tokenPan) ?? 0) + 1;
      atcs.set(token.tokenPan, atc);
      const card = { pan: token.tokenPan, psn: token.psn };
      const [sessionKey] = tables.keys.tsp.deriveSessionKeys(MASTER_KEYS.secureElement, card, [atc]);
      const chip = {
        tokenPan: token.tokenPan,
        expiry: token.tokenExpiry,
        psn: `0${token.psn}`,
        field55: field55({ sessionKey: sessionKey!, atc, keyClass: "secureElement", amountMinor: minor }),
        cardClaimsVerification: true,
      };
      taps.push({ chip, minor });
      return purchase(chip, minor);
    },
    async replay() {
      const old = taps[random.below(Math.max(1, taps.length))];
      return old === undefined ? undefined : purchase(old.chip, old.minor);
    },
    giveBack(kind, saleId, minor) {
      if (!alive("acquirer")) return Promise.resolve(undefined);
      const context: CallContext = { journeyId: "j", idempotencyKey: `give-back-${++serial}` };
      const asked =
        kind === "void"
          ? acquirer.till.voidSale({ saleId }, context)
          : acquirer.till.refund({ saleId, amount: { minor: `${minor}`, currency: "156" } }, context);
      return unlessKilled(asked.then((done) => (done.ok ? done.value : undefined)));
    },
    kill,
    restart,
    alive,
    async run(ms) {
      const end = clock.now() + ms;
      await tables.rest();
      for (let due = clock.nextDue; due !== undefined && due <= end; due = clock.nextDue) {
        clock.advance(Math.max(0, due - clock.now()));
        await tables.rest();
      }
      clock.advance(end - clock.now());
      await tables.rest();
    },
    digest: () => history.copy().digest("hex"),
    end() {
      for (const party of PARTIES) kill(party);
    },
  };
}
