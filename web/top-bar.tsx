import { Popover } from "@base-ui/react/popover";
import { Info } from "lucide-react";
import { Invitation, Ways } from "./invite/ways.tsx";
import { usePage } from "./page-context.ts";
import { useLanguage, useSay } from "./text/language.tsx";
import { TEXT } from "./text/words.ts";
import { Logo } from "./ui/marks.tsx";

/** The house's name, what is simulated here, and the language. */
export function TopBar({ compact = false }: { compact?: boolean }) {
  const { language } = usePage();
  const chosen = useLanguage();
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
        <button
          type="button"
          aria-label={say(TEXT.switchLanguage)}
          lang={chosen === "zh" ? "en" : "zh-CN"}
          onClick={() => language.set(chosen === "zh" ? "en" : "zh")}
          className="grid size-9 shrink-0 place-items-center rounded-full bg-panel text-[13px] font-bold text-ink-2 shadow-panel hover:text-ink"
        >
          {say(TEXT.languageName)}
        </button>
      </header>
      {!compact && <Invitation />}
    </>
  );
}

export function AboutDemo() {
  const say = useSay();
  return (
    <Popover.Root>
      <Popover.Trigger className="flex items-center gap-1 rounded-full border border-warn/40 bg-warn-soft px-2.5 py-1 text-xs font-semibold text-warn">
        {say(TEXT.demo.badge)}
        <Info aria-hidden="true" className="size-3.5" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={8} align="start" className="z-50">
          <Popover.Popup className="max-w-80 rounded-2xl bg-panel p-4 text-[13px] leading-relaxed text-ink-2 shadow-panel ring-1 ring-line outline-none transition duration-200 data-ending-style:opacity-0 data-starting-style:opacity-0">
            <Popover.Title className="text-[15px] font-bold text-ink">{say(TEXT.demo.title)}</Popover.Title>
            <Popover.Description render={<div />} className="mt-2 grid gap-2">
              <p>{say(TEXT.demo.real)}</p>
              <p>{say(TEXT.demo.simulated)}</p>
              <p className="font-semibold text-warn">{say(TEXT.demo.warning)}</p>
            </Popover.Description>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
