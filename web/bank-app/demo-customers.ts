import type { PrintedCard } from "../adapters/demo-cards.ts";
import type { Identity } from "./session.ts";

/** One of the demo bank's invented customers, with what he would type. */
export interface DemoCustomer extends Identity {
  readonly cardId: string;
  readonly holderName: string;
  readonly pan: string;
}

interface Paper {
  readonly cardId: string;
  readonly holderName: string;
  readonly mobile: string;
  readonly document: { readonly number: string };
}

/** Cards and papers of the same people, put together. */
export function demoCustomers(cards: readonly PrintedCard[], papers: readonly Paper[]): readonly DemoCustomer[] {
  return cards.flatMap(({ id, pan }) => {
    const paper = papers.find(({ cardId }) => cardId === `card-${id}`);
    if (paper === undefined) return [];
    const { cardId, holderName, mobile, document } = paper;
    return [{ cardId, holderName, mobile, pan, panSuffix: pan.slice(-4), idNumber: document.number }];
  });
}
