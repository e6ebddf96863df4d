import {
  ACTOR_WORDS,
  CAUSE_CODES,
  CAUSES,
  type Cause,
  EFFORT_WORDS,
  fill,
  NON_FAILURE_ENTRIES,
  type NonFailure,
  RETRY_WORDS,
  SOMEBODY,
  STAGE_WORDS,
  STOPPER_WORDS,
} from "#protocol/diagnosis";
import { type Paper, padded } from "./paper.ts";

/** One entry of the table, in full. */
export function causePage(cause: Cause, { say, paint, row, section }: Paper): readonly string[] {
  const { name, what, remedy, stage, stoppers, actor, retry, effort, evidence } = CAUSES[cause];
  return [
    paint("dim", cause),
    paint("bold", say(name)),
    say(fill(what, SOMEBODY)),
    ...section(
      { zh: "怎么办", en: "What to do" },
      remedy.map((step, i) => ` ${i + 1}. ${say(step)}`),
    ),
    "",
    row({ zh: "何时", en: "When" }, say(STAGE_WORDS[stage])),
    row({ zh: "止于", en: "Stopped by" }, stoppers.map((one) => say(STOPPER_WORDS[one])).join(", ")),
    row({ zh: "由谁处理", en: "Who acts" }, say(ACTOR_WORDS[actor])),
    row({ zh: "再试", en: "Retry" }, say(RETRY_WORDS[retry])),
    row({ zh: "费力程度", en: "Effort" }, say(EFFORT_WORDS[effort])),
    row({ zh: "证据", en: "Evidence" }, evidence),
  ];
}

export function nonFailurePage(one: NonFailure, { say, paint }: Paper): readonly string[] {
  const { asked, answer } = NON_FAILURE_ENTRIES[one];
  return [paint("dim", one), paint("bold", say(asked)), say(answer)];
}

const CODE_WIDTH = 28;
const NAME_WIDTH = 34;

/** All causes, by stage. */
export function causeList({ say, paint, section }: Paper): readonly string[] {
  const stages = [...new Set(CAUSE_CODES.map((cause) => CAUSES[cause].stage))];
  return stages.flatMap((stage) =>
    section(
      STAGE_WORDS[stage],
      CAUSE_CODES.filter((cause) => CAUSES[cause].stage === stage).map(
        (cause) =>
          ` ${padded(cause, CODE_WIDTH)}${padded(say(CAUSES[cause].name), NAME_WIDTH)}${paint("dim", say(ACTOR_WORDS[CAUSES[cause].actor]))}`,
      ),
    ),
  );
}
