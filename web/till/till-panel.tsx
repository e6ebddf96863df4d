import { Store as Shop } from "lucide-react";
import { useId } from "react";
import { useStage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Panel } from "../ui/panel.tsx";
import { AmountScreen } from "./amount-screen.tsx";
import { ResultScreen } from "./result-screen.tsx";
import { SalesList } from "./sales-list.tsx";
import { WaitingScreen } from "./waiting-screen.tsx";

/** The shop's till: the screen of a terminal whose kernel runs at the acquirer. */
export function TillPanel() {
  const { till } = useStage();
  const { screen, history, totals } = useStore(till.state);
  const say = useSay();
  return (
    <Panel title={say(TEXT.till.title)} icon={Shop} aside={<ChooseTerminal />}>
      {/* One height for all screens, so that nothing jumps when a card comes. */}
      <div className="flex min-h-[min(26rem,54vh)] flex-col rounded-2xl bg-panel-2 p-4">
        {screen.kind === "amount" && <AmountScreen screen={screen} />}
        {screen.kind === "waiting" && <WaitingScreen screen={screen} />}
        {screen.kind === "result" && <ResultScreen sale={screen.sale} />}
      </div>
      <SalesList history={history} totals={totals} />
    </Panel>
  );
}

function ChooseTerminal() {
  const { till } = useStage();
  const { terminals, terminalId, screen } = useStore(till.state);
  const say = useSay();
  const id = useId();
  return (
    <div className="ml-auto">
      <label htmlFor={id} className="sr-only">
        {say(TEXT.till.terminal)}
      </label>
      <select
        id={id}
        value={terminalId}
        disabled={screen.kind === "waiting"}
        onChange={(event) => void till.choose(event.target.value)}
        className="rounded-lg bg-transparent py-1 text-right text-[13px] font-medium text-accent"
      >
        {terminals.map((terminal) => (
          <option key={terminal.terminalId} value={terminal.terminalId} className="bg-panel text-ink">
            {terminal.merchantName} · {terminal.terminalId}
          </option>
        ))}
      </select>
    </div>
  );
}
