import { Clock3 } from "lucide-react";
import { useState } from "react";
import type { Words } from "#contracts/common";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { Button } from "../ui/button.tsx";
import { useBreak } from "./context.ts";
import { Float } from "./float.tsx";
import { BREAK } from "./words.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The system's clock, which can be moved on: codes expire, holds run out, reversals go again. */
export function ClockChip() {
  const { board } = useBreak();
  const { aheadMs } = useStore(board.state);
  const say = useSay();
  const [open, setOpen] = useState(false);
  const ahead = aheadMs > 0;
  return (
    <Float
      open={open}
      onOpen={setOpen}
      title={say(BREAK.clock)}
      trigger={
        <button
          type="button"
          className={`flex min-h-9 items-center gap-1.5 rounded-full border px-3 text-xs font-semibold whitespace-nowrap ${ahead ? "border-warn/50 bg-warn-soft text-warn" : "border-line text-ink-2 hover:border-accent"}`}
        >
          <Clock3 aria-hidden="true" className="size-4" />
          {say(ahead ? BREAK.ahead(aheadWords(aheadMs)) : BREAK.clock)}
        </button>
      }
    >
      <p className="mt-1">{say(ahead ? BREAK.ahead(aheadWords(aheadMs)) : BREAK.onTime)}</p>
      <div className="mt-3 grid grid-cols-2 gap-2">
        <Button look="soft" size="small" onClick={() => void board.advance(HOUR_MS)}>
          {say(BREAK.addHour)}
        </Button>
        <Button look="soft" size="small" onClick={() => void board.advance(DAY_MS)}>
          {say(BREAK.addDay)}
        </Button>
      </div>
      {ahead && (
        <Button size="small" className="mt-2 w-full" onClick={() => void board.comeBack()}>
          {say(BREAK.comeBack)}
        </Button>
      )}
    </Float>
  );
}

function aheadWords(ms: number): Words {
  return ms >= DAY_MS ? BREAK.days(Math.floor(ms / DAY_MS)) : BREAK.hours(Math.floor(ms / HOUR_MS));
}
