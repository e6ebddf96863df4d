import type { Words } from "#contracts/common";
import type { ScenarioView } from "#contracts/demo-api";
import type { Timers } from "#contracts/ports";
import type { Cause } from "#protocol/diagnosis";
import { type Leaf, type Question, SYMPTOMS } from "#protocol/diagnosis";
import { freshCards } from "./cards.ts";
import { allScenarios } from "./library.ts";
import { type Outcome, playScenario } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { type SandboxWorld, startSandbox } from "./world.ts";

/** Plays scenarios beside a system that visitors use, so that nothing of theirs is touched. */
export interface Theatre {
  readonly scenarios: readonly ScenarioView[];
  /** Undefined: there is no such scenario. One after the other. */
  play(id: string): Promise<{ readonly scenario: Scenario; readonly outcome: Outcome } | undefined>;
  close(): Promise<void>;
}

/** A house that nobody plays in is closed: its database costs memory. */
const IDLE_MS = 120_000;

export function createTheatre(timers: Timers): Theatre {
  const all = allScenarios();
  const fresh = freshCards();
  let world: Promise<SandboxWorld> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let cancelIdle = () => {};
  /** Whoever asks again for what is being played hears of the same play. */
  const playing = new Map<string, Promise<Outcome>>();

  async function stop(): Promise<void> {
    const open = world;
    world = undefined;
    await open?.then((one) => one.stop());
  }

  async function played(scenario: Scenario): Promise<Outcome> {
    cancelIdle();
    // What hangs on a date has a house of its own.
    if (scenario.startsAt !== undefined) {
      const own = await startSandbox({ startsAt: Date.parse(scenario.startsAt) });
      return playScenario(own, scenario, fresh).finally(() => own.stop());
    }
    world ??= startSandbox();
    try {
      return await playScenario(await world, scenario, fresh);
    } catch (error) {
      await stop().catch(() => {});
      throw error;
    } finally {
      cancelIdle = timers.after(IDLE_MS, () => void stop());
    }
  }

  return {
    scenarios: all.map(viewOf),
    async play(id) {
      const scenario = all.find((one) => one.id === id);
      if (scenario === undefined) return undefined;
      const mine = playing.get(id) ?? last.then(() => played(scenario)).finally(() => playing.delete(id));
      playing.set(id, mine);
      last = mine.catch(() => {});
      return { scenario, outcome: await mine };
    },
    async close() {
      cancelIdle();
      await last;
      await stop();
    },
  };
}

interface Symptom {
  readonly when: { readonly id: string; readonly says: Words };
  readonly sign: Words;
}

/** Where the questions lead to a cause: by their first answer, with the sign that tells it from its neighbours. */
function symptoms(): ReadonlyMap<Cause, Symptom> {
  const found = new Map<Cause, Symptom>();
  const walk = (next: Question | Leaf, when: Symptom["when"]): void => {
    if (next.kind === "question") {
      for (const { next: deeper } of next.answers) walk(deeper, when);
      return;
    }
    for (const { is, sign } of next.candidates)
      if ("cause" in is && !found.has(is.cause)) found.set(is.cause, { when, sign });
  };
  for (const { id, says, next } of SYMPTOMS.answers) walk(next, { id, says });
  return found;
}

const SYMPTOM_OF = symptoms();
const WELL: Symptom["when"] = { id: "well", says: { zh: "都顺利", en: "all goes well" } };
const OTHERWISE: Symptom["when"] = { id: "other", says: { zh: "其他情况", en: "something else" } };

function viewOf({ id, title, about, expect }: Scenario): ScenarioView {
  const { cause } = expect;
  if (cause === null) return { id, title, about, when: expect.between === undefined ? WELL : OTHERWISE };
  const symptom = SYMPTOM_OF.get(cause);
  if (symptom === undefined) return { id, title, about, cause, when: OTHERWISE };
  return { id, title, about, cause, ...symptom };
}
