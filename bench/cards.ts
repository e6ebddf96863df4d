import { issueCards, type NewCard } from "#issuer";
import { systemClock } from "#platform/clock";
import { seededRandom } from "#platform/random";
import type { HolderName, IdNumber, Mobile } from "#protocol/holder";
import { DEMO_RANGES, luhnDigit, Pan } from "#protocol/pan";
import type { ExpiryYymm } from "#protocol/time";
import { issueTokens, MASTER_KEYS } from "#tsp";
import { openPartyDb, openPartyKeys, type Place } from "./world.ts";

const EXPIRY = "3512" as ExpiryYymm;
const PSN = "01";
/** A run spends no more than this on one account; nobody is refused for want of money. */
const OPENING_MINOR = 1_000_000_00n;

/** A debit card with a token in a secure element: what the device of this card needs for its taps. */
export interface BenchCard {
  readonly pan: string;
  readonly tokenPan: string;
  readonly tokenRef: string;
  readonly tokenExpiry: string;
  readonly psn: string;
  readonly par: string;
  /** The card key as personalisation gives it to the element. */
  readonly udkHex: string;
}

/** Numbers of the demo bank's debit range that none of its printed cards has. */
function panOf(serial: number): Pan {
  const body = `${DEMO_RANGES.debit.prefix}7${String(serial).padStart(11, "0")}`;
  const pan = Pan.parse(body + luhnDigit(body));
  if (!pan.ok) throw new RangeError("cards: not a card number");
  return pan.value;
}

/** Accounts and cards at the issuer, as it opens them for real customers, by the thousand. */
export async function seedIssuer(place: Place, count: number): Promise<void> {
  const db = openPartyDb(place, "issuer");
  try {
    await issueCards(
      { db, keys: openPartyKeys(place, "issuer"), clock: systemClock },
      Array.from(
        { length: count },
        (_, serial): NewCard => ({
          cardId: `card-${serial}`,
          accountId: `account-${serial}`,
          customerId: `customer-${serial}`,
          pan: panOf(serial),
          expiry: EXPIRY,
          status: "active",
          holderName: "张伟" as HolderName,
          mobile: "13800138001" as Mobile,
          idNumber: "990001198101110017" as IdNumber,
          documentExpires: "20451231",
          currency: "156",
          openingMinor: OPENING_MINOR,
          creditLimitMinor: 0n,
        }),
      ),
    );
  } finally {
    await db.close();
  }
}

/** Tokens at the TSP for the same cards, active, each in a secure element. */
export async function seedTsp(place: Place, count: number): Promise<readonly BenchCard[]> {
  const db = openPartyDb(place, "tsp");
  const keys = openPartyKeys(place, "tsp");
  const numbers = Array.from({ length: count }, (_, serial) => panOf(serial));
  try {
    const tokens = await issueTokens(
      // The numbers of the tokens guard nothing here, and a seeded source draws them faster.
      { db, keys, clock: systemClock, random: seededRandom(7) },
      numbers.map((pan, serial) => ({
        pan,
        kind: "debit",
        psn: PSN,
        deviceId: `device-${serial}`,
        deviceName: "手机",
        deviceKey: { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) },
        keySource: "secureElement",
        walletAccount: `account-${serial}`,
        tokenExpiry: EXPIRY,
      })),
    );
    return tokens.map((token, serial) => ({
      pan: numbers[serial]!.expose(),
      tokenPan: token.tokenPan,
      tokenRef: token.tokenRef,
      tokenExpiry: token.tokenExpiry,
      psn: token.psn,
      par: "KB00".padEnd(29, "0"),
      udkHex: Buffer.from(
        keys.deriveCardKey(MASTER_KEYS.secureElement, { pan: token.tokenPan, psn: token.psn }),
      ).toString("hex"),
    }));
  } finally {
    await db.close();
  }
}
