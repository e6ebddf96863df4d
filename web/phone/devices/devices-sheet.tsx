import { ChevronRight, Plus } from "lucide-react";
import type { ReactNode } from "react";
import type { DeviceView } from "#contracts/wallet-api";
import { deviceModel } from "#protocol/devices";
import { useNow } from "../../adapters/media.ts";
import { usePage } from "../../page-context.ts";
import { useStore } from "../../store.ts";
import { useSay } from "../../text/language.tsx";
import { TEXT } from "../../text/words.ts";
import { Button } from "../../ui/button.tsx";
import { FaultNote } from "../../ui/fault-note.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import type { ReadyPhone } from "../phone.ts";
import { DeviceIcon } from "./device-icon.tsx";
import type { DevicesState, DevicesView } from "./flow.ts";
import { HandedOver, HandOver, Request } from "./hand-over.tsx";
import { deviceName } from "./names.ts";
import { DEVICES_TEXT } from "./words.ts";

/** The account's devices: the list, one more, cards from one to another. */
export function DevicesSheet({ phone }: { phone: ReadyPhone }) {
  const { devices } = usePage();
  const state = useStore(devices.state);
  const say = useSay();
  const { view } = state;
  return (
    <Sheet open={view !== undefined} title={view === undefined ? "" : titleOf(view)} onClose={() => devices.close()}>
      {view !== undefined && (
        <div className="grid gap-4">
          {state.fault !== undefined && <FaultNote fault={state.fault} />}
          <Shown view={view} state={state} phone={phone} />
        </div>
      )}
    </Sheet>
  );

  function titleOf(shown: DevicesView): string {
    switch (shown.kind) {
      case "list":
        return say(DEVICES_TEXT.title);
      case "joinCode":
        return say(DEVICES_TEXT.add);
      case "removing":
        return say(DEVICES_TEXT.removeTitle(say(deviceName(shown.device))));
      case "handOver":
        return say(
          shown.joined && shown.device !== undefined
            ? DEVICES_TEXT.joinedTitle(say(deviceName(shown.device)))
            : DEVICES_TEXT.handOverTitle,
        );
      case "request":
        return say(DEVICES_TEXT.requestTitle(say(nameOf(shown.request.deviceId, shown.request.deviceName))));
      case "handedOver":
        return say(DEVICES_TEXT.handedTitle);
    }
  }

  function nameOf(deviceId: string, name: string) {
    const model = state.all.find((device) => device.deviceId === deviceId)?.model ?? "";
    return deviceName({ model, name });
  }
}

function Shown({ view, state, phone }: { view: DevicesView; state: DevicesState; phone: ReadyPhone }): ReactNode {
  switch (view.kind) {
    case "list":
      return <List state={state} />;
    case "joinCode":
      return <JoinCode view={view} name={phone.name} busy={state.busy} />;
    case "removing":
      return <Removing device={view.device} busy={state.busy} />;
    case "handOver":
      return <HandOver view={view} state={state} passes={phone.passes} />;
    case "request":
      return <Request request={view.request} busy={state.busy} passes={phone.passes} />;
    case "handedOver":
      return <HandedOver view={view} />;
  }
}

