import type { Words } from "#contracts/common";
import type { FindingView } from "#contracts/facts";
import {
  ACTOR_WORDS,
  type Actor,
  CAUSES,
  isCause,
  MILESTONE_WORDS,
  OPERATION_WORDS,
  RETRY_WORDS,
  STOPPER_WORDS,
  type Stopper,
  WITNESS_WORDS,
} from "#protocol/diagnosis";
import { dayAndTimeOf, type Paper, padded, timeOf } from "./paper.ts";

const CERTAINTY: Readonly<Record<FindingView["certainty"], Words>> = {
  proven: { zh: "已证实", en: "proven" },
  inferred: { zh: "推断", en: "inferred" },
  unclear: { zh: "尚不明确", en: "unclear" },
};
const COLOUR = { proven: "red", inferred: "yellow", unclear: "cyan" } as const;

/** A finding, as one role reads it, set for a terminal. */
export function findingPage(view: FindingView, paper: Paper): readonly string[] {
  const { say, paint, row, section } = paper;
  const wrong = view.cause !== undefined || view.certainty === "unclear";
  const title = view.cause === undefined ? MILESTONE_WORDS[view.milestone].what : CAUSES[view.cause].name;
  const sure = view.cause === undefined && !wrong ? "" : ` · ${say(CERTAINTY[view.certainty])}`;
  const head = view.cause === undefined && view.between.length > 0 ? { zh: "尚不明确", en: "Not clear yet" } : title;
  return [
    paint("dim", [view.caseCode, view.journeyId, view.cause].filter((part) => part !== undefined).join("  ")),
    paint(wrong ? COLOUR[view.certainty] : "green", paint("bold", `${say(head)}${head === title ? sure : ""}`)),
    say(view.what),
    ...section(
      { zh: "怎么办", en: "What to do" },
      view.remedy.map((step, i) => ` ${i + 1}. ${say(step)}`),
    ),
    "",
    row({ zh: "止于", en: "Stopped by" }, stopperWords(view.stoppedBy, paper)),
    row(
      { zh: "由谁处理", en: "Who acts" },
      say(ACTOR_WORDS[view.actor as Actor] ?? { zh: view.actor, en: view.actor }),
    ),
    row(
      { zh: "再试", en: "Retry" },
      `${say(RETRY_WORDS[view.retry.kind])}${view.retry.at === undefined ? "" : ` (${dayAndTimeOf(view.retry.at)})`}`,
    ),
    ...section(
      { zh: "可能是其中之一", en: "One of these" },
      view.between.map((cause) => ` - ${say(CAUSES[cause].name)}${paint("dim", `  ${cause}`)}`),
    ),
    ...(view.nextCheck === undefined
      ? []
      : section({ zh: "下一步核对", en: "What tells" }, [` ${say(view.nextCheck)}`])),
    ...section(
      { zh: "同时还要解决", en: "Also to be cured" },
      view.also.map(({ cause, what, actor }) => ` - ${say(what)}${paint("dim", `  ${cause}, ${actor}`)}`),
    ),
    ...section(
      { zh: "由此引起", en: "What followed from it" },
      view.consequences.map((cause) => ` - ${say(CAUSES[cause].name)}`),
    ),
    ...section(
      { zh: "未能询问", en: "Could not be asked" },
      view.unreachable.length === 0
        ? []
        : [` ${view.unreachable.map((party) => say(WITNESS_WORDS[party])).join(", ")}`],
    ),
    ...section(
      { zh: "经过", en: "What happened" },
      view.timeline.map(({ at, words }) => ` ${paint("dim", timeOf(at))}  ${say(words)}`),
    ),
    ...section({ zh: "各方之间的请求", en: "Between the parties" }, hopLines(view, paper)),
  ];
}

function stopperWords(stoppedBy: string, { say, language }: Paper): string {
  if (stoppedBy === "nobody") return language === "zh" ? "没有停下" : "nothing stopped it";
  const link = /^link (\w+)–(\w+)$/.exec(stoppedBy);
  const words = (party: string): Words =>
    Object.hasOwn(STOPPER_WORDS, party) ? STOPPER_WORDS[party as Stopper] : { zh: party, en: party };
  if (link === null) return say(words(stoppedBy));
  const [from, to] = [words(link[1]!), words(link[2]!)];
  return language === "zh" ? `${from.zh}与${to.zh}之间的线路` : `the line between ${from.en} and ${to.en}`;
}

const MOMENTS = ["sentAt", "receivedAt", "decidedAt", "answeredAt"] as const;
const HEADINGS: readonly Words[] = [
  { zh: "发出", en: "sent" },
  { zh: "收到", en: "received" },
  { zh: "处理", en: "decided" },
  { zh: "应答", en: "answered" },
];
const HOP_WIDTH = 22;
const OPERATION_WIDTH = 26;
const TIME_WIDTH = 14;

function hopLines({ hops }: FindingView, { say, paint }: Paper): readonly string[] {
  if (hops.length === 0) return [];
  const heading =
    padded("", HOP_WIDTH + OPERATION_WIDTH) + HEADINGS.map((words) => padded(say(words), TIME_WIDTH)).join("");
  return [
    ` ${paint("dim", heading)}`,
    ...hops.map((hop) => {
      const times = MOMENTS.map((moment) => padded(hop[moment] === undefined ? "–" : timeOf(hop[moment]), TIME_WIDTH));
      const operation = Object.hasOwn(OPERATION_WORDS, hop.operation)
        ? say(OPERATION_WORDS[hop.operation]!)
        : hop.operation;
      const state = isCause(hop.state) ? paint("yellow", say(CAUSES[hop.state].name)) : "";
      return ` ${padded(`${hop.from} → ${hop.to}`, HOP_WIDTH)}${padded(operation, OPERATION_WIDTH)}${times.join("")}${state}`;
    }),
  ];
}
