import { Check, X } from "lucide-react";
import type { Words } from "#contracts/common";
import type { BindingView } from "#contracts/wallet-api";
import { usePage } from "../../page-context.ts";
import type { Fault } from "../../text/fault.ts";
import { useSay } from "../../text/language.tsx";
import { TEXT } from "../../text/words.ts";
import { Button, Spinner } from "../../ui/button.tsx";
import { Outcome } from "../../ui/marks.tsx";
import { PassFace } from "../card-face.tsx";
import type { AddCardState } from "./flow.ts";

export function WaitStep({ words }: { words: Words }) {
  const say = useSay();
  return (
    <p role="status" className="grid justify-items-center gap-4 py-16 text-[15px] text-ink-2">
      <Spinner className="size-8 text-accent" />
      {say(words)}
    </p>
  );
}

/** The device is not ready: every check, and what to do about each that failed. */
export function NotReadyStep({ checks }: { checks: BindingView["checks"] }) {
  const say = useSay();
  const { addCard } = usePage();
  return (
    <div className="rise grid gap-4">
      <h3 className="text-[17px] font-bold">{say(TEXT.add.notReady)}</h3>
      <ul className="grid gap-2">
        {checks.map(({ check, passed }) => (
          <li key={check} className="flex items-start gap-2.5 rounded-2xl bg-panel-2 px-3.5 py-2.5 text-[14px]">
            {passed ? (
              <Check aria-hidden="true" className="mt-0.5 size-4.5 shrink-0 text-good" />
            ) : (
              <X aria-hidden="true" className="mt-0.5 size-4.5 shrink-0 text-bad" />
            )}
            <span>
              {say(TEXT.add.checks[check])}
              {!passed && <span className="block text-[13px] text-bad">{say(TEXT.add.checkRemedies[check])}</span>}
            </span>
          </li>
        ))}
      </ul>
      <Button onClick={() => addCard.close()}>{say(TEXT.close)}</Button>
    </div>
  );
}

export function AddedStep({ state }: { state: Extract<AddCardState, { step: "added" }> }) {
  const say = useSay();
  const { addCard } = usePage();
  return (
    <div className="grid gap-5 pt-2 text-center">
      <div className="pop mx-auto w-64">
        <PassFace pass={state.pass} />
      </div>
      <div>
        <p className="text-xl font-bold">{say(TEXT.add.added)}</p>
        <p className="mt-1 text-[14px] text-ink-2">{say(state.others ? TEXT.add.askDefault : TEXT.add.addedText)}</p>
      </div>
      {state.others ? (
        <div className="grid grid-cols-2 gap-2">
          <Button look="soft" onClick={() => addCard.close()}>
            {say(TEXT.add.notNow)}
          </Button>
          <Button onClick={() => void addCard.makeDefault()}>{say(TEXT.card.makeDefault)}</Button>
        </div>
      ) : (
        <Button onClick={() => addCard.close()} size="large">
          {say(TEXT.done)}
        </Button>
      )}
    </div>
  );
}

/** It ends here: what happened, and what helps. */
export function StoppedStep({ fault }: { fault: Fault }) {
  const say = useSay();
  const { addCard } = usePage();
  return (
    <div className="grid justify-items-center gap-4 pt-4 text-center">
      <Outcome good={false} className="size-16" />
      <div role="alert">
        <p className="text-xl font-bold">{say(TEXT.add.stopped)}</p>
        <p className="mt-2 text-[15px] font-semibold">{say(fault.what)}</p>
        <p className="mx-auto mt-1 max-w-72 text-[14px] leading-relaxed text-ink-2">{say(fault.remedy)}</p>
      </div>
      <Button className="mt-2 w-full" onClick={() => addCard.close()}>
        {say(TEXT.close)}
      </Button>
    </div>
  );
}
