import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Suspender, stepToken, type TokenEvent, type TokenState } from "./life-cycle.ts";

const PARTIES: readonly Suspender[] = ["holder", "wallet", "issuer", "tsp"];
const SETS = PARTIES.flatMap((one, i) => [[one], ...PARTIES.slice(i + 1).map((other) => [one, other])]);
const STATES: readonly TokenState[] = [
  { kind: "inactive" },
  { kind: "active" },
  { kind: "deleted" },
  ...SETS.map((by) => ({ kind: "suspended", by }) as const),
];
const EVENTS: readonly TokenEvent[] = [
  { kind: "idvPassed" },
  ...SETS.map((heldBy) => ({ kind: "idvPassed", heldBy }) as const),
  ...PARTIES.flatMap((by) => [{ kind: "suspend", by } as const, { kind: "resume", by } as const]),
  { kind: "delete" },
];

test("the drawing in docs/states/token.md has exactly the transitions that the code makes", () => {
  const drawing = readFileSync(new URL("../../docs/states/token.md", import.meta.url), "utf8");
  const drawn = [...drawing.matchAll(/^ {2}(\w+) --> (\w+): (\w+)/gm)].map(
    ([, from, to, event]) => `${from} ${event} ${to}`,
  );
  const made = STATES.flatMap((state) =>
    EVENTS.flatMap((event) => {
      const next = stepToken(state, event);
      const moved = next.ok && JSON.stringify(next.value) !== JSON.stringify(state);
      return moved ? [`${state.kind} ${event.kind} ${next.value.kind}`] : [];
    }),
  );
  expect([...new Set(drawn)].sort()).toEqual([...new Set(made)].sort());
});

test("over all pairs: deleted is for ever, nobody lifts another's hold, nothing but verification makes an inactive one live", () => {
  for (const state of STATES) {
    for (const event of EVENTS) {
      const next = stepToken(state, event);
      const pair = JSON.stringify([state, event]);
      if (!next.ok) continue;
      if (state.kind === "deleted") expect([pair, next.value.kind]).toEqual([pair, "deleted"]);
      if (state.kind === "inactive" && event.kind !== "delete") expect([pair, event.kind]).toEqual([pair, "idvPassed"]);
      if (event.kind === "idvPassed" && state.kind === "inactive" && (event.heldBy ?? []).length > 0)
        expect([pair, next.value.kind]).toEqual([pair, "suspended"]);
      if (state.kind === "suspended" && next.value.kind !== "deleted") {
        const held = next.value.kind === "suspended" ? next.value.by : [];
        const released = state.by.filter((party) => !held.includes(party));
        const own = event.kind === "resume" ? [event.by] : [];
        expect([pair, released]).toEqual([pair, released.filter((party) => own.includes(party))]);
      }
    }
  }
});
