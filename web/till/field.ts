import type { Amount } from "#contracts/common";
import { createStore, type Store } from "../store.ts";

/**
 * What a phone beside the till can know of it: that its field is on. It stands for the few centimetres of air between the
 * two, which a page does not have; the pairing code is what being near gives.
 */
export interface WaitingTerminal {
  readonly saleId: string;
  readonly terminalId: string;
  readonly merchantName: string;
  readonly amount: Amount;
  readonly pairingCode: string;
}

export type NearField = Store<WaitingTerminal | undefined>;

export function createNearField(): NearField {
  return createStore<WaitingTerminal | undefined>(undefined);
}
