import * as v from "valibot";
import { TokenAnswer, type TokenRequest } from "#contracts/token-authorisation";
import type { WireEvent, WireRow, WireTap } from "#contracts/wire";
import type { CryptogramExplanation } from "#contracts/wire-api";
import { renderRow } from "./render/row.ts";
import { createTracer, recordOf, type Traced, tagsOfTap } from "./trace.ts";

/** The last messages between the parties, decoded and masked, and whoever watches them. */
export interface WireHub extends WireTap {
  rows(): readonly WireRow[];
  subscribe(listener: (row: WireRow) => void): () => void;
  /** A row with the token's number readable. The card's own stays hidden, and so do keys and codes. */
  revealed(seq: number): WireRow | undefined;
  /** The payment that a row belongs to, as the token service was asked about it, and what card and terminal had told each other. */
  paymentOf(seq: number): WirePayment | undefined;
}

export interface WirePayment {
  readonly request: TokenRequest;
  /** What the token service answered, when it did. */
  readonly answer?: NonNullable<CryptogramExplanation["answered"]>;
  readonly tap: ReadonlyMap<string, Uint8Array>;
}

const KEPT = 1_000;
/** Calls that only carry keys or views: noise between the messages of a payment. */
const QUIET: ReadonlySet<string> = new Set(["publicKey", "pushRoot", "token"]);

/** "Look again" without saying at what: a phone gets many of these. */
function isNudge({ part, operation }: WireEvent & { kind: "json" }): boolean {
  return part === "event" && operation !== "notice" && operation !== "binding";
}

interface Kept {
  readonly row: WireRow;
  readonly traced: Traced;
}

/**
 * Messages are put aside as they pass, and read when somebody looks: while nobody does, each costs its place in a list.
 */
export function createWireHub(): WireHub {
  const tracer = createTracer();
  const listeners = new Set<(row: WireRow) => void>();
  let waiting: WireEvent[] = [];
  let kept: Kept[] = [];
  let seq = 0;
  let scheduled = false;

  /** Reads what has passed since; watchers hear of it. */
  function read(): void {
    if (waiting.length === 0) return;
    const events = waiting;
    waiting = [];
    const fresh = events
      .slice(-KEPT)
      .flatMap((event) => tracer.trace(event))
      .map((traced): Kept => ({ traced, row: renderRow(traced, ++seq, false) }));
    kept = [...kept, ...fresh].slice(-KEPT);
    for (const { row } of fresh) for (const listener of listeners) listener(row);
  }

  /** After the messages of this turn have gone their way. */
  function readSoon(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      read();
    });
  }

  const find = (wanted: number) => kept.find(({ row }) => row.seq === wanted);

  return {
    record(event) {
      if (event.kind === "json" && (QUIET.has(event.operation) || isNudge(event))) return;
      waiting.push(event);
      // What nobody reads goes, half at a time.
      if (waiting.length >= KEPT * 2) waiting = waiting.slice(-KEPT);
      if (listeners.size > 0) readSoon();
    },
    rows() {
      read();
      return kept.map(({ row }) => row);
    },
    subscribe(listener) {
      read();
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    revealed(wanted) {
      const found = find(wanted);
      return found === undefined ? undefined : renderRow(found.traced, found.row.seq, true);
    },
    paymentOf(wanted) {
      const found = find(wanted);
      if (found === undefined) return undefined;
      const together = joined(kept, found);
      const asked = together.find(
        ({ traced: { event, part, value } }) =>
          event.kind === "token" && part === "request" && recordOf(value)["kind"] === "authorise",
      );
      if (asked === undefined) return undefined;
      const told = together.findLast(({ row }) => row.exchange === asked.row.exchange && row.part === "answer");
      const answer = v.safeParse(TokenAnswer, told?.traced.value);
      return {
        request: asked.traced.value as TokenRequest,
        ...(answer.success ? { answer: answeredBy(answer.output) } : {}),
        tap: tagsOfTap(together.map(({ traced }) => traced)),
      };
    },
  };
}

function answeredBy(answer: TokenAnswer): NonNullable<WirePayment["answer"]> {
  const { outcome } = answer;
  return outcome === "refused" ? { outcome, reason: answer.reason } : { outcome };
}

/** Rows that share a name with a row, or with one that does. */
function joined(all: readonly Kept[], first: Kept): readonly Kept[] {
  const links = new Set(first.row.links);
  for (let before = -1; before !== links.size; ) {
    before = links.size;
    for (const { row } of all)
      if (row.links.some((link) => links.has(link))) for (const link of row.links) links.add(link);
  }
  return all.filter(({ row }) => row.links.some((link) => links.has(link)));
}
