import type { Language } from "#contracts/common";
import { type Store, useStore } from "../store.ts";
import { LanguageProvider, useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { LanguageSwitch } from "../ui/language-switch.tsx";
import { Logo } from "../ui/marks.tsx";
import { DeviceList } from "./device-list.tsx";
import { FindWelcome } from "./find-welcome.tsx";
import type { Find } from "./flow.ts";
import { FIND_TEXT } from "./words.ts";

export function FindPage({ find, language }: { find: Find; language: Store<Language> }) {
  return (
    <LanguageProvider language={language}>
      <div className="mx-auto flex min-h-dvh max-w-[560px] flex-col px-5 pb-10">
        <Header language={language} />
        <main className="flex flex-1 flex-col">
          <Screen find={find} />
        </main>
      </div>
    </LanguageProvider>
  );
}

function Screen({ find }: { find: Find }) {
  const state = useStore(find.state);
  return state.kind === "welcome" ? (
    <FindWelcome find={find} state={state} />
  ) : (
    <DeviceList find={find} state={state} />
  );
}

function Header({ language }: { language: Store<Language> }) {
  const say = useSay();
  return (
    <header className="flex h-16 shrink-0 items-center gap-3">
      <Logo className="size-8" />
      <p className="font-bold tracking-tight">{say(TEXT.brandLong)}</p>
      <span className="rounded-full border border-line px-2 py-0.5 text-[11px] text-ink-2">{say(TEXT.demo.badge)}</span>
      <LanguageSwitch language={language} className="ml-auto" />
      <h1 className="sr-only">{say(FIND_TEXT.title)}</h1>
    </header>
  );
}
