import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { followSpot, markedElement, pressableBy, type Spot } from "../adapters/spot.ts";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { Button } from "../ui/button.tsx";
import { useBreak } from "./context.ts";
import { type Target, TOUR_STEPS } from "./tour.ts";
import { BREAK } from "./words.ts";

const { tour: WORDS } = BREAK;
const RING_PX = 6;

/** The tour's bubble, and a ring around what to press next. The page below stays usable. */
export function TourGuide() {
  const { tour, tourView } = useBreak();
  const at = useStore(tour.at);
  const language = useLanguage();
  const say = useSay();
  const [spot, setSpot] = useState<Spot | undefined>(undefined);
  const step = at === undefined ? undefined : TOUR_STEPS[at];
  useEffect(() => {
    if (step === undefined) return setSpot(undefined);
    const elementOf = (target: Target) => {
      if ("mark" in target) return markedElement(target.mark);
      if ("like" in target) return pressableBy((name) => target.like.test(name));
      return pressableBy((name) => name === target.says[language]);
    };
    return followSpot(() => {
      const now = tourView();
      const wanted = step.targets.filter(({ when }) => when?.(now) !== false);
      for (const target of wanted) {
        const element = elementOf(target);
        if (element !== undefined) return element;
      }
      // It is in a part that is not shown: the way there.
      const tab = wanted.find((target) => target.tab !== undefined)?.tab;
      return tab === undefined ? undefined : markedElement(`tab-${tab}`);
    }, setSpot);
  }, [step, language, tourView]);
  useEffect(() => {
    if (step !== undefined) tour.look(tourView());
  }, [step, tour, tourView]);
  if (step === undefined || at === undefined) return null;
  return (
    <>
      {spot !== undefined && (
        <span
          aria-hidden="true"
          data-ring="true"
          className="pointer-events-none fixed z-[70] rounded-2xl border-[3px] border-accent shadow-[0_0_0_6px_color-mix(in_srgb,var(--accent)_25%,transparent)] transition-all duration-300 ease-sheet"
          style={{
            left: spot.left - RING_PX,
            top: spot.top - RING_PX,
            width: spot.width + 2 * RING_PX,
            height: spot.height + 2 * RING_PX,
          }}
        />
      )}
      <aside
        aria-label={say(WORDS.name)}
        className={`fixed left-1/2 z-[75] w-[min(34rem,calc(100vw-1.5rem))] -translate-x-1/2 rounded-3xl bg-ink p-4 text-bg shadow-panel ${spot?.low === true ? "top-4" : "bottom-4 max-lg:bottom-20"}`}
      >
        <div className="flex items-start gap-3">
          <div className="min-w-0 flex-1" role="status" aria-live="polite">
            <p className="tabular text-xs opacity-75">{say(WORDS.step(at + 1, TOUR_STEPS.length))}</p>
            <p className="mt-0.5 text-[17px] font-bold">{say(step.title)}</p>
            <p className="mt-1 text-[14px] leading-relaxed">{say(step.text)}</p>
          </div>
          <button
            type="button"
            aria-label={say(WORDS.leave)}
            onClick={() => tour.leave()}
            className="grid size-9 shrink-0 place-items-center rounded-full hover:bg-bg/15"
          >
            <X aria-hidden="true" className="size-5" />
          </button>
        </div>
        {step.done === undefined && (
          <div className="mt-3 flex justify-end">
            <Button size="small" data-onward="true" onClick={() => tour.next()}>
              {say(at + 1 === TOUR_STEPS.length ? WORDS.finish : WORDS.next)}
            </Button>
          </div>
        )}
      </aside>
    </>
  );
}
