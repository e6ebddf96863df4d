import { useLocation } from "wouter";
import { useMedia } from "../adapters/media.ts";
import { STAGE } from "../layout.ts";
import { useStage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { moneyText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { Waves } from "../ui/marks.tsx";
import type { TillScreen } from "./till.ts";

/** The field is on: four lights and the waves, as on a reader. */
export function WaitingScreen({ screen }: { screen: Extract<TillScreen, { kind: "waiting" }> }) {
  const { till, pay } = useStage();
  const paying = useStore(pay.state);
  const say = useSay();
  const stage = useMedia(STAGE);
  const [, go] = useLocation();
  const { sale } = screen;
  const reading = paying.kind === "near" || sale.state === "sent";
  const lights = reading ? 3 : 1;
  return (
    <div className="rise flex flex-1 flex-col items-center gap-4 text-center">
      <div aria-hidden="true" className="flex gap-3 pt-1">
        {[0, 1, 2, 3].map((i) => (
          <span key={i} className={`h-2 w-9 rounded-full transition ${i < lights ? "bg-good-solid" : "bg-line"}`} />
        ))}
      </div>
      <p className="tabular mt-2 text-[42px] leading-none font-bold">{moneyText(sale.amount)}</p>
      <div className="grid flex-1 place-content-center justify-items-center gap-3">
        <span className="grid size-28 place-items-center rounded-full bg-accent-soft text-accent">
          <Waves running className="size-16" />
        </span>
        <p role="status" className="text-xl font-bold">
          {say(sale.words)}
        </p>
        <p className="text-[13px] text-ink-2">{say(TEXT.till.onPhone)}</p>
      </div>
      {screen.fault !== undefined && <FaultNote fault={screen.fault} />}
      <div className="grid w-full gap-1.5">
        {!stage && <Button onClick={() => go("/")}>{say(TEXT.till.toPhone)}</Button>}
        <Button look="plain" onClick={() => void till.cancel()}>
          {say(TEXT.till.cancel)}
        </Button>
      </div>
    </div>
  );
}
