import { Smartphone } from "lucide-react";
import { useState } from "react";
import { PageContext } from "../page-context.ts";
import { DEVICES_TEXT } from "../phone/devices/words.ts";
import type { PhonePage } from "../phone-page.ts";
import { LanguageProvider, useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { AboutDemo } from "../top-bar.tsx";
import { GlassContext } from "../ui/sheet.tsx";
import { TabletScreen } from "./tablet-screen.tsx";
import { WatchScreen } from "./watch-screen.tsx";

/** @param named the account's name, where the phone that sent its holder here has said it. */
export function OtherDevice({ page, named }: { page: PhonePage; named: string }) {
  const watch = page.phone.model.kind === "watch";
  return (
    <LanguageProvider language={page.language}>
      <PageContext.Provider value={page}>
        <div className="flex h-dvh flex-col">
          <TopLine />
          <main className={`min-h-0 flex-1 ${watch ? "grid place-items-center overflow-hidden" : "p-3 pt-0 sm:p-6"}`}>
            {watch ? <WatchBody named={named} /> : <TabletBody named={named} />}
          </main>
          <SimulatedNote />
        </div>
      </PageContext.Provider>
    </LanguageProvider>
  );
}

function TopLine() {
  const say = useSay();
  return (
    <header className="flex h-12 shrink-0 items-center gap-3 px-5">
      <h1 className="font-bold tracking-tight">{say(TEXT.brandLong)}</h1>
      <AboutDemo />
      <a href="/" className="ml-auto flex items-center gap-1.5 text-[13px] font-semibold text-accent">
        <Smartphone aria-hidden="true" className="size-4" /> {say(DEVICES_TEXT.backToPhone)}
      </a>
    </header>
  );
}

function SimulatedNote() {
  const say = useSay();
  return <p className="shrink-0 px-5 pb-4 text-center text-xs text-ink-3">{say(DEVICES_TEXT.simulated)}</p>;
}

/** A small round-cornered screen between two straps; what a phone draws is made smaller on it. */
function WatchBody({ named }: { named: string }) {
  const [glass, setGlass] = useState<HTMLElement | null>(null);
  return (
    <div className="relative flex flex-col items-center">
      <div aria-hidden="true" className="h-24 w-52 rounded-t-[40px] bg-[#2b2e36]" />
      <div className="relative -my-2 rounded-[76px] bg-[#0d0e12] p-4 shadow-[0_0_0_2px_#3a3d45,0_30px_60px_-24px_rgb(0_0_0/0.55)]">
        <div aria-hidden="true" className="absolute top-24 -right-2.5 h-16 w-2.5 rounded-r-lg bg-[#3a3d45]" />
        <div className="h-[372px] w-[306px] overflow-hidden rounded-[60px]">
          <GlassContext.Provider value={glass}>
            <section ref={setGlass} className="watch-glass relative flex flex-col overflow-hidden bg-bg text-ink">
              <WatchScreen glass={glass} named={named} />
            </section>
          </GlassContext.Provider>
        </div>
      </div>
      <div aria-hidden="true" className="h-24 w-52 rounded-b-[40px] bg-[#2b2e36]" />
    </div>
  );
}

function TabletBody({ named }: { named: string }) {
  return (
    <div className="mx-auto h-full max-h-[900px] max-w-[680px] rounded-[34px] bg-[#0d0e12] p-3 shadow-[0_0_0_2px_#3a3d45,0_30px_60px_-24px_rgb(0_0_0/0.55)]">
      <div className="size-full overflow-hidden rounded-[24px]">
        <TabletScreen named={named} />
      </div>
    </div>
  );
}
