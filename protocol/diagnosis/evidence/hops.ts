import { isWitness, type Stage, type Witness } from "../cause.ts";
import type { Kept } from "./kept.ts";

/** One call from one party to another, with its retries: they carry the same key. */
export interface Hop {
  readonly from: Witness;
  readonly to: Witness;
  readonly operation: string;
  readonly key: string;
  readonly stage: Stage;
  /** What the caller says: `sent`, `answered`, `unanswered`, in its order. */
  readonly asked: readonly Kept[];
  /** What the other says: `received`, `decided`. */
  readonly taken: readonly Kept[];
}

const CALLER: ReadonlySet<string> = new Set(["sent", "answered", "unanswered"]);
const TAKER: ReadonlySet<string> = new Set(["received", "decided"]);

/** Pairs the two sides by key, operation and parties. */
export function pairHops(kept: readonly Kept[]): readonly Hop[] {
  const hops = new Map<string, { asked: Kept[]; taken: Kept[] } & Omit<Hop, "asked" | "taken">>();
  for (const one of kept) {
    const { code, party, stage, data } = one.fact;
    const caller = CALLER.has(code);
    if (!caller && !TAKER.has(code)) continue;
    const { peer, operation, hop: key } = data;
    if (!isWitness(peer) || peer === party || typeof operation !== "string" || typeof key !== "string") continue;
    const [from, to] = caller ? [party, peer] : [peer, party];
    const id = `${from}\0${to}\0${operation}\0${key}`;
    let hop = hops.get(id);
    if (hop === undefined) {
      hop = { from, to, operation, key, stage, asked: [], taken: [] };
      hops.set(id, hop);
    }
    (caller ? hop.asked : hop.taken).push(one);
  }
  return [...hops.values()];
}

export function first(kept: readonly Kept[], code: string): Kept | undefined {
  return kept.find(({ fact }) => fact.code === code);
}

export function last(kept: readonly Kept[], code: string): Kept | undefined {
  return kept.findLast(({ fact }) => fact.code === code);
}
