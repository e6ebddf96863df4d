import type { Cause } from "#protocol/diagnosis";

/** Why a call was refused, as RFC 9457 carries it. `detail` is for people and never quotes what the caller sent. */
export interface Problem {
  readonly code: ProblemCode;
  /** Where in the request, as a JSON path: "device.name". */
  readonly at?: string | undefined;
  readonly detail?: string | undefined;
  /** For "tryLater" and caps. */
  readonly retryAfterMs?: number | undefined;
  /** What stopped the journey, where the refusing party knows; all of them when several checks failed, hardest to cure first. */
  readonly cause?: Cause | undefined;
  readonly causes?: readonly Cause[] | undefined;
  /** Leads holder, agent and engineer to the same journey. */
  readonly caseCode?: string | undefined;
}

/** Each code with its HTTP status. Total: a new code without a status does not compile. */
export const PROBLEM_STATUS = {
  badRequest: 400, // does not fit the schema, or a value that cannot be right
  notSignedIn: 401,
  forbidden: 403,
  notFound: 404,
  wrongState: 409, // right call, wrong moment
  stale: 409, // another writer was first: read again
  idempotencyMismatch: 422, // the key was used for another request
  badCiphertext: 422, // a JWE that does not open, or opens to something else
  cardNotSupported: 422,
  badCard: 422, // number, expiry or name that cannot be a card's
  unknownTerms: 422,
  unknownMethod: 422,
  preflightFailed: 422,
  tooMany: 429, // caps and cool-downs; see retryAfterMs
  internal: 500,
  peerUnavailable: 503, // a party behind this one did not answer: the state is kept, try again
} as const;

export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** With `peerUnavailable`: it did answer, but with something that its contract does not know. Nobody knows what it did. */
export const ANSWER_UNREADABLE = "the answer does not fit the schema";

export function problem(code: ProblemCode, more: Omit<Problem, "code"> = {}): Problem {
  return { code, ...more };
}
