import { Check, Fingerprint } from "lucide-react";
import { useState } from "react";
import type { BindingView, CardRequestView, DeviceView, PassView } from "#contracts/wallet-api";
import { usePage } from "../../page-context.ts";
import { useSay } from "../../text/language.tsx";
import { TEXT } from "../../text/words.ts";
import { Button } from "../../ui/button.tsx";
import { MiniCard } from "../mini-card.tsx";
import { DeviceIcon } from "./device-icon.tsx";
import type { DevicesState, DevicesView } from "./flow.ts";
import { deviceName } from "./names.ts";
import { DEVICES_TEXT } from "./words.ts";

/** Cards of this device to another one: which cards, or where to. */
export function HandOver({
  view,
  state,
  passes,
}: {
  view: Extract<DevicesView, { kind: "handOver" }>;
  state: DevicesState;
  passes: readonly PassView[];
}) {
  return view.device === undefined ? (
    <WhereTo view={view} state={state} passes={passes} />
  ) : (
    <Which device={view.device} busy={state.busy} passes={passes} first={view.passIds} />
  );
}

function Which({
  device,
  busy,
  passes,
  first,
}: {
  device: DeviceView;
  busy: boolean;
  passes: readonly PassView[];
  first: readonly string[];
}) {
  const { devices } = usePage();
  const say = useSay();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set(first));
  const active = passes.filter(({ token }) => token.status === "active");
  function toggle(passId: string): void {
    const next = new Set(chosen);
    if (!next.delete(passId)) next.add(passId);
    setChosen(next);
  }
  return (
    <>
      <p className="text-[14px] leading-relaxed text-ink-2">{say(DEVICES_TEXT.which)}</p>
      <fieldset className="grid min-w-0 gap-2">
        <legend className="sr-only">{say(DEVICES_TEXT.which)}</legend>
        {active.map((pass) => (
          <label
            key={pass.passId}
            className={`flex cursor-pointer items-center gap-3 rounded-2xl border px-3.5 py-2.5 transition has-focus-visible:outline-2 ${chosen.has(pass.passId) ? "border-accent bg-accent-soft" : "border-line"}`}
          >
            <input
              type="checkbox"
              className="sr-only"
              checked={chosen.has(pass.passId)}
              onChange={() => toggle(pass.passId)}
            />
            <CardLine pass={pass} />
            {chosen.has(pass.passId) && <Check aria-hidden="true" className="size-5 shrink-0 text-accent" />}
          </label>
        ))}
      </fieldset>
      <div className="grid gap-2">
        <Button
          busy={busy}
          disabled={chosen.size === 0}
          onClick={() => void devices.handOver(device, [...chosen])}
          size="large"
        >
          <Fingerprint aria-hidden="true" className="size-5" /> {say(DEVICES_TEXT.hand)}
        </Button>
        <Button look="plain" onClick={() => devices.close()}>
          {say(DEVICES_TEXT.later)}
        </Button>
      </div>
    </>
  );
}

function CardLine({ pass }: { pass: PassView }) {
  const say = useSay();
  return (
    <>
      <MiniCard pass={pass} />
      <span className="min-w-0 flex-1 leading-snug">
        <span className="block truncate text-[15px] font-semibold">
          {say(pass.product.name)} <span className="tabular">{pass.token.panSuffix}</span>
        </span>
        {pass.product.kind === "credit" && (
          <span className="block text-[13px] text-ink-3">{say(DEVICES_TEXT.creditTyped)}</span>
        )}
      </span>
    </>
  );
}

