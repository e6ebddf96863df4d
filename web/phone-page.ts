import type { Language } from "#contracts/common";
import { walletDeviceApi, walletSignInApi } from "#contracts/wallet-api";
import { type DeviceModel, deviceModel } from "#protocol/devices";
import { aboutDevice } from "./adapters/about.ts";
import { pageCalls } from "./adapters/calls.ts";
import { openDatabase } from "./adapters/database.ts";
import { followDemo } from "./adapters/demo-events.ts";
import { makeDeviceKeys, makePaymentKeys, wrappedDeviceKeys } from "./adapters/device-keys.ts";
import { deviceRecords, knownCards, sessionRecords } from "./adapters/device-record.ts";
import { openDeviceStorage } from "./adapters/device-storage.ts";
import { factJournal } from "./adapters/fact-journal.ts";
import { field } from "./adapters/field.ts";
import { type CardOffer, hearCardOffer } from "./adapters/hand-over.ts";
import { followWallet } from "./adapters/live.ts";
import { clock, exclusivelyOn, random, timers } from "./adapters/machine.ts";
import { notebook, notebookOf } from "./adapters/notebook.ts";
import { passkey, prfInputOf } from "./adapters/passkey.ts";
import { pushes } from "./adapters/pushes.ts";
import { sealer } from "./adapters/sealer.ts";
import { openTheme, type Theme } from "./adapters/theme.ts";
import { createDemoFeed, type DemoFeed } from "./live/demo.ts";
import { type AddCardFlow, createAddCardFlow } from "./phone/add-card/flow.ts";
import { createDevices, type Devices } from "./phone/devices/flow.ts";
import { createExplainFlow, type ExplainFlow } from "./phone/explain/flow.ts";
import { createNotices, type Notices } from "./phone/notices/flow.ts";
import { createPayFlow, type PayFlow } from "./phone/pay/flow.ts";
import { createPhone, type Phone } from "./phone/phone.ts";
import type { PhonePorts } from "./phone/ports.ts";
import type { Store } from "./store.ts";
import { createLanguage } from "./text/language.tsx";
import type { NearField } from "./till/field.ts";

/** What a page is in the catalogue of devices, and where it keeps its things: several may live in one browser. */
export interface PageDevice {
  readonly model: DeviceModel;
  /** Absent: the phone's. */
  readonly home?: string;
}
const PHONE: PageDevice = { model: deviceModel("phone-web")! };

/** Everything behind the phone's screens. */
export interface PhonePage {
  readonly language: Store<Language>;
  readonly theme: Store<Theme>;
  readonly phone: Phone;
  readonly notices: Notices;
  readonly addCard: AddCardFlow;
  readonly explain: ExplainFlow;
  readonly devices: Devices;
  readonly pay: PayFlow;
  readonly near: NearField;
  readonly feed: DemoFeed;
  /** A card that the bank's app, which opened this page, holds out. */
  readonly offer: Store<CardOffer | undefined>;
}

/** Wires a phone to this browser and the server it came from. It stands still until `phone.boot()`. */
export async function openPhonePage(
  near: NearField,
  hears: "everything" | "messages",
  { model, home }: PageDevice = PHONE,
): Promise<PhonePage> {
  const db = await openDatabase(home);
  const own = notebookOf(home);
  const ports: PhonePorts = {
    clock,
    timers,
    random,
    sealer,
    passkey,
    sessions: sessionRecords(db),
    memory: knownCards(db),
    notebook: own,
    storage: openDeviceStorage(db),
    records: deviceRecords(db),
    field,
    signIn: pageCalls(walletSignInApi, "/wallet"),
    deviceCalls: (accessToken, onSignedOut) => pageCalls(walletDeviceApi, "/wallet", accessToken, onSignedOut),
    makeKeys: makeDeviceKeys,
    makePaymentKeys,
    wrappedKeys: wrappedDeviceKeys,
    follow: followWallet,
    exclusively: exclusivelyOn(home),
    prfInputOf,
    model,
    about: () => aboutDevice(model),
    journal: factJournal(own),
  };
  const phone = createPhone(ports);
  const language = createLanguage(notebook.read("language"), (chosen) => notebook.write("language", chosen));
  const addCard = createAddCardFlow(phone, ports);
  const devices = createDevices(phone, { passkey, onCard: (binding) => void addCard.resume(binding) });
  return {
    language,
    theme: openTheme(),
    phone,
    notices: createNotices(phone, pushes, language),
    addCard,
    explain: createExplainFlow(phone),
    devices,
    pay: createPayFlow(phone, near, ports),
    near,
    offer: hearCardOffer(),
    feed: createDemoFeed((handlers) => followDemo(handlers, hears)),
  };
}
