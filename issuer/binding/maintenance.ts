import { type Instant, instant } from "#protocol/time";
import { startOfDay } from "../china-day.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** When the bank decides nothing. Minutes are of the China day; a daily window that ends before it begins spans midnight. */
export type MaintenanceWindow = { readonly products?: readonly string[] } & (
  | { readonly kind: "daily"; readonly fromMinute: number; readonly toMinute: number }
  | { readonly kind: "once"; readonly from: number; readonly until: number }
);

/** When the bank opens again for a product, or undefined while it is open. Of several windows the last to end counts. */
export function closedUntil(
  windows: readonly MaintenanceWindow[],
  productId: string,
  now: Instant,
): Instant | undefined {
  const ends = windows
    .filter((window) => window.products === undefined || window.products.includes(productId))
    .flatMap((window) => endOf(window, now) ?? []);
  return ends.length === 0 ? undefined : instant(Math.max(...ends));
}

function endOf(window: MaintenanceWindow, now: Instant): number | undefined {
  if (window.kind === "once") return now >= window.from && now < window.until ? window.until : undefined;
  const midnight = startOfDay(now);
  const minute = (now - midnight) / MINUTE_MS;
  const { fromMinute, toMinute } = window;
  if (fromMinute < toMinute)
    return minute >= fromMinute && minute < toMinute ? midnight + toMinute * MINUTE_MS : undefined;
  if (minute >= fromMinute) return midnight + (DAY_MINUTES + toMinute) * MINUTE_MS;
  return minute < toMinute ? midnight + toMinute * MINUTE_MS : undefined;
}
