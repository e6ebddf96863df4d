import { ChevronLeft, CircleAlert, CircleCheck, CircleHelp, Clock } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import type { Words } from "#contracts/common";
import type { FindingView } from "#contracts/facts";
import {
  ACTOR_WORDS,
  type Actor,
  MILESTONE_WORDS,
  STOPPER_WORDS,
  type Stopper,
  WITNESS_WORDS,
} from "#protocol/diagnosis";
import { useLanguage, useSay } from "../../text/language.tsx";
import { preciseText } from "../../text/shown.ts";
import { Chip } from "../customers/customer-page.tsx";
import { DESK } from "../words.ts";

/** A journey for the bank's people: what it came to, who acts, what to do, and every party's facts in order. */
export function CaseStory({ caseCode, finding }: { caseCode: string; finding: FindingView }) {
  const say = useSay();
  const wrong = finding.cause !== undefined || finding.certainty === "unclear";
  const waits = finding.remedy.length > 0;
  const unclear = finding.certainty === "unclear";
  const Icon = unclear ? CircleHelp : wrong ? CircleAlert : waits ? Clock : CircleCheck;
  const tone = unclear
    ? "bg-warn-soft text-warn"
    : wrong
      ? "bg-bad-soft text-bad"
      : waits
        ? "bg-accent-soft text-accent"
        : "bg-good-soft text-good";
  return (
    <article className="overscroll-contain rounded-3xl bg-panel shadow-panel xl:min-h-0 xl:overflow-y-auto">
      <div className="grid gap-5 px-4 py-4 sm:px-6 sm:py-5">
        <header className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <Link
            href="/cases"
            aria-label={say(DESK.back)}
            className="-ml-1 grid size-9 place-items-center rounded-full text-accent hover:bg-accent-soft lg:hidden"
          >
            <ChevronLeft aria-hidden="true" className="size-6" />
          </Link>
          <h1 className="tabular text-2xl font-bold tracking-[0.12em]">{caseCode}</h1>
          <p className="text-[14px] text-ink-2">{say(MILESTONE_WORDS[finding.milestone].what)}</p>
        </header>

        <section aria-label={say(DESK.finding)} className={`rounded-2xl px-4 py-3.5 ${tone}`}>
          <p className="flex gap-2.5 text-[17px] leading-snug font-bold">
            <Icon aria-hidden="true" className="mt-0.5 size-5 shrink-0" />
            <span className="min-w-0">{say(finding.what)}</span>
          </p>
          {finding.remedy.length > 0 && (
            <ol className="mt-2 grid list-decimal gap-1 pl-12 text-[14px] leading-relaxed text-ink marker:font-semibold">
              {finding.remedy.map((step) => (
                <li key={step.zh}>{say(step)}</li>
              ))}
            </ol>
          )}
        </section>

        <dl className="grid gap-2.5 sm:grid-cols-3">
          <Cell name={DESK.stoppedBy}>{say(stopperWords(finding.stoppedBy))}</Cell>
          <Cell name={DESK.actor}>{say(ACTOR_WORDS[finding.actor as Actor] ?? same(finding.actor))}</Cell>
          <Cell name={DESK.certainty}>
            <Chip look={unclear ? "warn" : "quiet"}>{say(DESK.certainties[finding.certainty])}</Chip>
          </Cell>
        </dl>
        {finding.nextCheck !== undefined && (
          <p className="rounded-2xl bg-panel-2 px-4 py-3 text-[14px]">
            <span className="font-semibold">{say(DESK.nextCheck)}：</span>
            {say(finding.nextCheck)}
          </p>
        )}
        {finding.also.map((other) => (
          <p key={other.cause} className="rounded-2xl bg-panel-2 px-4 py-3 text-[14px] leading-relaxed">
            <span className="font-semibold">{say(other.what)}</span> {say(other.remedy)}
          </p>
        ))}
        <Timeline finding={finding} />
      </div>
    </article>
  );
}

