import { useState } from "react";
import { usePage } from "../page-context.ts";
import type { Fault } from "../text/fault.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { Sheet } from "../ui/sheet.tsx";
import { DevicesRow } from "./devices/devices-row.tsx";
import type { ReadyPhone } from "./phone.ts";

/** The account, and where this device's key is. */
export function SettingsSheet({ open, state, onClose }: { open: boolean; state: ReadyPhone; onClose: () => void }) {
  const { phone } = usePage();
  const say = useSay();
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  function renewCodes(): void {
    void phone.makeRecoveryCodes().then((refused) => {
      setFault(refused);
      if (refused === undefined) onClose();
    });
  }
  const facts = [
    [say(TEXT.settings.account), state.name],
    [say(TEXT.settings.keys), say(TEXT.settings[state.keyRoom])],
  ] as const;
  return (
    <Sheet open={open} title={say(TEXT.settings.title)} onClose={onClose}>
      <dl className="overflow-hidden rounded-2xl bg-panel-2 text-[14px]">
        {facts.map(([name, value]) => (
          <div key={name} className="flex justify-between gap-4 border-line px-4 py-3 not-first:border-t">
            <dt className="shrink-0 text-ink-2">{name}</dt>
            <dd className="text-right font-medium">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 mb-3 px-1 text-xs leading-relaxed text-ink-3">{say(TEXT.settings.session)}</p>
      <DevicesRow onOpen={onClose} />
      <Button look="soft" className="mt-4 w-full" onClick={renewCodes}>
        {say(TEXT.recovery.make)}
      </Button>
      {fault !== undefined && <FaultNote fault={fault} className="mt-2" />}
      <p className="mt-2 px-1 text-center text-xs leading-relaxed text-ink-3">{say(TEXT.recovery.makeHint)}</p>
      <Button look="danger" className="mt-4 w-full" onClick={() => phone.signOut()}>
        {say(TEXT.settings.signOut)}
      </Button>
      <p className="mt-2 px-1 text-center text-xs leading-relaxed text-ink-3">{say(TEXT.settings.signOutHint)}</p>
    </Sheet>
  );
}
