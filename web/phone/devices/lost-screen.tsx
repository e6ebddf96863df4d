import { Fingerprint, Lock } from "lucide-react";
import { useEffect, useState } from "react";
import { usePage } from "../../page-context.ts";
import { useSay } from "../../text/language.tsx";
import { Button } from "../../ui/button.tsx";
import { FaultNote } from "../../ui/fault-note.tsx";
import type { ReadyPhone } from "../phone.ts";
import { DEVICES_TEXT } from "./words.ts";

/** Somebody marked this device as lost, from anywhere: it shows nothing else until its holder is back. */
export function LostScreen({ state }: { state: ReadyPhone }) {
  const { phone, pay, addCard } = usePage();
  const say = useSay();
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    pay.close();
    addCard.close();
  }, [pay, addCard]);

  function unlock(): void {
    setBusy(true);
    void phone.unlock().finally(() => setBusy(false));
  }

  return (
    <div
      role="alert"
      className="flex min-h-0 flex-1 flex-col items-center overflow-y-auto bg-[#101217] px-7 pt-10 pb-8 text-center text-white"
    >
      <div className="my-auto grid justify-items-center gap-5">
        <span className="pop grid size-24 place-items-center rounded-full bg-white/10">
          <Lock aria-hidden="true" className="size-11" strokeWidth={1.6} />
        </span>
        <div>
          <h2 className="text-[24px] leading-tight font-bold">{say(DEVICES_TEXT.lost.title)}</h2>
          <p className="mx-auto mt-3 max-w-72 text-[15px] leading-relaxed text-white/80">
            {say(DEVICES_TEXT.lost.text)}
          </p>
        </div>
        {state.lostFault !== undefined && <FaultNote fault={state.lostFault} />}
      </div>
      <Button busy={busy} onClick={unlock} size="large" className="mt-6 w-full">
        <Fingerprint aria-hidden="true" className="size-5" /> {say(DEVICES_TEXT.lost.mine)}
      </Button>
      <p className="mt-3 text-[13px] text-white/70">{say(DEVICES_TEXT.lost.hint)}</p>
    </div>
  );
}
