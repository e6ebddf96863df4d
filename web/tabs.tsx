import { Landmark, type LucideIcon, MessageSquareText, Store as Shop, Smartphone, Waypoints } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { BankPanel } from "./bank/bank-panel.tsx";
import { InboxPanel } from "./inbox/inbox-panel.tsx";
import { usePage } from "./page-context.ts";
import { PhoneScreen } from "./phone/phone-screen.tsx";
import { useStore } from "./store.ts";
import { useSay } from "./text/language.tsx";
import { TEXT } from "./text/words.ts";
import { TillPanel } from "./till/till-panel.tsx";
import { TopBar } from "./top-bar.tsx";
import { WirePanel } from "./wire/wire-panel.tsx";

const TABS: readonly { readonly name: keyof typeof TEXT.tabs; readonly path: string; readonly icon: LucideIcon }[] = [
  { name: "phone", path: "/", icon: Smartphone },
  { name: "till", path: "/till", icon: Shop },
  { name: "inbox", path: "/inbox", icon: MessageSquareText },
  { name: "bank", path: "/bank", icon: Landmark },
  { name: "wire", path: "/wire", icon: Waypoints },
];

/** On a small screen one part at a time: the phone is the phone, the others are a touch away. */
export function Tabs() {
  const [path] = useLocation();
  const say = useSay();
  const current = TABS.find((tab) => tab.path === path) ?? TABS[0]!;
  return (
    <div className="flex h-dvh flex-col">
      {current.name !== "phone" && <TopBar compact />}
      <main className="flex min-h-0 flex-1 flex-col">
        {current.name === "phone" ? (
          <div className="mx-auto flex size-full min-h-0 max-w-[480px] flex-col">
            <DemoLine />
            <PhoneScreen />
          </div>
        ) : (
          <div className={`mx-auto min-h-0 w-full flex-1 px-3 pb-3 ${current.name === "wire" ? "" : "max-w-[520px]"}`}>
            <PanelOf name={current.name} />
          </div>
        )}
      </main>
      <nav
        aria-label={say(TEXT.brand)}
        className="grid shrink-0 grid-cols-5 border-line border-t bg-panel pb-[env(safe-area-inset-bottom)]"
      >
        {TABS.map(({ name, path: to, icon: Icon }) => (
          <Link
            key={name}
            href={to}
            aria-current={name === current.name ? "page" : undefined}
            className={`relative flex h-14 flex-col items-center justify-center gap-0.5 text-[11px] font-medium ${name === current.name ? "text-accent" : "text-ink-3"}`}
          >
            <Icon aria-hidden="true" className="size-5.5" />
            {say(TEXT.tabs[name])}
            {name === "inbox" && current.name !== "inbox" && <Unread />}
          </Link>
        ))}
      </nav>
    </div>
  );
}

function PanelOf({ name }: { name: Exclude<keyof typeof TEXT.tabs, "phone"> }): ReactNode {
  switch (name) {
    case "till":
      return <TillPanel />;
    case "inbox":
      return <InboxPanel />;
    case "bank":
      return <BankPanel />;
    case "wire":
      return <WirePanel />;
  }
}

/** A dot for a message that came since this tab bar has looked elsewhere. */
function Unread() {
  const { feed } = usePage();
  const newest = useStore(feed.sms)[0]?.id;
  const [seen, setSeen] = useState<string | undefined>(undefined);
  const [known, setKnown] = useState(false);
  useEffect(() => {
    if (known || newest === undefined) return;
    setSeen(newest);
    setKnown(true);
  }, [known, newest]);
  if (newest === undefined || newest === seen) return null;
  return <span aria-hidden="true" className="absolute top-2 left-1/2 ml-2 size-2.5 rounded-full bg-bad-solid" />;
}

/** The one line of the stage that the phone keeps on a small screen: that this is a demo, and the language. */
function DemoLine() {
  return <TopBar compact />;
}
