import type { PartyName, WireNode, WireRow } from "#contracts/wire";

/** The party that first said no in these messages; undefined when none did. */
export function stoppedBy(rows: readonly WireRow[]): PartyName | undefined {
  return rows.find((row) => row.nodes.some(saysNo))?.from;
}

const OUTCOMES: ReadonlySet<string> = new Set(["refused", "failed", "red"]);

function saysNo({ id, value }: WireNode): boolean {
  // F39 is shown as its code and its meaning; JSON answers carry an outcome, a decision, or a problem's code.
  if (id === "F39") return value?.startsWith("00") !== true;
  return (id === "outcome" || id === "decision" || id === "stage") && value !== undefined && OUTCOMES.has(value);
}
