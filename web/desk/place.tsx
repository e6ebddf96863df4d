import { type ReactNode, useEffect, useMemo } from "react";
import type { Root } from "react-dom/client";
import type { Language } from "#contracts/common";
import { demoApi } from "#contracts/demo-api";
import { issuerDeskApi } from "#contracts/desk-api";
import { demoStaffApi, deskSignInApi, type StaffSession } from "#contracts/staff-api";
import { pageCalls } from "../adapters/calls.ts";
import { random } from "../adapters/machine.ts";
import { notebook } from "../adapters/notebook.ts";
import { passkey } from "../adapters/passkey.ts";
import { pulse } from "../adapters/pulse.ts";
import { tabNotes } from "../adapters/tab-notes.ts";
import { createStore, type Store, useStore } from "../store.ts";
import { createLanguage, LanguageProvider } from "../text/language.tsx";
import { createDesk } from "./desk.ts";
import { DeskContext, type Paper } from "./desk-context.ts";
import { DeskFrame } from "./frame.tsx";
import { createStaffDoor, type StaffDoor } from "./session.ts";
import { SignInScreen } from "./sign-in.tsx";

const READ_EVERY_MS = 2_000;

/** The bank's desk: for tellers at a branch, agents on the hotline, and those who decide as the second person. */
export function show(root: Root): void {
  const language = createLanguage(notebook.read("language"), (chosen) => notebook.write("language", chosen));
  const door = createStaffDoor({
    calls: pageCalls(deskSignInApi, "/desk"),
    demo: pageCalls(demoStaffApi, "/demo/desk"),
    passkey,
    random,
    notes: tabNotes,
    notebook,
  });
  const papers = createStore<readonly Paper[]>([]);
  void door.boot();
  void pageCalls(demoApi, "/demo")
    .papers({}, { journeyId: random.uuid(), idempotencyKey: random.uuid() })
    .then((found) => found.ok && papers.set(found.value.papers));
  root.render(
    <LanguageProvider language={language}>
      <Entrance door={door} language={language} papers={papers} />
    </LanguageProvider>,
  );
}

function Entrance({
  door,
  language,
  papers,
}: {
  door: StaffDoor;
  language: Store<Language>;
  papers: Store<readonly Paper[]>;
}) {
  const state = useStore(door.state);
  if (state.kind === "out") return <SignInScreen door={door} state={state} language={language} />;
  return (
    <AtDesk key={state.session.accessToken} door={door} session={state.session} papers={papers}>
      <DeskFrame language={language} />
    </AtDesk>
  );
}

function AtDesk({
  door,
  session,
  papers,
  children,
}: {
  door: StaffDoor;
  session: StaffSession;
  papers: Store<readonly Paper[]>;
  children: ReactNode;
}) {
  const desk = useMemo(
    () => createDesk({ calls: pageCalls(issuerDeskApi, "/desk", session.accessToken, door.ended), random }),
    [door, session],
  );
  useEffect(() => pulse(READ_EVERY_MS, () => void desk.read()), [desk]);
  return <DeskContext.Provider value={{ desk, door, session, papers }}>{children}</DeskContext.Provider>;
}
