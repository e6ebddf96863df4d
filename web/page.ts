import { acquirerTillApi } from "#contracts/acquirer-api";
import type { Language } from "#contracts/common";
import { bankViewApi } from "#contracts/desk-api";
import { walletDeviceApi, walletSignInApi } from "#contracts/wallet-api";
import { deviceModel } from "#protocol/devices";
import { aboutDevice } from "./adapters/about.ts";
import { pageCalls } from "./adapters/calls.ts";
import { openDatabase } from "./adapters/database.ts";
import { followDemo } from "./adapters/demo-events.ts";
import { makeDeviceKeys, wrappedDeviceKeys } from "./adapters/device-keys.ts";
import { deviceRecords, sessionRecords } from "./adapters/device-record.ts";
import { openDeviceStorage } from "./adapters/device-storage.ts";
import { factJournal } from "./adapters/fact-journal.ts";
import { field } from "./adapters/field.ts";
import { followWallet } from "./adapters/live.ts";
import { clock, exclusively, random, timers } from "./adapters/machine.ts";
import { notebook } from "./adapters/notebook.ts";
import { passkey, prfInputOf } from "./adapters/passkey.ts";
import { sealer } from "./adapters/sealer.ts";
import { type Bank, createBank } from "./bank/bank.ts";
import { createDemoFeed, type DemoFeed } from "./live/demo.ts";
import { type AddCardFlow, createAddCardFlow } from "./phone/add-card/flow.ts";
import { createExplainFlow, type ExplainFlow } from "./phone/explain/flow.ts";
import { createPayFlow, type PayFlow } from "./phone/pay/flow.ts";
import { createPhone, type Phone } from "./phone/phone.ts";
import type { PhonePorts } from "./phone/ports.ts";
import type { Store } from "./store.ts";
import { createLanguage } from "./text/language.tsx";
import { createNearField, type NearField } from "./till/field.ts";
import { createTill, type Till } from "./till/till.ts";

/** What this page is in the catalogue of devices. */
const PHONE = deviceModel("phone-web")!;

/** Everything behind the screens: one phone, one till, a look into the bank, the demo's feed. */
export interface Page {
  readonly language: Store<Language>;
  readonly phone: Phone;
  readonly addCard: AddCardFlow;
  readonly explain: ExplainFlow;
  readonly pay: PayFlow;
  readonly near: NearField;
  readonly till: Till;
  readonly bank: Bank;
  readonly feed: DemoFeed;
}

/** Wires the page to this browser and the server it came from, and starts it. */
export async function openPage(): Promise<Page> {
  const db = await openDatabase();
  const ports: PhonePorts = {
    clock,
    timers,
    random,
    sealer,
    passkey,
    sessions: sessionRecords(db),
    notebook,
    storage: openDeviceStorage(db),
    records: deviceRecords(db),
    field,
    signIn: pageCalls(walletSignInApi, "/wallet"),
    deviceCalls: (accessToken, onSignedOut) => pageCalls(walletDeviceApi, "/wallet", accessToken, onSignedOut),
    makeKeys: makeDeviceKeys,
    wrappedKeys: wrappedDeviceKeys,
    follow: followWallet,
    exclusively,
    prfInputOf,
    model: PHONE,
    about: () => aboutDevice(PHONE),
    journal: factJournal(notebook),
  };
  const near = createNearField();
  const phone = createPhone(ports);
  const till = createTill(near, { calls: pageCalls(acquirerTillApi, "/acquirer"), clock, timers, random });
  const bank = createBank({ calls: pageCalls(bankViewApi, "/demo/bank"), timers, random });
  const feed = createDemoFeed(followDemo);
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
  return {
    language: createLanguage(notebook.read("language"), (language) => notebook.write("language", language)),
    phone,
    addCard: createAddCardFlow(phone, ports),
    explain: createExplainFlow(phone),
    pay: createPayFlow(phone, near, ports),
    near,
    till,
    bank,
    feed,
  };
}
