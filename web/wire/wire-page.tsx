import { Smartphone } from "lucide-react";
import type { Language } from "#contracts/common";
import { useMedia } from "../adapters/media.ts";
import { STAGE } from "../layout.ts";
import type { DemoFeed } from "../live/demo.ts";
import { type Store, useStore } from "../store.ts";
import { LanguageProvider, useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { LanguageSwitch } from "../ui/language-switch.tsx";
import { Logo } from "../ui/marks.tsx";
import { WireView } from "./view.tsx";
import { WIRE_TEXT } from "./words.ts";

/** The whole screen for what passes between the parties. */
export function WirePage({ feed, language }: { feed: DemoFeed; language: Store<Language> }) {
  return (
    <LanguageProvider language={language}>
      <Content feed={feed} language={language} />
    </LanguageProvider>
  );
}

function Content({ feed, language }: { feed: DemoFeed; language: Store<Language> }) {
  const say = useSay();
  const wide = useMedia(STAGE);
  const connected = useStore(feed.connected);
  return (
    <div className="flex h-dvh flex-col">
      <header className="flex h-14 shrink-0 items-center gap-3 px-4 min-[1200px]:h-16 min-[1200px]:px-6">
        <Logo className="size-7 shrink-0" />
        <h1 className="truncate text-lg font-bold tracking-tight">{say(WIRE_TEXT.place)}</h1>
        <span role="status" className="flex shrink-0 items-center gap-1.5 text-xs font-semibold text-ink-2">
          <span aria-hidden="true" className={`size-2 rounded-full ${connected ? "bg-good-solid" : "bg-bad-solid"}`} />
          {say(connected ? WIRE_TEXT.live : WIRE_TEXT.offline)}
        </span>
        <span className="shrink-0 rounded-full border border-warn/40 bg-warn-soft px-2.5 py-1 text-xs font-semibold text-warn">
          {say(TEXT.demo.badge)}
        </span>
        <a
          href="/"
          aria-label={say(WIRE_TEXT.wallet)}
          title={say(WIRE_TEXT.wallet)}
          className="ml-auto grid size-9 shrink-0 place-items-center rounded-full bg-panel text-ink-2 shadow-panel hover:text-ink"
        >
          <Smartphone aria-hidden="true" className="size-4.5" />
        </a>
        <LanguageSwitch language={language} />
      </header>
      <main className="min-h-0 flex-1 px-3 pb-3 min-[1200px]:px-6 min-[1200px]:pb-5">
        {wide ? (
          <WireView feed={feed} split />
        ) : (
          <div className="flex h-full flex-col rounded-3xl bg-panel p-3.5 shadow-panel">
            <WireView feed={feed} />
          </div>
        )}
      </main>
    </div>
  );
}
