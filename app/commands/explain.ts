import type { Language } from "#contracts/common";
import {
  askNext,
  CAUSE_CODES,
  CAUSES,
  diagnose,
  isCause,
  NON_FAILURE_ENTRIES,
  NON_FAILURES,
  type NonFailure,
  ROLES,
  type Role,
  viewFor,
} from "#protocol/diagnosis";
import { nearest } from "../cli/check-args.ts";
import { type Answer, calculator, type Io } from "../cli/command.ts";
import { badInput } from "../cli/fault.ts";
import { askedFor, askSystem } from "../explain/ask-system.ts";
import { causeList, causePage, nonFailurePage } from "../explain/cause-page.ts";
import { findingPage } from "../explain/finding-page.ts";
import { interview } from "../explain/interview.ts";
import { createPaper, languageOf, type Paper } from "../explain/paper.ts";
import { LOG_KINDS, type LogKind, readLog } from "../explain/read-log.ts";
import { leafPage, questionPage, symptomJson } from "../explain/symptom-page.ts";

export const explain = calculator({
  meta: {
    name: "explain",
    description:
      "一次绑卡或付款停在哪一方、谁来处理、怎么办 / What stopped a binding or payment, who must act, what to do",
  },
  args: {
    case: {
      type: "positional",
      required: false,
      description: "案例码或记录号；用 --import 时为文件 / case code or journey id; with --import a file, - for stdin",
    },
    url: {
      type: "string",
      valueHint: "URL",
      default: "http://localhost:8620",
      description: "运行中的系统 / the running system",
    },
    data: {
      type: "string",
      valueHint: "DIR",
      default: ".kabao",
      description: "它的数据目录，内有 ops.key / its data folder, with ops.key",
    },
    role: { type: "enum", options: [...ROLES], default: "engineer", description: "以谁的身份看 / as whom to read it" },
    lang: { type: "enum", options: ["zh", "en"], description: "语言，默认看 LANG / language; without it as LANG says" },
    symptom: {
      type: "boolean",
      default: false,
      description: "回答几个问题，找出可能的原因 (任何钱包) / answer a few questions about any wallet",
    },
    answers: { type: "string", valueHint: "A,B,C", description: "直接给出回答 / the answers, at once" },
    import: { type: "enum", options: [...LOG_KINDS], description: "读入其他系统的日志 / read another system's log" },
    dialect: {
      type: "enum",
      options: ["cups", "bcd"],
      default: "cups",
      description: "日志的方言 / dialect of the log",
    },
    log: { type: "string", valueHint: "PARTY", default: "acquirer", description: "谁的日志 / whose log it is" },
    peer: { type: "string", valueHint: "PARTY", default: "network", description: "对端是谁 / who is at the other end" },
    cause: { type: "string", valueHint: "CODE", description: "查一个原因 / look up one cause" },
    list: { type: "boolean", default: false, description: "列出所有原因 / list all causes" },
  },
  examples: [
    "kabao explain K7F-3QM",
    "kabao explain K7F-3QM --role holder --lang en",
    "kabao explain --symptom",
    "kabao explain --symptom --answers adding,could-not-add,yes,changed --json",
    "kabao explain --import iso8583 acquirer.log",
    "kabao explain --cause reservedPhoneMismatch",
  ],
  async answer({ args, io }) {
    const language = (args.lang as Language | undefined) ?? languageOf(process.env);
    const colours = process.stdout.isTTY === true && !process.env["NO_COLOR"] && args["json"] !== true;
    const paper = createPaper(language, colours);
    const role = args.role as Role;
    const modes = {
      case: args.case,
      symptom: args.symptom || args.answers !== undefined,
      cause: args.cause,
      list: args.list,
    };
    checkOneMode(modes, args.import !== undefined);

    if (args.list) return listAnswer(paper);
    if (args.cause !== undefined) return causeAnswer(args.cause, paper);
    if (modes.symptom) return symptomAnswer(args.answers, args["json"] === true, paper, io);
    if (args.import !== undefined) {
      const options = { dialect: args.dialect as "cups" | "bcd", log: args.log, peer: args.peer };
      return importAnswer(args.import as LogKind, args.case!, options, role, paper, io);
    }
    const view = await askSystem(askedFor(args.case!), { url: args.url, dataDir: args.data, role, language });
    return { code: 0, json: view, lines: findingPage(view, paper) };
  },
});

function checkOneMode(modes: Readonly<Record<string, unknown>>, imports: boolean): void {
  const given = Object.entries(modes)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name]) => (name === "case" ? "CASE" : `--${name}`));
  if (given.length === 0 || (imports && modes["case"] === undefined)) {
    const what = imports ? "FILE" : "CASE";
    throw badInput(what, "必须给出", "is required", "missingArgument");
  }
  if (given.length > 1) throw badInput(given[1]!, `与 ${given[0]} 只能给一个`, `excludes ${given[0]}`, "badValue");
}

function listAnswer(paper: Paper): Answer {
  const json = CAUSE_CODES.map((code) => ({ code, ...CAUSES[code] }));
  return { code: 0, json, lines: causeList(paper) };
}

function causeAnswer(code: string, paper: Paper): Answer {
  if (isCause(code)) return { code: 0, json: { code, ...CAUSES[code] }, lines: causePage(code, paper) };
  if ((NON_FAILURES as readonly string[]).includes(code)) {
    const one = code as NonFailure;
    return { code: 0, json: { code, ...NON_FAILURE_ENTRIES[one] }, lines: nonFailurePage(one, paper) };
  }
  const near = nearest(code, [...CAUSE_CODES, ...NON_FAILURES]);
  throw badInput(
    "--cause",
    `没有这个原因${near === undefined ? "；kabao explain --list 列出全部" : `；是不是 ${near}？`}`,
    `no such cause${near === undefined ? "; kabao explain --list shows all" : `; did you mean ${near}?`}`,
    "badValue",
  );
}

async function symptomAnswer(text: string | undefined, json: boolean, paper: Paper, io: Io): Promise<Answer> {
  if (text === undefined && !json) {
    const { given, leaf } = await interview(paper, io);
    return { code: 0, json: symptomJson(given, leaf), lines: leafPage(leaf, paper) };
  }
  const given = (text ?? "")
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  const next = askNext(given);
  if (!next.ok) throw badInput("--answers", next.error.zh, next.error.en, "badValue");
  const lines = next.value.kind === "question" ? questionPage(next.value, paper) : leafPage(next.value, paper);
  return { code: 0, json: symptomJson(given, next.value), lines };
}

async function importAnswer(
  kind: LogKind,
  file: string,
  options: Parameters<typeof readLog>[2],
  role: Role,
  paper: Paper,
  io: Io,
): Promise<Answer> {
  const journeys = await readLog(kind, file, options, io);
  const views = journeys.map(({ journeyId, holdings }) => viewFor(role, diagnose(holdings), holdings, { journeyId }));
  const none = paper.say({ zh: "日志里没有可以诊断的交易", en: "nothing to diagnose in this log" });
  return {
    code: 0,
    json: { journeys: views },
    lines:
      views.length === 0
        ? [none]
        : views.flatMap((view, i) => [...(i > 0 ? ["", "─".repeat(40)] : []), ...findingPage(view, paper)]),
  };
}
