import { Info } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Invitation, Ways } from "./invite/ways.tsx";
import { usePage } from "./page-context.ts";
import { useSay } from "./text/language.tsx";
import { TEXT } from "./text/words.ts";
import { BADGE_CLASS } from "./ui/badge.ts";
import { LanguageSwitch } from "./ui/language-switch.tsx";
import { Logo } from "./ui/marks.tsx";

/** The house's name, what is simulated here, and the language. */
export function TopBar({ compact = false }: { compact?: boolean }) {
  const { language } = usePage();
  const say = useSay();
  return (
    <>
      <header className={`flex shrink-0 items-center gap-3 ${compact ? "h-12 px-4" : "h-16 px-6"}`}>
        <Logo className={compact ? "size-7" : "size-8"} />
        <h1 className={`min-w-0 truncate font-bold tracking-tight ${compact ? "text-base" : "text-xl"}`}>
          {say(TEXT.brandLong)}
        </h1>
        <AboutDemo />
        {!compact && <p className="min-w-0 flex-1 truncate text-[13px] text-ink-3">{say(TEXT.tagline)}</p>}
        <Ways compact={compact} />
        <LanguageSwitch language={language} />
      </header>
      {!compact && <Invitation />}
    </>
  );
}

const AboutDemoOpen = lazy(() => import("./about-demo.tsx"));

/** What it opens is loaded when it is asked for: most never do, and the wallet is to be there at once. */
export function AboutDemo() {
  const [asked, setAsked] = useState(false);
  const say = useSay();
  const badge = (
    <button type="button" className={BADGE_CLASS} onClick={() => setAsked(true)}>
      {say(TEXT.demo.badge)}
      <Info aria-hidden="true" className="size-3.5" />
    </button>
  );
  return asked ? (
    <Suspense fallback={badge}>
      <AboutDemoOpen />
    </Suspense>
  ) : (
    badge
  );
}
