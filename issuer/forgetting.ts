import type { Db, Statement } from "#contracts/ports";
import { forgetAnswered } from "#party";
import type { Instant } from "#protocol/time";
import { chinaDay } from "./china-day.ts";

const DAY_MS = 24 * 3_600_000;

/** Sessions, ceremonies and codes that are over, and quotes that nobody took: kept a day longer than they hold, for the desk. */
const OVER: readonly Statement[] = [
  "delete from app_session where expires_at < $1",
  "delete from staff_session where expires_at < $1",
  "delete from staff_invitation where expires_at < $1",
  "delete from app_enrolment where expires_at < $1",
  "delete from webauthn_ceremony where expires_at < $1",
  "delete from fee_quote where valid_until < $1 and transfer_id is null",
].map((text) => ({ text }));

export async function forgetOld(db: Db, now: Instant): Promise<void> {
  for (const statement of OVER) await db.query(statement, [now - DAY_MS]);
  await forgetAnswered(db, now);
  await db.query({ text: "delete from phone_day where day < $1" }, [chinaDay(now)]);
}
