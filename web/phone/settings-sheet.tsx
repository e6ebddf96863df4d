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
import { About, Appearance, NoticeSection, Section } from "./settings/sections.tsx";
import { SETTINGS_TEXT } from "./settings/words.ts";

/** The account, how the wallet looks, what it tells, where this device's key is and what is kept where. */
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
  return (
    <Sheet open={open} title={say(TEXT.settings.title)} onClose={onClose}>
      <div className="grid gap-5">
        <Section title={say(SETTINGS_TEXT.account)}>
          <p className="text-[17px] font-semibold">{state.name}</p>
        </Section>
        <DevicesRow onOpen={onClose} />
        <Appearance />
        <NoticeSection />
        <Section title={say(SETTINGS_TEXT.safety)}>
          <dl className="text-[14px] leading-relaxed">
            <dt className="text-[13px] text-ink-2">{say(SETTINGS_TEXT.keys)}</dt>
            <dd className="font-medium">{say(TEXT.settings[state.keyRoom])}</dd>
          </dl>
          <p className="text-xs leading-relaxed text-ink-3">{say(TEXT.settings.session)}</p>
          <Button look="soft" className="w-full" onClick={renewCodes}>
            {say(TEXT.recovery.make)}
          </Button>
          {fault !== undefined && <FaultNote fault={fault} />}
          <p className="text-xs leading-relaxed text-ink-3">{say(TEXT.recovery.makeHint)}</p>
        </Section>
        <About />
        <div>
          <Button look="danger" className="w-full" onClick={() => phone.signOut()}>
            {say(TEXT.settings.signOut)}
          </Button>
          <p className="mt-2 px-1 text-center text-xs leading-relaxed text-ink-3">{say(TEXT.settings.signOutHint)}</p>
        </div>
      </div>
    </Sheet>
  );
}
