import {
  BookOpen,
  Cable,
  Clapperboard,
  Headset,
  LayoutGrid,
  type LucideIcon,
  MessageSquareText,
  RotateCcw,
  Store as Shop,
  Smartphone,
  Sparkles,
} from "lucide-react";
import { type ReactNode, useState } from "react";
import { useMedia } from "../adapters/media.ts";
import { InboxPanel } from "../inbox/inbox-panel.tsx";
import { STAGE } from "../layout.ts";
import { usePage } from "../page-context.ts";
import { PhoneInHand } from "../phone/phone-in-hand.tsx";
import { PhoneScreen } from "../phone/phone-screen.tsx";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { TillPanel } from "../till/till-panel.tsx";
import { Button } from "../ui/button.tsx";
import { LanguageSwitch } from "../ui/language-switch.tsx";
import { Logo } from "../ui/marks.tsx";
import { AgentPanel } from "./agent-panel.tsx";
import { ClockChip } from "./clock-chip.tsx";
import { useBreak } from "./context.ts";
import { PartyMap } from "./map.tsx";
import { ProofPanel } from "./proof-panel.tsx";
import { QuickCharge } from "./quick-charge.tsx";
import { ScenesPanel } from "./scenes-panel.tsx";
import { TourGuide } from "./tour-view.tsx";
import { BREAK } from "./words.ts";

type SideTab = "till" | "agent" | "inbox" | "scenes";
type Tab = SideTab | "phone" | "map";
const ICONS: Readonly<Record<Tab, LucideIcon>> = {
  phone: Smartphone,
  map: Cable,
  till: Shop,
  agent: Headset,
  inbox: MessageSquareText,
  scenes: Clapperboard,
};

export function BreakScreen() {
  const wide = useMedia(STAGE);
  return (
    <>
      {wide ? <Wide /> : <Narrow />}
      <TourGuide />
    </>
  );
}

/** Phone, cables and desk side by side. */
function Wide() {
  const [tab, setTab] = useState<SideTab>("till");
  return (
    <div className="flex h-full flex-col">
      <Header />
      <main className="grid min-h-0 flex-1 grid-cols-[auto_minmax(0,1fr)_minmax(320px,372px)] gap-5 px-6 pb-5">
        <div data-tour="phone" className="grid min-h-0">
          <PhoneInHand />
        </div>
        <div className="grid min-h-0 min-w-0 grid-cols-1 grid-rows-[minmax(0,1fr)_auto] gap-4">
          <MapPanel />
          <div data-tour="proof" className="h-[clamp(12rem,26vh,14.75rem)]">
            <ProofPanel />
          </div>
        </div>
        <div className="flex min-h-0 flex-col gap-3">
          <TabBar tabs={["till", "agent", "inbox", "scenes"]} tab={tab} onTab={setTab} />
          <div className="min-h-0 flex-1 *:h-full">
            <Part tab={tab} />
          </div>
        </div>
      </main>
    </div>
  );
}

/** One part at a time, a touch away from each other. */
function Narrow() {
  const [tab, setTab] = useState<Tab>("map");
  const say = useSay();
  return (
    <div className="flex h-dvh flex-col">
      <Header />
      <main className="min-h-0 flex-1">
        {tab === "phone" ? (
          <div data-tour="phone" className="mx-auto size-full max-w-[480px]">
            <PhoneScreen />
          </div>
        ) : (
          <div className={`mx-auto h-full px-3 pb-3 *:h-full ${tab === "map" ? "max-w-[720px]" : "max-w-[520px]"}`}>
            <Part tab={tab} />
          </div>
        )}
      </main>
      <nav
        aria-label={say(BREAK.parts)}
        className="grid shrink-0 grid-cols-6 border-line border-t bg-panel pb-[env(safe-area-inset-bottom)]"
      >
        <Tabs tabs={["phone", "map", "till", "agent", "inbox", "scenes"]} tab={tab} onTab={setTab} />
      </nav>
    </div>
  );
}

function Part({ tab }: { tab: Exclude<Tab, "phone"> }): ReactNode {
  switch (tab) {
    case "map":
      return (
        <div className="grid min-h-0 grid-cols-1 grid-rows-[minmax(0,1fr)_auto] gap-3">
          <MapPanel />
          <div data-tour="proof" className="max-h-[44vh] min-h-0 overflow-y-auto rounded-3xl">
            <ProofPanel />
          </div>
        </div>
      );
    case "till":
      return <TillWithQuick />;
    case "agent":
      return <AgentPanel />;
    case "inbox":
      return <InboxPanel />;
    case "scenes":
      return <ScenesPanel />;
  }
}

function TillWithQuick() {
  return (
    <div className="flex min-h-0 flex-col gap-3">
      <QuickCharge />
      <div className="min-h-0 flex-1 *:h-full">
        <TillPanel />
      </div>
    </div>
  );
}

