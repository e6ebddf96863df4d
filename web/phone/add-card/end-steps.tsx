import type { Words } from "#contracts/common";
import { useNow } from "../../adapters/media.ts";
import { usePage } from "../../page-context.ts";
import type { Fault } from "../../text/fault.ts";
import { useLanguage, useSay } from "../../text/language.tsx";
import { clockText, momentText } from "../../text/shown.ts";
import { TEXT } from "../../text/words.ts";
import { Button, Spinner } from "../../ui/button.tsx";
import { Outcome } from "../../ui/marks.tsx";
import { PassFace } from "../card-face.tsx";
import { TroubleNote } from "../explain/trouble-note.tsx";
import type { AddCardState } from "./flow.ts";
import { ADD_TEXT } from "./words.ts";

export function WaitStep({ words }: { words: Words }) {
  const say = useSay();
  return (
    <p role="status" className="grid justify-items-center gap-4 py-16 text-[15px] text-ink-2">
      <Spinner className="size-8 text-accent" />
      {say(words)}
    </p>
  );
}

/** The device is not ready: all that stands in the way at once, who says so, and what to do about each. */
export function NotReadyStep({ state }: { state: Extract<AddCardState, { step: "notReady" }> }) {
  const say = useSay();
  const language = useLanguage();
  const { addCard, phone } = usePage();
  const { binding, trouble } = state;
  const failed = binding.checks.filter(({ passed }) => !passed);
  const noSecondFactor = failed.some(({ cause }) => cause === "secondFactorOff");
  const asserted = failed.every(({ source }) => source === "device");
  return (
    <div className="rise grid gap-4">
      <div>
        <h3 className="text-[17px] font-bold">{say(TEXT.add.notReady)}</h3>
        <p className="mt-1 text-[13px] text-ink-3">
          {say(asserted ? TEXT.add.asserted : TEXT.add.known)} ·{" "}
          {say(TEXT.add.othersPassed(binding.checks.length - failed.length))}
        </p>
      </div>
      <TroubleNote trouble={trouble} hotline={binding.product?.hotline} />
      {noSecondFactor && (
        <Button look="soft" onClick={() => void phone.makeRecoveryCodes().then(() => addCard.close())}>
          {say(TEXT.recovery.make)}
        </Button>
      )}
      <Button onClick={() => void addCard.start(language)}>{say(TEXT.add.checkAgain)}</Button>
    </div>
  );
}

/** The bank has not answered. Nothing is lost, nothing is done twice, and nobody has to stay. */
export function WaitingStep({ state }: { state: Extract<AddCardState, { step: "waiting" }> }) {
  const say = useSay();
  const language = useLanguage();
  const { addCard } = usePage();
  const { binding, busy, trouble } = state;
  const { waitingFor } = binding;
  return (
    <div className="rise grid gap-4">
      <div role="status" className="grid justify-items-center gap-3 pt-4 text-center">
        <Spinner className="size-10 text-accent" />
        <p className="text-[19px] font-bold">{say(TEXT.add.waiting)}</p>
        <p className="max-w-72 text-[14px] leading-relaxed text-ink-2">{say(TEXT.add.waitingText)}</p>
        {waitingFor !== undefined && (
          <p className="tabular text-[13px] text-ink-3">
            {say(TEXT.add.since(clockText(waitingFor.since, language)))} ·{" "}
            {say(TEXT.add.nextTry(clockText(waitingFor.nextTryAt, language)))}
          </p>
        )}
      </div>
      {trouble?.finding !== undefined && <TroubleNote trouble={trouble} hotline={binding.product?.hotline} calm />}
      <div className="grid gap-2">
        <Button busy={busy} onClick={() => void addCard.askAgain()} size="large">
          {say(TEXT.add.askNow)}
        </Button>
        <Button look="plain" onClick={() => addCard.close()}>
          {say(TEXT.close)}
        </Button>
      </div>
    </div>
  );
}

/** The bank, or somebody before it, said no: why, what helps, and the way on once that is done. */
export function RefusedStep({ state }: { state: Extract<AddCardState, { step: "refused" }> }) {
  const say = useSay();
  const language = useLanguage();
  const now = useNow(1_000);
  const { addCard } = usePage();
  const { binding, busy, trouble } = state;
  const declined = binding.causes.includes("termsDeclined");
  const red = binding.decision === "red";
  const later = binding.retryAt !== undefined && binding.retryAt > now ? binding.retryAt : undefined;
  return (
    <div className="rise grid gap-4">
      <p className="flex items-center gap-3 text-xl font-bold">
        <Outcome good={false} className="size-9" /> {say(TEXT.add.stopped)}
      </p>
      <TroubleNote trouble={trouble} hotline={binding.product?.hotline} />
      <div className="grid gap-2">
        {(red || declined) && (
          <Button busy={busy} disabled={later !== undefined} onClick={() => void addCard.askAgain()} size="large">
            {say(
              later !== undefined
                ? TEXT.add.laterThan(momentText(later, language))
                : declined
                  ? TEXT.add.backToTerms
                  : TEXT.add.askAgain,
            )}
          </Button>
        )}
        {red && (
          <Button look="soft" disabled={busy} onClick={() => void addCard.retype()}>
            {say(TEXT.add.retype)}
          </Button>
        )}
        <div className="grid grid-cols-2 gap-2">
          <Button look="plain" disabled={busy} onClick={() => void addCard.giveUp()}>
            {say(TEXT.add.giveUp)}
          </Button>
          <Button look="plain" onClick={() => addCard.close()}>
            {say(TEXT.close)}
          </Button>
        </div>
      </div>
    </div>
  );
}

export function AddedStep({ state }: { state: Extract<AddCardState, { step: "added" }> }) {
  const say = useSay();
  const { addCard, phone } = usePage();
  return (
    <div className="grid gap-5 pt-2 text-center">
      <div className="pop mx-auto w-64">
        <PassFace pass={state.pass} />
      </div>
      <div>
        <p className="text-xl font-bold">{say(TEXT.add.added)}</p>
        <p className="mt-1 text-[14px] text-ink-2">
          {say(state.others ? TEXT.add.askDefault : ADD_TEXT.ready[phone.model.kind])}
        </p>
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
