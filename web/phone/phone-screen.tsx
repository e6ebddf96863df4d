import { BatteryFull, Wifi, WifiOff } from "lucide-react";
import { useState } from "react";
import { useNow } from "../adapters/media.ts";
import { usePage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { clockText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { Spinner } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { GlassContext } from "../ui/sheet.tsx";
import { AddCardSheet } from "./add-card/add-card-sheet.tsx";
import { DevicesSheet } from "./devices/devices-sheet.tsx";
import { LostScreen } from "./devices/lost-screen.tsx";
import { ExplainSheet } from "./explain/explain-sheet.tsx";
import { OfferSheet } from "./from-bank/offer-sheet.tsx";
import { NoticeBanner } from "./notice-banner.tsx";
import { PayScreen } from "./pay/pay-screen.tsx";
import { RecoverySheet } from "./recovery-sheet.tsx";
import { WalletScreen } from "./wallet-screen.tsx";
import { WelcomeScreen } from "./welcome-screen.tsx";

/** The phone's glass and everything on it. `framed`: drawn as a phone, with a clock and a notch of its own. */
export function PhoneScreen({ framed = false }: { framed?: boolean }) {
  const { phone } = usePage();
  const state = useStore(phone.state);
  const [glass, setGlass] = useState<HTMLElement | null>(null);
  const say = useSay();
  return (
    <GlassContext.Provider value={glass}>
      <section
        ref={setGlass}
        aria-label={say(TEXT.tabs.phone)}
        className="relative flex size-full flex-col overflow-hidden bg-bg text-ink"
      >
        {framed ? <StatusBar /> : <div className="h-2 shrink-0" />}
        {state.kind === "starting" && (
          <div className="grid flex-1 place-content-center gap-4 p-6 text-center text-sm text-ink-2">
            <p className="flex items-center justify-center gap-2.5">
              <Spinner /> {say(TEXT.starting)}
            </p>
            {state.fault !== undefined && <FaultNote fault={state.fault} />}
          </div>
        )}
        {state.kind === "welcome" && <WelcomeScreen state={state} />}
        {state.kind === "ready" && state.lost && <LostScreen state={state} />}
        {state.kind === "ready" && !state.lost && (
          <>
            <WalletScreen state={state} />
            {glass !== null && <AddCardSheet />}
            {glass !== null && <OfferSheet />}
            {glass !== null && <PayScreen />}
            {glass !== null && <ExplainSheet />}
            {glass !== null && <DevicesSheet phone={state} />}
            {glass !== null && <RecoverySheet codes={state.recoveryCodes} />}
            <NoticeBanner framed={framed} />
          </>
        )}
      </section>
    </GlassContext.Provider>
  );
}

function StatusBar() {
  const { phone } = usePage();
  const state = useStore(phone.state);
  const language = useLanguage();
  const now = useNow(5_000);
  const down = state.kind === "starting" ? state.fault !== undefined : state.kind === "ready" && !state.connected;
  return (
    <div aria-hidden="true" className="flex h-11 shrink-0 items-center justify-between px-7 text-[13px] font-semibold">
      <span className="tabular">{clockText(now, language)}</span>
      <span className="flex items-center gap-1.5">
        {down ? <WifiOff className="size-4" /> : <Wifi className="size-4" />}
        <BatteryFull className="size-5" />
      </span>
    </div>
  );
}
