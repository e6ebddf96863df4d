import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CAUSE_CODES } from "#protocol/diagnosis";
import { CAUSES_FILE, causesDocument } from "../../tools/causes-doc.ts";

test("docs/diagnosis.md is in step with the tables: run tools/causes-doc.ts when it is not", () => {
  expect(readFileSync(CAUSES_FILE, "utf8")).toBe(causesDocument());
});

test("every cause has its row", () => {
  const document = causesDocument();
  expect(CAUSE_CODES.filter((cause) => !document.includes(`**\`${cause}\`**`))).toEqual([]);
});
