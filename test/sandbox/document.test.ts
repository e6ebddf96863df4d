import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FAULT_KINDS } from "#contracts/sandbox-api";
import { DEMO_CARDS, MAGIC_CARDS } from "#protocol/pan";
import { parseScenario } from "../../app/sandbox/scenario.ts";
import { PLAYS } from "../../app/sandbox/steps.ts";
import { SANDBOX_FILE, sandboxDocument } from "../../tools/sandbox-doc.ts";

const FORMAT_FILE = new URL("../../docs/scenarios.md", import.meta.url);

test("docs/sandbox.md is in step with the printed cards: run tools/sandbox-doc.ts when it is not", () => {
  expect(readFileSync(SANDBOX_FILE, "utf8")).toBe(sandboxDocument());
});

test("every printed card and every fault has one row", () => {
  const rows = sandboxDocument().split("\n");
  const names = [...DEMO_CARDS.map(({ id }) => id), ...MAGIC_CARDS.map(({ card }) => card.id), ...FAULT_KINDS];
  expect(names.filter((name) => rows.filter((row) => row.startsWith(`| \`${name}\` |`)).length !== 1)).toEqual([]);
});

test("docs/scenarios.md names every step", () => {
  const document = readFileSync(FORMAT_FILE, "utf8");
  expect(Object.keys(PLAYS).filter((kind) => !document.includes(`\`${kind}\``))).toEqual([]);
});

test("the example in docs/scenarios.md is a scenario", () => {
  const document = readFileSync(FORMAT_FILE, "utf8");
  const [, example] = document.match(/```json\n([\s\S]*?)```/) ?? [];
  expect(parseScenario(example ?? "", "docs/scenarios.md").expect.cause).toBe("boundElsewhere");
});
