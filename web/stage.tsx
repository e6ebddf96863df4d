import { BankPanel } from "./bank/bank-panel.tsx";
import { InboxPanel } from "./inbox/inbox-panel.tsx";
import { PhoneInHand } from "./phone/phone-in-hand.tsx";
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
