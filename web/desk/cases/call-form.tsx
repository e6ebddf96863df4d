import { CircleCheck, CircleX, Headset, UsersRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import { TextField } from "../../phone/add-card/text-field.tsx";
import { useStore } from "../../store.ts";
import type { Fault } from "../../text/fault.ts";
import { useSay } from "../../text/language.tsx";
import { Button } from "../../ui/button.tsx";
import { FaultNote } from "../../ui/fault-note.tsx";
import { Panel } from "../../ui/panel.tsx";
import { type Act, ActDialog } from "../act-dialog.tsx";
import type { Call } from "../desk.ts";
import { useDesk } from "../desk-context.ts";
import { DESK, deskFault } from "../words.ts";

/** The bank's questions to the caller, and what comes of the answers: verified, refused, or a second person decides. */
export function CallForm({ call }: { call: Call }) {
  const { desk, papers } = useDesk();
  const { may } = useStore(desk.state);
  const paper = useStore(papers).find(({ holderName }) => holderName === call.holderName);
  const say = useSay();
  const [answers, setAnswers] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [act, setAct] = useState<Act | undefined>(undefined);
  const { bindingId, questions, state } = call;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setFault(undefined);
    const done = await desk.change("approveCall", {
      bindingId,
      answers: questions.map(({ questionId }) => ({ questionId, answer: (answers[questionId] ?? "").trim() })),
    });
    setBusy(false);
    if (!done.ok) setFault(deskFault(done.error));
  }
  const refuse: Act = {
    name: "refuseCall",
    wants: ["reason"],
    grave: true,
    run: ({ reason }) => desk.change("refuseCall", { bindingId, reason }),
  };
  const override: Act = {
    name: "overrideCall",
    wants: ["reason"],
    run: ({ reason }) => desk.change("overrideCall", { bindingId, reason }),
  };

  return (
    <Panel title={say(DESK.questions)} icon={Headset} className="max-xl:order-first">
      <p className="text-[15px] font-semibold">
        {call.holderName} · <span className="tabular">{call.panSuffix}</span>
      </p>
      <p className="text-[13px] text-ink-3">{call.deviceName}</p>
      {state === "open" && may.has("approveCall") && (
        <form onSubmit={(event) => void submit(event)} noValidate className="mt-4 grid gap-3.5">
          {questions.map(({ questionId, text }) => (
            <TextField
              key={questionId}
              label={say(text)}
              value={answers[questionId] ?? ""}
              onType={(typed) => setAnswers({ ...answers, [questionId]: typed.normalize("NFKC").slice(0, 60) })}
              autoComplete="off"
            />
          ))}
          <p className="text-xs text-ink-3">{say(DESK.questionsHint)}</p>
          {paper !== undefined && (
            <Button
              look="soft"
              size="small"
              onClick={() =>
                setAnswers({
                  "id-tail": paper.document.number.slice(-4),
                  "phone-tail": paper.mobile.slice(-4),
                  "last-payment": "0",
                })
              }
            >
              {say(DESK.demoAnswers)}
            </Button>
          )}
          {fault !== undefined && <FaultNote fault={fault} />}
          <Button type="submit" busy={busy}>
            {say(DESK.check)}
          </Button>
          {may.has("refuseCall") && (
            <Button look="danger" onClick={() => setAct(refuse)}>
              {say(DESK.acts.refuseCall)}
            </Button>
          )}
        </form>
      )}
      {state === "awaitingSecond" && (
        <div className="mt-4 grid gap-3">
          <p
            role="status"
            className="flex gap-2.5 rounded-2xl bg-warn-soft px-4 py-3 text-[14px] leading-snug text-warn"
          >
            <UsersRound aria-hidden="true" className="mt-px size-5 shrink-0" /> {say(DESK.awaiting)}
          </p>
          {may.has("overrideCall") && <Button onClick={() => setAct(override)}>{say(DESK.acts.overrideCall)}</Button>}
          {may.has("refuseCall") && (
            <Button look="danger" onClick={() => setAct(refuse)}>
              {say(DESK.acts.refuseCall)}
            </Button>
          )}
        </div>
      )}
      {state === "approved" && (
        <p
          role="status"
          className="mt-4 flex gap-2.5 rounded-2xl bg-good-soft px-4 py-3 text-[15px] font-semibold text-good"
        >
          <CircleCheck aria-hidden="true" className="size-5 shrink-0" /> {say(DESK.approved)}
        </p>
      )}
      {state === "refused" && (
        <p
          role="status"
          className="mt-4 flex gap-2.5 rounded-2xl bg-bad-soft px-4 py-3 text-[15px] font-semibold text-bad"
        >
          <CircleX aria-hidden="true" className="size-5 shrink-0" /> {say(DESK.refused)}
        </p>
      )}
      <ActDialog act={act} onClose={() => setAct(undefined)} />
    </Panel>
  );
}
