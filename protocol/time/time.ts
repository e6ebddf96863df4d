import { type Brand, err, ok, type Result } from "#protocol/bytes";

/** A moment: milliseconds since 1970-01-01T00:00Z. Only `platform` reads one off a clock. */
export type Instant = Brand<number, "Instant">;

export function instant(epochMs: number): Instant {
  if (!Number.isSafeInteger(epochMs)) throw new RangeError("instant: wants whole milliseconds");
  return epochMs as Instant;
}

/** UnionPay wire times are China Standard Time, GMT+8 all year (iso8583: F7, F12, F13). */
const CHINA_OFFSET_MS = 8 * 3_600_000;

/** As the UTC parts of a date, what clocks in China show. */
function inChina(at: Instant): Date {
  return new Date(at + CHINA_OFFSET_MS);
}

function two(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}

/** F7: MMDDhhmmss in China time. */
export function toF7(at: Instant): string {
  return chinaDate(at) + chinaTime(at);
}

/** F13 and F15: MMDD. */
export function chinaDate(at: Instant): string {
  const date = inChina(at);
  return two(date.getUTCMonth() + 1) + two(date.getUTCDate());
}

/** F12 and tag 9F21: hhmmss. */
export function chinaTime(at: Instant): string {
  const date = inChina(at);
  return two(date.getUTCHours()) + two(date.getUTCMinutes()) + two(date.getUTCSeconds());
}

/** Tag 9A: YYMMDD. */
export function toYymmdd(at: Instant): string {
  return two(inChina(at).getUTCFullYear() % 100) + chinaDate(at);
}

/** Card or token expiry as F14 carries it. */
export type ExpiryYymm = Brand<string, "ExpiryYymm">;

export function parseExpiry(text: string): Result<ExpiryYymm, "badExpiry"> {
  return /^\d{2}(?:0[1-9]|1[0-2])$/.test(text) ? ok(text as ExpiryYymm) : err("badExpiry");
}

/**
 * The first moment after the expiry month, in China time. Two-digit years: 00-49 are 20xx, 50-99 are 19xx
 * (EMV Book 4, the century rule for YY).
 */
export function endOfExpiry(expiry: ExpiryYymm): Instant {
  const yy = Number(expiry.slice(0, 2));
  const year = yy < 50 ? 2000 + yy : 1900 + yy;
  return instant(Date.UTC(year, Number(expiry.slice(2)), 1) - CHINA_OFFSET_MS);
}

/** Expiry is checked, not scheduled. */
export function isExpired(expiry: ExpiryYymm, now: Instant): boolean {
  return now >= endOfExpiry(expiry);
}
