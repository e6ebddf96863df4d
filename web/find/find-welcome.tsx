import { Fingerprint, MapPinned } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Words } from "#contracts/common";
import { TextField } from "../phone/add-card/text-field.tsx";
import { useSay } from "../text/language.tsx";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import type { Find, FindState } from "./flow.ts";
import { FIND_TEXT } from "./words.ts";

const CODE = /^[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}$/;

/** Who looks for a device shows first whose it is. */
export function FindWelcome({ find, state }: { find: Find; state: Extract<FindState, { kind: "welcome" }> }) {
  const say = useSay();
  const [byCode, setByCode] = useState(false);
  return (
    <div className="my-auto grid justify-items-center gap-6 py-8 text-center">
      <span className="grid size-20 place-items-center rounded-[26px] bg-accent text-accent-ink shadow-panel">
        <MapPinned aria-hidden="true" className="size-10" strokeWidth={1.7} />
      </span>
      <div>
        <h2 className="text-[30px] font-bold tracking-tight">{say(FIND_TEXT.title)}</h2>
        <p className="mx-auto mt-2 max-w-80 text-[15px] leading-relaxed text-ink-2">{say(FIND_TEXT.lead)}</p>
        <p className="mt-1 text-[13px] text-ink-3">{say(FIND_TEXT.plastic)}</p>
      </div>
      {state.fault !== undefined && <FaultNote fault={state.fault} className="w-full max-w-96" />}
      <div className="grid w-full max-w-96 gap-2">
        {byCode ? (
          <CodeForm find={find} busy={state.busy} />
        ) : (
          <Button busy={state.busy} onClick={() => void find.signIn()} size="large">
            <Fingerprint aria-hidden="true" className="size-5" /> {say(FIND_TEXT.signIn)}
          </Button>
        )}
        <Button look="plain" disabled={state.busy} onClick={() => setByCode(!byCode)}>
          {say(byCode ? FIND_TEXT.usePasskey : FIND_TEXT.useCode)}
        </Button>
      </div>
    </div>
  );
}

function CodeForm({ find, busy }: { find: Find; busy: boolean }) {
  const say = useSay();
  const [name, setName] = useState("");
  const [code, setCode] = useState("");
  const [faults, setFaults] = useState<{ readonly name?: Words; readonly code?: Words }>({});

  function submit(event: FormEvent): void {
    event.preventDefault();
    const clean = code.normalize("NFKC").toUpperCase().replace(/\s/gu, "");
    const wrong = {
      ...(name.trim() === "" ? { name: FIND_TEXT.nameWanted } : {}),
      ...(CODE.test(clean) ? {} : { code: FIND_TEXT.codeWanted }),
    };
    setFaults(wrong);
    if (Object.keys(wrong).length === 0) void find.signInByCode(name.trim(), clean);
  }

  return (
    <form onSubmit={submit} noValidate autoComplete="off" className="grid gap-3.5 text-left">
      <TextField
        name="accountName"
        label={say(FIND_TEXT.name)}
        value={name}
        disabled={busy}
        {...(faults.name === undefined ? {} : { fault: say(faults.name) })}
        onType={setName}
      />
      <TextField
        name="recoveryCode"
        label={say(FIND_TEXT.code)}
        placeholder="AB2CD-EF3GH"
        value={code}
        disabled={busy}
        autoCapitalize="characters"
        spellCheck={false}
        className="tabular tracking-wider uppercase"
        {...(faults.code === undefined ? {} : { fault: say(faults.code) })}
        onType={setCode}
      />
      <p className="text-[13px] leading-snug text-ink-3">{say(FIND_TEXT.codeHint)}</p>
      <Button type="submit" busy={busy} size="large">
        {say(FIND_TEXT.enter)}
      </Button>
    </form>
  );
}
