import { DEMO_CARDS, DEMO_RANGES, type DemoCard, luhnDigit, MAGIC_CARDS } from "#protocol/pan";
import type { CardSpec } from "./scenario.ts";

/** Printed cards by the name of their holder. */
const TEMPLATES: ReadonlyMap<string, DemoCard> = new Map(
  [...DEMO_CARDS, ...MAGIC_CARDS.map(({ card }) => card)].map((card) => [card.id, card]),
);

/** A card with, second, the one that it stands beside or has replaced; `customer` is whose card it is to be. */
export type FreshCards = (spec: CardSpec, named: string, customer?: DemoCard) => readonly DemoCard[];

/** Fresh cards like printed ones, each with a number, a phone and a holder's document of its own. */
export function freshCards(): FreshCards {
  let serial = 0;

  function fresh(card: DemoCard, id: string): DemoCard {
    serial += 1;
    const range = Object.values(DEMO_RANGES).find(
      ({ prefix, length }) => card.pan.startsWith(prefix) && card.pan.length === length,
    )!;
    const body = range.prefix + String(7_000_000 + serial).padStart(range.length - range.prefix.length - 1, "0");
    const mobile = `139${String(10_000_000 + serial)}`;
    return {
      ...card,
      id,
      pan: body + luhnDigit(body),
      mobile,
      ...(typeof card.reservedMobile === "string" ? { reservedMobile: `138${String(90_000_000 + serial)}` } : {}),
      idNumber: idNumber(serial),
    };
  }

  return ({ like, change }, named, customer) => {
    const template = TEMPLATES.get(like);
    if (template === undefined) throw new RangeError(`no printed card is called ${like}`);
    const card = { ...fresh(template, `${named}-${serial}`), ...change } as DemoCard;
    if (customer !== undefined) return [{ ...card, ...personOf(customer), sameCustomerAs: customer.id }];
    const { sameCustomerAs, successorOf } = template;
    // A card that stands beside another, or replaced it, comes with that one.
    const before = sameCustomerAs ?? successorOf;
    if (before === undefined) return [card];
    const first = fresh(TEMPLATES.get(before)!, `${named}-${serial}-first`);
    return [
      {
        ...card,
        ...personOf(first),
        ...(sameCustomerAs === undefined ? {} : { sameCustomerAs: first.id }),
        ...(successorOf === undefined ? {} : { successorOf: first.id }),
      },
      first,
    ];
  };
}

function personOf({ mobile, holderName, idNumber }: DemoCard): Partial<DemoCard> {
  return { mobile, holderName, idNumber };
}

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** Area 990001 is nobody's. */
function idNumber(serial: number): string {
  const body = `99000119${String(50 + (serial % 49)).padStart(2, "0")}0101${String(serial % 1000).padStart(3, "0")}`;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(body[i]), 0);
  return body + "10X98765432"[sum % 11];
}
