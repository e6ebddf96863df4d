import { Fingerprint, Landmark, MessageSquareText } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Language } from "#contracts/common";
import type { Sms } from "../adapters/demo-events.ts";
import { codeOf } from "../inbox/code-of.ts";
import { TextField } from "../phone/add-card/text-field.tsx";
import { type Store, useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { LanguageSwitch } from "../ui/language-switch.tsx";
import type { DemoCustomer } from "./demo-customers.ts";
import type { AppDoor, AppState, Identity } from "./session.ts";
import { APP } from "./words.ts";

const RULES: Readonly<Record<keyof Identity, RegExp>> = {
  panSuffix: /^\d{4}$/,
  idNumber: /^\d{17}[\dX]$/,
  mobile: /^1[3-9]\d{9}$/,
};
const FIELDS = ["panSuffix", "idNumber", "mobile"] as const;

/** The bank's sign and name. */
export function BankSign() {
  const say = useSay();
  return (
    <div className="flex min-w-0 items-center gap-2.5">
      <span className="grid size-9 shrink-0 place-items-center rounded-xl bg-accent text-accent-ink">
        <Landmark aria-hidden="true" className="size-5" />
      </span>
      <p className="min-w-0 leading-tight">
        <span className="block truncate text-[16px] font-bold">{say(APP.title)}</span>
        <span className="block truncate text-xs text-ink-3">{say(APP.demo)}</span>
      </p>
    </div>
  );
}

/** By passkey; the first time by card, identity number and a code to the reserved phone. */
export function SignInScreen({
  door,
  state,
  language,
  customers,
  sms,
}: {
  door: AppDoor;
  state: Extract<AppState, { kind: "out" }>;
  language: Store<Language>;
  customers: Store<readonly DemoCustomer[]>;
  sms: Store<readonly Sms[]>;
}) {
  const say = useSay();
  const { known, busy, enrolment, fault } = state;
  return (
    <div className="mx-auto flex min-h-full max-w-[480px] flex-col px-5 pb-10">
      <header className="flex items-center gap-3 py-3">
        <BankSign />
        <LanguageSwitch language={language} className="ml-auto" />
      </header>
      <main className="grid flex-1 content-start gap-5 pt-4">
        {enrolment === undefined ? (
          <>
            <div>
              <h1 className="text-[26px] leading-tight font-bold">{say(APP.door.title)}</h1>
              <p className="mt-1.5 text-[15px] text-ink-2">{say(APP.door.text)}</p>
            </div>
            {fault !== undefined && <FaultNote fault={fault} />}
            <div className="grid gap-2">
              {known.map((one) => (
                <Button key={one.customerId} size="large" busy={busy} onClick={() => void door.enter(one)}>
                  <Fingerprint aria-hidden="true" className="size-5" /> {say(APP.door.enterAs(one.name))}
                </Button>
              ))}
              <Button look="soft" size="large" disabled={busy} onClick={() => void door.enter()}>
                {known.length === 0 && <Fingerprint aria-hidden="true" className="size-5" />}
                {say(known.length === 0 ? APP.door.enter : APP.door.other)}
              </Button>
            </div>
            <IdentityForm busy={busy} customers={customers} onIdentify={(identity) => void door.identify(identity)} />
          </>
        ) : (
          <CodeForm door={door} state={state} mobile={enrolment.mobile} sms={sms} />
        )}
      </main>
    </div>
  );
}

function IdentityForm({
  busy,
  customers,
  onIdentify,
}: {
  busy: boolean;
  customers: Store<readonly DemoCustomer[]>;
  onIdentify: (identity: Identity) => void;
}) {
  const say = useSay();
  const demo = useStore(customers);
  const [typed, setTyped] = useState<Identity>({ panSuffix: "", idNumber: "", mobile: "" });
  const [wrong, setWrong] = useState<readonly (keyof Identity)[]>([]);
  function submit(event: FormEvent): void {
    event.preventDefault();
    const tidy = {
      panSuffix: typed.panSuffix.normalize("NFKC").trim(),
      idNumber: typed.idNumber.normalize("NFKC").trim().toUpperCase(),
      mobile: typed.mobile.normalize("NFKC").replace(/\s/g, ""),
    };
    const bad = FIELDS.filter((name) => !RULES[name].test(tidy[name]));
    setWrong(bad);
    if (bad.length === 0) onIdentify(tidy);
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-3.5 rounded-3xl bg-panel p-5 shadow-panel">
      <h2 className="text-[17px] font-bold">{say(APP.door.first)}</h2>
      {demo.length > 0 && (
        <fieldset className="min-w-0">
          <legend className="mb-1.5 text-[13px] font-medium text-ink-2">{say(APP.door.demo)}</legend>
          <div className="no-bar -mx-5 flex gap-2 overflow-x-auto px-5 pb-1">
            {demo.map((one) => (
              <button
                key={one.cardId}
                type="button"
                onClick={() => {
                  const { panSuffix, idNumber, mobile } = one;
                  setTyped({ panSuffix, idNumber, mobile });
                  setWrong([]);
                }}
                className="shrink-0 rounded-2xl border border-line bg-panel px-3 py-2 text-left transition hover:border-accent"
              >
                <span className="block text-[13px] font-semibold">{one.holderName}</span>
                <span className="tabular block text-xs text-ink-3">{one.panSuffix}</span>
              </button>
            ))}
          </div>
        </fieldset>
      )}
      {FIELDS.map((name) => (
        <TextField
          key={name}
          label={say(APP.door[name])}
          value={typed[name]}
          onType={(text) => setTyped({ ...typed, [name]: text })}
          inputMode={name === "idNumber" ? "text" : "numeric"}
          autoComplete="off"
          {...(wrong.includes(name) ? { fault: say(APP.typed[name]) } : {})}
        />
      ))}
      <Button type="submit" look="soft" busy={busy} size="large">
        {say(APP.door.next)}
      </Button>
    </form>
  );
}

function CodeForm({
  door,
  state,
  mobile,
  sms,
}: {
  door: AppDoor;
  state: Extract<AppState, { kind: "out" }>;
  mobile: string;
  sms: Store<readonly Sms[]>;
}) {
  const say = useSay();
  const newest = useStore(sms).find((message) => message.toMobile === mobile);
  const fresh = newest === undefined ? undefined : codeOf(newest.text);
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  function submit(event: FormEvent): void {
    event.preventDefault();
    const code = typed.normalize("NFKC").replace(/\s/g, "");
    setWrong(!/^\d{6}$/.test(code));
    if (/^\d{6}$/.test(code)) void door.enrol(code);
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <div>
        <h1 className="text-[26px] leading-tight font-bold">{say(APP.door.codeTitle)}</h1>
        <p className="mt-1.5 text-[15px] text-ink-2">
          {say(APP.door.codeText(`${mobile.slice(0, 3)}****${mobile.slice(-4)}`))}
        </p>
      </div>
      {state.fault !== undefined && <FaultNote fault={state.fault} />}
      <TextField
        label={say(APP.door.code)}
        value={typed}
        onType={setTyped}
        inputMode="numeric"
        autoComplete="one-time-code"
        className="tabular text-center text-2xl font-bold tracking-[0.3em]"
        {...(wrong ? { fault: say(APP.typed.code) } : {})}
      />
      {fresh !== undefined && typed !== fresh && (
        <button
          type="button"
          onClick={() => setTyped(fresh)}
          className="rise flex items-center justify-center gap-2 rounded-xl bg-panel py-2.5 text-[14px] shadow-panel hover:bg-accent-soft"
        >
          <MessageSquareText aria-hidden="true" className="size-4 text-ink-3" />
          <span className="text-ink-2">{say(APP.door.fromMessages)}</span>
          <span className="tabular font-bold">{fresh}</span>
        </button>
      )}
      <Button type="submit" busy={state.busy} size="large">
        {say(APP.door.enrol)}
      </Button>
      <Button look="plain" disabled={state.busy} onClick={() => door.again()}>
        {say(APP.door.again)}
      </Button>
    </form>
  );
}
