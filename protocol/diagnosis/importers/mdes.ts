import type { Instant } from "#protocol/time";
import { instant } from "#protocol/time";
import type { Witness } from "../cause.ts";
import { adviceFact, type Colour, decisionFacts, requestFact, stateFact, suspensionFact } from "./decision.ts";
import {
  createCollector,
  type ImportedFact,
  type ImportedJourney,
  type JourneyCollector,
  journeyIdFrom,
} from "./journeys.ts";
import { type Entry, momentOf, objectOf, objectsOf, readEntries, textOf, wordsOf } from "./json.ts";

const KEEPER: Witness = "issuer";
const STEP_MS = 1_000;

const COLOURS: Readonly<Record<string, Colour>> = {
  APPROVED: "green",
  REQUIRE_ADDITIONAL_AUTHENTICATION: "yellow",
  DECLINED: "red",
};

/**
 * A bank's log of MDES-style notifications: authorizeService with its answer, requestActivationMethods,
 * deliverActivationCode, notifyServiceActivated, notifyTokenUpdated. Each is the bare message, or
 * `{"at", "name", "body"}`; without stamps their order counts, a second apart. Encrypted parts, codes, phones and names
 * are never looked at.
 *
 * @throws {DecodeError} with the entry and the name of the value, which is not quoted
 */
export function importMdes(log: string): readonly ImportedJourney[] {
  const collector = createCollector();
  const state: MdesState = { collector, tokens: new Map(), advice: undefined, current: undefined, requests: 0 };
  let clock = 0;
  for (const entry of readEntries(log)) {
    const body = objectOf(entry, "body", "request", "response", "message") ?? entry;
    const at = momentOf(entry, "at", "timestamp", "eventTimestamp", "requestDateTime") ?? instant(clock + STEP_MS);
    clock = at;
    read(state, textOf(entry, "name", "call", "eventType") ?? "", body, at);
  }
  return collector.journeys();
}

interface MdesState {
  readonly collector: JourneyCollector;
  /** Journey of each token reference. */
  readonly tokens: Map<string, string>;
  advice: Colour | undefined;
  current: string | undefined;
  requests: number;
}

function read(state: MdesState, name: string, body: Entry, at: Instant): void {
  const { collector } = state;
  const journeyId = journeyOf(state, body);
  const key = `request-${state.requests}`;
  const tokens = objectsOf(body, "tokens");
  if (tokens !== undefined || name === "notifyTokenUpdated") {
    for (const token of tokens ?? [body]) tokenUpdated(state, token, journeyId, at);
    return;
  }
  const decision = textOf(body, "decision");
  if (body.value["recommendedDecision"] !== undefined || body.value["services"] !== undefined) {
    state.requests += 1;
    state.advice = colourOf(textOf(body, "recommendedDecision"));
    collector.add(journeyId, requestFact(KEEPER, at, `request-${state.requests}`));
    if (state.advice !== undefined) collector.add(journeyId, adviceFact(KEEPER, at, state.advice));
  } else if (
    decision !== undefined &&
    name !== "notifyServiceActivated" &&
    body.value["tokenUniqueReference"] === undefined
  ) {
    const methods = objectsOf(body, "activationMethods");
    const colour = colourOf(decision);
    if (colour === undefined) return;
    collector.add(
      journeyId,
      ...decisionFacts({
        keeper: KEEPER,
        at,
        key,
        colour,
        reasons: [...reasonsOf(body), ...cvcReason(body)],
        advice: state.advice,
        noMethod: methods?.length === 0,
      }),
    );
  } else if (name === "notifyServiceActivated" || decision !== undefined) {
    collector.add(journeyId, { keeper: KEEPER, at, stage: "issue", code: "tokenState", data: { status: "active" } });
  } else if (name === "deliverActivationCode" || body.value["activationCode"] !== undefined) {
    collector.add(journeyId, ...delivery(body, at));
  } else if (name === "requestActivationMethods") {
    collector.add(journeyId, {
      keeper: KEEPER,
      at,
      stage: "verification",
      code: "received",
      data: { peer: "tsp", operation: "methods", hop: `methods-${at}` },
    });
  } else {
    collector.seen(KEEPER, at);
  }
}

function tokenUpdated(state: MdesState, token: Entry, journeyId: string, at: Instant): void {
  const reference = textOf(token, "tokenUniqueReference");
  const status = textOf(token, "status") ?? "";
  const suspendedBy = wordsOf(token, "suspendedBy");
  const of = (reference === undefined ? undefined : state.tokens.get(reference)) ?? journeyId;
  const facts = [
    stateFact(KEEPER, at, status, suspendedBy),
    status === "SUSPENDED" ? suspensionFact(KEEPER, at, suspendedBy) : undefined,
  ].filter((fact) => fact !== undefined);
  state.collector.add(of, ...facts);
  state.collector.seen(KEEPER, at);
}

/** The code went out, or the bank's sender did not take it. */
function delivery(body: Entry, at: Instant): readonly ImportedFact[] {
  const failed = textOf(body, "errorCode", "reasonCode") === "DELIVERY_FAILED";
  const made: ImportedFact = { keeper: KEEPER, at, stage: "verification", code: "codeMade" };
  return [made, failed ? { ...made, code: "codeNotSent", outcome: "failed" } : { ...made, code: "codeSent" }];
}

function reasonsOf(body: Entry): readonly string[] {
  return [...wordsOf(body, "declineReasons"), ...wordsOf(body, "declineReason")];
}

/** M match, N no match, P not processed, S, U. Source: spec tokenisation §2.1. */
function cvcReason(body: Entry): readonly string[] {
  return textOf(body, "cvcResponse", "cvcResult") === "N" ? ["CVC_MISMATCH"] : [];
}

function colourOf(decision: string | undefined): Colour | undefined {
  return decision !== undefined && Object.hasOwn(COLOURS, decision) ? COLOURS[decision] : undefined;
}

/** By correlation id; messages that have none belong to the one before, or to their token's. */
function journeyOf(state: MdesState, body: Entry): string {
  const correlation = textOf(body, "correlationId");
  const token = textOf(body, "tokenUniqueReference");
  const known = token === undefined ? undefined : state.tokens.get(token);
  const journeyId =
    correlation !== undefined
      ? journeyIdFrom("mdes", correlation)
      : (known ?? state.current ?? journeyIdFrom("mdes", token ?? "unnamed"));
  if (token !== undefined) state.tokens.set(token, journeyId);
  state.current = journeyId;
  return journeyId;
}
