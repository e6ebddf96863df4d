import { Check, Copy, MessageSquareText } from "lucide-react";
import { useState } from "react";
import type { Root } from "react-dom/client";
import type { Language } from "#contracts/common";
import { copyText } from "../adapters/clipboard.ts";
import { followDemo, type Sms } from "../adapters/demo-events.ts";
import { notebook } from "../adapters/notebook.ts";
import { createDemoFeed, type DemoFeed } from "../live/demo.ts";
import { type Store, useStore } from "../store.ts";
import { createLanguage, LanguageProvider, useLanguage, useSay } from "../text/language.tsx";
import { momentText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { LanguageSwitch } from "../ui/language-switch.tsx";
import { codeOf } from "./code-of.ts";
import { MESSAGES } from "./words.ts";

/** The demo's text messages at an address of their own: as if each phone of the demo lay on one table. */
export function show(root: Root): void {
  const language = createLanguage(notebook.read("language"), (chosen) => notebook.write("language", chosen));
  const feed = createDemoFeed((handlers) => followDemo(handlers, "messages"));
  root.render(
    <LanguageProvider language={language}>
      <Messages feed={feed} language={language} />
    </LanguageProvider>,
  );
}

function Messages({ feed, language }: { feed: DemoFeed; language: Store<Language> }) {
  const messages = useStore(feed.sms);
  const connected = useStore(feed.connected);
  const say = useSay();
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const phones = [...new Set(messages.map(({ toMobile }) => toMobile))];
  const shown = messages.filter(({ toMobile }) => chosen === undefined || toMobile === chosen);
  return (
    <div className="mx-auto flex min-h-full max-w-[640px] flex-col px-4 pb-8">
      <header className="flex items-center gap-3 py-3">
        <span className="grid size-9 place-items-center rounded-xl bg-good-solid text-white">
          <MessageSquareText aria-hidden="true" className="size-5" />
        </span>
        <div className="min-w-0">
          <h1 className="text-[17px] leading-tight font-bold">{say(TEXT.inbox.title)}</h1>
          <p className="truncate text-xs text-ink-3">{say(connected ? TEXT.inbox.hint : TEXT.disconnected)}</p>
        </div>
        <LanguageSwitch language={language} className="ml-auto" />
      </header>
      <main className="grid content-start gap-4">
        {phones.length > 1 && (
          <fieldset className="no-bar -mx-4 flex min-w-0 gap-2 overflow-x-auto px-4 pb-1">
            <legend className="sr-only">{say(MESSAGES.phones)}</legend>
            {[undefined, ...phones].map((one) => (
              <button
                key={one ?? "all"}
                type="button"
                aria-pressed={one === chosen}
                onClick={() => setChosen(one)}
                className={`tabular shrink-0 rounded-full px-3.5 py-1.5 text-[14px] font-semibold transition ${one === chosen ? "bg-accent text-accent-ink" : "bg-panel text-ink-2 shadow-panel hover:text-ink"}`}
              >
                {one ?? say(MESSAGES.all)}
              </button>
            ))}
          </fieldset>
        )}
        {shown.length === 0 && (
          <p className="rounded-3xl bg-panel px-5 py-12 text-center text-[15px] text-ink-2 shadow-panel">
            {say(TEXT.inbox.empty)}
          </p>
        )}
        <ul className="grid gap-3">
          {shown.map((message) => (
            <Message key={message.id} message={message} />
          ))}
        </ul>
      </main>
    </div>
  );
}

function Message({ message }: { message: Sms }) {
  const say = useSay();
  const language = useLanguage();
  const code = codeOf(message.text);
  const [copied, setCopied] = useState(false);
  async function copy(text: string): Promise<void> {
    setCopied(await copyText(text));
  }
  return (
    <li className="rise rounded-3xl bg-panel px-4 py-3.5 shadow-panel">
      <p className="mb-1.5 flex justify-between gap-3 text-[13px] text-ink-3">
        <span className="tabular">{say(TEXT.inbox.to(message.toMobile))}</span>
        <span className="tabular">{momentText(message.at, language)}</span>
      </p>
      <p className="text-[15px] leading-relaxed break-words">{message.text}</p>
      {code !== undefined && (
        <button
          type="button"
          onClick={() => void copy(code)}
          className="tabular mt-2.5 inline-flex items-center gap-2 rounded-full bg-accent-soft px-3.5 py-1.5 text-[14px] font-semibold text-accent"
        >
          {copied ? <Check aria-hidden="true" className="size-4" /> : <Copy aria-hidden="true" className="size-4" />}
          {say(copied ? MESSAGES.copied : MESSAGES.copy)} {code}
        </button>
      )}
    </li>
  );
}
