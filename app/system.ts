import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Acquirer,
  type AcquirerConfig,
  migrations as acquirerMigrations,
  createAcquirer,
  DEFAULT_ACQUIRER,
} from "#acquirer";
import { acquirerNetworkApi, networkTspApi } from "#contracts/evidence-api";
import { issuerApi } from "#contracts/issuer-api";
import type { Clock, KeyStore, Log, MessageSender, Random, Timers } from "#contracts/ports";
import { tspIssuerApi, tspWalletApi } from "#contracts/tsp-api";
import { walletTspApi } from "#contracts/wallet-api";
import type { WireTap } from "#contracts/wire";
import { createIssuer, type Issuer, migrations as issuerMigrations, seedDemo, seedStaff } from "#issuer";
import { createNetwork, DEFAULT_TIMING, type NetworkConfig, migrations as networkMigrations } from "#network";
import { systemClock } from "#platform/clock";
import { pacedGroupCommit } from "#platform/group-commit";
import { doorGuard, Hono, type Listening, listen } from "#platform/http";
import { sealer } from "#platform/keystore";
import { openPushKeys, webPushSender } from "#platform/push";
import { createInbox, type Inbox, smppSender } from "#platform/sms";
import { DEMO_RANGES, type DemoCard, demoCarrier } from "#protocol/pan";
import { TOKEN_RANGES } from "#protocol/paytoken";
import { instant } from "#protocol/time";
import { createTsp, type Tsp, type TspPolicy, migrations as tspMigrations } from "#tsp";
import { createWalletServer, type PushSender, type WalletServer, migrations as walletMigrations } from "#wallet-server";
import type { ServeConfig } from "./config.ts";
import { createEdges, type EdgeFaults } from "./edges.ts";
import { openEnvironment } from "./environment.ts";
import { type CaseBook, type CaseSource, createCaseBook } from "./explain/case-book.ts";
import { pushSealer } from "./push-sealer.ts";
import { openOpsKey, openStaffKeys, type StaffKeys } from "./staff.ts";
import { EDGES, type Party } from "./topology.ts";

/** What runs in this process. Absent: that party is elsewhere. */
export interface System {
  readonly wallet?: WalletServer;
  readonly acquirer?: Acquirer;
  readonly issuer?: Issuer;
  readonly inbox?: Inbox;
  /** Explains any journey, from whatever party is here. */
  readonly caseBook: CaseBook;
  /** How the TSP checks a payment's cryptogram, when it is here; refused outside demo and sandbox. */
  readonly explainCryptogram?: Tsp["explain"];
  /** Opens the doors of those who run the system: `ops.key` in the data folder. */
  readonly opsKey: string;
  /** Opens more cards at the demo bank; never in a production profile. */
  readonly issueCards?: (cards: readonly DemoCard[]) => Promise<void>;
  /** Keys of the bank's staff, when the bank is here. */
  readonly staff?: StaffKeys;
  /** Where data and keys are. */
  readonly dataDir: string;
  stop(): Promise<void>;
}

export interface SystemPorts {
  readonly clock: Clock & Timers;
  readonly random: Random;
  readonly log: Log;
  readonly tap: WireTap;
  /** Where the wallet's pages come from: passkeys are bound to it. */
  readonly origin: string;
  /** Of a sandbox: what goes wrong between the parties. */
  readonly faults?: EdgeFaults;
  /** Of a sandbox: what the TSP goes by otherwise than as it is delivered. */
  readonly tspPolicy?: Partial<TspPolicy>;
  /** Of a sandbox: the network's routes, which may lack one. */
  readonly routes?: NetworkConfig["routes"];
  /** Of a sandbox: a party's key store that can fail, and a clock of its own that can be off. */
  readonly keysOf?: (party: Party, keys: KeyStore) => KeyStore;
  readonly clockOf?: (party: Party) => Clock;
  /** Of a test: a push service of its own. */
  readonly push?: PushSender;
}

const ISSUER_ID = "99900001";
export const ROUTES: NetworkConfig["routes"] = [
  ...Object.values(TOKEN_RANGES).map(({ prefix }) => ({ prefix, to: { kind: "token" } as const })),
  ...Object.values(DEMO_RANGES).map(({ prefix }) => ({ prefix, to: { kind: "issuer", id: ISSUER_ID } as const })),
];

