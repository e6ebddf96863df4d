import { Dialog } from "@base-ui/react/dialog";
import { Fingerprint } from "lucide-react";
import { useContext } from "react";
import { useLocation } from "wouter";
import { usePage } from "../../page-context.ts";
import { useStore } from "../../store.ts";
import { useSay } from "../../text/language.tsx";
import { moneyText } from "../../text/shown.ts";
import { TEXT } from "../../text/words.ts";
import { Button } from "../../ui/button.tsx";
import { FaultNote } from "../../ui/fault-note.tsx";
import { Outcome, Waves } from "../../ui/marks.tsx";
import { GlassContext } from "../../ui/sheet.tsx";
import { PassFace } from "../card-face.tsx";
import { TroubleNote } from "../explain/trouble-note.tsx";
import type { PayState } from "./flow.ts";

type Shown = Exclude<PayState, { kind: "idle" }>;

/** The card comes up, the holder confirms, the phone is held to the reader. */
export function PayScreen({ small = false }: { small?: boolean }) {
  const { pay } = usePage();
  const state = useStore(pay.state);
  const glass = useContext(GlassContext);
  const say = useSay();
  return (
    <Dialog.Root
      open={state.kind !== "idle"}
      onOpenChange={(open) => open || pay.close()}
      modal={false}
      disablePointerDismissal
    >
      <Dialog.Portal container={glass} className="absolute inset-0 z-40">
        <Dialog.Popup
          className={`absolute inset-0 flex flex-col bg-bg/95 px-5 text-center ${small ? "pt-7 pb-4" : "pt-14 pb-6"} outline-none backdrop-blur-xl transition duration-300 data-ending-style:opacity-0 data-starting-style:opacity-0`}
        >
          <Dialog.Title className="sr-only">{say(TEXT.pay.title)}</Dialog.Title>
          {state.kind !== "idle" && <Steps state={state} small={small} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Steps({ state, small }: { state: Shown; small: boolean }) {
  const { pay, near } = usePage();
  const terminal = useStore(near);
  const say = useSay();
  const trouble = state.kind === "handedOver" ? state.trouble : undefined;
  if (state.kind === "handedOver" && trouble !== undefined)
    return (
      <>
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label={say(TEXT.finding.title)}
          className="no-bar grid min-h-0 flex-1 content-start justify-items-center gap-3 overflow-y-auto"
        >
          <Outcome good={false} className="size-14" />
          <p className="text-[22px] font-bold">{say(titleOf(state))}</p>
          {state.notice !== undefined && (
            <p className="-mt-2 text-[15px] text-ink-2">
              {state.notice.notice.merchantName} · {moneyText(state.notice.notice.amount)}
            </p>
          )}
          <TroubleNote trouble={trouble} hotline={state.pass.product.hotline} className="w-full" />
        </section>
        <Button look="plain" className="mt-3" onClick={() => pay.close()}>
          {say(TEXT.close)}
        </Button>
      </>
    );
  return (
    <>
      <div className={`drop ${small ? "mx-auto w-40" : ""}`}>
        <PassFace pass={state.pass} />
      </div>
      <div
        role="status"
        aria-live="polite"
        className="grid min-h-0 flex-1 place-content-center justify-items-center gap-4"
      >
        <Sign state={state} />
        <div>
          <p className="text-[22px] font-bold">{say(titleOf(state))}</p>
          {state.kind === "armed" && <p className="mt-1 text-[13px] text-ink-2">{say(TEXT.pay.armedText)}</p>}
          {state.kind === "near" && (
            <p className="mt-1 text-[15px] text-ink-2">
              {state.terminal.merchantName} · {moneyText(state.terminal.amount)}
            </p>
          )}
          {state.kind === "handedOver" && (
            <p className="mt-1 text-[15px] text-ink-2">
              {state.notice === undefined
                ? say(TEXT.pay.handedOverText)
                : `${state.notice.notice.merchantName} · ${moneyText(state.notice.notice.amount)}`}
            </p>
          )}
        </div>
        {state.kind === "failed" && <FaultNote fault={state.fault} />}
      </div>
      <div className="grid gap-2">
        {state.kind === "armed" && terminal === undefined && !small && <GoToTill />}
        {state.kind === "failed" && <Button onClick={() => void pay.start(state.pass)}>{say(TEXT.retry)}</Button>}
        <Button look="plain" onClick={() => pay.close()}>
          {say(state.kind === "handedOver" ? TEXT.done : TEXT.cancel)}
        </Button>
      </div>
    </>
  );
}

function GoToTill() {
  const say = useSay();
  const [, go] = useLocation();
  return (
    <Button look="soft" onClick={() => go("/till")}>
      {say(TEXT.pay.goToTill)}
    </Button>
  );
}

function titleOf(state: Shown) {
  if (state.kind === "handedOver" && state.notice !== undefined) return TEXT.notice[state.notice.notice.kind];
  if (state.kind === "handedOver" && state.trouble !== undefined) return TEXT.pay.failed;
  return TEXT.pay[state.kind];
}

function Sign({ state }: { state: Shown }) {
  switch (state.kind) {
    case "proving":
      return <Fingerprint aria-hidden="true" className="breathe size-20 text-accent" strokeWidth={1.4} />;
    case "armed":
    case "near":
      return (
        <span className="grid size-24 place-items-center rounded-full bg-accent-soft text-accent">
          <Waves running className="size-14" />
        </span>
      );
    case "handedOver":
      return <Outcome good={state.notice === undefined || state.notice.notice.kind !== "declined"} />;
    case "failed":
      return <Outcome good={false} className="size-16" />;
  }
}
