import { Fingerprint } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { Words } from "#contracts/common";
import { usePage } from "../page-context.ts";
import { TextField } from "../phone/add-card/text-field.tsx";
import { DeviceIcon } from "../phone/devices/device-icon.tsx";
import { DEVICES_TEXT } from "../phone/devices/words.ts";
import type { PhoneState } from "../phone/phone.ts";
import { useSay } from "../text/language.tsx";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";

/** A device that belongs to nobody yet: the code of one that the account trusts lets it in. */
export function JoinScreen({ state, named }: { state: Extract<PhoneState, { kind: "welcome" }>; named: string }) {
  const { phone } = usePage();
  const say = useSay();
  const [name, setName] = useState(state.known ?? named);
  const [code, setCode] = useState("");
  const [faults, setFaults] = useState<{ readonly name?: Words; readonly code?: Words }>({});

  function join(event: FormEvent): void {
    event.preventDefault();
    const digits = code.normalize("NFKC").replace(/\s/gu, "");
    const wrong = {
      ...(name.trim() === "" ? { name: DEVICES_TEXT.join.nameWanted } : {}),
      ...(/^\d{6}$/.test(digits) ? {} : { code: DEVICES_TEXT.join.codeWanted }),
    };
    setFaults(wrong);
    if (Object.keys(wrong).length === 0) void phone.join(name.trim(), digits);
  }

  return (
    <form
      onSubmit={join}
      noValidate
      autoComplete="off"
      className="no-bar mx-auto grid min-h-0 w-full max-w-[420px] flex-1 content-start gap-4 overflow-y-auto px-6 py-7 text-left"
    >
      <div className="grid justify-items-center gap-2 text-center">
        <span className="grid size-14 place-items-center rounded-2xl bg-accent-soft text-accent">
          <DeviceIcon kind={phone.model.kind} className="size-7" />
        </span>
        <h2 className="text-[22px] leading-tight font-bold">{say(DEVICES_TEXT.join.title)}</h2>
        <p className="text-[13px] leading-snug text-ink-2">{say(DEVICES_TEXT.join.text)}</p>
      </div>
      {state.fault !== undefined && <FaultNote fault={state.fault} />}
      <TextField
        name="accountName"
        label={say(DEVICES_TEXT.account)}
        value={name}
        disabled={state.busy}
        {...(faults.name === undefined ? {} : { fault: say(faults.name) })}
        onType={setName}
      />
      <TextField
        name="joinCode"
        label={say(DEVICES_TEXT.code)}
        value={code}
        inputMode="numeric"
        maxLength={7}
        disabled={state.busy}
        className="tabular text-center text-2xl tracking-[0.25em]"
        {...(faults.code === undefined ? {} : { fault: say(faults.code) })}
        onType={setCode}
      />
      <Button type="submit" busy={state.busy} size="large">
        <Fingerprint aria-hidden="true" className="size-5" /> {say(DEVICES_TEXT.join.go)}
      </Button>
      {state.known !== undefined && (
        <Button look="plain" disabled={state.busy} onClick={() => void phone.signIn()}>
          {say(DEVICES_TEXT.join.again)}
        </Button>
      )}
    </form>
  );
}
