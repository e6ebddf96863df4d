import { ArrowDown, FileJson2 } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { wireApi } from "#contracts/wire-api";
import { pageCalls } from "../adapters/calls.ts";
import { copyText, saveText } from "../adapters/files.ts";
import { clock, random, timers } from "../adapters/machine.ts";
import type { DemoFeed } from "../live/demo.ts";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { preciseText } from "../text/shown.ts";
import { Chart, LaneHeads } from "./chart.tsx";
import { createWireFlow, sightOf, type WireFlow, type WireSight } from "./flow.ts";
import { hopsOf, lanesOf, spanText } from "./hops.ts";
import { journeyWords } from "./journey-words.ts";
import type { Journey } from "./journeys.ts";
import { Step } from "./step.tsx";
import { Toolbar } from "./toolbar.tsx";
import { WIRE_TEXT } from "./words.ts";

/** Close enough to the end to be carried along by new messages. */
const NEAR_END_PX = 80;

/**
 * What passes between the parties, a journey at a time, as it happens.
 *
 * @param split journeys on the left, the chart in the middle, the open message on the right; else one below the other.
 */
export function WireView({ feed, split = false }: { feed: DemoFeed; split?: boolean }) {
  const [flow] = useState(() =>
    createWireFlow({
      rows: feed.rows,
      calls: pageCalls(wireApi, "/demo/wire"),
      clock,
      timers,
      random,
      saveText,
      copyText,
    }),
  );
  useEffect(() => () => flow.stop(), [flow]);
  const rows = useStore(feed.rows);
  const state = useStore(flow.state);
  const sight = sightOf(state, rows);
  const lanes = lanesOf(sight.all);
  const hops = hopsOf(sight.shown, sight.all, state.now);
  const open = hops.find(({ row }) => row.seq === state.open);
  const step = open === undefined ? undefined : <Step key={open.row.seq} flow={flow} hop={open} />;
  const onOpen = useCallback((seq: number | undefined) => flow.open(seq), [flow]);
  const say = useSay();

  const chart = (
    <div className="@container flex min-h-0 min-w-0 flex-1 flex-col">
      <Imported flow={flow} />
      <Toolbar flow={flow} sight={sight} lanes={lanes} picks={!split} />
      {hops.length === 0 ? (
        <p className="grid flex-1 place-content-center px-6 py-10 text-center text-[13px] leading-relaxed text-ink-3">
          {say(sight.all.length === 0 ? WIRE_TEXT.empty : WIRE_TEXT.emptyFilter)}
        </p>
      ) : (
        <Scroller
          key={sight.journey?.id ?? "all"}
          newest={hops.at(-1)?.row.seq}
          follows={state.open === undefined && typeof state.choice === "string" && state.imported === undefined}
        >
          <div className="sticky top-0 z-20 bg-panel pt-1">
            <LaneHeads lanes={lanes} wide={split} />
          </div>
          <ol aria-label={say(WIRE_TEXT.title)} className={split ? "" : "-mx-2"}>
            <Chart
              hops={hops}
              lanes={lanes}
              open={state.open}
              wide={split}
              onOpen={onOpen}
              below={
                split ? undefined : (
                  <div className="mx-2 mt-1 mb-3 rounded-2xl bg-panel-2/60 p-3 ring-1 ring-line">{step}</div>
                )
              }
            />
          </ol>
        </Scroller>
      )}
    </div>
  );
  if (!split) return chart;
  return (
    <div className="grid h-full min-h-0 grid-cols-[15rem_minmax(0,1fr)_minmax(24rem,30rem)] gap-5">
      <Journeys flow={flow} sight={sight} />
      <section
        aria-label={say(WIRE_TEXT.journey)}
        className="flex min-h-0 flex-col rounded-3xl bg-panel p-4 shadow-panel"
      >
        {sight.journey !== undefined && <Summary journey={sight.journey} />}
        {chart}
      </section>
      <aside
        aria-label={say(WIRE_TEXT.fields)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="min-h-0 overflow-y-auto overscroll-contain rounded-3xl bg-panel p-5 shadow-panel -outline-offset-2"
      >
        {open === undefined ? (
          <p className="grid h-full place-content-center px-6 text-center text-[13px] text-ink-3">
            {say(WIRE_TEXT.pickStep)}
          </p>
        ) : (
          <Step key={open.row.seq} flow={flow} hop={open} sticky onClose={() => flow.open(undefined)} />
        )}
      </aside>
    </div>
  );
}

/** That what is on the screen came out of a file, and what was wrong with one that did not open. */
function Imported({ flow }: { flow: WireFlow }) {
  const say = useSay();
  const { imported, importFault } = useStore(flow.state);
  return (
    <>
      {importFault !== undefined && (
        <p role="alert" className="mb-2 rounded-xl bg-bad-soft px-3 py-2 text-[13px] text-bad">
          {say(WIRE_TEXT.importFaults[importFault.code])}
          {importFault.at !== undefined && <span className="ml-2 font-mono text-xs">{importFault.at}</span>}
        </p>
      )}
      {imported !== undefined && (
        <div
          role="status"
          className="mb-2 flex items-center gap-2 rounded-xl bg-warn-soft px-3 py-2 text-[13px] text-warn"
        >
          <FileJson2 aria-hidden="true" className="size-4 shrink-0" />
          <span className="min-w-0 flex-1 break-words">{say(WIRE_TEXT.importedNote(imported.name))}</span>
          <button
            type="button"
            onClick={() => flow.closeImported()}
            className="shrink-0 rounded-lg px-2 py-1 font-semibold underline underline-offset-2"
          >
            {say(WIRE_TEXT.closeImported)}
          </button>
        </div>
      )}
    </>
  );
}

/** Scrolls, and is carried along by what comes while its end is in sight. */
function Scroller({
  newest,
  follows,
  children,
}: {
  newest: number | undefined;
  follows: boolean;
  children: React.ReactNode;
}) {
  const say = useSay();
  const scroller = useRef<HTMLDivElement>(null);
  const [carried, setCarried] = useState(true);
  const toEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  useEffect(() => {
    if (newest !== undefined && carried && follows) scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, [newest, carried, follows]);
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      <div
        ref={scroller}
        data-scroller
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
          setCarried(scrollHeight - scrollTop - clientHeight < NEAR_END_PX)
        }
        className="min-h-0 flex-1 overflow-x-hidden overflow-y-auto overscroll-contain px-0.5 -outline-offset-2"
      >
        {children}
      </div>
      {!carried && (
        <button
          type="button"
          aria-label={say(WIRE_TEXT.newest)}
          onClick={toEnd}
          className="absolute right-2 bottom-2 grid size-10 place-items-center rounded-full bg-accent text-accent-ink shadow-panel"
        >
          <ArrowDown aria-hidden="true" className="size-4.5" />
        </button>
      )}
    </div>
  );
}

