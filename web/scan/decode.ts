/** What the recogniser says of a strip: for each of its steps a probability of each sign. */
export interface SignTable {
  readonly steps: number;
  readonly signs: number;
  readonly probability: Float32Array;
}

/** A sign that was read, how sure, and where in the strip, from 0 to 1. */
export interface Sign {
  readonly text: string;
  readonly sure: number;
  readonly at: number;
}

/** The signs in the recogniser's order: nothing first, then the lines of its list, then the space. */
export function alphabetOf(list: string): readonly string[] {
  return ["", ...list.replace(/\r/g, "").replace(/\n$/, "").split("\n"), " "];
}

/** The best sign of each step; the same sign twice in a row is one sign, unless nothing stands between (CTC, greedy). */
export function readSigns({ steps, signs, probability }: SignTable, alphabet: readonly string[]): Sign[] {
  const read: Sign[] = [];
  let last = 0;
  for (let step = 0; step < steps; step++) {
    const row = probability.subarray(step * signs, (step + 1) * signs);
    let best = 0;
    for (let i = 1; i < signs; i++) if (row[i]! > row[best]!) best = i;
    if (best !== 0 && best !== last)
      read.push({ text: alphabet[best] ?? "", sure: row[best]!, at: (step + 0.5) / steps });
    last = best;
  }
  return read;
}
