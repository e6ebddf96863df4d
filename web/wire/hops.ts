import type { PartyName, WireRow } from "#contracts/wire";

/** The parties from the hand to the bank. A journey shows those that take part in it. */
const LANES = ["device", "terminal", "acquirer", "network", "wallet", "tsp", "issuer", "sms"] as const;
export type Lane = (typeof LANES)[number];

export type HopEnd = "ok" | "refused" | "late" | "noAnswer" | "notSent" | "lost" | "waiting" | "unreadable";

/** One message as it is drawn. */
export interface Hop {
  readonly row: WireRow;
  readonly from: Lane;
  readonly to: Lane;
  /** Since the first of the journey. */
  readonly offsetMs: number;
  /** Of an answer: since what it answers was asked. */
  readonly answeredMs?: number;
  readonly end: HopEnd;
}

/** An answer that takes this long is drawn as late: a payment is felt to be slow from here on. */
const LATE_MS = 3_000;
/** With nothing heard for this long an answer is not expected any more. */
const LOST_MS = 30_000;

export const laneOf = (party: PartyName): Lane => (party === "phone" ? "device" : party);

export function lanesOf(rows: readonly WireRow[]): readonly Lane[] {
  const seen = new Set(rows.flatMap(({ from, to }) => [laneOf(from), laneOf(to)]));
  return LANES.filter((lane) => seen.has(lane));
}

/**
 * Each message with its time, and how its hop ended as far as the messages show it.
 *
 * @param all everything of the journey, also what a filter hides: an answer counts though it is not shown.
 * @param now when it is looked at.
 */
export function hopsOf(shown: readonly WireRow[], all: readonly WireRow[], now: number): readonly Hop[] {
  const asked = new Map<string, number>();
  const answered = new Set<string>();
  for (const { part, exchange, at } of all) {
    if (part === "answer") answered.add(exchange);
    else if (part === "request" && !asked.has(exchange)) asked.set(exchange, at);
  }
  const reversed = all.some(({ kind, operation }) => kind === "iso8583" && operation.startsWith("04"));
  const start = all[0]?.at ?? 0;
  return shown.map((row) => {
    const { part, exchange, at, outcome } = row;
    const since = part === "answer" ? asked.get(exchange) : undefined;
    const answeredMs = since === undefined ? undefined : at - since;
    const open = part === "request" && !answered.has(exchange);
    const end: HopEnd =
      outcome !== "ok"
        ? outcome
        : open
          ? reversed || now - at > LOST_MS
            ? "lost"
            : "waiting"
          : answeredMs !== undefined && answeredMs >= LATE_MS
            ? "late"
            : "ok";
    return {
      row,
      from: laneOf(row.from),
      to: laneOf(row.to),
      offsetMs: at - start,
      ...(answeredMs === undefined ? {} : { answeredMs }),
      end,
    };
  });
}

/** "850 ms", "1.24 s", "2 min 05 s". */
export function spanText(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(2)} s`;
  const seconds = Math.floor(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
}
