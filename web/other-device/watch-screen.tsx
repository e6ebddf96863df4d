import { Plus } from "lucide-react";
import { useNow } from "../adapters/media.ts";
import { usePage } from "../page-context.ts";
import { AddCardSheet } from "../phone/add-card/add-card-sheet.tsx";
import { PassFace } from "../phone/card-face.tsx";
import { LostScreen } from "../phone/devices/lost-screen.tsx";
import { NoticeBanner } from "../phone/notice-banner.tsx";
import { PayScreen } from "../phone/pay/pay-screen.tsx";
import type { ReadyPhone } from "../phone/phone.ts";
import { Unfinished } from "../phone/unfinished.tsx";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { clockText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { Spinner } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { JoinScreen } from "./join-screen.tsx";

/** The watch: its cards one above the other; a touch pays. */
export function WatchScreen({ glass, named }: { glass: HTMLElement | null; named: string }) {
  const { phone } = usePage();
  const state = useStore(phone.state);
  switch (state.kind) {
    case "starting":
      return (
        <div className="grid flex-1 place-content-center p-8">
          {state.fault === undefined ? <Spinner className="size-8 text-accent" /> : <FaultNote fault={state.fault} />}
        </div>
      );
    case "welcome":
      return <JoinScreen state={state} named={named} />;
    case "ready":
      if (state.lost) return <LostScreen state={state} />;
      return (
        <>
          <Home state={state} />
          {glass !== null && <AddCardSheet />}
          {glass !== null && <PayScreen small />}
          <NoticeBanner framed={false} />
        </>
      );
  }
}

function Home({ state }: { state: ReadyPhone }) {
  const { addCard, pay } = usePage();
  const say = useSay();
  const language = useLanguage();
  const now = useNow(5_000);
  return (
    <>
      <header className="flex shrink-0 items-baseline justify-between px-9 pt-5 pb-2">
        <h2 className="text-[22px] font-bold text-accent">{say(TEXT.wallet.title)}</h2>
        <span className="tabular text-[19px] font-semibold">{clockText(now, language)}</span>
      </header>
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="no-bar grid min-h-0 flex-1 content-start gap-3 overflow-y-auto px-5 pb-10 -outline-offset-2"
      >
        {state.trouble !== undefined && <FaultNote fault={state.trouble} />}
        <Unfinished bindings={state.bindings} />
        <ul className="grid gap-3">
          {state.passes.map((pass) => (
            <li key={pass.passId}>
              <button
                type="button"
                disabled={pass.token.status !== "active"}
                onClick={() => void pay.start(pass)}
                className="block w-full rounded-[18px]"
              >
                <span className="sr-only">{say(TEXT.wallet.payWith(pass.token.panSuffix))}</span>
                <PassFace pass={pass} />
              </button>
            </li>
          ))}
        </ul>
        <button
          type="button"
          onClick={() => addCard.open()}
          className="flex items-center justify-center gap-2 rounded-[18px] bg-panel py-5 text-[18px] font-semibold text-accent"
        >
          <Plus aria-hidden="true" className="size-6" /> {say(TEXT.wallet.add)}
        </button>
      </div>
    </>
  );
}
