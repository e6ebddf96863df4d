import { ArrowLeft, Clapperboard, Play } from "lucide-react";
import { useEffect, useId, useState } from "react";
import type { ScenarioView } from "#contracts/demo-api";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { preciseText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { Button, Spinner } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { Panel } from "../ui/panel.tsx";
import { useBreak } from "./context.ts";
import type { ScenesState } from "./scenes.ts";
import { STORIES, type Story } from "./stories.ts";
import { BREAK } from "./words.ts";

const { scenes: WORDS } = BREAK;

/** Situations by what one sees: set up on this stage, or played by the system beside it. */
export function ScenesPanel() {
  const { scenes } = useBreak();
  const state = useStore(scenes.state);
  const say = useSay();
  useEffect(() => void scenes.load(), [scenes]);
  return (
    <Panel title={say(WORDS.title)} icon={Clapperboard} hint={say(WORDS.hint)} className="h-full">
      {state.fault !== undefined && <FaultNote fault={state.fault} className="mb-3" />}
      {state.chosen === undefined ? (
        <div className="grid grid-cols-1 gap-5">
          <Stories />
          <Library scenarios={state.scenarios} />
        </div>
      ) : (
        <PlayedScene scenario={state.chosen} state={state} />
      )}
    </Panel>
  );
}

function Stories() {
  const { board, counter } = useBreak();
  const say = useSay();
  const [told, setTold] = useState<Story | undefined>(undefined);
  return (
    <section>
      <h3 className="mb-2 text-[13px] font-bold text-ink-2">{say(WORDS.stage)}</h3>
      <ul className="grid gap-2">
        {STORIES.map((story) => (
          <li
            key={story.id}
            className={`rounded-2xl border px-3.5 py-2.5 ${told === story ? "border-accent bg-accent-soft" : "border-line"}`}
          >
            <div className="flex items-center gap-3">
              <p className="min-w-0 flex-1 text-[14px] leading-snug font-semibold">{say(story.symptom)}</p>
              <Button
                look="soft"
                size="small"
                data-story={story.id}
                onClick={() => {
                  setTold(undefined);
                  void story.set({ board, counter }).then(() => setTold(story));
                }}
              >
                {say(WORDS.set)}
              </Button>
            </div>
            {told === story && (
              <p role="status" className="rise mt-1.5 text-[13px] leading-relaxed text-ink-2">
                {say(story.line)}
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Library({ scenarios }: { scenarios: readonly ScenarioView[] }) {
  const { scenes } = useBreak();
  const language = useLanguage();
  const say = useSay();
  const id = useId();
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const fits = ({ id: named, title, sign, cause }: ScenarioView) =>
    [named, title.zh, title.en, sign?.zh ?? "", sign?.en ?? "", cause ?? ""].some((one) =>
      one.toLowerCase().includes(wanted),
    );
  const shown = scenarios.filter(fits);
  const whens = [...new Map(shown.map(({ when }) => [when.id, when])).values()];
  return (
    <section>
      <h3 className="text-[13px] font-bold text-ink-2">{say(WORDS.library)}</h3>
      <p className="mt-0.5 mb-2 text-xs leading-relaxed text-ink-3">{say(WORDS.libraryHint)}</p>
      <label htmlFor={id} className="sr-only">
        {say(WORDS.search)}
      </label>
      <input
        id={id}
        type="search"
        value={text}
        placeholder={say(WORDS.search)}
        onChange={(event) => setText(event.target.value)}
        className="mb-2 w-full rounded-xl border border-line bg-panel-2 px-3 py-2 text-[14px]"
      />
      {shown.length === 0 && scenarios.length > 0 && <p className="text-[13px] text-ink-3">{say(WORDS.none)}</p>}
      {whens.map((when) => {
        const here = shown.filter((one) => one.when.id === when.id);
        return (
          <details key={when.id} open={wanted !== ""} className="group border-line border-t first:border-t-0">
            <summary className="flex cursor-pointer items-center justify-between gap-3 py-2.5 text-[14px] font-semibold">
              {when.says[language]}{" "}
              <span className="tabular text-xs font-medium text-ink-3">{say(WORDS.count(here.length))}</span>
            </summary>
            <ul className="grid gap-px pb-2">
              {here.map((scenario) => (
                <li key={scenario.id}>
                  <button
                    type="button"
                    data-scenario={scenario.id}
                    onClick={() => void scenes.play(scenario)}
                    className="flex w-full items-center gap-2.5 rounded-xl px-2 py-2 text-left hover:bg-panel-2"
                  >
                    <Play aria-hidden="true" className="size-4 shrink-0 text-accent" />
                    <span className="min-w-0 flex-1 text-[13px] leading-snug">
                      {say(scenario.title)}
                      {scenario.sign !== undefined && (
                        <span className="block text-xs text-ink-3">{say(scenario.sign)}</span>
                      )}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
          </details>
        );
      })}
    </section>
  );
}

function PlayedScene({ scenario, state }: { scenario: ScenarioView; state: ScenesState }) {
  const { scenes } = useBreak();
  const say = useSay();
  const { played, playing } = state;
  return (
    <div className="rise grid grid-cols-1 gap-3">
      <button
        type="button"
        onClick={() => scenes.back()}
        className="flex min-h-9 items-center gap-1.5 justify-self-start text-[13px] font-medium text-accent"
      >
        <ArrowLeft aria-hidden="true" className="size-4" /> {say(WORDS.back)}
      </button>
      <h3 className="text-[17px] leading-snug font-bold">{say(scenario.title)}</h3>
      {playing && (
        <p role="status" className="flex items-center gap-2.5 py-6 text-[14px] text-ink-2">
          <Spinner className="text-accent" /> {say(WORDS.playing)}
        </p>
      )}
      {played !== undefined && <Result played={played} />}
      {!playing && (
        <Button look="soft" onClick={() => void scenes.play(scenario)}>
          {say(WORDS.play)}
        </Button>
      )}
    </div>
  );
}

function Result({ played }: { played: NonNullable<ScenesState["played"]> }) {
  const say = useSay();
  const language = useLanguage();
  const { finding, right, ms } = played;
  const actors: Readonly<Record<string, { zh: string; en: string }>> = TEXT.finding.actors;
  const well = finding === undefined || (finding.cause === undefined && finding.between.length === 0);
  return (
    <>
      <p role="status" className={`text-[13px] font-semibold ${right ? "text-good" : "text-bad"}`}>
        {say(right ? WORDS.right : WORDS.wrong)} · <span className="tabular">{say(WORDS.took(ms))}</span>
      </p>
      <section className={`grid gap-2 rounded-2xl px-3.5 py-3 ${well ? "bg-good-soft" : "bg-bad-soft"}`}>
        <p className={`text-[15px] leading-snug font-semibold ${well ? "text-good" : "text-bad"}`}>
          {say(well || finding === undefined ? WORDS.well : finding.what)}
        </p>
        {!well && finding !== undefined && (
          <>
            <ol className="grid list-decimal gap-0.5 pl-5 text-[13px] leading-relaxed">
              {finding.remedy.map((step) => (
                <li key={step.en}>{say(step)}</li>
              ))}
            </ol>
            <p className="text-[13px] text-ink-2">
              {say(BREAK.agent.who)}: <strong>{say(actors[finding.actor] ?? TEXT.finding.actors.peerOps)}</strong> ·{" "}
              {say(BREAK.agent.certainty[finding.certainty])}
            </p>
          </>
        )}
      </section>
      {finding !== undefined && finding.timeline.length > 0 && (
        <ol aria-label={say(BREAK.agent.timeline)} className="grid gap-px overflow-hidden rounded-2xl bg-panel-2">
          {finding.timeline.map(({ at, party, words }) => (
            <li
              key={`${at}-${party}-${words.en}`}
              className="grid grid-cols-[5.9rem_1fr] gap-2 px-3 py-2 text-[13px] leading-snug"
            >
              <span className="tabular text-xs text-ink-3">{preciseText(at, language)}</span>
              <span>{say(words)}</span>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
