import { ReceiptText, Usb } from "lucide-react";
import { useState } from "react";
import { useStore } from "../store.ts";
import type { Fault } from "../text/fault.ts";
import { useSay } from "../text/language.tsx";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { useApp } from "./app-context.ts";
import { APP } from "./words.ts";

/** Keys, prices, and the way out. */
export function MeScreen() {
  const { app, door, name } = useApp();
  const { fees } = useStore(app.state);
  const say = useSay();
  const [busy, setBusy] = useState(false);
  const [added, setAdded] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);

  async function addKey(): Promise<void> {
    setBusy(true);
    setFault(undefined);
    setAdded(false);
    const done = await app.addUsbKey("USB Key");
    setBusy(false);
    setAdded(done.ok);
    if (!done.ok) setFault(done.error);
  }
  return (
    <>
      <h1 className="text-[26px] leading-tight font-bold">{name}</h1>
      <section className="grid gap-3 rounded-3xl bg-panel p-4 shadow-panel">
        <h2 className="flex items-center gap-2 text-[16px] font-bold">
          <Usb aria-hidden="true" className="size-5 text-accent" /> {say(APP.usbKey)}
        </h2>
        <p className="text-[14px] leading-relaxed text-ink-2">{say(APP.usbKeyText)}</p>
        {fault !== undefined && <FaultNote fault={fault} />}
        {added && (
          <p role="status" className="rounded-2xl bg-good-soft px-4 py-2.5 text-[14px] font-semibold text-good">
            {say(APP.usbAdded)}
          </p>
        )}
        <Button look="soft" busy={busy} onClick={() => void addKey()}>
          {say(APP.addUsbKey)}
        </Button>
      </section>
      <section className="grid gap-2 rounded-3xl bg-panel p-4 shadow-panel">
        <h2 className="flex items-center gap-2 text-[16px] font-bold">
          <ReceiptText aria-hidden="true" className="size-5 text-accent" /> {say(APP.fees)}
        </h2>
        <p className="text-[14px] text-ink-2">{say(APP.feesHint)}</p>
        <ul>
          {fees.map(({ ruleId, words }) => (
            <li key={ruleId} className="border-line py-2.5 text-[14px] leading-snug not-first:border-t">
              {say(words)}
            </li>
          ))}
        </ul>
      </section>
      <Button look="danger" onClick={() => void door.leave()}>
        {say(APP.signOut)}
      </Button>
    </>
  );
}
