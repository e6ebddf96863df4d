import type { FactNote } from "#party";

export function note(
  journeyId: string,
  stage: FactNote["stage"],
  code: FactNote["code"],
  outcome: FactNote["outcome"],
  data: NonNullable<FactNote["data"]> = {},
): FactNote {
  return { journeyId, stage, code, outcome, data };
}
