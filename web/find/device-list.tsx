import { useState } from "react";
import { DeviceIcon } from "../phone/devices/device-icon.tsx";
import { deviceName } from "../phone/devices/names.ts";
import { MiniCard } from "../phone/mini-card.tsx";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import type { Find, FindState, FoundDevice } from "./flow.ts";
import { FIND_TEXT } from "./words.ts";

type Found = Extract<FindState, { kind: "devices" }>;

/** The account's devices: what is on each, and what can be done to it from here. */
export function DeviceList({ find, state }: { find: Find; state: Found }) {
  const say = useSay();
  return (
    <div className="grid gap-4 pt-2">
      <div className="flex items-center justify-between gap-3">
        <h2 className="min-w-0 truncate text-[24px] font-bold tracking-tight">{say(FIND_TEXT.of(state.name))}</h2>
        <Button look="plain" size="small" onClick={() => void find.leave()}>
          {say(FIND_TEXT.leave)}
        </Button>
      </div>
      {state.fault !== undefined && <FaultNote fault={state.fault} />}
      {state.devices.length === 0 && (
        <p className="rounded-3xl bg-panel p-8 text-center text-ink-2">{say(FIND_TEXT.none)}</p>
      )}
      <ul className="grid gap-4">
        {state.devices.map((found) => (
          <Device key={found.device.deviceId} find={find} found={found} state={state} />
        ))}
      </ul>
      <p className="px-1 text-center text-[13px] text-ink-3">{say(FIND_TEXT.plastic)}</p>
    </div>
  );
}

function Device({ find, found, state }: { find: Find; found: FoundDevice; state: Found }) {
  const { device, passes } = found;
  const { deviceId, kind, lost, wipedAt } = device;
  const say = useSay();
  const busy = state.busy === deviceId;
  const others = state.busy !== undefined && !busy;
  return (
    <li
      aria-label={say(deviceName(device))}
      className={`rounded-3xl bg-panel p-4 shadow-panel ${lost ? "ring-2 ring-bad-solid" : ""}`}
    >
      <div className="flex items-center gap-3.5">
        <span
          className={`grid size-12 shrink-0 place-items-center rounded-2xl ${lost ? "bg-bad-soft text-bad" : "bg-accent-soft text-accent"}`}
        >
          <DeviceIcon kind={kind} className="size-6" />
        </span>
        <div className="min-w-0 flex-1 leading-snug">
          <h3 className="truncate text-[17px] font-bold">{say(deviceName(device))}</h3>
          <p className="text-[13px] text-ink-3">
            {say(passes.length === 0 ? FIND_TEXT.noCards : FIND_TEXT.cards(passes.length))}
          </p>
        </div>
        <span
          className={`rounded-full px-2.5 py-1 text-xs font-semibold ${lost ? "bg-bad-soft text-bad" : "bg-good-soft text-good"}`}
        >
          {say(wipedAt !== undefined ? FIND_TEXT.erased : lost ? FIND_TEXT.lost : FIND_TEXT.normal)}
        </span>
      </div>
      {passes.length > 0 && (
        <ul className="mt-3 grid gap-2 border-line border-t pt-3">
          {passes.map((pass) => (
            <li key={pass.passId} className="flex items-center gap-3 text-[14px]">
              <MiniCard pass={pass} className="w-11" />
              <span className="min-w-0 flex-1 truncate">{say(pass.product.name)}</span>
              {pass.token.status === "suspended" && (
                <span className="text-[13px] text-bad">{say(FIND_TEXT.suspended)}</span>
              )}
              <span className="tabular text-ink-2">{pass.token.panSuffix}</span>
            </li>
          ))}
        </ul>
      )}
      {lost && (
        <p role="status" className="mt-3 text-[13px] leading-snug text-ink-2">
          {say(wipedAt !== undefined ? FIND_TEXT.wiped : FIND_TEXT.lostText)}
        </p>
      )}
      <div className="mt-3.5 grid gap-2">
        {lost ? (
          <Button look="soft" busy={busy} disabled={others} onClick={() => void find.found(deviceId)}>
            {say(FIND_TEXT.found)}
          </Button>
        ) : (
          <Button busy={busy} disabled={others} onClick={() => void find.lock(deviceId)}>
            {say(FIND_TEXT.lock)}
          </Button>
        )}
        {passes.length > 0 && <Wipe busy={busy || others} onWipe={() => void find.wipe(deviceId)} />}
      </div>
      {!lost && <p className="mt-2 text-center text-xs text-ink-3">{say(FIND_TEXT.lockHint)}</p>}
      {lost && state.byCode && <p className="mt-2 text-center text-xs text-ink-3">{say(FIND_TEXT.foundByCode)}</p>}
    </li>
  );
}

function Wipe({ busy, onWipe }: { busy: boolean; onWipe: () => void }) {
  const say = useSay();
  const [sure, setSure] = useState(false);
  if (!sure)
    return (
      <Button look="danger" disabled={busy} onClick={() => setSure(true)}>
        {say(FIND_TEXT.wipe)}
      </Button>
    );
  return (
    <div className="rounded-2xl bg-bad-soft p-3 text-center">
      <p className="mb-2 text-[13px] leading-snug text-bad">{say(FIND_TEXT.wipeSure)}</p>
      <div className="grid grid-cols-2 gap-2">
        <Button look="plain" onClick={() => setSure(false)}>
          {say(TEXT.cancel)}
        </Button>
        <Button
          className="bg-bad-solid text-white"
          busy={busy}
          onClick={() => {
            setSure(false);
            onWipe();
          }}
        >
          {say(FIND_TEXT.wipeYes)}
        </Button>
      </div>
    </div>
  );
}
