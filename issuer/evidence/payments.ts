import type { Db } from "#contracts/ports";
import { CAUSES, type Cause, type Fact, type FactData } from "#protocol/diagnosis";
import { type Instant, instant } from "#protocol/time";
import { type CardState, statusOf } from "../cards/status.ts";
import type { AuthorisationKind, AuthorisationState, CardStatus } from "../host/book.ts";
import type { IssuerPolicy } from "../policy.ts";

/*
 * What the bank holds of a payment, read from what it decided: the hot path writes nothing more for it.
 */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const CHINA_OFFSET_MS = 8 * 60 * MINUTE_MS;
/** F7 is the sender's clock; a reversal that finds no original comes later. */
const CLOCKS_DIFFER_MS = 10 * MINUTE_MS;
const REVERSED_WITHIN_MS = 3 * DAY_MS;

interface Row {
  readonly kind: AuthorisationKind;
  readonly amount_minor: bigint;
  readonly response_code: string;
  readonly state: AuthorisationState;
  readonly decided_at: bigint;
  readonly base_status: CardState["base"] | null;
  readonly blocks: CardState["blocks"] | null;
}

/** When a payment was sent, by its name: `iso-{F7}-…` (docs/adr/0006). F7 has no year: the last one in which it can have been. */
export function sentAt(journeyId: string, now: Instant): Instant | undefined {
  const match = /^iso-(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)-/.exec(journeyId);
  if (match === null) return undefined;
  const [month, day, hour, minute, second] = match.slice(1).map(Number) as [number, number, number, number, number];
  const year = new Date(now + CHINA_OFFSET_MS).getUTCFullYear();
  const inYear = (y: number) => Date.UTC(y, month - 1, day, hour, minute, second) - CHINA_OFFSET_MS;
  const at = inYear(year) <= now + DAY_MS ? inYear(year) : inYear(year - 1);
  return instant(at);
}

export async function paymentFacts(
  db: Db,
  policy: IssuerPolicy["payment"],
  journeyId: string,
  now: Instant,
): Promise<readonly Fact[]> {
  const sent = sentAt(journeyId, now);
  if (sent === undefined) return [];
  const rows = await db.query<Row>(
    {
      text: `
        select x.kind, x.amount_minor, x.response_code, x.state, x.decided_at, c.base_status, c.blocks
        from authorisation x
        left join lateral (select base_status, blocks from card
          where b = x.b and account_id = x.account_id order by issued_at desc limit 1) c on true
        where x.decided_at between $1 and $2 and x.journey_id = $3`,
    },
    [sent - CLOCKS_DIFFER_MS, sent + REVERSED_WITHIN_MS, journeyId],
  );
  return rows.flatMap((row) => factsOf(row, journeyId, policy));
}

function factsOf(row: Row, journeyId: string, policy: IssuerPolicy["payment"]): readonly Fact[] {
  const at = instant(Number(row.decided_at));
  const base = { journeyId, at, party: "issuer" } as const;
  const data: FactData = { kind: row.kind, responseCode: row.response_code, setter: "issuer" };
  const reversed: readonly Fact[] =
    row.state === "reversed"
      ? [
          {
            ...base,
            stage: "complete",
            code: "reversalDone",
            outcome: "noted",
            data: { before: row.kind === "tombstone" },
          },
        ]
      : [];
  if (row.kind === "tombstone") return reversed;
  if (row.response_code === "00")
    return [
      { ...base, stage: "authorise", code: "authorised", outcome: "noted", data: { ...data, state: row.state } },
      ...reversed,
    ];
  const cause = causeOf(row, policy);
  if (cause === undefined)
    return [
      { ...base, stage: "authorise", code: "decided", outcome: "noted", data: { ...data, answer: row.response_code } },
    ];
  return [{ ...base, stage: CAUSES[cause].stage, code: cause, outcome: "failed", data }];
}

/** What the host's answer codes stand for; where one stands for two, the row or the card tells them apart. */
const CAUSE_OF_CODE: Readonly<Partial<Record<string, Cause>>> = {
  "01": "accountRestricted",
  "21": "cardNotActivated",
  "41": "cardReportedLost",
  "51": "fundsInsufficient",
  "54": "cardExpired",
  "57": "cardFrozenByHolder",
  "58": "shopKindBlocked",
  "62": "cardFrozenByBank",
};
const CAUSE_OF_GONE: Readonly<Partial<Record<CardStatus, Cause>>> = { closed: "cardClosed", replaced: "cardReplaced" };

function causeOf(row: Row, policy: IssuerPolicy["payment"]): Cause | undefined {
  const code = row.response_code;
  if (code === "61") return row.amount_minor > policy.singleMaxMinor ? "limitPerPayment" : "limitPerDay";
  if (code === "14" && row.base_status !== null)
    return CAUSE_OF_GONE[statusOf({ base: row.base_status, blocks: row.blocks ?? [] })];
  if (code === "25" && row.kind === "refund") return "refundNotMatched";
  return CAUSE_OF_CODE[code];
}
