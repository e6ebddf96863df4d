import { instant } from "#protocol/time";
import type { Witness } from "../cause.ts";
import { adviceFact, type Colour, decisionFacts, requestFact, stateFact, suspensionFact } from "./decision.ts";
import { createCollector, type ImportedFact, type ImportedJourney, journeyIdFrom } from "./journeys.ts";
import { type Entry, momentOf, objectOf, readEntries, textOf, wordsOf } from "./json.ts";

const KEEPER: Witness = "issuer";
const STEP_MS = 1_000;

const COLOURS: Readonly<Record<string, Colour>> = {
  APPROVED: "green",
  APPROVE: "green",
  VERIFICATION_REQUIRED: "yellow",
  REQUIRE_ADDITIONAL_AUTHENTICATION: "yellow",
  DECLINED: "red",
  DENIED: "red",
  REJECTED: "red",
};

/**
 * Tokenisation webhooks in the style of Lithic: tokenization.approval_request, two_factor_authentication_code(_sent),
 * result, updated. The event is the bare payload with `event_type`, or `{"event_type", "payload"}`. Codes, phones and
 * account numbers are never looked at.
 *
 * @throws {DecodeError} with the event and the name of the value, which is not quoted
 */
export function importLithic(log: string): readonly ImportedJourney[] {
  const collector = createCollector();
  let clock = 0;
  for (const entry of readEntries(log)) {
    const payload = objectOf(entry, "payload", "data") ?? entry;
    const at = momentOf(payload, "created") ?? momentOf(entry, "created", "at") ?? instant(clock + STEP_MS);
    clock = at;
    const id = textOf(payload, "tokenization_token") ?? tokenOf(payload) ?? textOf(payload, "card_token") ?? "unnamed";
    const type = (textOf(entry, "event_type") ?? textOf(payload, "event_type") ?? "").replace(/^tokenization\./, "");
    collector.add(journeyIdFrom("lithic", id), ...factsOf(type, payload, at));
    collector.seen(KEEPER, at);
  }
  return collector.journeys();
}

function factsOf(type: string, payload: Entry, at: ReturnType<typeof instant>): readonly ImportedFact[] {
  switch (type) {
    case "approval_request":
      return approval(payload, at);
    case "result":
      return result(payload, at);
    case "two_factor_authentication_code":
      return [{ keeper: KEEPER, at, stage: "verification", code: "codeMade" }];
    case "two_factor_authentication_code_sent":
      return [{ keeper: KEEPER, at, stage: "verification", code: "codeSent" }];
    case "updated":
      return updated(payload, at);
    default:
      return [];
  }
}

function approval(payload: Entry, at: ReturnType<typeof instant>): readonly ImportedFact[] {
  const wallet = objectOf(payload, "wallet_decisioning_info");
  const advice = wallet === undefined ? undefined : colourOf(textOf(wallet, "recommended_decision"));
  const key = `approval-${at}`;
  const facts = [requestFact(KEEPER, at, key), ...(advice === undefined ? [] : [adviceFact(KEEPER, at, advice)])];
  const colour = colourOf(textOf(payload, "issuer_decision"));
  if (colour === undefined) return facts;
  const reasons = [...wordsOf(payload, "tokenization_decline_reasons"), ...customerReason(payload)];
  return [...facts, ...decisionFacts({ keeper: KEEPER, at, key, colour, reasons, advice })];
}

/** The card programme's own answer can be what declined. */
function customerReason(payload: Entry): readonly string[] {
  const customer = objectOf(payload, "customer_tokenization_decision");
  const outcome = customer === undefined ? undefined : textOf(customer, "outcome");
  switch (outcome) {
    case "DECLINED":
      return ["GENERIC_DECLINE"];
    case "INVALID_RESPONSE":
      return ["INVALID_CUSTOMER_RESPONSE"];
    case "ERROR":
    case "TIMEOUT":
      return ["CUSTOMER_ASA_TIMEOUT"];
    default:
      return [];
  }
}

function result(payload: Entry, at: ReturnType<typeof instant>): readonly ImportedFact[] {
  const details = objectOf(payload, "tokenization_result_details") ?? payload;
  const colour = colourOf(textOf(details, "issuer_decision"));
  const activated = textOf(details, "tokenization_activated_date_time");
  if (activated !== undefined)
    return [{ keeper: KEEPER, at, stage: "issue", code: "tokenState", data: { status: "active" } }];
  if (colour === undefined) return [];
  const advice = colourOf(textOf(details, "wallet_decision"));
  return decisionFacts({
    keeper: KEEPER,
    at,
    key: `result-${at}`,
    colour,
    reasons: wordsOf(details, "tokenization_decline_reasons"),
    advice,
  });
}

function updated(payload: Entry, at: ReturnType<typeof instant>): readonly ImportedFact[] {
  const token = objectOf(payload, "tokenization") ?? payload;
  const status = textOf(token, "status", "token_status") ?? "";
  const by = wordsOf(token, "suspended_by");
  return [
    stateFact(KEEPER, at, status, by),
    status === "PAUSED" || status === "SUSPENDED"
      ? suspensionFact(KEEPER, at, by.length > 0 ? by : ["ISSUER"])
      : undefined,
  ].filter((fact) => fact !== undefined);
}

function tokenOf(payload: Entry): string | undefined {
  const token = objectOf(payload, "tokenization");
  return token === undefined ? undefined : textOf(token, "token");
}

function colourOf(decision: string | undefined): Colour | undefined {
  return decision !== undefined && Object.hasOwn(COLOURS, decision) ? COLOURS[decision] : undefined;
}
