import type { Api, CallContext, Calls } from "#contracts/operation";
import type { Link, LinkHandlers, Timers } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { FaultSpec, StandingFault } from "#contracts/sandbox-api";
import { err, type Result } from "#protocol/bytes";
import type { EdgeFaults, FrameEdge } from "../edges.ts";
import type { ApduChannel } from "../faces/field.ts";
import { altered, mtiOf } from "./alter.ts";
import { STRANGERS_KEY } from "./strangers-key.ts";

interface Standing {
  readonly faultId: string;
  readonly fault: FaultSpec;
  hits: number;
}

type FaultEdge = FaultSpec["edge"];

export interface FaultBoard extends EdgeFaults {
  calls<A extends Api>(edge: FaultEdge, calls: Calls<A>): Calls<A>;
  add(fault: FaultSpec): string;
  lift(faultId?: string): void;
  list(): readonly StandingFault[];
  isCut(edge: FaultEdge): boolean;
  /** A card in a terminal's field, as far as the field lets it be heard. */
  field(card: ApduChannel): ApduChannel;
  /** Called when a fault comes, is met, or goes. */
  subscribe(listener: () => void): () => void;
}

const ON_CALLS: readonly FaultSpec["does"][] = [
  "dropRequest",
  "dropAnswer",
  "late",
  "twice",
  "busy",
  "spoilAnswer",
  "spoilRequest",
  "swapDeviceKey",
  "strange",
  "flipByte",
  "delay",
];
/** A delay of which nobody said how long. */
const DELAY_MS = 3_000;
/** A refusal for load says when to come back. */
const BUSY_FOR_MS = 30_000;

/**
 * Faults on the lines between parties that run in one process: what a real line, a peer's program or a load can do. Lines
 * without a fault are passed through as they are.
 */
