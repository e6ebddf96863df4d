import { Check, Landmark, MessageSquareText, Phone, Smartphone } from "lucide-react";
import { type FormEvent, useEffect, useId, useState } from "react";
import type { CodeSent, VerificationMethod, Words } from "#contracts/common";
import { useNow } from "../../adapters/media.ts";
import { codeOf } from "../../inbox/code-of.ts";
import { usePage } from "../../page-context.ts";
import { useStore } from "../../store.ts";
import { useLanguage, useSay } from "../../text/language.tsx";
import { TEXT } from "../../text/words.ts";
import { Button, Spinner } from "../../ui/button.tsx";
import { CaseCode, TroubleNote } from "../explain/trouble-note.tsx";
import { FROM_BANK } from "../from-bank/words.ts";
import { type AddCardState, methodOf } from "./flow.ts";

const DIGITS = [0, 1, 2, 3, 4, 5] as const;

type Verifying = Extract<AddCardState, { step: "verify" }>;

/** How the holder proves to be the holder: the ways that the bank offers, and then the one that was chosen. */
export function VerifyStep({ state }: { state: Verifying }) {
  const { addCard } = usePage();
  const say = useSay();
  const { binding, busy, choosing, trouble } = state;
  const method = methodOf(state);
  const several = binding.methods.length > 1;
  if (choosing || method === undefined) return <ChooseMethod state={state} />;
  return (
    <div className="rise grid gap-4">
      {method.kind === "smsCode" ? (
        <SmsCode state={state} sentTo={binding.codeSent?.sentTo ?? method.sentTo ?? ""} />
      ) : (
        <Elsewhere kind={method.kind} method={method} caseCode={binding.caseCode} />
      )}
      {method.kind !== "smsCode" && trouble !== undefined && (
        <TroubleNote trouble={trouble} hotline={binding.product?.hotline} />
      )}
      {several && (
        <Button look="plain" disabled={busy} onClick={() => addCard.chooseAnother()}>
          {say(TEXT.add.otherWay)}
        </Button>
      )}
    </div>
  );
}

const ICONS = { smsCode: MessageSquareText, bankApp: Smartphone, callCentre: Phone, branch: Landmark } as const;

/** All ways, closed ones with why: nobody wonders where one went. */
function ChooseMethod({ state }: { state: Verifying }) {
  const { addCard } = usePage();
  const say = useSay();
  const language = useLanguage();
  const { binding, busy, trouble } = state;
  const method = methodOf(state);
  const sms = binding.methods.some(({ kind, open }) => kind === "smsCode" && open);
  return (
    <div className="rise grid gap-4">
      <h3 className="text-[17px] font-bold">{say(TEXT.add.howTitle)}</h3>
      {trouble !== undefined && <TroubleNote trouble={trouble} hotline={binding.product?.hotline} />}
      <fieldset className="grid min-w-0 gap-2">
        <legend className="sr-only">{say(TEXT.add.howTitle)}</legend>
        {binding.methods.map((one) => (
          <MethodRow
            key={one.methodId}
            method={one}
            chosen={one.methodId === state.methodId}
            onPick={() => addCard.pick(one.methodId)}
          />
        ))}
      </fieldset>
      {method === undefined ? (
        <Button busy={busy} onClick={() => void addCard.askAgain()} size="large">
          {say(TEXT.add.lookAgain)}
        </Button>
      ) : (
        <Button busy={busy} onClick={() => void addCard.takeMethod(language)} size="large">
          {say(method.kind === "smsCode" ? TEXT.add.sendCode : TEXT.add.chooseThis)}
        </Button>
      )}
      {sms && <NotMine busy={busy} />}
    </div>
  );
}

function MethodRow({ method, chosen, onPick }: { method: VerificationMethod; chosen: boolean; onPick: () => void }) {
  const say = useSay();
  const { kind, open, closedBecause } = method;
  const Icon = ICONS[kind];
  return (
    <label
      className={`flex items-center gap-3 rounded-2xl border px-3.5 py-3 transition has-focus-visible:outline-2 ${chosen ? "border-accent bg-accent-soft" : "border-line bg-panel"} ${open ? "cursor-pointer hover:border-accent" : "opacity-55"}`}
    >
      <input
        type="radio"
        name="method"
        className="sr-only"
        checked={chosen}
        disabled={!open}
        onChange={onPick}
        aria-label={say(TEXT.add.how[kind])}
      />
      <Icon aria-hidden="true" className="size-5 shrink-0 text-accent" />
      <span className="min-w-0 flex-1 leading-snug">
        <span className="block text-[15px] font-semibold">{say(TEXT.add.how[kind])}</span>
        <span className="tabular block text-[13px] text-ink-2">
          {open ? detailOf() : say(closedWords(closedBecause))}
        </span>
      </span>
      {chosen && <Check aria-hidden="true" className="size-5 shrink-0 text-accent" />}
    </label>
  );

  function detailOf(): string {
    if (kind === "smsCode") return method.sentTo ?? "";
    const hours = method.hours === undefined ? [] : [say(TEXT.add.hours(method.hours.from, method.hours.to))];
    return [...(method.phone === undefined ? [] : [method.phone]), ...hours].join(" · ");
  }
}

