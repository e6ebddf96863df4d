import type { Clock, Log } from "#contracts/ports";
import {
  answerTo,
  type IsoMessage,
  keyOf,
  type MessageClass,
  messageClass,
  nextStan,
  panOf,
  type ResponseCode,
  reversalOf,
  stanText,
  text,
} from "#protocol/iso8583";
import { toF7 } from "#protocol/time";
import { type NetworkConfig, routeOf } from "./config.ts";
import type { IssuerLink } from "./issuer-link.ts";
import type { Journal } from "./journal.ts";
import { RESPONSE_OF_REFUSAL } from "./refusals.ts";
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
  readonly safeStore: SafeStore;
}): (request: IsoMessage) => Promise<IsoMessage | undefined> {
  const { clock, config, tsp, issuers, journal, safeStore } = ports;
  let stan = clock.now() % 999_999;

  /** A reversal is never refused for want of a route or a party: silence makes the acquirer send it again. */
  function refuse(request: IsoMessage, kind: MessageClass, code: ResponseCode): IsoMessage | undefined {
    return kind === "reversal" ? undefined : answerTo(request, code);
  }

  async function route(request: IsoMessage, kind: MessageClass, journeyId: string): Promise<IsoMessage | undefined> {
    const pan = panOf(request);
    if (!pan.ok) return answerTo(request, "14");
    const destination = routeOf(config.routes, pan.value.expose());
    if (destination === undefined) return answerTo(request, "92");
    let forward = request;
    let issuerId = destination.kind === "issuer" ? destination.id : undefined;
    if (destination.kind === "token") {
      const answer = await tsp.ask(tokenRequestOf(request, journeyId));
      if (answer === undefined || answer.outcome === "failed") return refuse(request, kind, "96");
      if (answer.outcome === "refused") return answerTo(request, RESPONSE_OF_REFUSAL[answer.reason]);
      forward = towardsIssuer(request, answer);
      const second = routeOf(config.routes, answer.pan);
      issuerId = second?.kind === "issuer" ? second.id : undefined;
    }
    const issuer = issuerId === undefined ? undefined : issuers.get(issuerId);
    if (issuer === undefined) return refuse(request, kind, "92");
    const answered = await issuer.ask(forward, config.timing.issuerAnswerMs);
    if (answered.kind === "answer") return towardsAcquirer(answered.message, request);
    if (answered.kind === "notSent") return refuse(request, kind, "91");
    // Advices cannot be reversed: without an answer they come again, and are carried out once.
    if (kind === "reversal" || kind === "refund") return undefined;
    // It may have been booked. The reversal is durable before the acquirer hears that there was no answer.
    stan = nextStan(stan);
    const reversal = reversalOf(forward, { f7: toF7(clock.now()), f11: stanText(stan) }, "98");
    await safeStore.owe(journeyId, issuer.id, { ...reversal, fields: { ...reversal.fields, 33: config.institution } });
    return answerTo(request, "98");
  }

  return async (request) => {
    const journeyId = journeyOf(request);
    if (journeyId === undefined || keyOf(request) === undefined || text(request, 4) === undefined)
      return answerTo(request, "30");
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