export function createFaultBoard(timers: Timers): FaultBoard {
  let serial = 0;
  let standing: Standing[] = [];
  const lines = new Map<FaultEdge, Set<(down: boolean) => void>>();
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const pause = (ms = DELAY_MS) => new Promise<void>((next) => void timers.after(ms, next));

  /** The first fault that fits, counted; it goes when it has been met as often as it should be. */
  function meet(edge: FaultEdge, kinds: readonly FaultSpec["does"][], operation?: string): FaultSpec | undefined {
    const one = standing.find(
      ({ fault }) =>
        fault.edge === edge &&
        kinds.includes(fault.does) &&
        (fault.operation === undefined || fault.operation === operation),
    );
    if (one === undefined) return undefined;
    one.hits += 1;
    if (one.fault.times !== undefined && one.hits >= one.fault.times)
      standing = standing.filter((other) => other !== one);
    changed();
    return one.fault;
  }
  /** Every value that is to be another in this frame: a wrong mapping may have several. */
  function alterFrame(edge: FrameEdge, frame: Uint8Array): Uint8Array {
    if (!standing.some(({ fault }) => fault.edge === edge && fault.does === "alter")) return frame;
    const mti = mtiOf(frame);
    const met = standing.filter(
      ({ fault }) =>
        fault.edge === edge &&
        fault.does === "alter" &&
        mti !== undefined &&
        (fault.operation ?? mti) === mti &&
        fault.at !== undefined,
    );
    for (const one of met) one.hits += 1;
    standing = standing.filter((one) => !met.includes(one) || one.hits < (one.fault.times ?? Number.POSITIVE_INFINITY));
    if (met.length === 0) return frame;
    changed();
    return altered(
      frame,
      met.map(({ fault: { at, becomes } }) => ({ at: at!, becomes })),
    );
  }
  const isCut = (edge: FaultEdge) => standing.some(({ fault }) => fault.edge === edge && fault.does === "cut");
  const tellLine = (edge: FaultEdge) => {
    for (const tell of lines.get(edge) ?? []) tell(isCut(edge));
  };

  async function passCall(
    edge: FaultEdge,
    operation: string,
    asked: object,
    ask: (spoilt?: object) => Promise<Result<unknown, Problem>>,
  ): Promise<Result<unknown, Problem>> {
    if (isCut(edge)) return err(problem("peerUnavailable"));
    const fault = meet(edge, ON_CALLS, operation);
    switch (fault?.does) {
      case undefined:
        return ask();
      case "dropRequest":
        return err(problem("peerUnavailable"));
      case "busy":
        return err(problem("tooMany", { retryAfterMs: BUSY_FOR_MS, cause: "throttled" }));
      case "spoilRequest":
        return ask({});
      case "swapDeviceKey":
        return ask({ ...asked, device: { ...(asked as { device?: object }).device, publicKey: STRANGERS_KEY } });
      case "delay":
        await pause(fault.delayMs);
        return ask();
      case "late":
        void ask();
        return err(problem("peerUnavailable"));
      case "strange":
        return err(problem("notSignedIn"));
      case "twice":
        return (await Promise.all([ask(), ask()]))[0];
      case "spoilAnswer":
      case "flipByte":
        await ask();
        return err(problem("peerUnavailable", { detail: "the answer does not fit the schema" }));
      default:
        await ask();
        return err(problem("peerUnavailable"));
    }
  }

  return {
    add(fault) {
      const faultId = `fault-${++serial}`;
      standing.push({ faultId, fault, hits: 0 });
      if (fault.does === "cut") tellLine(fault.edge);
      changed();
      return faultId;
    },
    lift(faultId) {
      const gone = standing.filter((one) => faultId === undefined || one.faultId === faultId);
      standing = standing.filter((one) => !gone.includes(one));
      for (const { fault } of gone) if (fault.does === "cut") tellLine(fault.edge);
      if (gone.length > 0) changed();
    },
    list: () => standing.map((one) => ({ ...one })),
    isCut,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    field: (card) => ({
      async transmit(apdu) {
        if (standing.length === 0) return card.transmit(apdu);
        if (isCut("field")) throw new Error("card removed");
        const fault = meet("field", ["dropRequest", "dropAnswer", "flipByte", "delay"]);
        if (fault?.does === "dropRequest") throw new Error("card removed");
        if (fault?.does === "delay") await pause(fault.delayMs);
        const answer = await card.transmit(apdu);
        if (fault?.does === "dropAnswer") throw new Error("card removed");
        return fault?.does === "flipByte" ? flipped(answer) : answer;
      },
    }),

    calls<A extends Api>(edge: FaultEdge, calls: Calls<A>): Calls<A> {
      const passed = Object.entries(calls).map(([operation, ask]) => [
        operation,
        (request: never, context: CallContext) =>
          standing.length === 0
            ? ask(request, context)
            : passCall(edge, operation, request, (spoilt) => ask((spoilt ?? request) as never, context)),
      ]);
      return Object.fromEntries(passed) as Calls<A>;
    },

    link(edge, link) {
      let handlers: LinkHandlers | undefined;
      let up = false;
      const told = (down: boolean) => {
        if (!up || handlers === undefined) return;
        if (down) handlers.onDown();
        else handlers.onUp();
      };
      const line: Link = {
        start(given) {
          handlers = given;
          const all = lines.get(edge) ?? new Set();
          lines.set(edge, all.add(told));
          link.start({
            onUp() {
              up = true;
              if (!isCut(edge)) given.onUp();
            },
            onDown() {
              up = false;
              if (!isCut(edge)) given.onDown();
            },
            onFrame(frame) {
              if (standing.length > 0 && (isCut(edge) || meet(edge, ["dropAnswer"]) !== undefined)) return;
              given.onFrame(frame);
            },
          });
        },
        send(given) {
          if (standing.length === 0) return link.send(given);
          if (isCut(edge)) return false;
          const frame = alterFrame(edge, given);
          const fault = meet(edge, ["dropRequest", "twice", "flipByte", "delay"]);
          switch (fault?.does) {
            case "dropRequest":
              return true;
            case "twice":
              return link.send(frame) && link.send(frame);
            case "flipByte":
              return link.send(flipped(frame));
            case "delay": {
              const copy = frame.slice();
              timers.after(fault.delayMs ?? DELAY_MS, () => void link.send(copy));
              return true;
            }
            default:
              return link.send(frame);
          }
        },
        stop: () => link.stop(),
      };
      return line;
    },
  };
}

/** One bit of the last quarter turns: the frame stays a frame, its message does not. */
function flipped(frame: Uint8Array): Uint8Array {
  const copy = frame.slice();
  const at = Math.floor((copy.length * 3) / 4);
  copy[at] = (copy[at] ?? 0) ^ 0x01;
  return copy;
}
