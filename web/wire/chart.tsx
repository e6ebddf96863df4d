import { ChevronRight } from "lucide-react";
import { memo, type ReactNode } from "react";
import type { WireRow } from "#contracts/wire";
import { useLanguage, useSay } from "../text/language.tsx";
import { type Hop, type Lane, spanText } from "./hops.ts";
import { colourOf } from "./kinds.ts";
import { titleOf } from "./titles.ts";
import { WIRE_TEXT } from "./words.ts";

/** Where a lane's line runs, as a share of the chart's width. */
const middleOf = (lane: Lane, lanes: readonly Lane[]) => ((lanes.indexOf(lane) + 0.5) / lanes.length) * 100;

/** The parties' names above their lines. */
export function LaneHeads({ lanes, wide }: { lanes: readonly Lane[]; wide: boolean }) {
  const say = useSay();
  return (
    <div aria-hidden="true" className={`flex shrink-0 border-line border-b pb-1.5 ${wide ? "pr-18" : "@lg:w-56"}`}>
      {lanes.map((lane) => (
        <span
          key={lane}
          className={`min-w-0 flex-1 truncate text-center font-semibold text-ink-2 ${wide ? "text-[13px]" : "text-[11px]"}`}
        >
          {say(WIRE_TEXT.lanes[lane])}
        </span>
      ))}
    </div>
  );
}

export interface ChartProps {
  readonly hops: readonly Hop[];
  readonly lanes: readonly Lane[];
  readonly open: number | undefined;
  /** The message's name rides on its arrow; else it stands beside or below. */
  readonly wide: boolean;
  readonly onOpen: (seq: number | undefined) => void;
  /** What opens below a message. */
  readonly below?: ReactNode;
}

/** A journey as a sequence chart: an arrow a message, from the sender's line to the receiver's. */
export function Chart({ hops, lanes, open, wide, onOpen, below }: ChartProps) {
  return hops.map((hop) => {
    const isOpen = hop.row.seq === open;
    return (
      <li key={hop.row.seq} ref={isOpen && !wide ? toTop : undefined}>
        <Message hop={hop} lanes={lanes} isOpen={isOpen} wide={wide} onOpen={onOpen} />
        {isOpen && below}
      </li>
    );
  });
}

/** The parties' names stay above. */
const HEADS_PX = 30;

/** What was just opened begins at the top, so that as much of it as can be is seen. */
function toTop(item: HTMLLIElement | null): void {
  const box = item?.closest("[data-scroller]");
  if (item !== null && box instanceof HTMLElement)
    box.scrollTop += item.getBoundingClientRect().top - box.getBoundingClientRect().top - HEADS_PX;
}

interface MessageProps {
  readonly hop: Hop;
  readonly lanes: readonly Lane[];
  readonly isOpen: boolean;
  readonly wide: boolean;
  readonly onOpen: (seq: number | undefined) => void;
}

const Message = memo(
  function Message({ hop, lanes, isOpen, wide, onOpen }: MessageProps) {
    const { row } = hop;
    const say = useSay();
    const words = say(row.words);
    const way = say(WIRE_TEXT.fromTo(say(WIRE_TEXT.parties[row.from]), say(WIRE_TEXT.parties[row.to])));
    return (
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => onOpen(isOpen ? undefined : row.seq)}
        className={`flex w-full rounded-xl text-left transition hover:bg-panel-2 -outline-offset-2 ${isOpen ? "bg-panel-2" : ""} ${wide ? "items-stretch" : "flex-col px-2 @lg:flex-row @lg:gap-x-3"}`}
      >
        <span className="sr-only">{way}: </span>
        {wide ? (
          <>
            <Arrow hop={hop} lanes={lanes} wide>
              <Title row={row} />
            </Arrow>
            <span className="flex w-18 shrink-0 flex-col items-end justify-center pr-2">
              <Timing hop={hop} />
            </span>
          </>
        ) : (
          <>
            <span className="flex @lg:w-56 @lg:shrink-0">
              <Arrow hop={hop} lanes={lanes} wide={false} />
            </span>
            <span className="min-w-0 flex-1 pb-1.5 leading-snug @lg:py-1">
              <span className="flex items-baseline gap-2">
                <ChevronRight
                  aria-hidden="true"
                  className={`size-3.5 shrink-0 translate-y-0.5 text-ink-3 transition ${isOpen ? "rotate-90" : ""}`}
                />
                <span className="min-w-0 flex-1 text-[13px] font-semibold">
                  <Title row={row} />
                </span>
                <End hop={hop} />
                <Timing hop={hop} inLine />
              </span>
              {words !== "" && <span className="ml-5.5 block text-xs text-ink-2">{words}</span>}
            </span>
          </>
        )}
      </button>
    );
  },
  // A row never changes; what its hop became may.
  (a, b) =>
    a.hop.row === b.hop.row &&
    a.hop.end === b.hop.end &&
    a.hop.offsetMs === b.hop.offsetMs &&
    a.isOpen === b.isOpen &&
    a.wide === b.wide &&
    a.onOpen === b.onOpen &&
    a.lanes.join() === b.lanes.join(),
);

