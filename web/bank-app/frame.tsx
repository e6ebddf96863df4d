import { ArrowLeftRight, House, type LucideIcon, UserRound } from "lucide-react";
import { useState } from "react";
import { Link, Router, useLocation } from "wouter";
import type { Language } from "#contracts/common";
import { type Store, useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { LanguageSwitch } from "../ui/language-switch.tsx";
import { useApp } from "./app-context.ts";
import { ApproveModal } from "./approve.tsx";
import { CardScreen } from "./card-screen.tsx";
import { HomeScreen } from "./home-screen.tsx";
import { MeScreen } from "./me-screen.tsx";
import { BankSign } from "./sign-in.tsx";
import { TransferScreen } from "./transfer-screen.tsx";
import { APP } from "./words.ts";

const TABS: readonly {
  readonly path: string;
  readonly name: "home" | "transferTab" | "me";
  readonly icon: LucideIcon;
}[] = [
  { path: "/", name: "home", icon: House },
  { path: "/transfer", name: "transferTab", icon: ArrowLeftRight },
  { path: "/me", name: "me", icon: UserRound },
];

/** A phone's app: one screen at a time, three places below. */
export function AppFrame({ language }: { language: Store<Language> }) {
  return (
    <Router base="/bank-app">
      <Inside language={language} />
    </Router>
  );
}

function Inside({ language }: { language: Store<Language> }) {
  const { app } = useApp();
  const { fault } = useStore(app.state);
  const [path] = useLocation();
  const say = useSay();
  /** The binding that the wallet sent its holder here for. */
  const [asked, setAsked] = useState(() => new URLSearchParams(location.search).get("binding") ?? undefined);
  const cardId = /^\/card\/([\w-]{1,64})$/.exec(path)?.[1];
  const current = path === "/transfer" || path === "/me" ? path : "/";
  return (
    <div className="mx-auto flex h-dvh max-w-[480px] flex-col">
      <header className="flex shrink-0 items-center gap-3 px-4 py-2.5">
        <BankSign />
        <LanguageSwitch language={language} className="ml-auto" />
      </header>
      <main className="grid min-h-0 flex-1 content-start gap-4 overflow-y-auto overscroll-contain px-4 pt-1 pb-5">
        {fault !== undefined && <FaultNote fault={fault} />}
        {path === "/transfer" ? (
          <TransferScreen />
        ) : path === "/me" ? (
          <MeScreen />
        ) : cardId !== undefined ? (
          <CardScreen cardId={cardId} />
        ) : (
          <HomeScreen onLook={setAsked} />
        )}
      </main>
      <nav
        aria-label={say(APP.nav)}
        className="grid shrink-0 grid-cols-3 border-line border-t bg-panel pb-[env(safe-area-inset-bottom)]"
      >
        {TABS.map(({ path: to, name, icon: Icon }) => (
          <Link
            key={to}
            href={to}
            aria-current={to === current ? "page" : undefined}
            className={`flex h-14 flex-col items-center justify-center gap-0.5 text-[11px] font-medium ${to === current ? "text-accent" : "text-ink-3"}`}
          >
            <Icon aria-hidden="true" className="size-5.5" />
            {say(APP[name])}
          </Link>
        ))}
      </nav>
      <ApproveModal bindingId={asked} onClose={() => setAsked(undefined)} />
    </div>
  );
}
