import { Scissors, Timer, Unplug, Wrench, Zap } from "lucide-react";
import type { ReactElement } from "react";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { Button } from "../ui/button.tsx";
import { CABLES, type CableName, HARM_NAMES, type Harm } from "./cables.ts";
import { useBreak } from "./context.ts";
import { Float } from "./float.tsx";
import { BREAK } from "./words.ts";

const SIGNS = { cut: Scissors, delay: Timer, loseAnswers: Unplug, flipByte: Zap } as const;

/** What can be done to one cable. */
export function CableMenu({
  cable,
  harm,
  open,
  onOpen,
  children,
}: {
  cable: CableName;
  harm: Harm | undefined;
  open: boolean;
  onOpen: (open: boolean) => void;
  children: ReactElement;
}) {
  const { board, page } = useBreak();
  const faults = useStore(page.feed.faults);
  const say = useSay();
  const { ends, edges } = CABLES[cable];
  const hits = faults.filter(({ fault }) => edges.includes(fault.edge)).reduce((sum, one) => sum + one.hits, 0);
  const close = (work: Promise<void>) => {
    onOpen(false);
    void work;
  };
  return (
    <Float
      open={open}
      onOpen={onOpen}
      trigger={children}
      title={say(BREAK.cable(BREAK.boxes[ends[0]], BREAK.boxes[ends[1]]))}
    >
      <p className={harm === undefined ? "text-good" : "font-semibold text-bad"}>
        {say(harm === undefined ? BREAK.cableFine : BREAK.harmed[harm])}
        {hits > 0 && <span className="font-normal text-ink-3"> · {say(BREAK.hits(hits))}</span>}
      </p>
      <div className="mt-3 grid grid-cols-2 gap-2">
        {HARM_NAMES.map((name) => {
          const Sign = SIGNS[name];
          return (
            <Button
              key={name}
              look={name === harm ? "danger" : "soft"}
              size="small"
              data-tour={`harm-${name}`}
              aria-pressed={name === harm}
              onClick={() => close(board.harm(cable, name))}
            >
              <Sign aria-hidden="true" className="size-4" /> {say(BREAK.harms[name])}
            </Button>
          );
        })}
      </div>
      {harm !== undefined && (
        <Button data-tour="mend" size="small" className="mt-2 w-full" onClick={() => close(board.mend(cable))}>
          <Wrench aria-hidden="true" className="size-4" /> {say(BREAK.mend)}
        </Button>
      )}
      <p className="mt-2.5 text-xs text-ink-3">{say(BREAK.evidence)}</p>
    </Float>
  );
}
