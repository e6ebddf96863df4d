// Writes docs/diagnosis.md from the tables of protocol/diagnosis.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  ACTOR_WORDS,
  ANSWER_CODES,
  CAUSE_CODES,
  CAUSES,
  candidatesOf,
  EFFORT_WORDS,
  fill,
  NON_FAILURE_ENTRIES,
  RETRY_WORDS,
  SETTERS,
  SOMEBODY,
  STAGE_WORDS,
  STOPPER_WORDS,
  type Words,
} from "#protocol/diagnosis";

export const CAUSES_FILE: string = join(dirname(dirname(fileURLToPath(import.meta.url))), "docs", "diagnosis.md");

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const both = ({ zh, en }: Words) => cell(`${zh}<br>${en}`);
const row = (...cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** The whole document. */
export function causesDocument(): string {
  const stages = [...new Set(CAUSE_CODES.map((cause) => CAUSES[cause].stage))];
  return [
    "# 原因一览 · Causes",
    "",
    `Made by \`tools/causes-doc.ts\` from \`protocol/diagnosis\`; a test keeps it in step. ${CAUSE_CODES.length} causes, a closed union.`,
    "How a finding is reached: [diagnosis-how.md](diagnosis-how.md). One entry: `kabao explain --cause CODE`.",
    "",
    "**再试 Retry**: " +
      Object.entries(RETRY_WORDS)
        .map(([retry, words]) => `\`${retry}\` ${words.zh} / ${words.en}`)
        .join(" · "),
    "",
    "**费力程度 Effort**, hardest first; causes that fail together are told in this order: " +
      Object.entries(EFFORT_WORDS)
        .map(([effort, words]) => `\`${effort}\` ${words.zh} / ${words.en}`)
        .join(" · "),
    ...stages.flatMap((stage) => stageSection(stage)),
    "",
    "## 应答码 · Answer codes",
    "",
    "One code, several causes: who set it decides, and one further fact. Used only where nothing better than the code is known.",
    "",
    row("F39", "setter", "candidates", "what separates them"),
    row("---", "---", "---", "---"),
    ...ANSWER_CODES.toSorted().flatMap((code) =>
      SETTERS.map((setter) => [setter, candidatesOf(code, setter)] as const)
        .filter(([, { causes }]) => causes.length > 0)
        .map(([setter, { causes, check }]) =>
          row(code, setter, causes.map((cause) => `\`${cause}\``).join(", "), check === undefined ? "–" : both(check)),
        ),
    ),
    "",
    "## 不是故障 · Asked as failures, but none",
    "",
    row("code", "asked", "answer"),
    row("---", "---", "---"),
    ...Object.entries(NON_FAILURE_ENTRIES).map(([code, { asked, answer }]) =>
      row(`\`${code}\``, both(asked), both(answer)),
    ),
    "",
  ].join("\n");
}

function stageSection(stage: (typeof CAUSES)[keyof typeof CAUSES]["stage"]): readonly string[] {
  return [
    "",
    `## ${STAGE_WORDS[stage].zh} · ${STAGE_WORDS[stage].en}`,
    "",
    row(
      "code",
      "止于 stopped by",
      "处理 who acts",
      "再试 retry",
      "费力 effort",
      "发生了什么 what happened",
      "怎么办 what to do",
    ),
    row("---", "---", "---", "---", "---", "---", "---"),
    ...CAUSE_CODES.filter((cause) => CAUSES[cause].stage === stage).map((cause) => {
      const { stoppers, actor, retry, effort, name, what, remedy } = CAUSES[cause];
      const steps = remedy.map((step, i) => `${remedy.length > 1 ? `${i + 1}. ` : ""}${both(step)}`).join("<br>");
      return row(
        `**\`${cause}\`**<br>${both(name)}`,
        stoppers.map((stopper) => both(STOPPER_WORDS[stopper])).join("<br>"),
        both(ACTOR_WORDS[actor]),
        `\`${retry}\``,
        `\`${effort}\``,
        both(fill(what, SOMEBODY)),
        steps,
      );
    }),
  ];
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) {
  writeFileSync(CAUSES_FILE, causesDocument());
}