const DOTS: Readonly<Record<Journey["state"], string>> = {
  going: "bg-accent",
  done: "bg-good-solid",
  failed: "bg-bad-solid",
};

function Journeys({ flow, sight }: { flow: WireFlow; sight: WireSight }) {
  const say = useSay();
  const language = useLanguage();
  const { choice } = useStore(flow.state);
  const item = (pressed: boolean) =>
    `w-full rounded-2xl px-3.5 py-2.5 text-left transition ${pressed ? "bg-accent text-accent-ink" : "hover:bg-panel"}`;
  return (
    <nav
      aria-label={say(WIRE_TEXT.journeys)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      className="-mx-1 min-h-0 overflow-y-auto overscroll-contain px-1 pt-1 -outline-offset-2"
    >
      <ul className="grid gap-1">
        {(["newest", "all"] as const).map((one) => (
          <li key={one}>
            <button
              type="button"
              aria-pressed={choice === one}
              onClick={() => flow.choose(one)}
              className={`${item(choice === one)} text-[13px] font-semibold`}
            >
              {say(WIRE_TEXT[one])}
            </button>
          </li>
        ))}
        <li aria-hidden="true" className="mx-3 my-1 border-line border-b" />
        {sight.journeys.toReversed().map((journey) => {
          const pressed = typeof choice === "object" && choice.journeyId === journey.id;
          const onScreen = choice === "newest" && sight.journey?.id === journey.id;
          return (
            <li key={journey.id}>
              <button
                type="button"
                aria-pressed={pressed}
                onClick={() => flow.choose({ journeyId: journey.id })}
                className={`${item(pressed)} ${onScreen ? "ring-2 ring-accent" : ""}`}
              >
                <span className="flex items-center gap-2 text-[13px] font-semibold">
                  <span aria-hidden="true" className={`size-2 shrink-0 rounded-full ${DOTS[journey.state]}`} />
                  {say(journeyWords(journey))}
                </span>
                <span className={`tabular mt-0.5 block pl-4 text-[11px] ${pressed ? "" : "text-ink-3"}`}>
                  {preciseText(journey.startedAt, language).slice(0, 8)} · {say(WIRE_TEXT.states[journey.state])} ·{" "}
                  {say(WIRE_TEXT.messages(journey.rows.length))}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function Summary({ journey }: { journey: Journey }) {
  const say = useSay();
  return (
    <header className="mb-1 flex flex-wrap items-baseline gap-x-3">
      <h2 className="text-lg font-bold">{say(journeyWords(journey))}</h2>
      <span className="text-[13px] text-ink-2">{say(WIRE_TEXT.states[journey.state])}</span>
      <span className="tabular text-[13px] text-ink-3">
        {say(WIRE_TEXT.took(spanText(journey.endedAt - journey.startedAt)))}
      </span>
    </header>
  );
}