const same = (text: string): Words => ({ zh: text, en: text });

function stopperWords(stoppedBy: string): Words {
  if (stoppedBy === "nobody") return DESK.nobodyStopped;
  const words = (party: string): Words =>
    Object.hasOwn(STOPPER_WORDS, party) ? STOPPER_WORDS[party as Stopper] : same(party);
  const link = /^link (\w+)–(\w+)$/.exec(stoppedBy);
  if (link === null) return words(stoppedBy);
  const [from, to] = [words(link[1]!), words(link[2]!)];
  return { zh: `${from.zh}与${to.zh}之间的线路`, en: `the line between ${from.en} and ${to.en}` };
}

function Cell({ name, children }: { name: Words; children: ReactNode }) {
  const say = useSay();
  return (
    <div className="rounded-2xl bg-panel-2 px-4 py-3">
      <dt className="text-xs text-ink-3">{say(name)}</dt>
      <dd className="mt-0.5 text-[15px] font-semibold">{children}</dd>
    </div>
  );
}

/** Every party's facts as a story, and on demand as they were written down. */
function Timeline({ finding }: { finding: FindingView }) {
  const say = useSay();
  const language = useLanguage();
  const [raw, setRaw] = useState(false);
  const { timeline, facts, unreachable } = finding;
  return (
    <section>
      <div className="mb-2 flex items-baseline justify-between gap-3">
        <h2 className="text-[15px] font-bold">
          {say(DESK.journey)}
          <span className="ml-2 text-[13px] font-normal text-ink-3">{say(DESK.journeyHint)}</span>
        </h2>
        {facts.length > 0 && (
          <button
            type="button"
            aria-pressed={raw}
            onClick={() => setRaw(!raw)}
            className="shrink-0 rounded-lg px-2 py-1 text-[13px] font-semibold text-accent hover:bg-accent-soft"
          >
            {say(DESK.facts)}
          </button>
        )}
      </div>
      {timeline.length === 0 && <p className="py-4 text-center text-[13px] text-ink-3">{say(DESK.noStory)}</p>}
      {raw ? (
        <ul className="overflow-x-auto rounded-2xl bg-panel-2 px-3.5 py-2 font-mono text-xs leading-relaxed">
          {facts.map((fact, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: facts have no id and come in one order
            <li key={i} className={`whitespace-nowrap ${fact.outcome === "failed" ? "text-bad" : ""}`}>
              {preciseText(fact.at, language)} {fact.party} {fact.stage}/{fact.code} {fact.outcome}{" "}
              <span className="text-ink-3">{JSON.stringify(fact.data)}</span>
            </li>
          ))}
        </ul>
      ) : (
        <ol className="relative grid gap-0">
          {timeline.map((moment, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: moments have no id and come in one order
            <li key={i} className="grid grid-cols-[5.5rem_auto_minmax(0,1fr)] gap-x-3 text-[14px]">
              <span className="py-1.5 text-right">
                <span className="block text-[13px] font-semibold">{say(WITNESS_WORDS[moment.party])}</span>
              </span>
              <span aria-hidden="true" className="relative w-2.5">
                <span className="absolute top-0 bottom-0 left-1/2 w-px -translate-x-1/2 bg-line" />
                <span className="absolute top-3 left-0 size-2.5 rounded-full border-2 border-panel bg-accent" />
              </span>
              <span className="py-1.5">
                <span className="block leading-snug">{say(moment.words)}</span>
                <span className="tabular block text-xs text-ink-3">{preciseText(moment.at, language)}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
      {unreachable.length > 0 && (
        <p className="mt-3 rounded-2xl bg-warn-soft px-4 py-2.5 text-[14px] text-warn">
          {say(DESK.unreachable(unreachable.map((party) => say(WITNESS_WORDS[party])).join("、")))}
        </p>
      )}
    </section>
  );
}
