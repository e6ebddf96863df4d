import { ChevronLeft } from "lucide-react";
import { useState } from "react";
import type { NoticeView, PassView } from "#contracts/wallet-api";
import { usePage } from "../page-context.ts";
import type { Fault } from "../text/fault.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { PassFace } from "./card-face.tsx";
import { DEVICES_TEXT } from "./devices/words.ts";
import { NoticeList } from "./notice-list.tsx";

type Change = "suspend" | "resume" | "delete";

/** One card: pay, what happened with it, and what can be done to it. */
export function CardDetail({
  pass,
  notices,
  onBack,
}: {
  pass: PassView;
  notices: readonly NoticeView[];
  onBack: () => void;
}) {
  const { phone, pay, devices } = usePage();
  const say = useSay();
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const [removing, setRemoving] = useState(false);
  const { token } = pass;
  const active = token.status === "active";

  async function run(work: Promise<Fault | undefined>): Promise<void> {
    setBusy(true);
    setFault(await work);
    setBusy(false);
    setRemoving(false);
  }
  const change = (kind: Change) => void run(phone.changePass(pass, kind));

  return (
    <div className="rise grid grid-cols-1 gap-4">
      <button
        type="button"
        onClick={onBack}
        className="-mb-1 flex w-fit items-center gap-0.5 rounded-lg py-1 pr-2 text-[15px] font-semibold text-accent"
      >
        <ChevronLeft aria-hidden="true" className="size-5" /> {say(TEXT.done)}
      </button>
      <PassFace pass={pass} />
      {active && phone.model.nfc && (
        <Button
          onClick={() => void pay.start(pass)}
          aria-label={say(TEXT.wallet.payWith(token.panSuffix))}
          size="large"
        >
          {say(TEXT.wallet.pay)}
        </Button>
      )}
      {fault !== undefined && <FaultNote fault={fault} />}
      <NoticeList notices={notices.filter((one) => one.passId === pass.passId)} />
      <dl className="overflow-hidden rounded-2xl bg-panel text-[14px]">
        <Fact name={say(TEXT.card.state)} value={stateText()} />
        <Fact name={say(TEXT.card.number)} value={token.panSuffix} />
        <Fact name={say(TEXT.card.deviceNumber)} value={token.tokenSuffix} hint={say(TEXT.card.deviceNumberHint)} />
      </dl>
      <div className="grid gap-2">
        {!pass.isDefault && active && (
          <Button look="soft" busy={busy} onClick={() => void run(phone.setDefault(pass))}>
            {say(TEXT.card.makeDefault)}
          </Button>
        )}
        {active && (
          <Button look="soft" onClick={() => devices.open({ kind: "handOver", passIds: [pass.passId], joined: false })}>
            {say(DEVICES_TEXT.handOverTitle)}
          </Button>
        )}
        {active && (
          <Button look="soft" busy={busy} onClick={() => change("suspend")}>
            {say(TEXT.card.suspend)}
          </Button>
        )}
        {token.status === "suspended" && (
          <Button look="soft" busy={busy} onClick={() => change("resume")}>
            {say(TEXT.card.resume)}
          </Button>
        )}
        {removing ? (
          <div className="rounded-2xl bg-bad-soft p-3 text-center">
            <p className="mb-2 text-[13px] text-bad">{say(TEXT.card.removeSure)}</p>
            <div className="grid grid-cols-2 gap-2">
              <Button look="plain" onClick={() => setRemoving(false)}>
                {say(TEXT.cancel)}
              </Button>
              <Button className="bg-bad-solid text-white" busy={busy} onClick={() => change("delete")}>
                {say(TEXT.card.removeYes)}
              </Button>
            </div>
          </div>
        ) : (
          <Button look="danger" onClick={() => setRemoving(true)}>
            {say(TEXT.card.remove)}
          </Button>
        )}
      </div>
    </div>
  );

  function stateText(): string {
    const by = token.suspendedBy.map((who) => say(TEXT.card.suspendedBy[who])).join(" · ");
    const state = say(active && !pass.provisioned ? TEXT.card.activating : TEXT.card.states[token.status]);
    return token.status === "suspended" && by !== "" ? `${state}（${by}）` : state;
  }
}

function Fact({ name, value, hint }: { name: string; value: string; hint?: string }) {
  return (
    <div className="flex items-center justify-between gap-4 border-line px-4 py-3 not-first:border-t">
      <dt className="text-ink-2">
        {name}
        {hint !== undefined && <span className="block text-xs text-ink-3">{hint}</span>}
      </dt>
      <dd className="tabular font-medium">{value}</dd>
    </div>
  );
}