function Title({ row }: { row: WireRow }) {
  const { title, call } = titleOf(row, useLanguage());
  return (
    <>
      {title}
      {call !== undefined && <span className="ml-1.5 font-mono text-[11px] font-normal text-ink-3">{call}</span>}
    </>
  );
}

/** When it passed, and how long its answer took. */
function Timing({ hop, inLine = false }: { hop: Hop; inLine?: boolean }) {
  const { offsetMs, answeredMs } = hop;
  return (
    <span
      className={`tabular flex shrink-0 text-[11px] leading-tight text-ink-3 ${inLine ? "gap-2" : "flex-col items-end"}`}
    >
      {answeredMs !== undefined && <span>↩ {spanText(answeredMs)}</span>}
      <span>+{spanText(offsetMs)}</span>
    </span>
  );
}

const BROKEN: ReadonlySet<Hop["end"]> = new Set(["noAnswer", "notSent", "lost"]);
const BAD: ReadonlySet<Hop["end"]> = new Set(["refused", "noAnswer", "notSent", "lost", "unreadable"]);

/** How a hop ended, where that is worth a word. */
function End({ hop: { end } }: { hop: Hop }) {
  const say = useSay();
  if (end === "ok") return null;
  const look = BAD.has(end)
    ? "bg-bad-soft text-bad"
    : end === "late"
      ? "bg-warn-soft text-warn"
      : "bg-panel-2 text-ink-3";
  return (
    <span className={`shrink-0 rounded-full px-2 py-0.5 text-[11px] font-semibold ${look}`}>
      {say(WIRE_TEXT.ends[end])}
    </span>
  );
}

function Arrow({
  hop,
  lanes,
  wide,
  children,
}: {
  hop: Hop;
  lanes: readonly Lane[];
  wide: boolean;
  children?: ReactNode;
}) {
  const { row, end } = hop;
  const start = middleOf(hop.from, lanes);
  const finish = middleOf(hop.to, lanes);
  const right = finish >= start;
  const broken = BROKEN.has(end);
  const line = broken ? "border-dashed" : row.part === "answer" ? "border-dotted" : "border-solid";
  const colour = BAD.has(end) ? "text-bad" : end === "late" ? "text-warn" : colourOf(row.kind);
  const left = Math.min(start, finish);
  const width = Math.max(Math.abs(finish - start), 1);
  // A name that would run out of the chart on the right hangs on the right end of its arrow instead.
  const hangs = left > 55;
  return (
    <span className={`relative block flex-1 self-stretch ${wide ? "h-13" : "h-6 @lg:min-h-9"} ${colour}`}>
      {lanes.map((lane) => (
        <span
          key={lane}
          aria-hidden="true"
          className="absolute inset-y-0 w-px -translate-x-1/2 bg-line"
          style={{ left: `${middleOf(lane, lanes)}%` }}
        />
      ))}
      <span
        aria-hidden="true"
        className={`absolute border-current border-t-2 ${line} ${wide ? "bottom-3.5" : "top-1/2 -translate-y-1/2"}`}
        style={{
          left: `${left}%`,
          width: `${broken ? width * 0.6 : width}%`,
          ...(broken && !right ? { left: `${left + width * 0.4}%` } : {}),
        }}
      />
      <span
        aria-hidden="true"
        className={`absolute size-2 -translate-x-1/2 rounded-full bg-current ${wide ? "bottom-[11px]" : "top-1/2 -translate-y-1/2"}`}
        style={{ left: `${start}%` }}
      />
      <Head at={broken ? start + (finish - start) * 0.6 : finish} right={right} broken={broken} wide={wide} />
      {children !== undefined && (
        <span
          className="absolute top-1 flex items-baseline gap-2 px-2 text-[13px] font-semibold whitespace-nowrap text-ink"
          style={hangs ? { right: `${100 - left - width}%` } : { left: `${left}%` }}
        >
          <span className="bg-panel/80">{children}</span>
          <End hop={hop} />
        </span>
      )}
    </span>
  );
}

/** The arrow's point, or a cross where the message got lost. */
function Head({ at, right, broken, wide }: { at: number; right: boolean; broken: boolean; wide: boolean }) {
  return (
    <svg
      viewBox="0 0 12 12"
      aria-hidden="true"
      className={`absolute size-3 ${wide ? "bottom-[9px]" : "top-1/2 -translate-y-1/2"}`}
      style={{ left: `calc(${at}% - ${broken ? 6 : right ? 11 : 1}px)` }}
    >
      {broken ? (
        <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />
      ) : (
        <path d={right ? "M11 6 2.5 1.5v9z" : "M1 6l8.500-4.500v9z"} fill="currentColor" />
      )}
    </svg>
  );
}
