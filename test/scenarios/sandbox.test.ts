import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CAUSE_CODES, CAUSES, isCause } from "#protocol/diagnosis";
import { allScenarios } from "../../app/sandbox/library.ts";
import { playAll } from "../../app/sandbox/play.ts";

// Scenarios of the project through the real parties: what is found is what was done, and no confident error. Every fourth
// one here; `npm run proof` plays them all.

const ALL = allScenarios();
const UNPRODUCED = JSON.parse(
  readFileSync(new URL("../../scenarios/unproduced.json", import.meta.url), "utf8"),
) as readonly { cause: string; reason: { zh: string; en: string } }[];
/** Stages that no scenario plays yet. */
const LATER = new Set(["ride", "shop", "code"]);

test("all are right, none is misled by any party's silence", async () => {
  const outcomes = await playAll(ALL.filter((_, i) => i % 4 === 0));
  const wrong = outcomes
    .filter(({ right }) => !right)
    .map(({ id, found, certainty, broke }) => [id, found, certainty, broke]);
  expect(wrong).toEqual([]);
  expect(outcomes.filter(({ confidentError }) => confidentError).map(({ id }) => id)).toEqual([]);
  expect(outcomes.filter(({ misledWithout }) => misledWithout.length > 0).map(({ id }) => id)).toEqual([]);
}, 600_000);

test("every cause of a binding and of a payment has a scenario and a neighbour, or a reason why not", () => {
  const excused = new Set(UNPRODUCED.map(({ cause }) => cause));
  const trueOf = new Map(ALL.map(({ id, expect }) => [id, expect.cause ?? expect.between?.[0]]));
  const played = new Set(ALL.flatMap(({ expect }) => [expect.cause, ...(expect.between ?? [])]));
  const beside = new Set(
    ALL.flatMap(({ id, neighbourOf }) => (neighbourOf === undefined ? [] : [trueOf.get(id), trueOf.get(neighbourOf)])),
  );
  const due = CAUSE_CODES.filter((cause) => !LATER.has(CAUSES[cause].stage) && !excused.has(cause));
  expect(due.filter((cause) => !played.has(cause))).toEqual([]);
  expect(due.filter((cause) => !beside.has(cause))).toEqual([]);
});

test("what is excused is a cause that no scenario produces, with a reason in two languages", () => {
  const played = new Set(ALL.map(({ expect }) => expect.cause));
  for (const { cause, reason } of UNPRODUCED) {
    expect(isCause(cause), cause).toBe(true);
    expect(played.has(cause as never), cause).toBe(false);
    expect(reason.zh.length > 4 && reason.en.length > 4, cause).toBe(true);
  }
});
