// Writes docs/sandbox.md from the demo bank's printed cards.
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FAULT_KINDS } from "#contracts/sandbox-api";
import { CAUSES, type Cause, type Words } from "#protocol/diagnosis";
import { DEMO_CARDS, type DemoCard, MAGIC_CARDS } from "#protocol/pan";

export const SANDBOX_FILE: string = join(dirname(dirname(fileURLToPath(import.meta.url))), "docs", "sandbox.md");

/** What the cards of the first demo come to, by what the bank has of them. */
const OF_STATUS: Readonly<Record<DemoCard["status"], { readonly cause?: Cause; readonly shows: Words }>> = {
  active: { shows: { zh: "可以添加", en: "Binds" } },
  notActivated: { cause: "cardNotActivated", shows: { zh: "信用卡未激活", en: "A credit card not yet activated" } },
  lost: { cause: "cardReportedLost", shows: { zh: "已挂失", en: "Reported lost" } },
  frozenByHolder: { cause: "cardFrozenByHolder", shows: { zh: "持卡人已锁卡", en: "Locked by the holder" } },
  frozenByBank: { cause: "cardFrozenByBank", shows: { zh: "银行临时冻结", en: "Frozen by the bank" } },
  replaced: { cause: "cardReplaced", shows: { zh: "已换新卡", en: "Replaced" } },
  closed: { cause: "cardClosed", shows: { zh: "已销户", en: "Closed" } },
};

const row = (...cells: readonly string[]) => `| ${cells.join(" | ")} |`;
const grouped = (digits: string) => digits.replace(/(\d{4})(?=\d)/g, "$1 ");

export function sandboxDocument(): string {
  const printed = [...DEMO_CARDS.map((card) => ({ card, ...OF_STATUS[card.status] })), ...MAGIC_CARDS];
  return [
    "# 沙盒：卡号与表现 · Sandbox: card number and behaviour",
    "",
    "Made by `tools/sandbox-doc.ts` from `protocol/pan`; a test keeps it in step. Bank, cards, numbers and persons are invented.",
    "",
    "```",
    "kabao sandbox serve            # 整个系统，任何连线都可弄坏，时间可以拨动 / the whole system, with faults and a clock to move",
    "kabao sandbox list             # 场景 / scenarios",
    "kabao sandbox run ID|FILE      # 演一个 / play one",
    "kabao sandbox run --all        # 全部 / all of them",
    "kabao sandbox matrix           # 真因 × 所得 / true cause × found cause",
    "```",
    "",
    "A scenario plays on fresh cards that are *like* a printed one, called by its name in the first column: see",
    "[scenarios.md](scenarios.md). The printed ones themselves are for typing in by hand: number, holder's name, mobile, and of",
    "a credit card expiry (MM/YY) and check value. Where the bank has another phone reserved, it is said.",
    "",
    row(
      "名 name",
      "卡号 number",
      "持卡人 holder",
      "手机号 mobile",
      "有效期 expiry",
      "CVN2",
      "表现 behaviour",
      "原因 cause",
    ),
    row("---", "---", "---", "---", "---", "---", "---", "---"),
    ...printed.map(({ card, cause, shows }) =>
      row(
        `\`${card.id}\``,
        grouped(card.pan),
        card.holderName,
        card.mobile,
        `${card.expiry.slice(2)}/${card.expiry.slice(0, 2)}`,
        card.kind === "credit" ? card.cvn2 : "–",
        `${shows.zh}<br>${shows.en}`,
        cause === undefined ? "–" : `\`${cause}\`<br>${CAUSES[cause].name.zh}`,
      ),
    ),
    "",
    "## 连线上的故障 · Faults on the lines",
    "",
    '`POST /sandbox/v1/addFault` with `{"edge", "operation"?, "does", "at"?, "becomes"?, "times"?, "delayMs"?}`, `liftFault`, `faults`,',
    '`clock`, `advanceClock` with `{"ms"}`, and `allWell`, which ends it all. `npm start` has them as `kabao sandbox serve` has, and the',
    "page `/break` shows them; a production profile has none. Without `operation` any call of the line is met, without `times`",
    "until it is lifted.",
    "",
    row("does", "calls", "frames"),
    row("---", "---", "---"),
    ...Object.entries(FAULTS).map(([does, [calls, frames]]) => row(`\`${does}\``, calls, frames)),
    "",
  ].join("\n");
}

/** What each fault does to calls and to frames; a dash: it cannot befall them. */
const FAULTS: Readonly<Record<(typeof FAULT_KINDS)[number], readonly [calls: string, frames: string]>> = {
  dropRequest: ["never arrives", "never arrives"],
  dropAnswer: ["is carried out, the answer is lost", "the answer is lost"],
  late: ["is answered only after the caller has given up", "–"],
  twice: ["arrives twice", "arrives twice"],
  busy: ["is refused for load, with a time", "–"],
  strange: ["is refused: the caller is not known there", "–"],
  spoilRequest: ["arrives without its fields", "–"],
  spoilAnswer: ["is carried out, the answer comes back unreadable", "–"],
  swapDeviceKey: ["names another key for the device than it has", "–"],
  flipByte: ["is carried out, a bit of the answer turns: it cannot be read", "one bit turns on the way"],
  alter: [
    "–",
    "a message of ISO 8583 (`operation`: of this type) whose value `at` (`F22`, `F55.9F37`) is `becomes`, or is left out",
  ],
  delay: ["arrives after `delayMs`", "arrives after `delayMs`"],
  cut: ["the line is down until it is lifted", "the line is down until it is lifted"],
};

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) {
  writeFileSync(SANDBOX_FILE, sandboxDocument());
}
