import { Copy, Eye, EyeOff, Microscope, X } from "lucide-react";
import { useState } from "react";
import type { WireNode } from "#contracts/wire";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { preciseText } from "../text/shown.ts";
import { Button } from "../ui/button.tsx";
import { Bytes, type Range } from "./bytes.tsx";
import { Explainer } from "./explainer.tsx";
import type { WireFlow } from "./flow.ts";
import { type Hop, spanText } from "./hops.ts";
import { colourOf } from "./kinds.ts";
import { titleOf } from "./titles.ts";
import { WIRE_TEXT } from "./words.ts";

/** One message: what it says and why, its fields, and the bytes that each of them stands on. */
export function Step({
  flow,
  hop,
  sticky = false,
  onClose,
}: {
  flow: WireFlow;
  hop: Hop;
  /** The bytes stay in sight while the fields below are read. */
  sticky?: boolean;
  onClose?: () => void;
}) {
  const say = useSay();
  const language = useLanguage();
  const { revealed, nothingToShow, explained, imported } = useStore(flow.state);
  const [lit, setLit] = useState<Range | undefined>(undefined);
  const [copied, setCopied] = useState(false);
  const { row: masked } = hop;
  const row = revealed?.seq === masked.seq ? revealed : masked;
  const isShown = row !== masked;
  const { title, call } = titleOf(row, language);
  const way = WIRE_TEXT.fromTo(say(WIRE_TEXT.parties[row.from]), say(WIRE_TEXT.parties[row.to]));
  const isLive = imported === undefined;
  const hasMasks = masked.raw.includes("*");
  return (
    <div className="rise grid min-w-0 grid-cols-[minmax(0,1fr)] gap-3.5">
      <div className="flex items-start gap-2">
        <div className="min-w-0 flex-1">
          <h3 className="text-[15px] font-bold">
            {title}
            {call !== undefined && <span className="ml-2 font-mono text-xs font-normal text-ink-3">{call}</span>}
          </h3>
          <p className="tabular mt-0.5 text-xs text-ink-3">
            <span className={`font-bold ${colourOf(row.kind)}`}>{say(WIRE_TEXT.wireKinds[row.kind])}</span> · {say(way)}{" "}
            · {preciseText(row.at, language)}
            {hop.answeredMs !== undefined && <> · ↩ {spanText(hop.answeredMs)}</>} · #{row.seq}
          </p>
        </div>
        {onClose !== undefined && (
          <button
            type="button"
            aria-label={say(WIRE_TEXT.close)}
            onClick={onClose}
            className="grid size-9 shrink-0 place-items-center rounded-full bg-panel-2 text-ink-2 hover:text-ink"
          >
            <X aria-hidden="true" className="size-4.5" />
          </button>
        )}
      </div>
      {say(row.words) !== "" && <p className="text-[15px] leading-relaxed">{say(row.words)}</p>}
      {say(row.why) !== "" && (
        <p className="rounded-xl border-accent border-l-3 bg-accent-soft/50 px-3 py-2 text-[13px] leading-relaxed text-ink-2">
          <span className="sr-only">{say(WIRE_TEXT.why)}: </span>
          {say(row.why)}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {isLive && row.cryptogram === true && (
          <Button size="small" onClick={() => void flow.explain(masked)}>
            <Microscope aria-hidden="true" className="size-4" /> {say(WIRE_TEXT.explain)}
          </Button>
        )}
        <Button look="soft" size="small" onClick={() => void flow.copy(row).then((done) => setCopied(done))}>
          <Copy aria-hidden="true" className="size-4" />
          <span aria-live="polite">
            {say(copied ? WIRE_TEXT.copied : row.form === "hex" ? WIRE_TEXT.copyHex : WIRE_TEXT.copyText)}
          </span>
        </Button>
        {isLive && hasMasks && !nothingToShow && (
          <Button look="plain" size="small" aria-pressed={isShown} onClick={() => void flow.reveal(masked)}>
            {isShown ? <EyeOff aria-hidden="true" className="size-4" /> : <Eye aria-hidden="true" className="size-4" />}
            {say(isShown ? WIRE_TEXT.hide : WIRE_TEXT.show)}
          </Button>
        )}
      </div>
      {isShown && <p className="text-xs text-warn">{say(WIRE_TEXT.shownNote)}</p>}
      {nothingToShow && <p className="text-xs text-ink-3">{say(WIRE_TEXT.nothingToShow)}</p>}
      {explained !== undefined && <Explainer explained={explained} onClose={() => flow.closeExplanation()} />}
      <section
        aria-label={say(row.form === "hex" ? WIRE_TEXT.bytes : WIRE_TEXT.body)}
        className={sticky ? "sticky -top-5 z-10 -mx-1 bg-panel px-1 pt-1 pb-2" : ""}
      >
        <h4 className="tabular mb-1 text-xs font-semibold text-ink-3">
          {say(row.form === "hex" ? WIRE_TEXT.bytes : WIRE_TEXT.body)}
          {row.form === "hex" && (
            <span className="ml-2 font-normal">{say(WIRE_TEXT.bytesHint(row.raw.length / 2))}</span>
          )}
        </h4>
        <Bytes row={row} lit={lit} onLight={(at) => setLit(innermost(row.nodes, at))} />
      </section>
      {row.nodes.length > 0 && (
        <section aria-label={say(WIRE_TEXT.fields)}>
          <h4 className="mb-1 text-xs font-semibold text-ink-3">{say(WIRE_TEXT.fields)}</h4>
          <Nodes nodes={row.nodes} lit={lit} onLight={setLit} />
        </section>
      )}
    </div>
  );
}

/** The smallest field that covers a byte. */
function innermost(nodes: readonly WireNode[], at: number): Range | undefined {
  let best: Range | undefined;
  const walk = (all: readonly WireNode[]) => {
    for (const node of all) {
      const range = rangeOf(node);
      if (
        range !== undefined &&
        at >= range.at &&
        at < range.at + range.length &&
        range.length <= (best?.length ?? range.length)
      )
        best = range;
      walk(node.children ?? []);
    }
  };
  walk(nodes);
  return best;
}

function rangeOf({ at, lengthBytes }: WireNode): Range | undefined {
  return at === undefined || lengthBytes === undefined ? undefined : { at, length: lengthBytes };
}

interface NodesProps {
  readonly nodes: readonly WireNode[];
  readonly lit: Range | undefined;
  readonly onLight: (range: Range | undefined) => void;
  /** Bits of a value have no bytes of their own: they light those of the value. */
  readonly within?: Range | undefined;
}

function Nodes({ nodes, lit, onLight, within }: NodesProps) {
  return (
    <ul className="grid">
      {nodes.map((node, i) => {
        const range = rangeOf(node) ?? within;
        const isLit =
          range !== undefined && range.at === lit?.at && range.length === lit.length && rangeOf(node) !== undefined;
        return (
          // Fields of one message may repeat an id; their place in it is what tells them apart, and it never changes.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <li key={i} className="min-w-0">
            <Field node={node} isLit={isLit} range={range} onLight={onLight} />
            {node.children !== undefined && node.children.length > 0 && (
              <div className="ml-2 border-line border-l pl-2">
                <Nodes nodes={node.children} lit={lit} onLight={onLight} within={range} />
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

function Field({
  node,
  isLit,
  range,
  onLight,
}: {
  node: WireNode;
  isLit: boolean;
  range: Range | undefined;
  onLight: (range: Range | undefined) => void;
}) {
  const say = useSay();
  const text = (
    <>
      <span className="shrink-0 font-mono text-[11px] font-semibold text-ink-2">{node.id}</span>
      <span className="min-w-0">
        {node.name.zh !== node.id && <span className="mr-2 text-ink-2">{say(node.name)}</span>}
        {node.value !== undefined && (
          <span className="font-mono text-[11px] break-all text-ink">{dotted(node.value)}</span>
        )}
      </span>
    </>
  );
  const look = `flex w-full min-w-0 items-baseline gap-2 rounded-md px-1.5 py-0.5 text-left text-xs leading-relaxed ${isLit ? "bg-accent-soft" : ""}`;
  if (range === undefined) return <p className={look}>{text}</p>;
  return (
    <button
      type="button"
      onMouseEnter={() => onLight(range)}
      onFocus={() => onLight(range)}
      onClick={() => onLight(range)}
      className={`${look} -outline-offset-2`}
    >
      {text}
    </button>
  );
}

/** What is hidden shows as dots. */
export function dotted(text: string): string {
  return text.replaceAll("*", "•");
}
