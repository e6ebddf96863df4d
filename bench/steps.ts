import type { LinkServerHandlers, Peer } from "#contracts/ports";
import { encodeTokenRequests, parseTokenAnswers } from "#contracts/token-authorisation";
import { systemClock } from "#platform/clock";
import { pacedGroupCommit } from "#platform/group-commit";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { toHex } from "#protocol/bytes";
import { encodeCupsFrame, encodePar, encodeTokenBlock, type IsoMessage, parseCupsFrame, text } from "#protocol/iso8583";
import { toN12 } from "#protocol/money";
import { ASSURANCE, DEMO_TRID } from "#protocol/paytoken";
import { chinaDate, chinaTime, toF7 } from "#protocol/time";
import type { BenchCard } from "./cards.ts";
import { closedLoad, type LoadFigures } from "./load.ts";
import { cpuOf, cpuOfFamily } from "./meters.ts";
import { amountOf, type Taps } from "./taps.ts";
import { createIssuerAlone, createTspAlone } from "./wiring.ts";
import { type ChainParty, openPartyDb, type World } from "./world.ts";

export interface StepFigures extends LoadFigures {
  /** CPU µs a payment: this process (which also makes the requests), and the server. */
  readonly cpuMicros: { readonly node?: number; readonly postgres?: number };
}

export interface StepOptions {
  readonly inFlight: number;
  readonly warmUpMs: number;
  readonly forMs: number;
  /** The load ends with these, however much time there is. */
  readonly atMost: number;
}

export interface Step {
  run(options: StepOptions): Promise<StepFigures>;
  /** Payments asked for so far. */
  readonly asked: number;
  close(): Promise<void>;
}

const TOKEN_FIELDS = { currency: "156", entryMode: "072", mcc: "5814", processingCode: "000000" } as const;

function sharedOf(world: World, party: ChainParty) {
  const log = createLog("warn").with({ party });
  const db = openPartyDb(world, party);
  return {
    clock: systemClock,
    timers: systemClock,
    random: systemRandom,
    log,
    db,
    groupCommit: pacedGroupCommit(systemClock),
  };
}

function journeyOf(serial: number): string {
  return `iso-1124100000-${String(serial).padStart(9, "0")}-99900010-99900010`;
}

/** The TSP alone, by its own door: frames of requests in, each cryptogram checked and each ATC durably spent, frames of answers out. */
export function tspStep(world: World, taps: Taps): Step {
  const shared = sharedOf(world, "tsp");
  const tsp = createTspAlone(world, shared);
  const waiting = new Map<number, () => void>();
  const peer = door(tsp.tokens, (frame) => {
    for (const answer of parseTokenAnswers(frame)) {
      if (answer.outcome !== "accepted") throw new Error(`steps: the TSP answered ${JSON.stringify(answer)}`);
      waiting.get(answer.id)?.();
      waiting.delete(answer.id);
    }
  });
  let serial = 0;
  const next = () => {
    const tap = taps.next();
    if (tap === undefined) return undefined;
    const id = serial++;
    const request = {
      id,
      kind: "authorise" as const,
      journeyId: journeyOf(id),
      tokenPan: tap.card.tokenPan,
      expiry: tap.card.tokenExpiry,
      amountMinor: toN12(tap.amount),
      chipData: toHex(tap.chip.field55),
      ...TOKEN_FIELDS,
    };
    return () =>
      new Promise<void>((resolve) => {
        waiting.set(id, resolve);
        peer.send(encodeTokenRequests([request]));
      });
  };
  return stepOf(world, shared.db, next);
}

/** The bank alone, by its own door: CUPS frames in, each payment decided, posted and durable, CUPS frames out. */
export function issuerStep(world: World, cards: readonly BenchCard[]): Step {
  const shared = sharedOf(world, "issuer");
  const issuer = createIssuerAlone(world, shared);
  const waiting = new Map<string, () => void>();
  const peer = door(issuer.iso, (frame) => {
    const { message } = parseCupsFrame(frame);
    if (text(message, 39) !== "00") throw new Error(`steps: the bank answered ${text(message, 39)}`);
    const key = `${text(message, 7)}${text(message, 11)}`;
    waiting.get(key)?.();
    waiting.delete(key);
  });
  const header = { test: true, destination: "99900001", source: "00010000", rejectCode: "00000" };
  let serial = 0;
  // Behind the chain's own times of day: no step's payment is a repeat of the chain's.
  const base = systemClock.now() - 86_400_000;
  const next = () => {
    const n = serial++;
    const card = cards[n % cards.length]!;
    const at = (base + Math.floor(n / 900_000) * 1000) as ReturnType<typeof systemClock.now>;
    const f7 = toF7(at);
    const f11 = String((n % 900_000) + 1).padStart(6, "0");
    const message: IsoMessage = {
      mti: "0200",
      fields: {
        2: card.pan,
        3: "000000",
        4: toN12(amountOf(n)),
        7: f7,
        11: f11,
        12: chinaTime(at),
        13: chinaDate(at),
        18: "5814",
        22: "072",
        25: "00",
        32: "99900010",
        33: "99900010",
        37: `${f7.slice(0, 6)}${f11}`,
        41: "T0000001",
        42: "999000150810001",
        43: "CHN29000DEMO CAFE".padEnd(40, " "),
        49: "156",
        56: encodePar(card.par),
        63: encodeTokenBlock({
          tokenPan: card.tokenPan,
          tokenExpiry: card.tokenExpiry,
          assurance: ASSURANCE.issuerOneFactor,
          trid: DEMO_TRID,
        }),
      },
    };
    return () =>
      new Promise<void>((resolve) => {
        waiting.set(f7 + f11, resolve);
        peer.send(encodeCupsFrame(header, message));
      });
  };
  return stepOf(world, shared.db, next);
}

/** The network's end of a party's door, in this process: what it sends arrives in the next turn, as from a wire. */
function door(handlers: LinkServerHandlers, onFrame: (frame: Uint8Array) => void): { send(frame: Uint8Array): void } {
  const peer: Peer = {
    id: "bench",
    send(frame) {
      setImmediate(onFrame, frame);
      return true;
    },
    close() {
      throw new Error("steps: the party closed its door");
    },
  };
  handlers.onOpen(peer);
  return { send: (frame) => void setImmediate(() => handlers.onFrame(peer, frame)) };
}

function stepOf(world: World, db: { close(): Promise<void> }, next: () => (() => Promise<void>) | undefined): Step {
  let asked = 0;
  return {
    get asked() {
      return asked;
    },
    async run({ atMost, ...options }) {
      const first = asked;
      const before = { node: cpuOf(process.pid), postgres: cpuOfFamily(world.serverPid) };
      const figures = await closedLoad(() => {
        const call = asked - first < atMost ? next() : undefined;
        if (call !== undefined) asked += 1;
        return call;
      }, options);
      const calls = asked - first;
      const each = (from: number | undefined, to: number | undefined) =>
        from === undefined || to === undefined ? undefined : (to - from) / calls;
      const node = each(before.node, cpuOf(process.pid));
      const postgres = each(before.postgres, cpuOfFamily(world.serverPid));
      return {
        ...figures,
        cpuMicros: { ...(node === undefined ? {} : { node }), ...(postgres === undefined ? {} : { postgres }) },
      };
    },
    close: () => db.close(),
  };
}
