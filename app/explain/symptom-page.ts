import {
  ACTOR_WORDS,
  CAUSES,
  fill,
  type Leaf,
  type Next,
  NON_FAILURE_ENTRIES,
  type Question,
  SOMEBODY,
} from "#protocol/diagnosis";
import type { Paper } from "./paper.ts";

export function questionPage({ asks, answers }: Question, { say, paint }: Paper): readonly string[] {
  return [
    "",
    paint("bold", say(asks)),
    ...answers.map(({ id, says }, i) => ` ${i + 1}  ${say(says)}${paint("dim", `  ${id}`)}`),
  ];
}

/** What it may be, likeliest first, each with the sign that tells it from the others. */
export function leafPage({ candidates }: Leaf, { say, paint }: Paper): readonly string[] {
  const several = candidates.length > 1;
  return [
    "",
    paint(
      "bold",
      say(
        several
          ? { zh: "可能是（从最常见的看起）", en: "It may be, the most frequent first" }
          : { zh: "很可能是", en: "Most likely" },
      ),
    ),
    ...candidates.flatMap(({ is, sign }, i) => {
      const mark = `${say({ zh: "特征", en: "sign" })}: ${say(sign)}`;
      if ("nonFailure" in is) {
        const { asked, answer } = NON_FAILURE_ENTRIES[is.nonFailure];
        return ["", ` ${i + 1}. ${paint("green", say(asked))}`, `    ${paint("dim", mark)}`, `    ${say(answer)}`];
      }
      const { name, what, remedy, actor } = CAUSES[is.cause];
      return [
        "",
        ` ${i + 1}. ${paint("yellow", say(name))}${paint("dim", `  ${is.cause}`)}`,
        `    ${paint("dim", mark)}`,
        `    ${say(fill(what, SOMEBODY))}`,
        ...remedy.map((step) => `    → ${say(step)}`),
        `    ${paint("dim", say(ACTOR_WORDS[actor]))}`,
      ];
    }),
  ];
}

/** The same as one document. */
export function symptomJson(answers: readonly string[], next: Next): unknown {
  if (next.kind === "question") {
    return { answers, question: next.asks, choices: next.answers.map(({ id, says }) => ({ id, says })) };
  }
  return {
    answers,
    candidates: next.candidates.map(({ is, sign }) => {
      if ("nonFailure" in is) return { nonFailure: is.nonFailure, sign, ...NON_FAILURE_ENTRIES[is.nonFailure] };
      const { name, what, remedy, actor, retry } = CAUSES[is.cause];
      return { cause: is.cause, sign, name, what: fill(what, SOMEBODY), remedy, actor, retry };
    }),
  };
}
