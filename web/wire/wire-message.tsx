import { ChevronRight } from "lucide-react";
import { memo, useState } from "react";
import type { WireNode, WireRow } from "#contracts/wire";
import { useLanguage, useSay } from "../text/language.tsx";
import { preciseText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { colourOf } from "./kinds.ts";
import { LaneArrow } from "./lanes.tsx";
import { titleOf } from "./titles.ts";

/** One message: who to whom, what it is, what it says; opens to its fields and its masked bytes. */
export const WireMessage = memo(function WireMessage({ row }: { row: WireRow }) {
  const say = useSay();
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  const words = say(row.words);
  const { title, call } = titleOf(row, language);
  const way = TEXT.wire.fromTo(say(TEXT.wire.partyNames[row.from]), say(TEXT.wire.partyNames[row.to]));
  return (
    <li className="overflow-hidden">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className={`flex w-full items-start gap-x-3 rounded-xl px-2 max-sm:flex-wrap text-left transition hover:bg-panel-2 ${open ? "bg-panel-2" : ""}`}
      >
        <span className={`flex self-stretch ${colourOf(row.kind)}`}>
          <LaneArrow from={row.from} to={row.to} />
        </span>
        <span className="min-w-44 flex-1 py-1 leading-snug">
          <span className="flex items-baseline gap-2">
            <ChevronRight
              aria-hidden="true"
              className={`size-3.5 shrink-0 translate-y-0.5 text-ink-3 transition ${open ? "rotate-90" : ""}`}
            />
            <span className="min-w-0 flex-1 text-[13px] font-semibold">
              <span className="sr-only">{say(way)}: </span>
              {title}
              {call !== undefined && (
                <span className="ml-1.5 font-mono text-[11px] font-normal text-ink-3">{call}</span>
              )}
            </span>
            <span className={`shrink-0 text-[11px] font-bold ${colourOf(row.kind)}`}>
              {say(TEXT.wire.kinds[row.kind])}
            </span>
          </span>
          {words !== "" && <span className="ml-5.5 block text-xs text-ink-2">{words}</span>}
        </span>
      </button>
      {open && (
        <div className="rise mx-2 mt-1 mb-3 rounded-xl bg-panel-2 px-3 py-2.5">
          <p className="tabular mb-1.5 text-[11px] text-ink-3">
            #{row.seq} · {preciseText(row.at, language)} · {say(way)}
          </p>
          {row.nodes.length > 0 && <Nodes nodes={row.nodes} />}
          <p className="mt-2 mb-1 text-[11px] font-medium text-ink-3">{say(TEXT.wire.raw)}</p>
          <Raw row={row} />
        </div>
      )}
    </li>
  );
});

function Nodes({ nodes }: { nodes: readonly WireNode[] }) {
  const say = useSay();
  return (
    <ul className="grid gap-0.5">
      {nodes.map((node, i) => (
        // Fields of one message may repeat an id; their place in it is what tells them apart, and it never changes.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <li key={i} className="text-xs leading-relaxed">
          <span className="font-mono text-[11px] font-semibold text-ink-2">{node.id}</span>{" "}
          <span className="text-ink-2">{node.name.zh === node.id ? "" : say(node.name)}</span>
          {node.value !== undefined && (
            <span className="ml-1 font-mono text-[11px] break-all text-ink">{dotted(node.value)}</span>
          )}
          {node.children !== undefined && node.children.length > 0 && (
            <div className="ml-1 border-line border-l pl-2.5">
              <Nodes nodes={node.children} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

function Raw({ row }: { row: WireRow }) {
  const text = row.kind === "apdu" || row.kind === "iso8583" ? row.hex.replace(/(..)(?=.)/g, "$1 ") : row.hex;
  return <p className="font-mono text-[11px] leading-relaxed break-all text-ink-2">{dotted(text)}</p>;
}

/** What is hidden shows as dots. */
function dotted(text: string): string {
  return text.replaceAll("*", "•");
}