function WhereTo({
  view,
  state,
  passes,
}: {
  view: Extract<DevicesView, { kind: "handOver" }>;
  state: DevicesState;
  passes: readonly PassView[];
}) {
  const { devices } = usePage();
  const say = useSay();
  const pass = passes.find(({ passId }) => view.passIds.includes(passId));
  const has = (on: readonly PassView[]) =>
    on.some(({ token, product }) => token.panSuffix === pass?.token.panSuffix && product.art === pass.product.art);
  return (
    <>
      {pass !== undefined && (
        <div className="flex items-center gap-3 rounded-2xl bg-panel-2 px-3.5 py-3">
          <CardLine pass={pass} />
        </div>
      )}
      {state.elsewhere.length === 0 ? (
        <p className="py-4 text-center text-[14px] text-ink-2">{say(DEVICES_TEXT.noOther)}</p>
      ) : (
        <ul aria-label={say(DEVICES_TEXT.whereTo)} className="grid gap-2">
          {state.elsewhere.map(({ device, passes: there }) => (
            <li key={device.deviceId}>
              <button
                type="button"
                disabled={state.busy || has(there)}
                onClick={() => void devices.handOver(device, view.passIds)}
                className="flex w-full items-center gap-3 rounded-2xl border border-line px-3.5 py-3 text-left transition enabled:hover:border-accent disabled:opacity-60"
              >
                <DeviceIcon kind={device.kind} className="size-6 shrink-0 text-accent" />
                <span className="min-w-0 flex-1 truncate text-[15px] font-semibold">{say(deviceName(device))}</span>
                <span className="text-[13px] text-ink-3">{has(there) && say(DEVICES_TEXT.alreadyThere)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <Button look="plain" onClick={() => void devices.showJoinCode()}>
        {say(DEVICES_TEXT.add)}
      </Button>
    </>
  );
}

/** Another device asks: nothing leaves this one without its holder. */
export function Request({
  request,
  busy,
  passes,
}: {
  request: CardRequestView;
  busy: boolean;
  passes: readonly PassView[];
}) {
  const { devices } = usePage();
  const say = useSay();
  const asked = passes.filter(({ passId }) => request.passIds.includes(passId));
  return (
    <>
      <span className="mx-auto grid size-16 place-items-center rounded-full bg-accent-soft text-accent">
        <DeviceIcon kind={request.deviceKind} className="size-8" />
      </span>
      <p className="text-center text-[14px] leading-relaxed text-ink-2">{say(DEVICES_TEXT.requestText)}</p>
      <ul className="overflow-hidden rounded-2xl bg-panel-2">
        {asked.map((pass) => (
          <li key={pass.passId} className="flex items-center gap-3 border-line px-3.5 py-3 not-first:border-t">
            <CardLine pass={pass} />
          </li>
        ))}
      </ul>
      <div className="grid grid-cols-[1fr_2fr] gap-2">
        <Button look="plain" disabled={busy} onClick={() => void devices.answer(request, false)}>
          {say(DEVICES_TEXT.refuse)}
        </Button>
        <Button busy={busy} onClick={() => void devices.answer(request, true)} size="large">
          <Fingerprint aria-hidden="true" className="size-5" /> {say(DEVICES_TEXT.confirm)}
        </Button>
      </div>
    </>
  );
}

/** How it stands over there. */
export function HandedOver({ view }: { view: Extract<DevicesView, { kind: "handedOver" }> }) {
  const { devices } = usePage();
  const say = useSay();
  const name = say(deviceName(view.device));
  return (
    <>
      <div className="grid justify-items-center gap-3 py-2 text-center">
        <span className="pop grid size-16 place-items-center rounded-full bg-good-soft text-good">
          <DeviceIcon kind={view.device.kind} className="size-8" />
        </span>
        <ul role="status" className="grid gap-1 text-[15px]">
          {view.bindings.map((binding) => (
            <li key={binding.bindingId}>{say(outcomeOf(binding))}</li>
          ))}
        </ul>
      </div>
      <Button onClick={() => devices.close()} size="large">
        {say(TEXT.done)}
      </Button>
    </>
  );

  function outcomeOf({ stage }: BindingView) {
    if (stage === "awaitingCard") return DEVICES_TEXT.typeThere;
    return stage === "preflightFailed" || stage === "refused" ? DEVICES_TEXT.notReady : DEVICES_TEXT.handedText(name);
  }
}
