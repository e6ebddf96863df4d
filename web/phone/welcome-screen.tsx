import { Fingerprint } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { usePage } from "../page-context.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { CardFace } from "./card-face.tsx";
import type { PhoneState } from "./phone.ts";

const NAME_MAX = 64;

/** Nobody is signed in: begin with a new passkey, or come back with one. */
export function WelcomeScreen({ state }: { state: Extract<PhoneState, { kind: "welcome" }> }) {
  const { phone } = usePage();
  const say = useSay();
  const nameId = useId();
  const [name, setName] = useState<string | undefined>(undefined);
  const [badName, setBadName] = useState(false);
  const typed = name ?? say(TEXT.welcome.defaultName);

  function begin(event: FormEvent): void {
    event.preventDefault();
    const clean = typed.trim();
    const bad = clean === "" || clean.length > NAME_MAX;
    setBadName(bad);
    if (!bad) void phone.begin(clean);
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto px-6 pb-6">
      <div aria-hidden="true" className="relative mx-auto mt-4 h-44 w-full max-w-64 shrink-0">
        <div className="absolute inset-x-3 top-0 origin-bottom -rotate-6">
          <CardFace product={CREDIT} panSuffix="0021" />
        </div>
        <div className="absolute inset-x-3 top-6 rotate-3">
          <CardFace product={DEBIT} panSuffix="0017" />
        </div>
      </div>
      <div className="mt-10 text-center">
        <h2 className="text-[26px] leading-tight font-bold tracking-tight">
          {say(state.known === undefined ? TEXT.welcome.title : TEXT.welcome.again(state.known))}
        </h2>
        <p className="mx-auto mt-2 max-w-72 text-sm leading-relaxed text-ink-2">{say(TEXT.welcome.text)}</p>
      </div>
      <div className="min-h-5 flex-1" />
      {state.fault !== undefined && <FaultNote fault={state.fault} className="mb-3" />}
      <form onSubmit={begin} noValidate className="grid gap-3">
        {state.known === undefined && (
          <div>
            <label htmlFor={nameId} className="mb-1.5 block text-[13px] font-medium text-ink-2">
              {say(TEXT.welcome.name)}
            </label>
            <input
              id={nameId}
              value={typed}
              onChange={(event) => setName(event.target.value)}
              autoComplete="nickname"
              aria-invalid={badName}
              aria-describedby={badName ? `${nameId}-fault` : undefined}
              className="h-12 w-full rounded-2xl border border-line bg-panel px-4 text-base"
            />
            {badName && (
              <p id={`${nameId}-fault`} role="alert" className="mt-1.5 text-[13px] font-medium text-bad">
                {say(TEXT.welcome.nameWanted)}
              </p>
            )}
          </div>
        )}
        {state.known === undefined ? (
          <>
            <Button type="submit" busy={state.busy} size="large">
              <Fingerprint aria-hidden="true" className="size-5" />
              {say(TEXT.welcome.begin)}
            </Button>
            <Button look="plain" disabled={state.busy} onClick={() => void phone.signIn()}>
              {say(TEXT.welcome.signIn)}
            </Button>
          </>
        ) : (
          <>
            <Button busy={state.busy} onClick={() => void phone.signIn()} size="large">
              <Fingerprint aria-hidden="true" className="size-5" />
              {say(TEXT.welcome.signIn)}
            </Button>
            <Button look="plain" disabled={state.busy} onClick={() => void phone.signIn(true)}>
              {say(TEXT.welcome.otherKey)}
            </Button>
            <Button look="plain" disabled={state.busy} onClick={() => void phone.begin(state.known!)}>
              {say(TEXT.welcome.begin)}
            </Button>
          </>
        )}
      </form>
      <LocalhostHint />
    </div>
  );
}

/** A passkey belongs to a name; an address in digits has none. */
function LocalhostHint() {
  const say = useSay();
  if (!/^[\d.]+$|^\[/.test(location.hostname)) return null;
  const url = `http://localhost:${location.port}/`;
  return (
    <a href={url} className="mt-3 text-center text-sm font-semibold text-accent underline">
      {say(TEXT.welcome.useLocalhost)} {url}
    </a>
  );
}

const BANK = { zh: "示范银行", en: "Demo Bank" };
const DEBIT = { bank: BANK, name: { zh: "示范借记卡", en: "Demo Debit Card" }, art: "demo-debit" };
const CREDIT = { bank: BANK, name: { zh: "示范信用卡", en: "Demo Credit Card" }, art: "demo-credit" };
