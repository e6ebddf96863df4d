import type { Words } from "#contracts/common";
import { recordOf, type Traced } from "../trace.ts";
import type { Content } from "./content.ts";
import { jsonText } from "./json-text.ts";
import { DECIDED, DECISIONS, OUTCOMES, SENTENCES, WHY } from "./sentences.ts";

const NO_WORDS: Words = { zh: "", en: "" };

/** A call between parties, or an item of a frame to the token service: JSON with its secrets hidden. */
export function renderCall({ operation, part, outcome, value }: Traced, reveal: boolean): Content {
  const answer = part === "answer";
  const { text, nodes } = jsonText(value, reveal);
  return {
    title: { zh: `${operation}${answer ? " 应答" : ""}`, en: `${operation}${answer ? " answer" : ""}` },
    words: answer ? wordsOfAnswer(operation, value, outcome) : (SENTENCES[operation] ?? NO_WORDS),
    why: answer ? NO_WORDS : (WHY[operation] ?? NO_WORDS),
    form: "text",
    raw: text,
    nodes,
    ...(operation === "authoriseToken" && part === "request" && recordOf(value)["chipData"] !== ""
      ? { cryptogram: true }
      : {}),
  };
}

function wordsOfAnswer(operation: string, value: unknown, ended: Traced["outcome"]): Words {
  const fields = recordOf(value);
  if (ended === "noAnswer")
    return {
      zh: "没有等到应答：线路断了，或对方没有响应。",
      en: "No answer came: the line is down, or the other side is silent.",
    };
  const problem = fields["code"];
  if (ended === "refused" && typeof problem === "string")
    return { zh: `没有办成：${problem}。`, en: `Not done: ${problem}.` };
  const outcome = fields["outcome"] ?? recordOf(fields["result"])["outcome"];
  const words = DECIDED.has(operation) ? DECISIONS[String(fields["decision"])] : OUTCOMES[String(outcome)];
  const reason = fields["reason"];
  if (words !== undefined && typeof reason === "string")
    return { zh: `${words.zh} (${reason})`, en: `${words.en} (${reason})` };
  return words ?? { zh: "办好了。", en: "Done." };
}

/** A text to a phone: its digits are a code as likely as not. */
export function renderSms(text: string): Content {
  return {
    title: { zh: "短信", en: "Text message" },
    words: { zh: "验证码发到银行预留的手机号。", en: "The code, to the phone reserved at the bank." },
    why: {
      zh: "银行只信自己登记的号码：收得到短信的人，才是持卡人。",
      en: "The bank trusts only the number it has on file: who receives the text is the holder.",
    },
    form: "text",
    raw: text.replace(/\d{4,}/g, (digits) => "*".repeat(digits.length)),
    nodes: [],
  };
}