/** Wires the hosted parties. Each gets its own database schema, its own keys, and its neighbours as links or calls. */
export async function startSystem(config: ServeConfig, ports: SystemPorts): Promise<System> {
  const { clock, random, log, tap } = ports;
  const environment = await openEnvironment(config, ports);
  const edges = createEdges(config, environment, { clock, log, tap, faults: ports.faults });
  const doors = new Map<number, Hono>();
  const listening: Listening[] = [];
  const stops: (() => Promise<void>)[] = [];
  const doorAt = (offset: number) => () => {
    const known = doors.get(offset);
    if (known !== undefined) return known;
    const app = new Hono();
    const address = config.port + offset;
    // Programs call these doors, pages never: a request with an Origin is refused.
    app.use("*", doorGuard(new Set([`localhost:${address}`, `127.0.0.1:${address}`]), new Set()));
    doors.set(offset, app);
    return app;
  };
  const shared = { clock, timers: clock, random, groupCommit: pacedGroupCommit(systemClock) };
  const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
  const webAuthn = { rpId: new URL(ports.origin).hostname, origins: [ports.origin] };
  const openKeys = (party: Party) => {
    const keys = environment.openKeys(party);
    return ports.keysOf?.(party, keys) ?? keys;
  };
  const hosts = (party: Party) => config.hosted.has(party);

  async function stop(): Promise<void> {
    for (const one of listening) await one.close();
    for (const one of stops.reverse()) await one();
    await edges.stop();
    await environment.close();
  }

  try {
    let wallet: WalletServer | undefined;
    let issuer: Issuer | undefined;
    let acquirer: Acquirer | undefined;
    let inbox: Inbox | undefined;
    let staff: StaffKeys | undefined;
    let issueCards: System["issueCards"];
    let explainCryptogram: System["explainCryptogram"];
    const sources: CaseSource[] = [];
    const begin: (() => void | Promise<void>)[] = [];

    if (hosts("wallet")) {
      wallet = createWalletServer({
        ...shared,
        db: await environment.openDb("wallet", walletMigrations),
        log: log.with({ party: "wallet" }),
        tsp: edges.calls("walletToTsp", tspWalletApi),
        sha256,
        webAuthn,
        push: ports.push ?? pushSender(config, environment.dataDir),
      });
      sources.push({ party: "wallet", behind: [], calls: wallet.tspApi });
      edges.offer("tspToWallet", walletTspApi, wallet.tspApi, doorAt(EDGES.tspToWallet.portOffset));
      const { start, stop } = wallet;
      begin.push(start);
      stops.push(stop);
    }
    if (hosts("tsp")) {
      const tsp = createTsp({
        ...shared,
        db: await environment.openDb("tsp", tspMigrations),
        keys: openKeys("tsp"),
        log: log.with({ party: "tsp" }),
        sealer,
        issuer: edges.calls("tspToIssuer", issuerApi),
        wallet: edges.calls("tspToWallet", walletTspApi),
        network: edges.calls("tspToNetwork", networkTspApi),
        ...(ports.tspPolicy === undefined ? {} : { policy: ports.tspPolicy }),
      });
      sources.push(
        { party: "tsp", behind: ["wallet", "network", "acquirer"], calls: tsp.issuerApi },
        { party: "tsp", behind: ["issuer", "network", "acquirer"], calls: tsp.walletApi },
      );
      edges.offer("walletToTsp", tspWalletApi, tsp.walletApi, doorAt(EDGES.walletToTsp.portOffset));
      edges.offer("issuerToTsp", tspIssuerApi, tsp.issuerApi, doorAt(EDGES.issuerToTsp.portOffset));
      await edges.serve("networkToTsp", tsp.tokens);
      explainCryptogram = tsp.explain;
      begin.push(() => tsp.start());
      stops.push(() => tsp.stop());
    }
    if (hosts("issuer")) {
      const db = await environment.openDb("issuer", issuerMigrations);
      const keys = openKeys("issuer");
      if (config.profile === "demo") {
        await seedDemo({ db, keys, clock });
        issueCards = (cards) => seedDemo({ db, keys, clock }, cards);
      }
      inbox = config.smpp === undefined ? createInbox(demoCarrier) : undefined;
      const stopWatching = inbox?.subscribe(({ at, text }) =>
        tap.record({ at: instant(at), from: "issuer", to: "sms", kind: "sms", text }),
      );
      if (stopWatching !== undefined) stops.push(async () => stopWatching());
      const sender: MessageSender =
        inbox ??
        smppSender({
          ...config.smpp!,
          password: readFileSync(config.smpp!.passwordFile, "utf8").trim(),
          source: "KABAO",
        });
      const demo = config.profile === "demo";
      staff = openStaffKeys(environment.dataDir, random, demo);
      // Whoever acts by a key is named in the audit as whoever signs in is.
      await seedStaff(db, staff.demo, true, clock.now());
      await seedStaff(db, staff.others, false, clock.now());
      const tsp = edges.calls("issuerToTsp", tspIssuerApi);
      const bankCases: CaseSource[] = [];
      const agentsBook = createCaseBook(bankCases, clock, random);
      const bank = createIssuer({
        ...shared,
        sealer,
        sha256,
        webAuthn,
        staffOf: staff.staffOf,
        ...(config.bankPolicy === undefined ? {} : { policy: config.bankPolicy }),
        admitSimulatedStaff: demo,
        evidence: { caseOf: (caseCode) => agentsBook.explain({ caseCode }, "agent") },
        push: pushSealer(tsp, clock, random),
        clock: ports.clockOf?.("issuer") ?? clock,
        db,
        keys,
        sender,
        log: log.with({ party: "issuer" }),
        tsp,
      });
      const own: CaseSource = { party: "issuer", behind: [], calls: bank.api };
      bankCases.push(own, { party: "tsp", behind: ["wallet", "network", "acquirer"], calls: tsp });
      sources.push(own);
      issuer = bank;
      edges.offer("tspToIssuer", issuerApi, bank.api, doorAt(EDGES.tspToIssuer.portOffset));
      await edges.serve("networkToIssuer", bank.iso);
      begin.push(() => bank.start());
      stops.push(() => bank.stop());
    }
    if (hosts("network")) {
      const network = createNetwork({
        clock,
        timers: clock,
        db: await environment.openDb("network", networkMigrations),
        keys: environment.openKeys("network"),
        log: log.with({ party: "network" }),
        tsp: edges.link("networkToTsp"),
        issuers: [{ id: ISSUER_ID, link: edges.link("networkToIssuer") }],
        config: {
          institution: DEFAULT_ACQUIRER.network,
          routes: ports.routes ?? ROUTES,
          timing: networkTiming(config.timing),
        },
        acquirer: edges.calls("networkToAcquirer", acquirerNetworkApi),
      });
      edges.offer("tspToNetwork", networkTspApi, network.evidenceApi, doorAt(EDGES.tspToNetwork.portOffset));
      await edges.serve("acquirerToNetwork", network.acquirers);
      begin.push(() => network.start());
      stops.push(() => network.stop());
    }
    if (hosts("acquirer")) {
      const shop = createAcquirer({
        ...shared,
        db: await environment.openDb("acquirer", acquirerMigrations),
        log: log.with({ party: "acquirer" }),
        network: edges.link("acquirerToNetwork"),
        config: acquirerConfig(config.timing),
        onApdu: (terminalId, direction, bytes) =>
          tap.record({
            at: clock.now(),
            kind: "apdu",
            terminalId,
            bytes,
            ...(direction === "command" ? { from: "terminal", to: "device" } : { from: "device", to: "terminal" }),
          }),
      });
      acquirer = shop;
      edges.offer(
        "networkToAcquirer",
        acquirerNetworkApi,
        shop.evidenceApi,
        doorAt(EDGES.networkToAcquirer.portOffset),
      );
      begin.push(() => shop.start());
      stops.push(() => shop.stop());
    }
    for (const [offset, app] of doors)
      listening.push(await listen(app, { host: "127.0.0.1", port: config.port + offset }));
    for (const one of begin) await one();
    return {
      ...(wallet === undefined ? {} : { wallet }),
      ...(acquirer === undefined ? {} : { acquirer }),
      ...(issuer === undefined ? {} : { issuer }),
      ...(inbox === undefined ? {} : { inbox }),
      ...(staff === undefined ? {} : { staff }),
      ...(issueCards === undefined ? {} : { issueCards }),
      ...(explainCryptogram === undefined ? {} : { explainCryptogram }),
      caseBook: createCaseBook(sources, clock, random),
      opsKey: openOpsKey(environment.dataDir, random),
      dataDir: environment.dataDir,
      stop,
    };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}

/** None where nobody is named whom a push service could write to. */
function pushSender({ pushContact }: ServeConfig, dataDir: string): PushSender | undefined {
  if (pushContact === undefined) return undefined;
  return webPushSender({ keys: openPushKeys(join(dataDir, "push-keys.json")), contact: pushContact });
}

function networkTiming(given: ServeConfig["timing"]): NetworkConfig["timing"] {
  const { issuerAnswerMs, reversalRepeatMs } = DEFAULT_TIMING;
  return {
    ...DEFAULT_TIMING,
    issuerAnswerMs: given["issuer-answer-ms"] ?? issuerAnswerMs,
    reversalRepeatMs: given["reversal-repeat-ms"] ?? reversalRepeatMs,
  };
}

function acquirerConfig(given: ServeConfig["timing"]): AcquirerConfig {
  const { answerMs, reversalRepeatMs } = DEFAULT_ACQUIRER;
  return {
    ...DEFAULT_ACQUIRER,
    answerMs: given["network-answer-ms"] ?? answerMs,
    reversalRepeatMs: given["reversal-repeat-ms"] ?? reversalRepeatMs,
  };
}
