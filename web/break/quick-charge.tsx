import { useStage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { Button } from "../ui/button.tsx";
import { BREAK } from "./words.ts";

const AMOUNT = "12.34";

/** One touch charges a sum, so that the visitor's hands stay free for the cables. */
export function QuickCharge({ className = "" }: { className?: string }) {
  const { till } = useStage();
  const { screen } = useStore(till.state);
  const say = useSay();
  const busy = screen.kind === "waiting" || (screen.kind === "amount" && screen.busy);
  return (
    <Button
      data-tour="quick"
      look="soft"
      size="small"
      disabled={busy}
      className={className}
      onClick={() => {
        till.next();
        till.type(AMOUNT);
        void till.charge();
      }}
    >
      {say(BREAK.quick(`¥${AMOUNT}`))}
    </Button>
  );
}
