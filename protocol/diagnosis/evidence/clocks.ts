import type { Witness } from "../cause.ts";
import type { Holding } from "../fact.ts";
import { first, type Hop, last } from "./hops.ts";
import { clockOf } from "./kept.ts";

/** Clocks of different parties may differ by this much without anybody being wrong. */
export const CLOCK_TOLERANCE_MS = 120_000;

/** Two clocks, and by how much the second is ahead of the first: at least, and at most. */
export interface ClockPair {
  readonly one: Witness;
  readonly other: Witness;
  readonly atLeastMs: number;
  readonly atMostMs: number;
}

export interface ClockOffsets {
  readonly pairs: readonly ClockPair[];
  /** Pairs that no clocks explain: an answer before its request. */
  readonly impossible: readonly ClockPair[];
  /** Pairs apart beyond tolerance. */
  readonly apart: readonly ClockPair[];
  /** The party whose clock is off, when the others agree among themselves. */
  readonly odd: Witness | undefined;
  /** How far a party's clock is ahead of the first one, as far as hops tell. */
  ahead(party: Witness): number;
}

/**
 * What the stamps of hops say of the clocks. A request is received after it was sent, and answered after it was
 * received: each hop bounds the difference of two clocks from both sides.
 */
export function clockOffsets(hops: readonly Hop[], holdings: readonly Holding[]): ClockOffsets {
  const pairs = pairsOf(hops);
  const impossible = pairs.filter(({ atLeastMs, atMostMs }) => atLeastMs - atMostMs > CLOCK_TOLERANCE_MS);
  const apart = pairs.filter((pair) => !impossible.includes(pair) && Math.abs(least(pair)) > CLOCK_TOLERANCE_MS);
  const odd = oddOne(apart, holdings);
  const offsets = spread(pairs.filter((pair) => !impossible.includes(pair)));
  return { pairs, impossible, apart, odd, ahead: (party) => offsets.get(party) ?? 0 };
}

function pairsOf(hops: readonly Hop[]): readonly ClockPair[] {
  const bounds = new Map<string, { one: Witness; other: Witness; atLeastMs: number; atMostMs: number }>();
  for (const { asked, taken } of hops) {
    const sent = first(asked, "sent");
    const received = first(taken, "received");
    if (sent === undefined || received === undefined) continue;
    const one = clockOf(sent);
    const other = clockOf(received);
    const answered = last(asked, "answered");
    const acted = first(taken, "decided") ?? received;
    const key = JSON.stringify([one, other]);
    const known = bounds.get(key) ?? { one, other, atLeastMs: -Infinity, atMostMs: Infinity };
    known.atMostMs = Math.min(known.atMostMs, received.fact.at - sent.fact.at);
    if (answered !== undefined) known.atLeastMs = Math.max(known.atLeastMs, acted.fact.at - answered.fact.at);
    bounds.set(key, known);
  }
  return [...bounds.values()];
}

/** The smallest difference that the bounds allow: 0 when the clocks may agree. */
function least({ atLeastMs, atMostMs }: ClockPair): number {
  return atLeastMs > 0 ? atLeastMs : atMostMs < 0 ? atMostMs : 0;
}

/** The likeliest difference: in the middle of the bounds, which are as narrow as the way there and back is short. */
function likely(pair: ClockPair): number {
  const middle = (pair.atLeastMs + pair.atMostMs) / 2;
  return Number.isFinite(middle) ? Math.round(middle) : least(pair);
}

/** From one clock to the next along the pairs. */
function spread(pairs: readonly ClockPair[]): ReadonlyMap<Witness, number> {
  const offsets = new Map<Witness, number>();
  for (let rest = [...pairs]; rest.length > 0; ) {
    const next = rest.find(({ one, other }) => offsets.has(one) || offsets.has(other)) ?? rest[0]!;
    if (!offsets.has(next.one) && !offsets.has(next.other)) offsets.set(next.one, 0);
    const known = offsets.get(next.one);
    if (known === undefined) offsets.set(next.one, offsets.get(next.other)! - likely(next));
    else if (!offsets.has(next.other)) offsets.set(next.other, known + likely(next));
    rest = rest.filter((pair) => pair !== next);
  }
  return offsets;
}

/** Of two clocks apart, the one that also differs from the moment at which everybody was asked. */
function oddOne(apart: readonly ClockPair[], holdings: readonly Holding[]): Witness | undefined {
  if (apart.length === 0) return undefined;
  const suspects = [...new Set(apart.flatMap(({ one, other }) => [one, other]))].filter((party) =>
    apart.every(({ one, other }) => one === party || other === party),
  );
  if (suspects.length === 1) return suspects[0];
  const stamps = holdings.map(({ askedAt }) => askedAt as number).sort((a, b) => a - b);
  if (stamps.length < 3) return undefined;
  const middle = stamps[Math.floor(stamps.length / 2)]!;
  const off = holdings.filter(({ askedAt }) => Math.abs(askedAt - middle) > CLOCK_TOLERANCE_MS);
  return off.length === 1 ? off[0]!.party : undefined;
}
