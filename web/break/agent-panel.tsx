import { Headset, Wrench } from "lucide-react";
import { type FormEvent, useEffect, useId, useState } from "react";
import type { FindingView } from "#contracts/facts";
import { usePage, useStage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { preciseText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { Panel } from "../ui/panel.tsx";
import { type Repair, repairOf } from "./agent.ts";
import { useBreak } from "./context.ts";
import { BREAK } from "./words.ts";

const { agent: WORDS } = BREAK;

/** The agent: a case code in, every party's facts out, and the repair that the finding asks for. */
export function AgentPanel() {
  const { agent } = useBreak();
  const { busy, finding, badCode, fault, repaired } = useStore(agent.state);
  const say = useSay();
  const id = useId();
  const [typed, setTyped] = useState("");
  const known = useKnownCodes();
  const open = (code: string) => {
    setTyped(code);
    void agent.open(code);
  };
  return (
    <Panel title={say(WORDS.title)} icon={Headset} hint={say(WORDS.hint)} className="h-full">
      <form
        className="grid grid-cols-1 gap-2"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          open(typed);
        }}
      >
        <label htmlFor={id} className="text-xs text-ink-3">
          {say(WORDS.code)}
        </label>
        <div className="flex gap-2">
          <input
            id={id}
            value={typed}
            placeholder="K7F-3QM"
            autoComplete="off"
            aria-invalid={badCode}
            onChange={(event) => setTyped(event.target.value.toUpperCase().slice(0, 7))}
            className="tabular min-w-0 flex-1 rounded-xl border border-line bg-panel-2 px-3 text-[17px] font-bold tracking-widest aria-invalid:border-bad-solid"
          />
          <Button type="submit" size="small" busy={busy} data-tour="open-case">
            {say(WORDS.open)}
          </Button>
        </div>
        {badCode && <p className="text-[13px] text-bad">{say(WORDS.badCode)}</p>}
        {known.length > 0 && (
          <ul className="flex flex-wrap gap-2">
            {known.map(({ code, from }) => (
              <li key={code}>
                <button
                  type="button"
                  onClick={() => open(code)}
                  className="rounded-full border border-line px-3 py-1.5 text-xs text-ink-2 hover:border-accent"
                >
                  {say(from)} <strong className="tabular text-ink">{code}</strong>
                </button>
              </li>
            ))}
          </ul>
        )}
      </form>
      {fault !== undefined && <FaultNote fault={fault} className="mt-3" />}
      <a href="/desk" className="mt-2 inline-flex min-h-9 items-center text-[13px] font-medium text-accent">
        {say(WORDS.desk)}
      </a>
      {finding === undefined && fault === undefined && (
        <p className="px-2 py-8 text-center text-[13px] leading-relaxed text-ink-3">{say(WORDS.empty)}</p>
      )}
      {finding !== undefined && (
        <div className="rise mt-4 grid grid-cols-1 gap-3">
          <Finding finding={finding} />
          {repaired ? (
            <p role="status" className="rounded-2xl bg-good-soft px-3.5 py-3 text-[14px] font-semibold text-good">
              {say(WORDS.repaired)}
            </p>
          ) : (
            <RepairBox finding={finding} busy={busy} />
          )}
          <Timeline finding={finding} />
        </div>
      )}
    </Panel>
  );
}

/** Codes that phone and till show at the moment: what the holder would read out. */
function useKnownCodes() {
  const { phone, till, pay, addCard } = useStage();
  const state = useStore(phone.state);
  const { history } = useStore(till.state);
  const paying = useStore(pay.state);
  const adding = useStore(addCard.state);
  const codes = [
    ...("trouble" in adding && adding.trouble?.caseCode !== undefined
      ? [{ code: adding.trouble.caseCode, from: WORDS.fromPhone }]
      : []),
    ...(paying.kind === "handedOver" && paying.trouble?.caseCode !== undefined
      ? [{ code: paying.trouble.caseCode, from: WORDS.fromPhone }]
      : []),
    ...(state.kind === "ready"
      ? state.bindings.flatMap(({ caseCode }) =>
          caseCode === undefined ? [] : [{ code: caseCode, from: WORDS.fromPhone }],
        )
      : []),
    ...history
      .slice(0, 1)
      .flatMap(({ caseCode }) => (caseCode === undefined ? [] : [{ code: caseCode, from: WORDS.fromTill }])),
  ];
  return codes.filter(({ code }, i) => codes.findIndex((other) => other.code === code) === i).slice(0, 3);
}

