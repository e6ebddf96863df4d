import type { Clock, Db, KeyStore } from "#contracts/ports";
import type { Result } from "#protocol/bytes";
import { normaliseHolderName, parseIdNumber, parseMobile } from "#protocol/holder";
import { DEMO_CARDS, type DemoCard, MAGIC_CARDS, Pan } from "#protocol/pan";
import { parseExpiry } from "#protocol/time";
import { issueCards, type NewCard } from "../cards/issue.ts";

/** Opens the demo bank's customers, cards and accounts; those that are there stay as they are. */
export async function seedDemo(
  ports: { readonly db: Db; readonly keys: KeyStore; readonly clock: Clock },
  cards: readonly DemoCard[] = [...DEMO_CARDS, ...MAGIC_CARDS.map(({ card }) => card)],
): Promise<void> {
  await issueCards(ports, cards.map(newCard));
}

function newCard(card: DemoCard): NewCard {
  return {
    cardId: `card-${card.id}`,
    accountId: `account-${card.successorOf ?? card.id}`,
    customerId: `customer-${card.successorOf ?? card.sameCustomerAs ?? card.id}`,
    pan: sure(Pan.parse(card.pan)),
    expiry: sure(parseExpiry(card.expiry)),
    ...(card.kind === "credit" ? { cvn2: card.cvn2 } : {}),
    status: card.status,
    holderName: sure(normaliseHolderName(card.holderName)),
    mobile: card.reservedMobile === null ? null : sure(parseMobile(card.reservedMobile ?? card.mobile)),
    idNumber: sure(parseIdNumber(card.idNumber)).number,
    documentExpires: card.documentExpires ?? "20451231",
    currency: "156",
    openingMinor: card.openingMinor,
    creditLimitMinor: card.creditLimitMinor,
    ...(card.accountClass === undefined ? {} : { accountClass: card.accountClass }),
    ...(card.accountRestricted === undefined ? {} : { accountRestricted: card.accountRestricted }),
    ...(card.arrearsMinor === undefined ? {} : { arrearsMinor: card.arrearsMinor }),
    ...(card.counterOnly === undefined ? {} : { counterOnly: card.counterOnly }),
    ...(card.riskMark === undefined ? {} : { riskMark: card.riskMark }),
    ...(card.successorOf === undefined ? {} : { successorOf: `card-${card.successorOf}` }),
  };
}

function sure<T>(parsed: Result<T, string>): T {
  if (!parsed.ok) throw new RangeError(`demo card: ${parsed.error}`);
  return parsed.value;
}
