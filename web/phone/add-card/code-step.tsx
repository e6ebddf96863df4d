import { MessageSquareText } from "lucide-react";
import { type FormEvent, useEffect, useId, useState } from "react";
import { useNow } from "../../adapters/media.ts";
import { codeOf } from "../../inbox/code-of.ts";
import { usePage } from "../../page-context.ts";
import { useStore } from "../../store.ts";
import { useLanguage, useSay } from "../../text/language.tsx";
import { TEXT } from "../../text/words.ts";
import { Button } from "../../ui/button.tsx";
import { FaultNote } from "../../ui/fault-note.tsx";
import type { AddCardState } from "./flow.ts";

const DIGITS = [0, 1, 2, 3, 4, 5] as const;

/** The bank's code by SMS: sent, typed, checked by the bank, sent again after its time. */
export function CodeStep({ state }: { state: Extract<AddCardState, { step: "code" }> }) {
  const { addCard } = usePage();
  const say = useSay();
  const language = useLanguage();
  const { binding, busy } = state;
  const sentTo = binding.codeSent?.sentTo ?? binding.methods.find(({ kind }) => kind === "smsCode")?.sentTo ?? "";
  return (
    <div className="rise grid gap-4">
      <div>
        <h3 className="text-[17px] font-bold">{say(TEXT.add.codeTitle)}</h3>
        <p className="mt-1 text-[14px] leading-snug text-ink-2">
          {say(binding.codeSent === undefined ? TEXT.add.codeText(sentTo) : TEXT.add.codeSent(sentTo))}
        </p>
      </div>
      {binding.codeSent === undefined ? (
        <>
          {state.fault !== undefined && <FaultNote fault={state.fault} />}
          <Button busy={busy} onClick={() => void addCard.sendCode(language)} size="large">
            {say(TEXT.add.sendCode)}
          </Button>
        </>
      ) : (
        <CodeForm state={state} codeSent={binding.codeSent} />
      )}
      <NotMine />
    </div>
  );
}

function CodeForm({
  state,
  codeSent,
}: {
  state: Extract<AddCardState, { step: "code" }>;
  codeSent: NonNullable<Extract<AddCardState, { step: "code" }>["binding"]["codeSent"]>;
}) {
  const { addCard } = usePage();
  const say = useSay();
  const id = useId();
  const [typed, setTyped] = useState("");
  const { busy, fault, typedFault } = state;
  const fresh = useNewestCode(codeSent.sentTo, codeSent.resendAt);

  // A code that was refused is of no more use: the field is clear for the next one.
  useEffect(() => {
    if (fault !== undefined) setTyped("");
  }, [fault]);

  function submit(event: FormEvent): void {
    event.preventDefault();
    void addCard.submitCode(typed);
  }
  function fill(code: string): void {
    setTyped(code);
    void addCard.submitCode(code);
  }

  return (
    <form onSubmit={submit} noValidate className="grid gap-3.5">
      <div>
        <label htmlFor={id} className="mb-1.5 block text-[13px] font-medium text-ink-2">
          {say(TEXT.add.codeLabel)}
        </label>
        <div className="relative">
          <div aria-hidden="true" className="grid grid-cols-6 gap-2">
            {DIGITS.map((i) => (
              <span
                key={i}
                className={`tabular grid h-13 place-items-center rounded-xl border bg-panel-2 text-xl font-semibold ${typed.length === i ? "border-accent" : "border-line"}`}
              >
                {typed[i] ?? ""}
              </span>
            ))}
          </div>
          <input
            id={id}
            value={typed}
            onChange={(event) => setTyped(event.target.value.normalize("NFKC").replace(/\s/g, "").slice(0, 6))}
            disabled={busy}
            inputMode="numeric"
            autoComplete="one-time-code"
            aria-invalid={fault !== undefined || typedFault !== undefined}
            aria-describedby={typedFault === undefined ? undefined : `${id}-fault`}
            className="absolute inset-0 size-full rounded-xl bg-transparent text-transparent caret-transparent"
          />
        </div>
        {typedFault !== undefined && (
          <p id={`${id}-fault`} role="alert" className="mt-1.5 text-[13px] font-medium text-bad">
            {say(typedFault)}
          </p>
        )}
      </div>
      {fresh !== undefined && typed === "" && (
        <button
          type="button"
          disabled={busy}
          onClick={() => fill(fresh)}
          className="rise flex items-center justify-center gap-2 rounded-xl bg-panel-2 py-2.5 text-[14px] hover:bg-accent-soft"
        >
          <MessageSquareText aria-hidden="true" className="size-4 text-ink-3" />
          <span className="text-ink-2">{say(TEXT.add.fromMessages)}</span>
          <span className="tabular font-bold">{fresh}</span>
        </button>
      )}
      {fault !== undefined && <FaultNote fault={fault} />}
      <Button type="submit" busy={busy} size="large">
        {say(busy ? TEXT.add.verifying : TEXT.add.verify)}
      </Button>
      <Resend codeSent={codeSent} busy={busy} />
    </form>
  );
}

/** The code of the newest message to this phone, as phones offer it above the keyboard. */
function useNewestCode(sentTo: string, resendAt: number): string | undefined {
  const { feed } = usePage();
  const messages = useStore(feed.sms);
  // The masked number's head and tail, and not before this code was asked for (its cool-down is a minute).
  const [head = "", tail = ""] = sentTo.split("****");
  const newest = messages.find(({ toMobile }) => toMobile.startsWith(head) && toMobile.endsWith(tail));
  return newest !== undefined && newest.at > resendAt - COOL_DOWN_MAX_MS ? codeOf(newest.text) : undefined;
}
const COOL_DOWN_MAX_MS = 120_000;

function Resend({ codeSent, busy }: { codeSent: { resendAt: number; codesLeft: number }; busy: boolean }) {
  const { addCard } = usePage();
  const say = useSay();
  const language = useLanguage();
  const now = useNow(1_000);
  const waitSeconds = Math.ceil((codeSent.resendAt - now) / 1000);
  if (codeSent.codesLeft <= 0) return null;
  return (
    <Button look="plain" disabled={busy || waitSeconds > 0} onClick={() => void addCard.sendCode(language)}>
      {waitSeconds > 0 ? say(TEXT.add.resendIn(waitSeconds)) : say(TEXT.add.resend)}
      <span className="font-normal">· {say(TEXT.add.codesLeft(codeSent.codesLeft))}</span>
    </Button>
  );
}

function NotMine() {
  const say = useSay();
  return (
    <details className="text-[13px] text-ink-2">
      <summary className="cursor-pointer py-1 font-medium text-accent">{say(TEXT.add.notMine)}</summary>
      <p className="mt-1 leading-relaxed">{say(TEXT.add.notMineText)}</p>
    </details>
  );
}
