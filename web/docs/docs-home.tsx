import { ArrowRight, FileText, LayoutGrid, type LucideIcon, Scissors, Sparkles } from "lucide-react";
import { Link } from "wouter";
import type { Words } from "#contracts/common";
import { useSay } from "../text/language.tsx";
import { LIBRARY, shotOf } from "./library.ts";
import { DOCS, JOURNEYS, PARTIES } from "./words.ts";

/** What it is, how to run it, the journeys with pictures, the parties, and the documents. */
export function DocsHome() {
  const say = useSay();
  return (
    <div className="grid grid-cols-1 gap-12">
      <section className="grid gap-4 pt-4 text-center">
        <h2 className="text-[30px] leading-tight font-bold tracking-tight sm:text-[40px]">卡包 Kabao</h2>
        <p className="mx-auto max-w-2xl text-[17px] leading-relaxed">{say(DOCS.lead)}</p>
        <p className="mx-auto max-w-2xl text-[15px] leading-relaxed text-ink-2">{say(DOCS.lead2)}</p>
        <p className="mt-2 flex flex-wrap justify-center gap-3">
          <Door href="/break?tour" icon={Sparkles} words={DOCS.tour} strong />
          <Door href="/" icon={LayoutGrid} words={DOCS.stage} />
          <Door href="/break" icon={Scissors} words={DOCS.breakIt} />
        </p>
      </section>
      <section className="grid grid-cols-1 gap-3">
        <Title words={DOCS.runTitle} />
        <p className="text-ink-2">{say(DOCS.runText)}</p>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          className="overflow-x-auto rounded-2xl bg-ink p-5 font-mono text-[13px] leading-loose text-bg"
        >
          {say(DOCS.runLines)}
        </pre>
      </section>
      <section className="grid grid-cols-1 gap-5">
        <div>
          <Title words={DOCS.journeys} />
          <p className="text-[13px] text-ink-3">{say(DOCS.journeysHint)}</p>
        </div>
        <ul className="grid grid-cols-1 gap-6 md:grid-cols-2">
          {JOURNEYS.map((journey) => {
            const picture = shotOf(journey.shot);
            return (
              <li key={journey.shot} className="overflow-hidden rounded-3xl bg-panel shadow-panel">
                {picture !== undefined && (
                  <img
                    src={picture}
                    alt={say(journey.title)}
                    loading="lazy"
                    width={1440}
                    height={900}
                    className="aspect-[1440/900] w-full border-line border-b object-cover object-top"
                  />
                )}
                <div className="grid gap-1 p-5">
                  <h3 className="text-[18px] font-bold">{say(journey.title)}</h3>
                  <p className="text-[14px] leading-relaxed text-ink-2">{say(journey.text)}</p>
                </div>
              </li>
            );
          })}
        </ul>
      </section>
      <section className="grid grid-cols-1 gap-4">
        <Title words={DOCS.parties} />
        <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-3">
          {PARTIES.map((party) => (
            <li key={party.name.en} className="rounded-2xl bg-panel p-4 text-[13px] leading-relaxed shadow-panel">
              <h3 className="text-[15px] font-bold">{say(party.name)}</h3>
              <p className="mt-1.5">
                <span className="text-ink-3">{say(DOCS.holds)}</span> {say(party.holds)}
              </p>
              <p className="mt-1 text-ink-2">
                <span className="text-ink-3">{say(DOCS.never)}</span> {say(party.never)}
              </p>
            </li>
          ))}
        </ul>
      </section>
      <section className="grid grid-cols-1 gap-4">
        <div>
          <Title words={DOCS.documents} />
          <p className="text-[13px] text-ink-3">{say(DOCS.documentsHint)}</p>
        </div>
        <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2">
          {LIBRARY.map(({ name, title, about }) => (
            <li key={name}>
              <Link
                href={`/${name}`}
                className="flex items-center gap-3.5 rounded-2xl bg-panel p-4 shadow-panel transition hover:-translate-y-0.5"
              >
                <FileText aria-hidden="true" className="size-6 shrink-0 text-accent" />
                <span className="min-w-0 flex-1">
                  <span className="block font-bold">{say(title)}</span>
                  <span className="block text-[13px] text-ink-2">{say(about)}</span>
                </span>
                <ArrowRight aria-hidden="true" className="size-5 text-ink-3" />
              </Link>
            </li>
          ))}
        </ul>
      </section>
      <p className="rounded-2xl bg-warn-soft p-4 text-[13px] leading-relaxed text-warn">{say(DOCS.simulated)}</p>
    </div>
  );
}

function Title({ words }: { words: Words }) {
  const say = useSay();
  return <h2 className="text-[22px] font-bold tracking-tight">{say(words)}</h2>;
}

function Door({
  href,
  icon: Icon,
  words,
  strong = false,
}: {
  href: string;
  icon: LucideIcon;
  words: Words;
  strong?: boolean;
}) {
  const say = useSay();
  return (
    <a
      href={href}
      className={`inline-flex min-h-12 items-center gap-2 rounded-2xl px-5 text-[15px] font-semibold transition hover:brightness-105 ${strong ? "bg-accent text-accent-ink" : "bg-panel text-accent shadow-panel"}`}
    >
      <Icon aria-hidden="true" className="size-5" /> {say(words)}
    </a>
  );
}
