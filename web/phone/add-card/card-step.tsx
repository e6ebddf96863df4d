import { Camera, Check, ChevronRight, Lock } from "lucide-react";
import { type FormEvent, useEffect, useRef } from "react";
import { usePage } from "../../page-context.ts";
import { useSay } from "../../text/language.tsx";
import { TEXT } from "../../text/words.ts";
import { Button } from "../../ui/button.tsx";
import { TroubleNote } from "../explain/trouble-note.tsx";
import { ByCamera } from "./by-camera.tsx";
import { type CardField, groupPan, slashExpiry } from "./card-form.ts";
import { DemoCards } from "./demo-cards.tsx";
import type { AddCardState } from "./flow.ts";
import { TextField } from "./text-field.tsx";
import { CAMERA_TEXT } from "./words.ts";

/** The card: read by the camera, or typed. */
export function CardStep({ state }: { state: Extract<AddCardState, { step: "card" }> }) {
  return state.scanning ? <ByCamera /> : <CardForm state={state} />;
}

/** The card as the holder types it. Each field says what is wrong with it; nothing leaves the page before all are right. */
function CardForm({ state }: { state: Extract<AddCardState, { step: "card" }> }) {
  const { addCard } = usePage();
  const say = useSay();
  const form = useRef<HTMLFormElement>(null);
  const { fields, faults, refusals, credit, busy } = state;

  useEffect(() => {
    if (refusals > 0) form.current?.querySelector<HTMLInputElement>("[aria-invalid=true]")?.focus();
  }, [refusals]);

  function submit(event: FormEvent): void {
    event.preventDefault();
    void addCard.submitCard();
  }
  const field = (name: CardField) => ({
    name,
    value: fields[name],
    disabled: busy,
    ...(faults[name] === undefined ? {} : { fault: say(faults[name]) }),
  });

  return (
    <form ref={form} onSubmit={submit} noValidate autoComplete="off" className="grid gap-3.5">
      <p className="flex items-start gap-2 text-[13px] leading-snug text-ink-2">
        <Lock aria-hidden="true" className="mt-px size-4 shrink-0" /> {say(TEXT.add.formText)}
      </p>
      <button
        type="button"
        onClick={() => addCard.scan()}
        disabled={busy}
        className="flex items-center gap-3 rounded-2xl bg-accent-soft px-4 py-3 text-left transition hover:brightness-[0.97] dark:hover:brightness-110"
      >
        <Camera aria-hidden="true" className="size-6 shrink-0 text-accent" />
        <span className="min-w-0 flex-1 leading-snug">
          <span className="block text-[15px] font-semibold text-accent">{say(CAMERA_TEXT.open)}</span>
          <span className="block text-[13px] text-ink-2">{say(CAMERA_TEXT.openHint)}</span>
        </span>
        <ChevronRight aria-hidden="true" className="size-4.5 shrink-0 text-ink-3" />
      </button>
      <DemoCards />
      {state.readBy === "camera" && (
        <p role="status" className="rise flex items-center gap-2 text-[13px] font-medium text-good">
          <Check aria-hidden="true" className="size-4 shrink-0" /> {say(CAMERA_TEXT.read)}
        </p>
      )}
      <TextField
        {...field("pan")}
        label={say(TEXT.add.pan)}
        inputMode="numeric"
        autoComplete="cc-number"
        className="tabular tracking-wide"
        onType={(pan) => addCard.edit({ pan: groupPan(pan) })}
      />
      <TextField
        {...field("holderName")}
        label={say(TEXT.add.holderName)}
        placeholder={say(TEXT.add.holderHint)}
        autoComplete="cc-name"
        onType={(holderName) => addCard.edit({ holderName })}
      />
      <TextField
        {...field("mobile")}
        label={say(TEXT.add.mobile)}
        inputMode="tel"
        autoComplete="tel"
        className="tabular"
        onType={(mobile) => addCard.edit({ mobile })}
      />
      {credit && (
        <div className="rise grid gap-2">
          <p className="text-[13px] text-ink-2">{say(TEXT.add.creditWanted)}</p>
          <div className="grid grid-cols-2 items-start gap-3">
            <TextField
              {...field("expiry")}
              label={say(TEXT.add.expiry)}
              placeholder={say(TEXT.add.expiryHint)}
              inputMode="numeric"
              autoComplete="cc-exp"
              className="tabular"
              onType={(expiry) => addCard.edit({ expiry: slashExpiry(expiry) })}
            />
            <TextField
              {...field("cvn2")}
              label={say(TEXT.add.cvn2)}
              placeholder={say(TEXT.add.cvn2Hint)}
              inputMode="numeric"
              autoComplete="cc-csc"
              className="tabular"
              onType={(cvn2) => addCard.edit({ cvn2 })}
            />
          </div>
        </div>
      )}
      {state.trouble !== undefined && <TroubleNote trouble={state.trouble} />}
      <Button type="submit" busy={busy} size="large" className="mt-1">
        {say(busy ? TEXT.add.submitting : TEXT.next)}
      </Button>
    </form>
  );
}
