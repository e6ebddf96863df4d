import { BankPanel } from "./bank/bank-panel.tsx";
import { InboxPanel } from "./inbox/inbox-panel.tsx";
import { usePage } from "./page-context.ts";
import { PhoneScreen } from "./phone/phone-screen.tsx";
import { useStore } from "./store.ts";
import { useSay } from "./text/language.tsx";
import { TEXT } from "./text/words.ts";
import { TillPanel } from "./till/till-panel.tsx";
import { TopBar } from "./top-bar.tsx";
import { WirePanel } from "./wire/wire-panel.tsx";

/** Everything side by side: the phone in the hand, the till it is held to, bank and messages, and the wire. */
export function Stage() {
  return (
    <div className="flex h-full flex-col">
      <TopBar />
      <main className="grid min-h-0 flex-1 grid-cols-[auto_minmax(320px,380px)_minmax(0,1fr)] gap-5 px-6 pb-5">
        <PhoneInHand />
        <div className="grid min-h-0 grid-rows-[minmax(0,1fr)_minmax(0,clamp(9rem,26vh,14.5rem))] gap-4">
          <TillPanel />
          <div className="grid min-h-0 grid-cols-1 gap-4">
            <InboxPanel />
          </div>
        </div>
        <div className="grid min-h-0 grid-rows-[minmax(0,1fr)_minmax(0,clamp(9rem,26vh,14.5rem))] gap-4">
          <WirePanel />
          <BankPanel />
        </div>
      </main>
    </div>
  );
}

/** The phone's body. It leans towards the till while it is held to it. */
function PhoneInHand() {
  const { pay, phone } = usePage();
  const paying = useStore(pay.state);
  const state = useStore(phone.state);
  const say = useSay();
  const near = paying.kind === "near";
  const front = state.kind === "ready" ? (state.passes.find((pass) => pass.isDefault) ?? state.passes[0]) : undefined;
  const ready = front?.token.status === "active";
  return (
    <div className="flex min-h-0 items-center justify-center">
      <div
        className={`relative h-full max-h-[844px] w-[380px] rounded-[54px] bg-[#0d0e12] p-[9px] shadow-[0_0_0_2px_#3a3d45,0_30px_60px_-24px_rgb(0_0_0/0.55)] transition-transform duration-500 ease-sheet ${near ? "translate-x-4 rotate-[1.2deg]" : ""}`}
      >
        <button
          type="button"
          aria-label={say(TEXT.wallet.sideButton)}
          title={say(TEXT.wallet.sideButton)}
          disabled={!ready}
          onClick={() => front !== undefined && void pay.start(front)}
          className="absolute top-40 -right-[7px] h-20 w-[7px] rounded-r-md bg-[#3a3d45] transition enabled:hover:bg-accent"
        />
        <div className="relative size-full overflow-hidden rounded-[45px]">
          <PhoneScreen framed />
          <div
            aria-hidden="true"
            className="pointer-events-none absolute top-2.5 left-1/2 z-[60] h-7 w-24 -translate-x-1/2 rounded-full bg-black"
          />
        </div>
      </div>
    </div>
  );
}
