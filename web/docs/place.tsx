import type { Root } from "react-dom/client";
import { Link, Route, Router, Switch } from "wouter";
import type { Language } from "#contracts/common";
import { notebook } from "../adapters/notebook.ts";
import type { Store } from "../store.ts";
import { createLanguage, LanguageProvider, useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { LanguageSwitch } from "../ui/language-switch.tsx";
import { Logo } from "../ui/marks.tsx";
import { DocsHome } from "./docs-home.tsx";
import { DocumentView } from "./document-view.tsx";
import { LIBRARY } from "./library.ts";
import { DOCS } from "./words.ts";

/** The docs: they need no wallet, no server, and no sign-in. */
export function show(root: Root): void {
  const language = createLanguage(notebook.read("language"), (now) => notebook.write("language", now));
  root.render(
    <LanguageProvider language={language}>
      <Router base="/docs">
        <Docs language={language} />
      </Router>
    </LanguageProvider>,
  );
}

function Docs({ language }: { language: Store<Language> }) {
  const say = useSay();
  return (
    <div className="mx-auto max-w-5xl px-4 pb-20 sm:px-6">
      <Header language={language} />
      <main>
        <Switch>
          <Route path="/">
            <DocsHome />
          </Route>
          {LIBRARY.map((document) => (
            <Route key={document.name} path={`/${document.name}`}>
              <DocumentView document={document} />
            </Route>
          ))}
          <Route>
            <p className="py-20 text-center text-ink-2">{say(DOCS.notFound)}</p>
          </Route>
        </Switch>
      </main>
    </div>
  );
}

function Header({ language }: { language: Store<Language> }) {
  const say = useSay();
  const links = [
    { href: "/", words: DOCS.stage },
    { href: "/break", words: DOCS.breakIt },
  ];
  return (
    <header className="flex h-16 items-center gap-3">
      <Link href="/" aria-label={say(DOCS.home)} className="flex items-center gap-3">
        <Logo className="size-8" />
        <h1 className="text-lg font-bold">{say(DOCS.title)}</h1>
      </Link>
      <nav aria-label={say(TEXT.brand)} className="ml-auto flex items-center gap-1">
        {links.map(({ href, words }) => (
          <a
            key={href}
            href={href}
            className="rounded-full px-3 py-2 text-[13px] font-medium text-ink-2 hover:bg-panel hover:text-ink"
          >
            {say(words)}
          </a>
        ))}
      </nav>
      <LanguageSwitch language={language} />
    </header>
  );
}
