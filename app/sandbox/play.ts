import { freshCards } from "./cards.ts";
import { type Outcome, playScenario } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { type SandboxOptions, startSandbox } from "./world.ts";

/** Plays scenarios one after the other in one system. Those that hang on a date come last, each in a system of its own. */
export async function playAll(
  scenarios: readonly Scenario[],
  tell: (outcome: Outcome) => void = () => {},
): Promise<readonly Outcome[]> {
  const anyDay = scenarios.filter(({ startsAt }) => startsAt === undefined);
  const outcomes = anyDay.length === 0 ? [] : await playIn({}, anyDay, tell);
  for (const one of scenarios) {
    const { startsAt } = one;
    if (startsAt === undefined) continue;
    outcomes.push(...(await playIn({ startsAt: Date.parse(startsAt) }, [one], tell)));
  }
  return outcomes;
}

async function playIn(
  options: SandboxOptions,
  scenarios: readonly Scenario[],
  tell: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const world = await startSandbox(options);
  const fresh = freshCards();
  const outcomes: Outcome[] = [];
  try {
    for (const scenario of scenarios) {
      const outcome = await playScenario(world, scenario, fresh);
      tell(outcome);
      outcomes.push(outcome);
    }
    return outcomes;
  } finally {
    await world.stop();
  }
}