function List({ state }: { state: DevicesState }) {
  const { devices, phone } = usePage();
  const say = useSay();
  const mine = phone.desk?.record.deviceId;
  return (
    <>
      <p className="text-[13px] leading-snug text-ink-2">{say(DEVICES_TEXT.lead)}</p>
      <ul className="overflow-hidden rounded-2xl bg-panel-2">
        {state.all.map((device) => (
          <li key={device.deviceId} className="flex items-center gap-3 border-line px-3.5 py-3 not-first:border-t">
            <span className="grid size-10 shrink-0 place-items-center rounded-xl bg-panel text-accent">
              <DeviceIcon kind={device.kind} />
            </span>
            <span className="min-w-0 flex-1 leading-snug">
              <span className="block truncate text-[15px] font-semibold">{say(deviceName(device))}</span>
              <span className="block truncate text-[13px] text-ink-3">
                {device.lost ? say(DEVICES_TEXT.lostTag) : say(abilityOf(device))}
                {device.deviceId === mine && ` · ${say(DEVICES_TEXT.thisOne)}`}
              </span>
            </span>
            {device.deviceId !== mine && (
              <Button
                look="danger"
                size="small"
                aria-label={`${say(DEVICES_TEXT.remove)} ${say(deviceName(device))}`}
                onClick={() => devices.open({ kind: "removing", device })}
              >
                {say(DEVICES_TEXT.remove)}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Button look="soft" busy={state.busy} onClick={() => void devices.showJoinCode()}>
        <Plus aria-hidden="true" className="size-5" /> {say(DEVICES_TEXT.add)}
      </Button>
      <a href="/find" className="flex items-center justify-center gap-0.5 py-1 text-[14px] font-semibold text-accent">
        {say(DEVICES_TEXT.find)} <ChevronRight aria-hidden="true" className="size-4" />
      </a>
    </>
  );
}

/** What it may do, by the catalogue. */
function abilityOf({ model }: DeviceView) {
  const known = deviceModel(model);
  if (known?.holdsCards === false) return DEVICES_TEXT.none;
  return known?.nfc === false ? DEVICES_TEXT.appsOnly : DEVICES_TEXT.store;
}

function JoinCode({
  view,
  name,
  busy,
}: {
  view: Extract<DevicesView, { kind: "joinCode" }>;
  name: string;
  busy: boolean;
}) {
  const { devices } = usePage();
  const say = useSay();
  const now = useNow(1_000);
  const left = Math.ceil((view.expiresAt - now) / 1000);
  return (
    <>
      <p className="text-[14px] leading-relaxed text-ink-2">{say(DEVICES_TEXT.addText)}</p>
      <dl className="overflow-hidden rounded-2xl bg-panel-2 text-center">
        <div className="border-line border-b px-4 py-3">
          <dt className="text-[13px] text-ink-3">{say(DEVICES_TEXT.account)}</dt>
          <dd className="text-[17px] font-bold select-all">{name}</dd>
        </div>
        <div className="px-4 py-4">
          <dt className="text-[13px] text-ink-3">{say(DEVICES_TEXT.code)}</dt>
          <dd
            className={`tabular mt-1 text-[36px] leading-none font-bold tracking-[0.18em] select-all ${left > 0 ? "" : "text-ink-3 line-through"}`}
          >
            {view.code}
          </dd>
          <dd className="tabular mt-2 text-[13px] text-ink-3">
            {say(left > 0 ? DEVICES_TEXT.goodFor(left) : DEVICES_TEXT.over)}
          </dd>
        </div>
      </dl>
      {left <= 0 && (
        <Button busy={busy} onClick={() => void devices.showJoinCode()}>
          {say(DEVICES_TEXT.newCode)}
        </Button>
      )}
      <div className="grid grid-cols-2 gap-2">
        {(["watch", "tablet"] as const).map((kind) => (
          <a
            key={kind}
            href={`/device/${kind}?name=${encodeURIComponent(name)}`}
            target={`kabao-${kind}`}
            className="flex min-h-11 items-center justify-center gap-2 rounded-2xl bg-accent-soft px-3 text-center text-[13px] font-semibold text-accent"
          >
            <DeviceIcon kind={kind} className="size-4.5 shrink-0" />
            {say(kind === "watch" ? DEVICES_TEXT.openWatch : DEVICES_TEXT.openTablet)}
          </a>
        ))}
      </div>
    </>
  );
}

function Removing({ device, busy }: { device: DeviceView; busy: boolean }) {
  const { devices } = usePage();
  const say = useSay();
  return (
    <>
      <p className="text-[14px] leading-relaxed text-ink-2">{say(DEVICES_TEXT.removeSure)}</p>
      <div className="grid grid-cols-2 gap-2">
        <Button look="plain" onClick={() => devices.open({ kind: "list" })}>
          {say(TEXT.cancel)}
        </Button>
        <Button className="bg-bad-solid text-white" busy={busy} onClick={() => void devices.remove(device)}>
          {say(DEVICES_TEXT.remove)}
        </Button>
      </div>
    </>
  );
}
