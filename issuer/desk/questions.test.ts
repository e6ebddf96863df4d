import { expect, test } from "vitest";
import { DEFAULT_POLICY } from "../policy.ts";
import { type Truth, wrongAnswers } from "./questions.ts";

const QUESTIONS = DEFAULT_POLICY.hotline.questions;
const TRUTH: Truth = { idNumber: "99000119820212002X", mobile: "13800138002", lastPaymentMinor: 100_00n };
const wrong = (idTail: string, phoneTail: string, lastPayment: string, truth: Partial<Truth> = {}) =>
  wrongAnswers(
    QUESTIONS,
    [
      { questionId: "id-tail", answer: idTail },
      { questionId: "phone-tail", answer: phoneTail },
      { questionId: "last-payment", answer: lastPayment },
    ],
    { ...TRUTH, ...truth },
  );

test.each<[string, string, string, Partial<Truth>, number]>([
  ["002X", "8002", "100", {}, 0],
  [" 002x ", "8002", "100.00", {}, 0],
  ["0021", "8002", "100", {}, 1],
  ["002X", "8003", "100", {}, 1],
  ["", "", "", {}, 3],
  ["002X", "8002", "120", {}, 0],
  ["002X", "8002", "80", {}, 0],
  ["002X", "8002", "120.01", {}, 1],
  ["002X", "8002", "79.99", {}, 1],
  ["002X", "8002", "0", { lastPaymentMinor: 0n }, 0],
  ["002X", "8002", "0.01", { lastPaymentMinor: 0n }, 1],
  ["002X", "8002", "2", { lastPaymentMinor: 1_50n }, 0],
  ["002X", "8002", "-100", {}, 1],
  ["002X", "", "100", { mobile: null }, 1],
])("%j, %j, %j", (idTail, phoneTail, lastPayment, truth, count) => {
  expect(wrong(idTail, phoneTail, lastPayment, truth)).toBe(count);
});

test("a question that was not answered is answered wrongly", () => {
  expect(wrongAnswers(QUESTIONS, [], TRUTH)).toBe(QUESTIONS.length);
});