function Finding({ finding }: { finding: FindingView }) {
  const say = useSay();
  const actors: Readonly<Record<string, { zh: string; en: string }>> = TEXT.finding.actors;
  const well = finding.cause === undefined && finding.between.length === 0;
  return (
    <section className={`grid gap-2 rounded-2xl px-3.5 py-3 ${well ? "bg-good-soft" : "bg-bad-soft"}`}>
      <p className={`text-[15px] leading-snug font-semibold ${well ? "text-good" : "text-bad"}`}>{say(finding.what)}</p>
      <ol className="grid list-decimal gap-0.5 pl-5 text-[13px] leading-relaxed">
        {finding.remedy.map((step) => (
          <li key={step.en}>{say(step)}</li>
        ))}
      </ol>
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 text-[13px]">
        <dt className="text-ink-2">{say(WORDS.stoppedBy)}</dt>
        <dd className="text-right font-medium">{say(partyWords(finding.stoppedBy))}</dd>
        <dt className="text-ink-2">{say(WORDS.who)}</dt>
        <dd className="text-right font-medium">{say(actors[finding.actor] ?? TEXT.finding.actors.peerOps)}</dd>
        <dt className="text-ink-2">{say(WORDS.sure)}</dt>
        <dd className="text-right font-medium">{say(WORDS.certainty[finding.certainty])}</dd>
      </dl>
    </section>
  );
}

/** "link network–issuer" or one party, in the page's words. */
function partyWords(stoppedBy: string): { zh: string; en: string } {
  const { phone, acquirer } = BREAK.boxes;
  const names: Readonly<Record<string, { zh: string; en: string }>> = {
    ...BREAK.boxes,
    device: phone,
    terminal: acquirer,
  };
  const [, from, to] = /^link (\w+)–(\w+)$/.exec(stoppedBy) ?? [];
  const nameOf = (party: string) => names[party] ?? { zh: party, en: party };
  if (from === undefined || to === undefined) return nameOf(stoppedBy);
  const [a, b] = [nameOf(from), nameOf(to)];
  return { zh: `${a.zh} 到 ${b.zh} 的线路`, en: `line ${a.en}–${b.en}` };
}

function RepairBox({ finding, busy }: { finding: FindingView; busy: boolean }) {
  const { agent, counter } = useBreak();
  const { phone, addCard } = usePage();
  const state = useStore(phone.state);
  const adding = useStore(addCard.state);
  const { holder, fault } = useStore(counter.state);
  const say = useSay();
  const id = useId();
  const repair = repairOf(finding);
  const onScreen = "binding" in adding && adding.binding.bindingId === finding.journeyId ? adding.binding : undefined;
  const said =
    onScreen?.panSuffix !== undefined
      ? onScreen.panSuffix
      : state.kind === "ready"
        ? (state.bindings.find(({ bindingId }) => bindingId === finding.journeyId)?.panSuffix ??
          (state.passes.find(({ isDefault }) => isDefault) ?? state.passes[0])?.token.panSuffix)
        : undefined;
  const [typed, setTyped] = useState<string | undefined>(undefined);
  const suffix = typed ?? said ?? "";
  const records = repair !== undefined && repair.kind !== "mend";
  useEffect(() => {
    if (records && /^\d{4}$/.test(suffix)) void counter.look(suffix);
  }, [records, suffix, counter]);
  if (repair === undefined) return <p className="px-1 text-[13px] text-ink-3">{say(WORDS.nothingHere)}</p>;
  const found = holder?.account.panSuffix === suffix ? holder : undefined;
  return (
    <section aria-label={say(WORDS.repair)} className="grid gap-2 rounded-2xl border border-line p-3.5">
      {records && (
        <>
          <label htmlFor={id} className="flex items-center justify-between gap-3 text-[13px] text-ink-2">
            {say(WORDS.suffix)}
            <input
              id={id}
              value={suffix}
              inputMode="numeric"
              onChange={(event) => setTyped(event.target.value.replace(/\D/g, "").slice(0, 4))}
              className="tabular w-20 rounded-lg border border-line bg-panel-2 px-2 py-1.5 text-center text-[15px] font-semibold"
            />
          </label>
          {suffix.length === 4 && (
            <p className="text-[13px] text-ink-2">
              {say(found === undefined ? WORDS.nobody : WORDS.customer(found.customer.name, suffix))}
            </p>
          )}
        </>
      )}
      {fault !== undefined && <FaultNote fault={fault} />}
      <Button
        data-tour="repair"
        busy={busy}
        disabled={records && found === undefined}
        onClick={() => void agent.repair(repair, found)}
      >
        <Wrench aria-hidden="true" className="size-4.5" /> {say(wordsOf(repair))}
      </Button>
    </section>
  );
}

function wordsOf({ kind }: Repair) {
  return WORDS.repairs[kind];
}

function Timeline({ finding }: { finding: FindingView }) {
  const say = useSay();
  const language = useLanguage();
  if (finding.timeline.length === 0) return null;
  return (
    <section>
      <h3 className="mb-1.5 px-1 text-[13px] font-bold text-ink-2">{say(WORDS.timeline)}</h3>
      <ol className="grid gap-px overflow-hidden rounded-2xl bg-panel-2">
        {finding.timeline.map(({ at, party, words }) => (
          <li
            key={`${at}-${party}-${words.en}`}
            className="grid grid-cols-[5.9rem_1fr] gap-2 px-3 py-2 text-[13px] leading-snug"
          >
            <span className="tabular text-xs text-ink-3">{preciseText(at, language)}</span>
            <span>{say(words)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
