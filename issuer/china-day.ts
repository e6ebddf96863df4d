import { type Instant, instant } from "#protocol/time";

const DAY_MS = 24 * 3_600_000;
const CHINA_OFFSET_MS = 8 * 3_600_000;

/** Number of the day in China, counted from 1970-01-01: what day limits count by. */
export function chinaDay(at: Instant): number {
  return Math.floor((at + CHINA_OFFSET_MS) / DAY_MS);
}

/** Midnight in China before `at`. */
export function startOfDay(at: Instant): Instant {
  return instant(chinaDay(at) * DAY_MS - CHINA_OFFSET_MS);
}

export function startOfNextDay(at: Instant): Instant {
  return instant(startOfDay(at) + DAY_MS);
}
