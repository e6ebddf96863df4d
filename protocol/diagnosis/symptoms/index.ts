import { err, ok, type Result } from "#protocol/bytes";
import type { Words } from "../cause.ts";
import { adding } from "./adding.ts";
import { atTheTill, online, riding } from "./paying.ts";
import { answer, type Leaf, leaf, none, type Question, question } from "./tree.ts";
import { afterwards, verifying } from "./verifying.ts";

/** The few questions that separate the causes, for a person in front of any wallet of today. */
export const SYMPTOMS: Question = question(
  "什么时候不对？",
  "When does it go wrong?",
  answer("adding", "添加卡片时", "when adding a card", adding),
  answer("verifying", "验证身份时（验证码、手机银行、电话）", "when verifying: code, bank app or call", verifying),
  answer("afterwards", "加好之后，卡片不正常", "after adding: the card is not ready", afterwards),
  answer("till", "在商店刷", "at a till", atTheTill),
  answer("gate", "坐车过闸机", "at a gate", riding),
  answer("online", "网上、应用里或扫码", "online, in an app, or by code", online),
  answer(
    "wondering",
    "都成功了，只是有疑问",
    "all went well, and I wonder",
    leaf(
      none("receiptDigitsDiffer", "小票末四位不是卡号", "the receipt's digits are not the card's"),
      none("holdAboveAmount", "占用的比实付多", "more is held than was paid"),
      none("noticeMissing", "没收到通知", "no notice came"),
      none("plasticStillWorks", "移除后实体卡、退款怎么办", "what of plastic and refunds after removing"),
      none("pinAfterFinger", "验了指纹还要密码", "a PIN after the finger"),
      none("ridesAsOneCharge", "几次乘车一笔扣款", "several rides, one charge"),
      none("renewedPlastic", "银行换了新卡", "the bank sent a new card"),
    ),
  ),
);

/** What comes after some answers: the next question, or what it may be. */
export type Next = Question | Leaf;

/**
 * @param answers ids of answers from the first question on, or their numbers counted from 1
 * @returns the next question or leaf; a fault names the answer that the question does not have, by its place
 */
export function askNext(answers: readonly string[]): Result<Next, Words> {
  let at: Next = SYMPTOMS;
  for (const [i, given] of answers.entries()) {
    if (at.kind === "leaf")
      return err({ zh: `第 ${i + 1} 个回答是多余的`, en: `answer ${i + 1}: there is no further question` });
    const chosen: Question["answers"][number] | undefined =
      at.answers.find(({ id }) => id === given) ?? (/^[1-9]$/.test(given) ? at.answers[Number(given) - 1] : undefined);
    if (chosen === undefined) {
      const ids = at.answers.map(({ id }) => id).join(", ");
      return err({ zh: `第 ${i + 1} 个回答应为：${ids}`, en: `answer ${i + 1}: wants one of ${ids}` });
    }
    at = chosen.next;
  }
  return ok(at);
}