function MapPanel() {
  const say = useSay();
  const { board } = useBreak();
  const { fault } = useStore(board.state);
  return (
    <section
      aria-label={say(BREAK.map)}
      className="flex min-h-0 flex-col rounded-3xl bg-panel/60 p-3 ring-1 ring-line sm:p-4"
    >
      <div className="flex flex-wrap items-center gap-2">
        <p className="mr-auto text-[13px] text-ink-2">{say(fault?.what ?? BREAK.mapHint)}</p>
        <ClockChip />
        <AllWell />
      </div>
      <div className="grid min-h-0 flex-1 content-center [container-type:size]">
        <PartyMap />
      </div>
    </section>
  );
}

function AllWell() {
  const { board, page } = useBreak();
  const faults = useStore(page.feed.faults);
  const { aheadMs } = useStore(board.state);
  const say = useSay();
  const well = faults.length === 0 && aheadMs === 0;
  return (
    <>
      <span
        role="status"
        className={`rounded-full px-3 py-1.5 text-xs font-semibold ${well ? "bg-good-soft text-good" : "bg-bad-soft text-bad"}`}
      >
        {say(
          well ? BREAK.whole : BREAK.broken(new Set(faults.map((one) => one.fault.edge)).size + (aheadMs > 0 ? 1 : 0)),
        )}
      </span>
      {!well && (
        <Button data-tour="all-well" size="small" onClick={() => void board.allWell()}>
          <RotateCcw aria-hidden="true" className="size-4" /> {say(BREAK.allWell)}
        </Button>
      )}
    </>
  );
}

function Header() {
  const { language } = usePage();
  const { tour } = useBreak();
  const say = useSay();
  return (
    <header className="flex h-14 shrink-0 items-center gap-2 px-4 lg:h-16 lg:gap-3 lg:px-6">
      <a href="/" aria-label={say(BREAK.stage)} className="shrink-0">
        <Logo className="size-8" />
      </a>
      <h1 className="text-lg font-bold tracking-tight whitespace-nowrap lg:text-xl">{say(BREAK.title)}</h1>
      <span className="shrink-0 rounded-full border border-warn/40 bg-warn-soft px-2.5 py-1 text-xs font-semibold text-warn">
        {say(TEXT.demo.badge)}
      </span>
      <p className="min-w-0 flex-1 truncate text-[13px] text-ink-3 max-lg:hidden">{say(BREAK.tagline)}</p>
      <div className="ml-auto flex items-center gap-1.5">
        <Button size="small" look="soft" onClick={() => tour.start()} aria-label={say(BREAK.tour.start)}>
          <Sparkles aria-hidden="true" className="size-4" />
          <span className="max-sm:hidden">{say(BREAK.tour.start)}</span>
        </Button>
        <HeaderLink href="/" icon={LayoutGrid} words={BREAK.stage} />
        <HeaderLink href="/docs" icon={BookOpen} words={BREAK.docs} />
        <LanguageSwitch language={language} />
      </div>
    </header>
  );
}

function HeaderLink({
  href,
  icon: Icon,
  words,
}: {
  href: string;
  icon: LucideIcon;
  words: { zh: string; en: string };
}) {
  const say = useSay();
  return (
    <a
      href={href}
      aria-label={say(words)}
      className="flex min-h-9 items-center gap-1.5 rounded-full px-2.5 text-[13px] font-medium text-ink-2 hover:bg-panel hover:text-ink"
    >
      <Icon aria-hidden="true" className="size-4.5" />
      <span className="max-lg:hidden">{say(words)}</span>
    </a>
  );
}

function TabBar<Name extends Tab>({
  tabs,
  tab,
  onTab,
}: {
  tabs: readonly Name[];
  tab: Name;
  onTab: (tab: Name) => void;
}) {
  const say = useSay();
  return (
    <nav
      aria-label={say(BREAK.parts)}
      className="grid shrink-0 auto-cols-fr grid-flow-col rounded-2xl bg-panel p-1 shadow-panel"
    >
      <Tabs tabs={tabs} tab={tab} onTab={onTab} flat />
    </nav>
  );
}

function Tabs<Name extends Tab>({
  tabs,
  tab,
  onTab,
  flat = false,
}: {
  tabs: readonly Name[];
  tab: Name;
  onTab: (tab: Name) => void;
  flat?: boolean;
}) {
  const say = useSay();
  return tabs.map((name) => {
    const Icon: LucideIcon = ICONS[name];
    const here = name === tab;
    return (
      <button
        key={name}
        type="button"
        data-tour={`tab-${name}`}
        aria-pressed={here}
        onClick={() => onTab(name)}
        className={
          flat
            ? `flex min-h-10 items-center justify-center gap-1.5 rounded-xl text-[13px] font-semibold ${here ? "bg-accent text-accent-ink" : "text-ink-2 hover:text-ink"}`
            : `flex h-14 flex-col items-center justify-center gap-0.5 text-[10px] font-medium ${here ? "text-accent" : "text-ink-3"}`
        }
      >
        <Icon aria-hidden="true" className={flat ? "size-4" : "size-5"} />
        {say(BREAK.tabs[name])}
      </button>
    );
  });
}
