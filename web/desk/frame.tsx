import { Menu } from "@base-ui/react/menu";
import { ChevronsUpDown, Headset, Info, type LucideIcon, ScrollText, Users } from "lucide-react";
import { useEffect } from "react";
import { Link, Redirect, Router, useLocation } from "wouter";
import type { Language } from "#contracts/common";
import { type Store, useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { clockText } from "../text/shown.ts";
import { FaultNote } from "../ui/fault-note.tsx";
import { LanguageSwitch } from "../ui/language-switch.tsx";
import { Logo } from "../ui/marks.tsx";
import { AuditPage } from "./audit-page.tsx";
import { CasesPage } from "./cases/cases-page.tsx";
import { CustomersPage } from "./customers/customers-page.tsx";
import type { Looking } from "./desk.ts";
import { useDesk } from "./desk-context.ts";
import { Face } from "./sign-in.tsx";
import { DESK, ROLES } from "./words.ts";

const PLACES: readonly { readonly at: Looking["at"]; readonly icon: LucideIcon }[] = [
  { at: "customers", icon: Users },
  { at: "cases", icon: Headset },
  { at: "audit", icon: ScrollText },
];

/** What an address below /desk looks at; undefined: nothing that is here. */
function lookingOf(path: string): Looking | undefined {
  const [at, id] = path.split("/").slice(1);
  switch (at) {
    case "customers":
      return id === undefined ? { at } : { at, customerId: id };
    case "cases":
      return id === undefined ? { at } : { at, caseCode: id };
    case "audit":
      return { at };
    default:
      return undefined;
  }
}

/** The desk with its three places beside each other, or on a small screen below each other. */
export function DeskFrame({ language }: { language: Store<Language> }) {
  return (
    <Router base="/desk">
      <Inside language={language} />
    </Router>
  );
}

function Inside({ language }: { language: Store<Language> }) {
  const { desk, door } = useDesk();
  const [path] = useLocation();
  const chosen = useLanguage();
  const say = useSay();
  const { fault } = useStore(desk.state);
  const signed = useStore(door.state);
  const looking = lookingOf(path);
  const key = JSON.stringify(looking);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the address in short
  useEffect(() => {
    if (looking !== undefined) desk.look(looking, chosen);
  }, [desk, key, chosen]);
  if (looking === undefined) return <Redirect to="/customers" replace />;
  return (
    <div className="flex h-dvh flex-col lg:flex-row">
      <aside className="flex shrink-0 items-center gap-3 px-4 py-2.5 lg:w-60 lg:flex-col lg:items-stretch lg:gap-1 lg:px-4 lg:py-5">
        <div className="flex min-w-0 items-center gap-2.5 lg:mb-5 lg:px-2">
          <Logo className="size-8 shrink-0" />
          <p className="truncate text-[15px] font-bold">{say(DESK.short)}</p>
        </div>
        <nav aria-label={say(DESK.nav)} className="hidden gap-1 lg:grid">
          {PLACES.map(({ at, icon }) => (
            <Wide key={at} at={at} icon={icon} current={looking.at} />
          ))}
        </nav>
        <div className="ml-auto flex items-center gap-2 lg:mt-auto lg:ml-0 lg:grid lg:grid-cols-[minmax(0,1fr)] lg:gap-3">
          <p className="hidden gap-2 px-2 text-xs leading-relaxed text-ink-3 lg:flex">
            <Info aria-hidden="true" className="mt-0.5 size-3.5 shrink-0" /> {say(DESK.demoNote)}
          </p>
          <div className="flex min-w-0 items-center gap-2">
            <Person />
            <LanguageSwitch language={language} className="ml-auto" />
          </div>
        </div>
      </aside>
      <main className="flex min-h-0 min-w-0 flex-1 flex-col gap-3 px-3 pb-3 lg:py-5 lg:pr-6 lg:pl-0">
        {fault !== undefined && <FaultNote fault={fault} />}
        {signed.fault !== undefined && <FaultNote fault={signed.fault} />}
        {looking.at === "customers" && <CustomersPage customerId={looking.customerId} />}
        {looking.at === "cases" && <CasesPage caseCode={looking.caseCode} />}
        {looking.at === "audit" && <AuditPage />}
      </main>
      <nav
        aria-label={say(DESK.nav)}
        className="grid shrink-0 grid-cols-3 border-line border-t bg-panel pb-[env(safe-area-inset-bottom)] lg:hidden"
      >
        {PLACES.map(({ at, icon: Icon }) => (
          <Link
            key={at}
            href={`/${at}`}
            aria-current={at === looking.at ? "page" : undefined}
            className={`relative flex h-14 flex-col items-center justify-center gap-0.5 text-[11px] font-medium ${at === looking.at ? "text-accent" : "text-ink-3"}`}
          >
            <Icon aria-hidden="true" className="size-5.5" />
            {say(DESK[at])}
            {at === "cases" && <Waiting className="absolute top-1.5 left-1/2 ml-2" />}
          </Link>
        ))}
      </nav>
    </div>
  );
}

function Wide({ at, icon: Icon, current }: { at: Looking["at"]; icon: LucideIcon; current: Looking["at"] }) {
  const say = useSay();
  const here = at === current;
  return (
    <Link
      href={`/${at}`}
      aria-current={here ? "page" : undefined}
      className={`flex h-11 items-center gap-3 rounded-xl px-3 text-[15px] transition ${here ? "bg-panel font-semibold text-accent shadow-panel" : "font-medium text-ink-2 hover:bg-panel"}`}
    >
      <Icon aria-hidden="true" className="size-5 shrink-0" />
      <span className="min-w-0 flex-1 truncate">{say(DESK[at])}</span>
      {at === "cases" && <Waiting />}
    </Link>
  );
}

/** How many calls wait. */
function Waiting({ className = "" }: { className?: string }) {
  const { desk } = useDesk();
  const { calls } = useStore(desk.state);
  const say = useSay();
  if (calls === undefined || calls.length === 0) return null;
  return (
    <span
      role="img"
      aria-label={say(DESK.waiting(calls.length))}
      className={`tabular grid h-5 min-w-5 place-items-center rounded-full bg-bad-solid px-1.5 text-xs font-bold text-white ${className}`}
    >
      {calls.length}
    </span>
  );
}

/** Who is here, in which role; the others of his roles, and the way out. */
function Person() {
  const { session, door } = useDesk();
  const say = useSay();
  const chosen = useLanguage();
  const others = session.roles.filter((role) => role !== session.role);
  const item =
    "flex h-11 cursor-pointer items-center rounded-xl px-3 text-[14px] outline-none data-highlighted:bg-accent-soft";
  return (
    <Menu.Root>
      <Menu.Trigger className="flex min-w-0 items-center gap-2.5 rounded-2xl px-2 py-1.5 text-left hover:bg-panel lg:flex-1">
        <Face name={session.name} className="size-9 text-[14px]" />
        <span className="hidden min-w-0 flex-1 sm:block">
          <span className="block truncate text-[14px] font-semibold">{session.name}</span>
          <span className="block truncate text-xs text-ink-3">{say(ROLES[session.role])}</span>
        </span>
        <ChevronsUpDown aria-hidden="true" className="size-4 shrink-0 text-ink-3" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="start" className="z-50">
          <Menu.Popup className="min-w-52 rounded-2xl border border-line bg-panel p-1.5 shadow-panel outline-none">
            <p className="px-3 pt-2 pb-1 text-[13px] text-ink-3">
              <span className="sm:hidden">
                {session.name} · {say(ROLES[session.role])} ·{" "}
              </span>
              {say(DESK.until(clockText(session.expiresAt, chosen)))}
            </p>
            {others.map((role) => (
              <Menu.Item key={role} className={item} onClick={() => void door.takeRole(role)}>
                {say(DESK.takeRole(say(ROLES[role])))}
              </Menu.Item>
            ))}
            <Menu.Item className={`${item} text-bad`} onClick={() => void door.leave()}>
              {say(DESK.signOut)}
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
