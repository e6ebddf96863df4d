import { acquirerTillApi } from "#contracts/acquirer-api";
import { bankViewApi } from "#contracts/desk-api";
import { pageCalls } from "./adapters/calls.ts";
import { clock, random, timers } from "./adapters/machine.ts";
import { announceNear } from "./adapters/near.ts";
import { type Bank, createBank } from "./bank/bank.ts";
import { openPhonePage, type PhonePage } from "./phone-page.ts";
import { createNearField } from "./till/field.ts";
import { createTill, type Till } from "./till/till.ts";

/** Everything behind the screens: one phone, one till, a look into the bank, the demo's feed. */
export interface Page extends PhonePage {
  readonly till: Till;
  readonly bank: Bank;
}

/** Wires the page to this browser and the server it came from, and starts it. */
export async function openPage(): Promise<Page> {
  const near = createNearField();
  const phonePage = await openPhonePage(near, "everything");
  const { phone, feed } = phonePage;
  announceNear(near);
  const till = createTill(near, { calls: pageCalls(acquirerTillApi, "/acquirer"), clock, timers, random });
  const bank = createBank({ calls: pageCalls(bankViewApi, "/demo/bank"), timers, random });
  feed.onTraffic(bank.nudge);
  phone.arrival.subscribe(() => {
    const arrived = phone.arrival.get();
    if (arrived !== undefined) bank.chooseSuffix(arrived.panSuffix);
    bank.nudge();
  });
  // The first card that the phone shows is the one to look at in the bank.
  const stopLooking = phone.state.subscribe(() => {
    const now = phone.state.get();
    if (now.kind !== "ready" || now.passes[0] === undefined) return;
    stopLooking();
    bank.chooseSuffix(now.passes[0].token.panSuffix);
  });
  bank.nudge();
  void phone.boot();
  void till.boot();
  return { ...phonePage, till, bank };
}
