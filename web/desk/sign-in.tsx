import { Fingerprint, KeyRound } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Language } from "#contracts/common";
import { TextField } from "../phone/add-card/text-field.tsx";
import type { Store } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { LanguageSwitch } from "../ui/language-switch.tsx";
import { Logo } from "../ui/marks.tsx";
import type { DemoPerson, Known, StaffDoor, StaffState } from "./session.ts";
import { DESK, ROLES } from "./words.ts";

const INVITATION = /^[2-9A-HJKMNP-Z]{5}-?[2-9A-HJKMNP-Z]{5}$/;

/** The door: those who are known here, the demo's people, another passkey, or an invitation. */
export function SignInScreen({
  door,
  state,
  language,
}: {
  door: StaffDoor;
  state: Extract<StaffState, { kind: "out" }>;
  language: Store<Language>;
}) {
  const say = useSay();
  const { known, demo, busy, fault } = state;
  const others = demo.filter((one) => !known.some(({ staffId }) => staffId === one.staffId));
  return (
    <div className="flex min-h-full flex-col">
      <header className="flex items-center gap-3 px-5 py-3.5 sm:px-8">
        <Logo className="size-8" />
        <p className="text-[17px] font-bold">{say(DESK.title)}</p>
        <LanguageSwitch language={language} className="ml-auto" />
      </header>
      <main className="mx-auto grid w-full max-w-[560px] flex-1 content-center gap-5 px-5 pt-2 pb-12">
        <div className="text-center">
          <span className="mx-auto grid size-16 place-items-center rounded-3xl bg-accent-soft text-accent">
            <Fingerprint aria-hidden="true" className="size-9" strokeWidth={1.6} />
          </span>
          <h1 className="mt-4 text-[28px] font-bold tracking-tight">{say(DESK.door.title)}</h1>
          <p className="mt-1 text-[15px] text-ink-2">{say(DESK.door.text)}</p>
        </div>
        {fault !== undefined && <FaultNote fault={fault} />}
        {known.length > 0 && (
          <People title={say(DESK.door.known)} people={known} busy={busy} onEnter={(one) => void door.enter(one)} />
        )}
        {others.length > 0 && (
          <People
            title={say(DESK.door.demo)}
            hint={say(DESK.door.demoHint)}
            people={others}
            busy={busy}
            onEnter={(one) => void door.enter(one)}
          />
        )}
        <Button look="soft" busy={busy} size="large" onClick={() => void door.enterOther()}>
          <KeyRound aria-hidden="true" className="size-4.5" /> {say(DESK.door.other)}
        </Button>
        <Invitation busy={busy} onEnrol={(invitation) => void door.enrol(invitation)} />
      </main>
    </div>
  );
}

function People<Person extends Known | DemoPerson>({
  title,
  hint,
  people,
  busy,
  onEnter,
}: {
  title: string;
  hint?: string;
  people: readonly Person[];
  busy: boolean;
  onEnter: (person: Person) => void;
}) {
  const say = useSay();
  return (
    <section>
      <h2 className="px-1 text-[13px] font-semibold text-ink-2">{title}</h2>
      {hint !== undefined && <p className="px-1 text-[13px] leading-snug text-ink-3">{hint}</p>}
      <ul className="mt-2 grid gap-2 sm:grid-cols-2">
        {people.map((one) => (
          <li key={one.staffId}>
            <button
              type="button"
              disabled={busy}
              onClick={() => onEnter(one)}
              className="flex w-full items-center gap-3 rounded-2xl bg-panel px-3.5 py-3 text-left shadow-panel transition enabled:hover:bg-accent-soft disabled:opacity-55"
            >
              <Face name={one.name} />
              <span className="min-w-0">
                <span className="block truncate text-[15px] font-semibold">{one.name}</span>
                <span className="block text-[13px] text-ink-3">{say(ROLES[one.role])}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The last sign of a name in a disc; of a masked one the first. */
export function Face({ name, className = "size-10 text-[15px]" }: { name: string; className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={`grid shrink-0 place-items-center rounded-full bg-accent-soft font-bold text-accent ${className}`}
    >
      {[...name].at(name.endsWith("*") ? 0 : -1)}
    </span>
  );
}

function Invitation({ busy, onEnrol }: { busy: boolean; onEnrol: (invitation: string) => void }) {
  const say = useSay();
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  function submit(event: FormEvent): void {
    event.preventDefault();
    const signs = typed.normalize("NFKC").trim().toUpperCase();
    setWrong(!INVITATION.test(signs));
    if (INVITATION.test(signs)) onEnrol(signs.includes("-") ? signs : `${signs.slice(0, 5)}-${signs.slice(5)}`);
  }
  return (
    <details className="group rounded-2xl bg-panel px-4 shadow-panel">
      <summary className="cursor-pointer list-none py-3.5 text-center text-[15px] font-semibold text-accent">
        {say(DESK.door.invited)}
      </summary>
      <form onSubmit={submit} noValidate className="grid gap-3 pb-4">
        <TextField
          label={say(DESK.door.invitation)}
          value={typed}
          onType={setTyped}
          placeholder="7KQ2M-X9D4H"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          {...(wrong ? { fault: say(DESK.typed.invitation) } : {})}
        />
        <p className="text-[13px] text-ink-3">{say(DESK.door.invitationHint)}</p>
        <Button type="submit" busy={busy}>
          {say(DESK.door.enrol)}
        </Button>
      </form>
    </details>
  );
}
