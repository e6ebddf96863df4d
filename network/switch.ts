import type { Clock, Log } from "#contracts/ports";
import { RESPONSE_OF_REFUSAL } from "#contracts/token-authorisation";
import type { FactLog, FactNote } from "#party";
import type { Witness } from "#protocol/diagnosis";
import {
  answerTo,
  type IsoMessage,
  type MessageClass,
  messageClass,
  nextStan,
  panOf,
  type ResponseCode,
  reversalOf,
  stanText,
  text,
} from "#protocol/iso8583";
import { type Instant, toF7 } from "#protocol/time";
import { type NetworkConfig, routeOf } from "./config.ts";
import type { IssuerLink } from "./issuer-link.ts";
import type { Journal } from "./journal.ts";
import type { SafeStore } from "./safe-store.ts";
import { journeyOf, tokenRequestOf, towardsAcquirer, towardsIssuer } from "./switch-message.ts";
import type { TspClient } from "./tsp-client.ts";

/** Takes one request of an acquirer to its answer. Undefined: no answer is the right one, the acquirer will ask again. */
export function createSwitch(ports: {
  readonly clock: Clock;
  readonly log: Log;
  readonly config: NetworkConfig;
  readonly tsp: TspClient;
  readonly issuers: ReadonlyMap<string, IssuerLink>;
  readonly journal: Journal;
  readonly facts: FactLog;
  readonly safeStore: SafeStore;
}): (request: IsoMessage) => Promise<IsoMessage | undefined> {
  const { clock, config, tsp, issuers, journal, safeStore, facts } = ports;
  let stan = clock.now() % 999_999;

  /** Only payments that stop here leave facts of their own; the journal has all that passed. */
  const stopped = (journeyId: string, code: FactNote["code"], data: FactNote["data"] = {}) =>
    facts.state({ journeyId, stage: "authorise", code, outcome: "failed", data });
  /** @param said an answer that decided nothing; absent: there was none. */
  const unserved = (
    journeyId: string,
    peer: Witness,
    operation: string,
    since: Instant,
    said?: object,
  ): readonly FactNote[] => {
    const data = { peer, operation, hop: journeyId };
    const noted = { journeyId, stage: "authorise", outcome: "noted", data } as const;
    const heard: FactNote =
      said === undefined
        ? { ...noted, code: "unanswered" }
        : { ...noted, code: "answered", data: { ...data, answer: "internal" } };
    return [{ ...noted, code: "sent", at: since }, heard];
  };

  /** A reversal is never refused for want of a route or a party: silence makes the acquirer send it again. */
  function refuse(request: IsoMessage, kind: MessageClass, code: ResponseCode): IsoMessage | undefined {
    return kind === "reversal" ? undefined : answerTo(request, code);
  }

  async function route(request: IsoMessage, kind: MessageClass, journeyId: string): Promise<IsoMessage | undefined> {
    const pan = panOf(request);
    if (!pan.ok) {
      await stopped(journeyId, "messageMalformed", { field: "F2" });
      return answerTo(request, "14");
    }
    const destination = routeOf(config.routes, pan.value.expose());
    if (destination === undefined) {
      await stopped(journeyId, "routeMissing", { number: pan.value.suffix });
      return answerTo(request, "92");
    }
    let forward = request;
    let issuerId = destination.kind === "issuer" ? destination.id : undefined;
    if (destination.kind === "token") {
      const since = clock.now();
      const answer = await tsp.ask(tokenRequestOf(request, journeyId));
      if (answer === undefined || answer.outcome === "failed") {
        await facts.state(...unserved(journeyId, "tsp", "authoriseToken", since, answer));
        return refuse(request, kind, "96");
      }
      if (answer.outcome === "refused") return answerTo(request, RESPONSE_OF_REFUSAL[answer.reason]);
      forward = towardsIssuer(request, answer);
      const second = routeOf(config.routes, answer.pan);
      issuerId = second?.kind === "issuer" ? second.id : undefined;
    }
    const issuer = issuerId === undefined ? undefined : issuers.get(issuerId);
    if (issuer === undefined) {
      await stopped(journeyId, "routeMissing", { number: "behind the token" });
      return refuse(request, kind, "92");
    }
    const since = clock.now();
    const answered = await issuer.ask(forward, config.timing.issuerAnswerMs);
    if (answered.kind === "answer") return towardsAcquirer(answered.message, request);
    if (answered.kind === "notSent") {
      await stopped(journeyId, "linkNotReady", { peer: "issuer", institution: issuer.id, operation: forward.mti });
      return refuse(request, kind, "91");
    }
    const silence = unserved(journeyId, "issuer", forward.mti, since);
    // Advices cannot be reversed: without an answer they come again, and are carried out once.
    if (kind === "reversal" || kind === "refund") {
      await facts.state(...silence);
      return undefined;
    }
    // It may have been booked. The reversal is durable before the acquirer hears that there was no answer.
    stan = nextStan(stan);
    const reversal = reversalOf(forward, { f7: toF7(clock.now()), f11: stanText(stan) }, "98");
    const owed = { ...reversal, fields: { ...reversal.fields, 33: config.institution } };
    await safeStore.owe(journeyId, issuer.id, owed, ...silence);
    return answerTo(request, "98");
  }

  return async (request) => {
    const journeyId = journeyOf(request);
    const field = missingField(request);
    if (journeyId === undefined || field !== undefined) {
      if (journeyId !== undefined) await stopped(journeyId, "messageMalformed", { field: field ?? "F90" });
      return answerTo(request, "30");
    }
    const kind = messageClass(request);
    if (kind === "unknown" || request.mti[2] === "1" || request.mti[2] === "3") return answerTo(request, "40");
    const at = clock.now();
    let answer: IsoMessage | undefined;
    try {
      const givenUp = kind !== "reversal" && (await safeStore.owes(journeyId));
      answer = givenUp ? answerTo(request, "98") : await route(request, kind, journeyId);
      return answer;
    } finally {
      journal.record(request, answer, { journeyId, peer: "acquirer", at });
    }
  };
}

/** Fields without which a message cannot be handled at all: its key and its amount. */
function missingField(request: IsoMessage): string | undefined {
  const missing = [7, 11, 32, 4].find((field) => text(request, field) === undefined);
  return missing === undefined ? undefined : `F${missing}`;
}
