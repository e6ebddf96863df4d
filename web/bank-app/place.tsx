import { type ReactNode, useEffect, useMemo } from "react";
import type { Root } from "react-dom/client";
import { bankAppApi, bankSignInApi } from "#contracts/bank-app-api";
import type { Language } from "#contracts/common";
import { demoApi } from "#contracts/demo-api";
import { pageCalls } from "../adapters/calls.ts";
import { fetchDemoCards } from "../adapters/demo-cards.ts";
import { followDemo, type Sms } from "../adapters/demo-events.ts";
import { offerCard } from "../adapters/hand-over.ts";
import { random } from "../adapters/machine.ts";
import { notebook } from "../adapters/notebook.ts";
import { passkey } from "../adapters/passkey.ts";
import { pulse } from "../adapters/pulse.ts";
import { sealer } from "../adapters/sealer.ts";
import { tabNotes } from "../adapters/tab-notes.ts";
import { createDemoFeed } from "../live/demo.ts";
import { createStore, type Store, useStore } from "../store.ts";
import { createLanguage, LanguageProvider } from "../text/language.tsx";
import { createBankApp } from "./app.ts";
import { AppContext } from "./app-context.ts";
import { type DemoCustomer, demoCustomers } from "./demo-customers.ts";
import { AppFrame } from "./frame.tsx";
import { type AppDoor, createAppDoor } from "./session.ts";
import { SignInScreen } from "./sign-in.tsx";

const READ_EVERY_MS = 2_000;
/** The bank's colour in place of the wallet's: two houses, two faces. */
const COLOURS = {
  "--accent": "light-dark(#0a685c, #62d3c0)",
  "--accent-ink": "light-dark(#ffffff, #05231e)",
  "--accent-soft": "light-dark(#dcf3ef, #12332e)",
} as const;

/** The demo bank's own app: cards, approvals, transfers, and the hand-over of a card to the wallet. */
export function show(root: Root): void {
  for (const [name, colour] of Object.entries(COLOURS)) document.documentElement.style.setProperty(name, colour);
  const language = createLanguage(notebook.read("language"), (chosen) => notebook.write("language", chosen));
  const door = createAppDoor({ calls: pageCalls(bankSignInApi, "/bank"), passkey, random, notes: tabNotes, notebook });
  const customers = createStore<readonly DemoCustomer[]>([]);
  const feed = createDemoFeed((handlers) => followDemo(handlers, "messages"));
  const papers = pageCalls(demoApi, "/demo").papers({}, { journeyId: random.uuid(), idempotencyKey: random.uuid() });
  void Promise.all([fetchDemoCards(), papers]).then(
    ([cards, found]) => found.ok && customers.set(demoCustomers(cards, found.value.papers)),
  );
  root.render(
    <LanguageProvider language={language}>
      <Entrance door={door} language={language} customers={customers} sms={feed.sms} />
    </LanguageProvider>,
  );
}

function Entrance({
  door,
  language,
  customers,
  sms,
}: {
  door: AppDoor;
  language: Store<Language>;
  customers: Store<readonly DemoCustomer[]>;
  sms: Store<readonly Sms[]>;
}) {
  const state = useStore(door.state);
  if (state.kind === "out")
    return <SignInScreen door={door} state={state} language={language} customers={customers} sms={sms} />;
  const { accessToken, name } = state.session;
  return (
    <SignedIn key={accessToken} door={door} accessToken={accessToken} name={name} customers={customers}>
      <AppFrame language={language} />
    </SignedIn>
  );
}

function SignedIn({
  door,
  accessToken,
  name,
  customers,
  children,
}: {
  door: AppDoor;
  accessToken: string;
  name: string;
  customers: Store<readonly DemoCustomer[]>;
  children: ReactNode;
}) {
  const app = useMemo(
    () =>
      createBankApp({
        calls: pageCalls(bankAppApi, "/bank", accessToken, door.ended),
        passkey,
        random,
        sealer,
        offerCard,
      }),
    [door, accessToken],
  );
  useEffect(() => pulse(READ_EVERY_MS, () => void app.read()), [app]);
  return <AppContext.Provider value={{ app, door, name, customers }}>{children}</AppContext.Provider>;
}
