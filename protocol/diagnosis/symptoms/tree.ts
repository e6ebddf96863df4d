import type { Words } from "../cause.ts";
import type { Cause } from "../codes.ts";
import type { NonFailure } from "../non-failures.ts";

/** One thing that it may be, and the sign by which one tells it from the others of the same leaf. */
export interface Candidate {
  readonly is: { readonly cause: Cause } | { readonly nonFailure: NonFailure };
  readonly sign: Words;
}

export interface Leaf {
  readonly kind: "leaf";
  /** Likeliest first. */
  readonly candidates: readonly Candidate[];
}

export interface Answer {
  /** Short, for the command line. */
  readonly id: string;
  readonly says: Words;
  readonly next: Question | Leaf;
}

export interface Question {
  readonly kind: "question";
  readonly asks: Words;
  readonly answers: readonly Answer[];
}

/** No more questions than this before something is said. */
export const MOST_QUESTIONS = 5;

export function question(zh: string, en: string, ...answers: readonly Answer[]): Question {
  return { kind: "question", asks: { zh, en }, answers };
}

export function answer(id: string, zh: string, en: string, next: Question | Leaf): Answer {
  return { id, says: { zh, en }, next };
}

export function leaf(...candidates: readonly Candidate[]): Leaf {
  return { kind: "leaf", candidates };
}

export function may(cause: Cause, zh: string, en: string): Candidate {
  return { is: { cause }, sign: { zh, en } };
}

export function none(nonFailure: NonFailure, zh: string, en: string): Candidate {
  return { is: { nonFailure }, sign: { zh, en } };
}
