/** Which transaction counters a token has used: the highest, and a bit for each of the 63 below it. */
export interface AtcWindow {
  /** 0 before the first. */
  readonly high: number;
  /** Bit n: `high - n` has been accepted. Fits a signed 64-bit column. */
  readonly seen: bigint;
}

export const EMPTY_WINDOW: AtcWindow = { high: 0, seen: 0n };

const WINDOW = 63;
const MASK = (1n << BigInt(WINDOW)) - 1n;

/** A card that jumps further ahead than this has been cloned or broken. UNVERIFIED: the published figure is an example. */
export const ATC_GAP_MAX = 100;

export type AtcVerdict =
  | { readonly verdict: "accepted"; readonly window: AtcWindow }
  | { readonly verdict: "replayed" | "outsideWindow" };

/**
 * Accepts each ATC once, late ones within the window too. Pure; the caller stores the window durably before it answers.
 *
 * @param gapMax how far ahead of the highest one an ATC may be.
 */
export function acceptAtc(window: AtcWindow, atc: number, gapMax: number = ATC_GAP_MAX): AtcVerdict {
  if (atc > window.high) {
    if (atc - window.high > gapMax) return { verdict: "outsideWindow" };
    const shift = BigInt(atc - window.high);
    return { verdict: "accepted", window: { high: atc, seen: ((window.seen << shift) | 1n) & MASK } };
  }
  const behind = window.high - atc;
  if (behind >= WINDOW) return { verdict: "outsideWindow" };
  const bit = 1n << BigInt(behind);
  if ((window.seen & bit) !== 0n) return { verdict: "replayed" };
  return { verdict: "accepted", window: { high: window.high, seen: window.seen | bit } };
}
