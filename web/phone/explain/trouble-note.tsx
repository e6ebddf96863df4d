import { Check, CircleAlert, Copy } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Words } from "#contracts/common";
import type { FindingView } from "#contracts/facts";
import { copyText } from "../../adapters/clipboard.ts";
import { useLanguage, useSay } from "../../text/language.tsx";
import { momentText } from "../../text/shown.ts";
import { TEXT } from "../../text/words.ts";
import { Spinner } from "../../ui/button.tsx";
import { FaultNote } from "../../ui/fault-note.tsx";
import type { Trouble } from "../trouble.ts";
import { Remedies } from "./remedies.tsx";
import { EXPLAIN_TEXT } from "./words.ts";

/** What happened, what to do in order, who acts, when to retry, and the code that leads others to the same journey. */
export function TroubleNote({
  trouble,
  hotline,
  calm = false,
  className = "",
}: {
  trouble: Trouble | undefined;
  /** The card's, where its bank has told it. */
  hotline?: string | undefined;
  /** It is no failure yet. */
  calm?: boolean;
  className?: string;
}) {
  const say = useSay();
  if (trouble === undefined)
    return (
      <p role="status" className={`flex items-center gap-2.5 py-3 text-[14px] text-ink-2 ${className}`}>
        <Spinner className="text-accent" /> {say(TEXT.finding.reading)}
      </p>
    );
  const { finding, fault, caseCode } = trouble;
  return (
    <div role="alert" className={`grid gap-3 text-left ${className}`}>
      {finding === undefined ? <FaultNote fault={fault} /> : <FindingBody finding={finding} calm={calm} />}
      {caseCode !== undefined && <CaseCode code={caseCode} />}
      {finding !== undefined && <Remedies finding={finding} hotline={hotline} />}
    </div>
  );
}

function FindingBody({ finding, calm }: { finding: FindingView; calm: boolean }) {
  const say = useSay();
  const language = useLanguage();
  const { retry, also } = finding;
  const at = retry.at === undefined ? undefined : TEXT.finding.notBefore(momentText(retry.at, language));
  return (
    <>
      <section className={`grid gap-2.5 rounded-2xl px-3.5 py-3 ${calm ? "bg-panel-2" : "bg-bad-soft"}`}>
        <p className={`flex gap-2.5 text-[15px] leading-snug font-semibold ${calm ? "" : "text-bad"}`}>
          <CircleAlert aria-hidden="true" className="mt-px size-4.5 shrink-0" />
          <span className="min-w-0">{say(finding.what)}</span>
        </p>
        <Steps steps={finding.remedy} />
      </section>
      <dl className="overflow-hidden rounded-2xl bg-panel-2 text-[13px]">
        <Row name={TEXT.finding.who}>{say(actorWords(finding.actor))}</Row>
        <Row name={TEXT.finding.when}>{say(at ?? TEXT.finding.retries[retry.kind])}</Row>
      </dl>
      {also.length > 0 && (
        <section>
          <h4 className="mb-1.5 px-1 text-[13px] font-bold text-ink-2">{say(TEXT.finding.also)}</h4>
          <ul className="grid gap-2">
            {also.map((other) => (
              <li key={other.cause} className="rounded-2xl bg-panel-2 px-3.5 py-2.5 text-[13px] leading-snug">
                <p className="font-semibold">{say(other.what)}</p>
                <p className="mt-0.5 text-ink-2">{say(other.remedy)}</p>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Numbered as soon as there are two. */
function Steps({ steps }: { steps: readonly Words[] }) {
  const say = useSay();
  if (steps.length < 2)
    return <p className="pl-7 text-[14px] leading-relaxed">{steps[0] === undefined ? "" : say(steps[0])}</p>;
  return (
    <ol className="grid list-decimal gap-1 pl-11 text-[14px] leading-relaxed marker:font-semibold">
      {steps.map((step) => (
        <li key={step.zh}>{say(step)}</li>
      ))}
    </ol>
  );
}

function Row({ name, children }: { name: Words; children: ReactNode }) {
  const say = useSay();
  return (
    <div className="flex justify-between gap-4 border-line px-3.5 py-2 not-first:border-t">
      <dt className="shrink-0 text-ink-3">{say(name)}</dt>
      <dd className="text-right font-medium">{children}</dd>
    </div>
  );
}

/** To read out, and to copy. */
export function CaseCode({ code }: { code: string }) {
  const say = useSay();
  const [copied, setCopied] = useState(false);
  return (
    <p className="flex items-center justify-between gap-3 px-3.5 text-[13px] text-ink-3">
      {say(TEXT.finding.caseCode)}
      <span className="flex items-center gap-1">
        <span className="tabular text-[15px] font-bold tracking-wider text-ink select-all">{code}</span>
        <button
          type="button"
          aria-label={say(copied ? EXPLAIN_TEXT.copied : EXPLAIN_TEXT.copyCase(code))}
          onClick={() => void copyText(code).then(setCopied)}
          className="grid size-9 place-items-center rounded-full text-accent hover:bg-accent-soft"
        >
          {copied ? <Check aria-hidden="true" className="size-4" /> : <Copy aria-hidden="true" className="size-4" />}
        </button>
      </span>
    </p>
  );
}

/** Somebody whom this page does not know yet is somebody else's service. */
function actorWords(actor: string): Words {
  const known: Readonly<Record<string, Words>> = TEXT.finding.actors;
  return known[actor] ?? TEXT.finding.actors.peerOps;
}
