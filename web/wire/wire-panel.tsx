import { ArrowDown, Eraser, Waypoints } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { WireRow } from "#contracts/wire";
import { usePage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Panel } from "../ui/panel.tsx";
import { KINDS } from "./kinds.ts";
import { LaneHeads } from "./lanes.tsx";
import { WireMessage } from "./wire-message.tsx";

/** Close enough to the end to be carried along by new messages. */
const NEAR_END_PX = 80;

/** What passes between the parties, in order, as it happens. */
export function WirePanel() {
  const { feed } = usePage();
  const rows = useStore(feed.rows);
  const say = useSay();
  const [hidden, setHidden] = useState<ReadonlySet<WireRow["kind"]>>(new Set());
  const [cleared, setCleared] = useState<WireRow | undefined>(undefined);
  // After the server was started anew its numbers begin again: what was cleared before is not among them.
  const from = cleared !== undefined && rows.includes(cleared) ? rows.indexOf(cleared) + 1 : 0;
  const left = rows.slice(from);
  const shown = left.filter((row) => !hidden.has(row.kind));

  const scroller = useRef<HTMLOListElement>(null);
  const [carried, setCarried] = useState(true);
  const toEnd = () => scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  const newest = shown.at(-1)?.seq;
  useEffect(() => {
    if (newest !== undefined && carried) scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, [newest, carried]);

  function toggle(kind: WireRow["kind"]): void {
    setHidden((now) => {
      const next = new Set(now);
      if (!next.delete(kind)) next.add(kind);
      return next;
    });
  }

  return (
    <Panel
      title={say(TEXT.wire.title)}
      icon={Waypoints}
      hint={say(TEXT.wire.hint)}
      className="h-full"
      aside={
        <button
          type="button"
          onClick={() => setCleared(rows.at(-1))}
          className="flex shrink-0 items-center gap-1 rounded-lg px-2 py-1 text-[13px] font-semibold text-accent hover:bg-accent-soft"
        >
          <Eraser aria-hidden="true" className="size-4" /> {say(TEXT.wire.clear)}
        </button>
      }
    >
      <div className="flex h-full flex-col">
        <div className="flex shrink-0 flex-wrap items-center gap-1.5 pb-2.5">
          <fieldset aria-label={say(TEXT.wire.filter)} className="flex flex-wrap gap-1.5">
            {KINDS.map(({ kind, pill }) => (
              <button
                key={kind}
                type="button"
                aria-pressed={!hidden.has(kind)}
                title={say(TEXT.wire.kindNames[kind])}
                onClick={() => toggle(kind)}
                className={`rounded-full border px-2.5 py-1 text-xs font-semibold transition ${hidden.has(kind) ? "border-line text-ink-3 line-through" : `border-current ${pill}`}`}
              >
                {say(TEXT.wire.kinds[kind])}
              </button>
            ))}
          </fieldset>
          <span className="tabular ml-auto text-xs text-ink-3">{say(TEXT.wire.count(shown.length, left.length))}</span>
        </div>
        {shown.length === 0 ? (
          <p className="grid flex-1 place-content-center px-6 py-10 text-center text-[13px] leading-relaxed text-ink-3">
            {say(TEXT.wire.empty)}
          </p>
        ) : (
          <div className="relative flex min-h-0 flex-1 flex-col">
            <LaneHeads />
            <ol
              ref={scroller}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
              tabIndex={0}
              aria-label={say(TEXT.wire.title)}
              onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) =>
                setCarried(scrollHeight - scrollTop - clientHeight < NEAR_END_PX)
              }
              className="-mx-2 min-h-0 flex-1 overflow-y-auto overscroll-contain"
            >
              {shown.map((row) => (
                <WireMessage key={row.seq} row={row} />
              ))}
            </ol>
            {!carried && (
              <button
                type="button"
                onClick={toEnd}
                className="absolute right-2 bottom-2 flex items-center gap-1 rounded-full bg-accent px-3 py-1.5 text-xs font-semibold text-accent-ink shadow-panel"
              >
                <ArrowDown aria-hidden="true" className="size-3.5" /> {say(TEXT.wire.newest)}
              </button>
            )}
          </div>
        )}
      </div>
    </Panel>
  );
}
