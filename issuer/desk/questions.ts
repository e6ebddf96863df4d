import type { Words } from "#contracts/common";

/** What the bank's agent asks on the hotline. The bank compares the answers: they are never shown to him. */
export interface Question {
  readonly questionId: string;
  readonly about: "idTail" | "phoneTail" | "lastPayment";
  readonly text: Words;
}

/** What is true of the customer. */
export interface Truth {
  readonly idNumber: string;
  /** The phone reserved at the bank. */
  readonly mobile: string | null;
  /** Of the card's account, in minor units, positive; 0n: never paid. */
  readonly lastPaymentMinor: bigint;
}

export interface Answer {
  readonly questionId: string;
  readonly answer: string;
}

/** A payment is remembered well enough within a fifth, or a yuan. */
const TOLERANCE_DIVISOR = 5n;
const TOLERANCE_MIN_MINOR = 1_00n;

/** Pure: how many of the questions were answered wrongly or not at all. */
export function wrongAnswers(questions: readonly Question[], answers: readonly Answer[], truth: Truth): number {
  const given = new Map(answers.map(({ questionId, answer }) => [questionId, answer.trim()]));
  return questions.filter(({ questionId, about }) => !RIGHT[about](given.get(questionId) ?? "", truth)).length;
}

const RIGHT: Readonly<Record<Question["about"], (answer: string, truth: Truth) => boolean>> = {
  idTail: (answer, { idNumber }) => answer.toUpperCase() === idNumber.slice(-4),
  phoneTail: (answer, { mobile }) => mobile !== null && answer === mobile.slice(-4),
  lastPayment: (answer, { lastPaymentMinor }) => {
    const match = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(answer);
    if (match === null) return false;
    const said = BigInt(match[1]! + (match[2] ?? "").padEnd(2, "0"));
    const off = said > lastPaymentMinor ? said - lastPaymentMinor : lastPaymentMinor - said;
    const fifth = lastPaymentMinor / TOLERANCE_DIVISOR;
    return off <= (fifth > TOLERANCE_MIN_MINOR ? fifth : lastPaymentMinor === 0n ? 0n : TOLERANCE_MIN_MINOR);
  },
};
