import { ReceiptText, Usb } from "lucide-react";
import { type FormEvent, useState } from "react";
import { TextField } from "../phone/add-card/text-field.tsx";
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
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);

  async function addKey(event: FormEvent): Promise<void> {
    event.preventDefault();
    const code = typed.normalize("NFKC").replace(/\s/g, "");
    setWrong(!/^\d{8}$/.test(code));
    if (!/^\d{8}$/.test(code)) return;
    setBusy(true);
    setFault(undefined);
    setAdded(false);
    const done = await app.addUsbKey("USB Key", code);
    setBusy(false);
    setAdded(done.ok);
    if (done.ok) setTyped("");
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
        <form onSubmit={(event) => void addKey(event)} noValidate className="grid gap-3">
          <TextField
            label={say(APP.tellerCode)}
            value={typed}
            onType={setTyped}
            inputMode="numeric"
            autoComplete="off"
            {...(wrong ? { fault: say(APP.typed.tellerCode) } : {})}
          />
          <Button type="submit" look="soft" busy={busy}>
            {say(APP.addUsbKey)}
          </Button>
        </form>
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
