import type { Outcome } from "./run.ts";

/** True × found: only what is not on the diagonal is written out, with the shares that matter. */
export function confusionMatrix(outcomes: readonly Outcome[]): string {
  const off = outcomes.filter(({ right }) => !right);
  const rows = off.map(({ id, expected, found, certainty }) => `  ${expected} -> ${found} (${certainty}) in ${id}`);
  const causes = new Set(outcomes.map(({ expected }) => expected));
  const unclear = outcomes.filter(({ certainty }) => certainty === "unclear").length;
  const slowest = outcomes.reduce((most, { ms }) => Math.max(most, ms), 0);
  return [
    `${outcomes.length} scenarios, ${causes.size} causes; on the diagonal: ${outcomes.length - off.length}`,
    `confident errors: ${outcomes.filter(({ confidentError }) => confidentError).length}`,
    `unclear: ${unclear} (${Math.round((unclear / Math.max(1, outcomes.length)) * 100)} %)`,
    `slowest to a finding: ${slowest} ms`,
    ...(rows.length === 0 ? [] : ["off the diagonal:", ...rows]),
  ].join("\n");
}
