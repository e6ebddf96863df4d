import { CircleCheck, CircleX, Fingerprint, Usb } from "lucide-react";
import { useEffect, useState } from "react";
import type { PendingBinding } from "#contracts/bank-app-api";
import { useStore } from "../store.ts";
import type { Fault } from "../text/fault.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { clockText, momentText } from "../text/shown.ts";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { Modal } from "../ui/modal.tsx";
import { useApp } from "./app-context.ts";
import { APP } from "./words.ts";

/** What asks for the customer's word: card, device and time, and the text that his key signs. */
export function ApproveModal({ bindingId, onClose }: { bindingId: string | undefined; onClose: () => void }) {
  const { app } = useApp();
  const { pending, cards } = useStore(app.state);
  const say = useSay();
  const found = pending.find((one) => one.bindingId === bindingId);
  /** Once answered it is no more pending: what was answered stays on the screen. */
  const [shown, setShown] = useState<PendingBinding | undefined>(undefined);
  useEffect(() => {
    if (bindingId === undefined) setShown(undefined);
    else if (found !== undefined) setShown(found);
  }, [bindingId, found]);
  return (
    <Modal open={bindingId !== undefined} title={say(APP.approveTitle)} onClose={onClose}>
      {shown !== undefined ? (
        <Approval key={shown.bindingId} binding={shown} onClose={onClose} />
      ) : (
        cards !== undefined && <p className="py-6 text-center text-[15px] text-ink-2">{say(APP.notWaiting)}</p>
      )}
    </Modal>
  );
}

type Outcome = "approved" | "approvedSoon" | "declined";

function Approval({ binding, onClose }: { binding: PendingBinding; onClose: () => void }) {
  const { app } = useApp();
  const say = useSay();
  const language = useLanguage();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [outcome, setOutcome] = useState<Outcome | undefined>(undefined);
  const { bindingId, panSuffix, deviceName, asked, expiresAt, statement } = binding;

  async function approve(by: "passkey" | "usbKey"): Promise<void> {
    setBusy(true);
    setFault(undefined);
    const done = await app.approve(bindingId, by);
    setBusy(false);
    if (done.ok) setOutcome(done.value.activated ? "approved" : "approvedSoon");
    else setFault(done.error);
  }
  async function decline(): Promise<void> {
    setBusy(true);
    setFault(undefined);
    const done = await app.decline(bindingId);
    setBusy(false);
    if (done.ok) setOutcome("declined");
    else setFault(done.error);
  }

  if (outcome !== undefined)
    return (
      <div role="status" className="grid justify-items-center gap-4 pt-3 text-center">
        {outcome === "declined" ? (
          <CircleX aria-hidden="true" className="size-16 text-bad" strokeWidth={1.5} />
        ) : (
          <CircleCheck aria-hidden="true" className="size-16 text-good" strokeWidth={1.5} />
        )}
        <p className="text-[17px] font-semibold">{say(APP[outcome])}</p>
        <Button className="w-full" onClick={onClose}>
          {say(APP.back)}
        </Button>
      </div>
    );
  return (
    <div className="grid gap-4">
      <dl className="overflow-hidden rounded-2xl bg-panel-2 text-[15px]">
        {[
          [APP.card, panSuffix],
          [APP.device, deviceName],
          [APP.time, `${momentText(asked, language)} · ${say(APP.until(clockText(expiresAt, language)))}`],
        ].map(([name, value]) => (
          <div
            key={String(value)}
            className="flex items-baseline justify-between gap-4 border-line px-4 py-2.5 not-first:border-t"
          >
            <dt className="shrink-0 text-[13px] text-ink-3">{say(name as typeof APP.card)}</dt>
            <dd className="tabular text-right font-semibold">{value as string}</dd>
          </div>
        ))}
      </dl>
      <div>
        <p className="mb-1.5 text-[13px] text-ink-2">{say(APP.approveText)}</p>
        <p
          aria-label={say(APP.statement)}
          role="note"
          className="rounded-2xl border border-line px-4 py-3 text-[13px] leading-relaxed break-words whitespace-pre-line"
        >
          {statement}
        </p>
      </div>
      {fault !== undefined && <FaultNote fault={fault} />}
      <div className="grid gap-2">
        <Button size="large" busy={busy} onClick={() => void approve("passkey")}>
          <Fingerprint aria-hidden="true" className="size-5" /> {say(APP.approve)}
        </Button>
        <Button look="soft" disabled={busy} onClick={() => void approve("usbKey")}>
          <Usb aria-hidden="true" className="size-4.5" /> {say(APP.byUsbKey)}
        </Button>
        <Button look="danger" disabled={busy} onClick={() => void decline()}>
          {say(APP.notMe)}
        </Button>
      </div>
    </div>
  );
}