function closedWords(cause: string | undefined): Words {
  const known: Readonly<Record<string, Words>> = TEXT.add.closedWay;
  return (cause === undefined ? undefined : known[cause]) ?? TEXT.add.closedNow;
}

/** The bank's app, its hotline or a branch: what to do there. Here it goes on by itself. */
function Elsewhere({
  kind,
  method,
  caseCode,
}: {
  kind: keyof typeof TEXT.add.elsewhere;
  method: VerificationMethod;
  caseCode: string | undefined;
}) {
  const say = useSay();
  const Icon = ICONS[kind];
  return (
    <div className="grid gap-3 text-center">
      <Icon aria-hidden="true" className="mx-auto mt-2 size-10 text-accent" />
      <h3 className="text-[17px] font-bold">{say(TEXT.add.how[kind])}</h3>
      <p className="text-[15px] leading-relaxed">{say(TEXT.add.elsewhere[kind])}</p>
      {method.phone !== undefined && (
        <a href={`tel:${method.phone}`} className="tabular text-[28px] font-bold text-accent">
          {method.phone}
        </a>
      )}
      {method.hours !== undefined && (
        <p className="tabular text-[13px] text-ink-2">{say(TEXT.add.hours(method.hours.from, method.hours.to))}</p>
      )}
      {method.link !== undefined && (
        <a
          href={method.link}
          target="_blank"
          rel="noopener"
          className="inline-flex min-h-13 items-center justify-center rounded-2xl bg-accent px-5 text-base font-semibold text-accent-ink"
        >
          {say(FROM_BANK.openApp)}
        </a>
      )}
      {caseCode !== undefined && (
        <div className="rounded-2xl bg-panel-2 py-2.5">
          {kind === "callCentre" && <p className="mb-1 text-[13px] text-ink-2">{say(TEXT.add.tellCase)}</p>}
          <CaseCode code={caseCode} />
        </div>
      )}
      <p role="status" className="flex items-center justify-center gap-2 text-[13px] text-ink-3">
        <Spinner className="size-3.5" /> {say(TEXT.add.goesOn)}
      </p>
    </div>
  );
}

/** The bank's code by SMS: sent, typed, checked by the bank, sent again after its time. */
function SmsCode({ state, sentTo }: { state: Verifying; sentTo: string }) {
  const { addCard } = usePage();
  const say = useSay();
  const language = useLanguage();
  const { binding, busy, trouble } = state;
  return (
    <>
      <div>
        <h3 className="text-[17px] font-bold">{say(TEXT.add.codeTitle)}</h3>
        <p className="mt-1 text-[14px] leading-snug text-ink-2">
          {say(binding.codeSent === undefined ? TEXT.add.codeText(sentTo) : TEXT.add.codeSent(sentTo))}
        </p>
      </div>
      {binding.codeSent === undefined ? (
        <>
          {trouble !== undefined && <TroubleNote trouble={trouble} hotline={binding.product?.hotline} />}
          <Button busy={busy} onClick={() => void addCard.takeMethod(language)} size="large">
            {say(TEXT.add.sendCode)}
          </Button>
        </>
      ) : (
        <CodeForm state={state} codeSent={binding.codeSent} />
      )}
      <NotMine busy={busy} />
    </>
  );
}

function CodeForm({ state, codeSent }: { state: Verifying; codeSent: CodeSent }) {
  const { addCard } = usePage();
  const say = useSay();
  const id = useId();
  const [typed, setTyped] = useState("");
  const { busy, trouble, typedFault } = state;
  const fresh = useNewestCode(codeSent.sentTo, codeSent.resendAt);

  // A code that was refused is of no more use: the field is clear for the next one.
  useEffect(() => {
    if (trouble !== undefined) setTyped("");
  }, [trouble]);

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
            aria-invalid={trouble !== undefined || typedFault !== undefined}
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
      {trouble !== undefined && <TroubleNote trouble={trouble} hotline={state.binding.product?.hotline} />}
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
    <Button look="plain" disabled={busy || waitSeconds > 0} onClick={() => void addCard.takeMethod(language)}>
      {waitSeconds > 0 ? say(TEXT.add.resendIn(waitSeconds)) : say(TEXT.add.resend)}
      <span className="font-normal">· {say(TEXT.add.codesLeft(codeSent.codesLeft))}</span>
    </Button>
  );
}

function NotMine({ busy }: { busy: boolean }) {
  const { addCard } = usePage();
  const say = useSay();
  return (
    <button
      type="button"
      disabled={busy}
      onClick={() => void addCard.notMyNumber()}
      className="w-fit py-1 text-[13px] font-medium text-accent disabled:opacity-55"
    >
      {say(TEXT.add.notMine)}
    </button>
  );
}
