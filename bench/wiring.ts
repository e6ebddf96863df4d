import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Acquirer, createAcquirer, DEFAULT_ACQUIRER } from "#acquirer";
import { EDGES } from "#app";
import { issuerApi } from "#contracts/issuer-api";
import type { Api, Calls } from "#contracts/operation";
import type { Link, LinkServerHandlers } from "#contracts/ports";
import { problem } from "#contracts/problem";
import { tspIssuerApi } from "#contracts/tsp-api";
import { walletTspApi } from "#contracts/wallet-api";
import { createIssuer } from "#issuer";
import { createNetwork, DEFAULT_TIMING } from "#network";
import { systemClock } from "#platform/clock";
import { pacedGroupCommit } from "#platform/group-commit";
import { sealer } from "#platform/keystore";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { FRAMINGS, tcpLink, tcpLinkServer } from "#platform/tcp";
import { err } from "#protocol/bytes";
import { DEMO_RANGES } from "#protocol/pan";
import { TOKEN_RANGES } from "#protocol/paytoken";
import { createTsp } from "#tsp";
import { type ChainParty, openPartyDb, openPartyKeys, type Place } from "./world.ts";

/** Where the parties of a chain find each other: the doors `kabao serve --party` opens, counted from a port of the bench's own. */
export interface ChainPlace extends Place {
  readonly port: number;
}

export interface Running {
  readonly acquirer?: Acquirer;
  stop(): Promise<void>;
}

type WireEdge = "acquirerToNetwork" | "networkToTsp" | "networkToIssuer";
const HOST = "127.0.0.1";
const ISSUER_ID = "99900001";

/** One party as `kabao serve` runs it alone: own pool, own keys, links over framed TCP with a handshake. */
export async function startParty(party: ChainParty, place: ChainPlace): Promise<Running> {
  const log = createLog("warn").with({ party });
  const db = openPartyDb(place, party);
  const shared = {
    clock: systemClock,
    timers: systemClock,
    random: systemRandom,
    log,
    db,
    groupCommit: pacedGroupCommit(systemClock),
  };
  const framingOf = (edge: WireEdge) => FRAMINGS[EDGES[edge].kind === "token" ? "length32" : "cups"];
  const wireOf = (edge: WireEdge) => ({
    host: HOST,
    port: place.port + EDGES[edge].portOffset,
    framing: framingOf(edge),
    log,
    secret: secretOf(place, edge),
  });
  const link = (edge: WireEdge): Link => tcpLink({ ...wireOf(edge), timers: systemClock });
  const serve = async (edge: WireEdge, handlers: LinkServerHandlers) => {
    const server = tcpLinkServer(wireOf(edge));
    await server.start(handlers);
    return server;
  };
  switch (party) {
    case "acquirer": {
      const acquirer = createAcquirer({ ...shared, network: link("acquirerToNetwork"), config: DEFAULT_ACQUIRER });
      await acquirer.start();
      return { acquirer, stop: () => acquirer.stop().then(() => db.close()) };
    }
    case "network": {
      const network = createNetwork({
        ...shared,
        keys: openPartyKeys(place, party),
        tsp: link("networkToTsp"),
        issuers: [{ id: ISSUER_ID, link: link("networkToIssuer") }],
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
      const server = await serve("acquirerToNetwork", network.acquirers);
      network.start();
      return {
        stop: () =>
          server
            .stop()
            .then(() => network.stop())
            .then(() => db.close()),
      };
    }
    case "tsp": {
      const tsp = createTspAlone(place, shared);
      const server = await serve("networkToTsp", tsp.tokens);
      return { stop: () => server.stop().then(() => db.close()) };
    }
    case "issuer": {
      const issuer = createIssuerAlone(place, shared);
      const server = await serve("networkToIssuer", issuer.iso);
      return { stop: () => server.stop().then(() => db.close()) };
    }
  }
}

type Shared = Omit<Parameters<typeof createTsp>[0], "keys" | "sealer" | "issuer" | "wallet" | "policy">;

export function createTspAlone(place: Place, shared: Shared): ReturnType<typeof createTsp> {
  return createTsp({
    ...shared,
    keys: openPartyKeys(place, "tsp"),
    sealer,
    issuer: absent(issuerApi),
    wallet: absent(walletTspApi),
  });
}

/**
 * The bank. Its notices become durable with the payments they tell of; the relay that delivers them is not started, since
 * no wallet is here to take them.
 */
export function createIssuerAlone(place: Place, shared: Shared): ReturnType<typeof createIssuer> {
  return createIssuer({
    ...shared,
    keys: openPartyKeys(place, "issuer"),
    sealer,
    sha256: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
    webAuthn: { rpId: HOST, origins: [] },
    // The payment path has no staff, no cases and no cards to push.
    staffOf: () => undefined,
    evidence: { caseOf: async () => err(problem("notFound")) },
    push: { seal: async () => undefined },
    sender: { send: () => Promise.reject(new Error("bench: no carrier")) },
    tsp: absent(tspIssuerApi),
  });
}

/** A neighbour that the payment path does not need. */
function absent<A extends Api>(api: A): Calls<A> {
  return Object.fromEntries(
    Object.keys(api).map((name) => [name, async () => err(problem("peerUnavailable"))]),
  ) as unknown as Calls<A>;
}

function secretOf(place: Place, edge: WireEdge): Uint8Array {
  const folder = join(place.dataDir, "links");
  const file = join(folder, `${edge}.secret`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, randomBytes(32), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return new Uint8Array(readFileSync(file));
}
