import { Headset } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { parseCaseCode } from "#protocol/diagnosis";
import { TextField } from "../../phone/add-card/text-field.tsx";
import { useStore } from "../../store.ts";
import { useLanguage, useSay } from "../../text/language.tsx";
import { clockText } from "../../text/shown.ts";
import { Button, Spinner } from "../../ui/button.tsx";
import { FaultNote } from "../../ui/fault-note.tsx";
import { Panel } from "../../ui/panel.tsx";
import { Chip } from "../customers/customer-page.tsx";
import type { Call } from "../desk.ts";
import { useDesk } from "../desk-context.ts";
import { DESK } from "../words.ts";
import { CallForm } from "./call-form.tsx";
import { CaseStory } from "./case-story.tsx";

/** The code and the queue on the left, the case on the right; on a small screen one after the other. */
export function CasesPage({ caseCode }: { caseCode: string | undefined }) {
  const { desk } = useDesk();
  const { calls, opened, caseFault } = useStore(desk.state);
  const say = useSay();
  return (
    <div className="grid min-h-0 flex-1 gap-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
      <Panel title={say(DESK.cases)} icon={Headset} className={caseCode === undefined ? "" : "max-lg:hidden"}>
        <CodeForm key={caseCode} caseCode={caseCode} />
        <h3 className="mt-5 mb-1.5 text-[13px] font-semibold text-ink-2">{say(DESK.queue)}</h3>
        {calls !== undefined && calls.length === 0 && (
          <p className="rounded-2xl bg-panel-2 py-6 text-center text-[13px] text-ink-3">{say(DESK.noQueue)}</p>
        )}
        <ul className="grid gap-1.5">
          {(calls ?? []).map((call) => (
            <Queued key={call.bindingId} call={call} current={caseCode} />
          ))}
        </ul>
      </Panel>
      {caseCode === undefined ? (
        <div className="grid place-content-center justify-items-center gap-2 text-center max-lg:hidden">
          <Headset aria-hidden="true" className="size-12 text-ink-3" strokeWidth={1.3} />
          <p className="text-[17px] font-semibold">{say(DESK.caseTitle)}</p>
          <p className="text-[14px] text-ink-3">{say(DESK.caseHint)}</p>
        </div>
      ) : opened === undefined ? (
        <div className="grid place-content-center justify-items-center gap-4">
          {caseFault === undefined ? <Spinner className="size-8 text-accent" /> : <FaultNote fault={caseFault} />}
          <Link href="/cases" className="rounded-lg px-2 py-1 text-[14px] font-semibold text-accent lg:hidden">
            {say(DESK.back)}
          </Link>
        </div>
      ) : (
        <div className="grid min-h-0 gap-4 max-xl:content-start max-xl:overflow-y-auto xl:grid-cols-[minmax(0,1fr)_21rem]">
          <CaseStory caseCode={caseCode} finding={opened.finding} />
          {opened.call !== undefined && <CallForm key={opened.call.bindingId} call={opened.call} />}
        </div>
      )}
    </div>
  );
}

function CodeForm({ caseCode }: { caseCode: string | undefined }) {
  const say = useSay();
  const [, go] = useLocation();
  const [typed, setTyped] = useState(caseCode ?? "");
  const [wrong, setWrong] = useState(false);
  function submit(event: FormEvent): void {
    event.preventDefault();
    const code = parseCaseCode(typed.normalize("NFKC").trim());
    setWrong(!code.ok);
    if (code.ok) go(`/cases/${code.value}`);
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-2.5">
      <TextField
        label={say(DESK.caseTitle)}
        value={typed}
        onType={setTyped}
        placeholder="K7F-3QM"
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        className="tabular text-xl font-bold tracking-[0.14em] uppercase"
        {...(wrong ? { fault: say(DESK.typed.caseCode) } : {})}
      />
      <Button type="submit">{say(DESK.openCase)}</Button>
      <p className="text-[13px] leading-snug text-ink-3">{say(DESK.caseHint)}</p>
    </form>
  );
}

function Queued({ call, current }: { call: Call; current: string | undefined }) {
  const say = useSay();
  const language = useLanguage();
  const body = (
    <>
      <span className="flex items-baseline justify-between gap-3">
        <span className="tabular text-[15px] font-bold tracking-wider">{call.caseCode ?? call.panSuffix}</span>
        <span className="tabular text-[13px] text-ink-3">{clockText(call.since, language)}</span>
      </span>
      <span className="mt-0.5 flex items-center justify-between gap-3 text-[13px] text-ink-2">
        <span className="min-w-0 truncate">
          {call.panSuffix} · {call.deviceName}
        </span>
        {call.state === "awaitingSecond" && <Chip look="warn">{say(DESK.secondWanted)}</Chip>}
      </span>
    </>
  );
  const look = "block rounded-2xl border px-3.5 py-2.5";
  if (call.caseCode === undefined) return <li className={`${look} border-line`}>{body}</li>;
  return (
    <li>
      <Link
        href={`/cases/${call.caseCode}`}
        aria-current={call.caseCode === current ? "true" : undefined}
        className={`${look} transition ${call.caseCode === current ? "border-accent bg-accent-soft" : "border-line hover:border-accent"}`}
      >
        {body}
      </Link>
    </li>
  );
}
