import { Download, FolderOpen, Search, SlidersHorizontal } from "lucide-react";
import { type ReactNode, useRef, useState } from "react";
import type { PartyName } from "#contracts/wire";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { clockText } from "../text/shown.ts";
import type { Choice, WireFlow, WireSight } from "./flow.ts";
import type { Lane } from "./hops.ts";
import { journeyWords } from "./journey-words.ts";
import { isLookUp } from "./journeys.ts";
import { colourOf, KINDS } from "./kinds.ts";
import { WIRE_TEXT } from "./words.ts";

/** Which journey, and what of it. `picks`: journeys are chosen here, where no list of them stands beside. */
export function Toolbar({
  flow,
  sight,
  lanes,
  picks,
}: {
  flow: WireFlow;
  sight: WireSight;
  lanes: readonly Lane[];
  picks: boolean;
}) {
  const say = useSay();
  const { filter } = useStore(flow.state);
  const [more, setMore] = useState(false);
  const kinds = KINDS.filter((kind) => sight.all.some((row) => row.kind === kind));
  const lookUps = sight.all.filter(isLookUp).length;
  return (
    <div className="grid shrink-0 grid-cols-[minmax(0,1fr)] gap-2 pb-2.5">
      <div className="flex items-center gap-1.5">
        {picks ? <Picker flow={flow} sight={sight} /> : <Narrowing flow={flow} lanes={lanes} />}
        {picks && (
          <Tool
            label={say(WIRE_TEXT.filter)}
            pressed={more}
            onClick={() => setMore(!more)}
            icon={<SlidersHorizontal aria-hidden="true" className="size-4" />}
          />
        )}
        <Tool
          label={say(WIRE_TEXT.export)}
          hint={say(WIRE_TEXT.exportHint)}
          disabled={sight.all.length === 0}
          onClick={() => flow.exportRows(sight.all)}
          icon={<Download aria-hidden="true" className="size-4" />}
        />
        <ImportTool flow={flow} />
      </div>
      {more && picks && (
        <div className="flex items-center gap-1.5">
          <Narrowing flow={flow} lanes={lanes} />
        </div>
      )}
      <div className="flex flex-wrap items-center gap-1.5">
        <fieldset aria-label={say(WIRE_TEXT.filter)} className="flex flex-wrap gap-1.5">
          {kinds.map((kind) => (
            <button
              key={kind}
              type="button"
              aria-pressed={!filter.hidden.has(kind)}
              title={say(WIRE_TEXT.wireKindNames[kind])}
              onClick={() => {
                const hidden = new Set(filter.hidden);
                if (!hidden.delete(kind)) hidden.add(kind);
                flow.filter({ hidden });
              }}
              className={`rounded-full border px-2.5 py-1 text-xs font-semibold transition ${filter.hidden.has(kind) ? "border-line text-ink-3 line-through" : `border-current ${colourOf(kind)}`}`}
            >
              {say(WIRE_TEXT.wireKinds[kind])}
            </button>
          ))}
          {lookUps > 0 && (
            <button
              type="button"
              aria-pressed={filter.lookUps}
              onClick={() => flow.filter({ lookUps: !filter.lookUps })}
              className={`rounded-full border px-2.5 py-1 text-xs font-semibold transition ${filter.lookUps ? "border-current text-json" : "border-line text-ink-3"}`}
            >
              {say(WIRE_TEXT.folded(lookUps))}
            </button>
          )}
        </fieldset>
        <span className="tabular ml-auto text-xs text-ink-3">{say(WIRE_TEXT.messages(sight.shown.length))}</span>
      </div>
    </div>
  );
}

/** A text and a party that messages must have. */
function Narrowing({ flow, lanes }: { flow: WireFlow; lanes: readonly Lane[] }) {
  const say = useSay();
  const { filter } = useStore(flow.state);
  return (
    <>
      <label className="flex h-9 min-w-0 flex-1 items-center gap-2 rounded-xl bg-panel-2 px-3 text-[13px] focus-within:ring-2 focus-within:ring-accent">
        <Search aria-hidden="true" className="size-4 text-ink-3" />
        <span className="sr-only">{say(WIRE_TEXT.search)}</span>
        <input
          type="search"
          value={filter.text}
          placeholder={say(WIRE_TEXT.search)}
          onChange={({ target }) => flow.filter({ text: target.value })}
          className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-ink-3"
        />
      </label>
      <select
        aria-label={say(WIRE_TEXT.party)}
        value={filter.party ?? ""}
        onChange={({ target }) => flow.filter({ party: target.value === "" ? undefined : (target.value as PartyName) })}
        className="h-9 rounded-xl bg-panel-2 px-2 text-[13px]"
      >
        <option value="">{say(WIRE_TEXT.anyParty)}</option>
        {lanes.map((lane) => (
          <option key={lane} value={lane}>
            {say(WIRE_TEXT.parties[lane])}
          </option>
        ))}
      </select>
    </>
  );
}

function Picker({ flow, sight }: { flow: WireFlow; sight: WireSight }) {
  const say = useSay();
  const language = useLanguage();
  const { choice } = useStore(flow.state);
  const value = typeof choice === "string" ? choice : choice.journeyId;
  return (
    <select
      aria-label={say(WIRE_TEXT.journey)}
      value={value}
      onChange={({ target }) => flow.choose(choiceOf(target.value))}
      className="h-9 min-w-0 flex-1 rounded-xl bg-panel-2 px-2.5 text-[13px] font-semibold"
    >
      <option value="newest">
        {say(WIRE_TEXT.newest)}
        {choice === "newest" && sight.journey !== undefined && ` · ${say(journeyWords(sight.journey))}`}
      </option>
      <option value="all">{say(WIRE_TEXT.all)}</option>
      {sight.journeys.toReversed().map((journey) => (
        <option key={journey.id} value={journey.id}>
          {say(journeyWords(journey))} · {say(WIRE_TEXT.states[journey.state])} ·{" "}
          {clockText(journey.startedAt, language)}
        </option>
      ))}
    </select>
  );
}

export function choiceOf(value: string): Choice {
  return value === "newest" || value === "all" ? value : { journeyId: value };
}

interface ToolProps {
  readonly label: string;
  readonly hint?: string;
  readonly icon: ReactNode;
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly onClick: () => void;
}

function Tool({ label, hint, icon, pressed, disabled = false, onClick }: ToolProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={hint ?? label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
      className={`grid size-9 shrink-0 place-items-center rounded-xl transition disabled:opacity-50 ${pressed === true ? "bg-accent text-accent-ink" : "bg-panel-2 text-ink-2 hover:text-ink"}`}
    >
      {icon}
    </button>
  );
}

function ImportTool({ flow }: { flow: WireFlow }) {
  const say = useSay();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Tool
        label={say(WIRE_TEXT.import)}
        hint={say(WIRE_TEXT.importHint)}
        onClick={() => input.current?.click()}
        icon={<FolderOpen aria-hidden="true" className="size-4" />}
      />
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        aria-label={say(WIRE_TEXT.importHint)}
        tabIndex={-1}
        hidden
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file !== undefined) void flow.importFile(file.name, file.size, () => file.text());
          target.value = "";
        }}
      />
    </>
  );
}
