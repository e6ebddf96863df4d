import { type Instant, instant } from "#protocol/time";
import type { Witness } from "../cause.ts";
import { adviceFact, type Colour, decisionFacts, requestFact, stateFact, suspensionFact } from "./decision.ts";
import { createCollector, type ImportedFact, type ImportedJourney, journeyIdFrom } from "./journeys.ts";
import { type Entry, momentOf, objectOf, readEntries, textOf } from "./json.ts";

const KEEPER: Witness = "issuer";
const STEP_MS = 1_000;

/** walletProviderRiskAssessment: 0 approve, 1 decline, 2 step-up. */
const ASSESSMENT: Readonly<Record<string, Colour>> = { "0": "green", "1": "red", "2": "yellow" };
/** actionCode of the bank's answer. */
const ACTION: Readonly<Record<string, Colour>> = { "00": "green", "85": "yellow", "05": "red" };

/**
 * A bank's log in the style of VTS: approveProvisioning with its answer, sendPasscode, TOKEN_CREATED and token status
 * notifications. Each is the bare message, or `{"at", "name", "body"}`. Of `cardholderInfo` and `tokenInfo` nothing is
 * taken but the status.
 *
 * @throws {DecodeError} with the entry and the name of the value, which is not quoted
 */
export function importVts(log: string): readonly ImportedJourney[] {
  const collector = createCollector();
  let clock = 0;
  let current = journeyIdFrom("vts", "unnamed");
  let advice: Colour | undefined;
  /** Journey of each token reference, and the journeys that have their token. */
  const tokens = new Map<string, string>();
  const named = new Set<string>();
  for (const entry of readEntries(log)) {
    const body = objectOf(entry, "body", "request", "response", "message") ?? entry;
    const at =
      momentOf(entry, "at", "timestamp") ??
      momentOf(body, "dateTimeOfEvent", "messageDateTime") ??
      instant(clock + STEP_MS);
    clock = at;
    const trace = textOf(body, "lifeCycleTraceId", "correlationId");
    const token = textOf(body, "tokenReferenceID");
    if (trace !== undefined) current = journeyIdFrom("vts", trace);
    else if (token !== undefined && tokens.has(token)) current = tokens.get(token)!;
    else if (token !== undefined && named.has(current)) current = journeyIdFrom("vts", token);
    if (token !== undefined) {
      tokens.set(token, current);
      named.add(current);
    }
    const risk = objectOf(body, "riskInformation");
    const assessed = risk === undefined ? undefined : textOf(risk, "walletProviderRiskAssessment");
    if (assessed !== undefined) advice = Object.hasOwn(ASSESSMENT, assessed) ? ASSESSMENT[assessed] : undefined;
    collector.add(current, ...factsOf(textOf(entry, "name", "call") ?? "", body, at, advice, risk !== undefined));
    collector.seen(KEEPER, at);
  }
  return collector.journeys();
}

function factsOf(
  name: string,
  body: Entry,
  at: Instant,
  advice: Colour | undefined,
  asks: boolean,
): readonly ImportedFact[] {
  const action = textOf(body, "actionCode");
  const token = objectOf(body, "tokenInfo");
  const reason = textOf(body, "messageReasonCode", "eventType") ?? "";
  const key = "approve";
  if (asks) return [requestFact(KEEPER, at, key), ...(advice === undefined ? [] : [adviceFact(KEEPER, at, advice)])];
  if (action !== undefined) {
    const colour = Object.hasOwn(ACTION, action) ? ACTION[action]! : "red";
    return decisionFacts({ keeper: KEEPER, at, key, colour, reasons: reasonsOf(body, action), advice });
  }
  if (name === "sendPasscode" || body.value["otpReason"] !== undefined)
    return [
      { keeper: KEEPER, at, stage: "verification", code: "codeMade" },
      { keeper: KEEPER, at, stage: "verification", code: "codeSent" },
    ];
  const status = (token === undefined ? undefined : textOf(token, "tokenStatus")) ?? textOf(body, "tokenStatus");
  if (status === undefined) return [];
  const by = status === "SUSPENDED" ? [reason.includes("ISSUER") ? "ISSUER" : "TOKEN_REQUESTOR"] : [];
  return [stateFact(KEEPER, at, status, by), suspensionFact(KEEPER, at, by)].filter((fact) => fact !== undefined);
}

/** What the bank's answer says of the entries, and an action code that says more than no. */
function reasonsOf(body: Entry, action: string): readonly string[] {
  const reasons = [
    ...(textOf(body, "cvv2ResultsCode", "cvv2ResultCode") === "N" ? ["CVC_MISMATCH"] : []),
    ...(textOf(body, "expirationDateResult") === "N" ? ["CARD_EXPIRY_MONTH_MISMATCH"] : []),
  ];
  return action === "14" ? [...reasons, "INVALID_PAN"] : action === "54" ? [...reasons, "CARD_EXPIRED"] : reasons;
}
