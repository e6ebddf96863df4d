import type { Witness } from "../cause.ts";
import type { Cause } from "../codes.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { first, type Hop, last } from "../evidence/hops.ts";
import type { Kept } from "../evidence/kept.ts";
import type { StoppedBy } from "../finding.ts";
import type { Claim } from "./claim.ts";
import { CHAIN } from "./needs.ts";
import { forwardStage, PREPARES } from "./operations.ts";
import { overcome } from "./overcome.ts";

/** A request without an answer is on its way for so long; then something is wrong, unless the caller says so before. */
export const IN_FLIGHT_MS = 30_000;

/** What a hop shows. Source: diagnosis §1, the four facts. */
export type Pattern =
  | { readonly kind: "settled" }
  | { readonly kind: "inFlight" }
  | { readonly kind: "broken"; readonly cause: Cause; readonly stoppedBy: StoppedBy; readonly or: readonly Cause[] };

/** What can have become of a request when one end can't be read. */
const ANY_END: readonly Cause[] = ["requestNotReceived", "receiverStuck", "answerLost"];

export function patternOf(evidence: Evidence, hop: Hop): Pattern {
  const { from, to, asked, taken, operation } = hop;
  const link: StoppedBy = { kind: "link", from, to };
  const taker: StoppedBy = { kind: "party", party: to };
  const state = asked.at(-1);

  if (state === undefined) {
    if (!evidence.readable(from)) {
      // The other end alone: it is stuck only with what it would have decided.
      const waits = forwardStage(operation) !== undefined && last(taken, "decided") === undefined;
      return waits && old(evidence, taken.at(-1)!)
        ? { kind: "broken", cause: "receiverStuck", stoppedBy: taker, or: ["factsContradict"] }
        : { kind: "settled" };
    }
    return wouldHold(evidence, from, hop, "asked")
      ? { kind: "broken", cause: "factsContradict", stoppedBy: { kind: "unclear" }, or: [] }
      : { kind: "settled" };
  }
  if (state.fact.code === "answered") {
    const lateMs = state.fact.data["lateMs"];
    const gaveUp = asked.at(-2)?.fact.code === "unanswered";
    if ((typeof lateMs === "number" && lateMs > 0) || gaveUp)
      return { kind: "broken", cause: "answerTooLate", stoppedBy: taker, or: [] };
    // A refusal at the door may come before anything is written down there; what was carried out may not.
    const carriedOut = state.fact.data["answer"] === "ok";
    return carriedOut && taken.length === 0 && wouldHold(evidence, to, hop, "taken")
      ? { kind: "broken", cause: "factsContradict", stoppedBy: { kind: "unclear" }, or: [] }
      : { kind: "settled" };
  }
  const sent = last(asked, "sent") ?? state;
  if (state.fact.code === "sent" && !old(evidence, sent)) return { kind: "inFlight" };
  if (!evidence.readable(to)) return { kind: "broken", cause: ANY_END[0]!, stoppedBy: link, or: ANY_END.slice(1) };
  // A payment's parties need not write down that a request came: what they made of it shows it.
  if (taken.length === 0 && evidence.kind === "payment" && madeSomething(evidence, to))
    return { kind: "broken", cause: "answerLost", stoppedBy: link, or: [] };
  if (taken.length === 0) {
    return {
      kind: "broken",
      cause: "requestNotReceived",
      stoppedBy: wasDown(evidence, to, sent) ? taker : link,
      or: [],
    };
  }
  const decided = first(taken, "decided");
  if (decided === undefined) return { kind: "broken", cause: "receiverStuck", stoppedBy: taker, or: [] };
  return tookLonger(asked, taken, decided)
    ? { kind: "broken", cause: "answerTooLate", stoppedBy: taker, or: [] }
    : { kind: "broken", cause: "answerLost", stoppedBy: link, or: [] };
}

/** By the keeper's own clock, at the moment it was asked. */
function old(evidence: Evidence, { fact, keeper }: Kept): boolean {
  return evidence.holding(keeper)!.askedAt - fact.at >= IN_FLIGHT_MS;
}

function madeSomething(evidence: Evidence, party: Witness): boolean {
  return evidence.facts.some(({ fact }) => fact.party === party && DECISIONS.has(fact.code));
}
const DECISIONS: ReadonlySet<string> = new Set(["authorised", "tokenAccepted", "decided"]);

/** It started after the request was sent: it was down or restarting then, so the line need not be at fault. */
function wasDown(evidence: Evidence, party: Witness, sent: Kept): boolean {
  const upSince = evidence.holding(party)?.upSince;
  return upSince !== undefined && upSince - evidence.clocks.ahead(party) > sent.time;
}

/** Deciding took longer than the caller waited: each measured on its own clock, so that clocks apart do no harm. */
function tookLonger(asked: readonly Kept[], taken: readonly Kept[], decided: Kept): boolean {
  const gaveUp = last(asked, "unanswered");
  const sent = first(asked, "sent");
  const received = first(taken, "received");
  if (gaveUp === undefined || sent === undefined || received === undefined) return false;
  const waitedMs = gaveUp.fact.at - sent.fact.at;
  // One stamp for both: read off a state, which does not say how long it waited.
  return waitedMs > 0 && decided.fact.at - received.fact.at > waitedMs;
}

/**
 * Does a missing side of a hop mean anything? Only for calls that carry a journey forward, and only when the party holds
 * nothing at all of the journey, or holds its side of other such calls between the two.
 */
function wouldHold(evidence: Evidence, party: Witness, { from, to, operation }: Hop, side: "asked" | "taken"): boolean {
  if (forwardStage(operation) === undefined || !evidence.readable(party)) return false;
  return (
    evidence.keepers.get(evidence.keeperOf(party))!.length === 0 ||
    evidence.hops.some(
      (hop) => hop.from === from && hop.to === to && hop[side].length > 0 && forwardStage(hop.operation) !== undefined,
    )
  );
}

export interface BrokenHop extends Claim {
  readonly hop: Hop;
}

/** The broken hops of a journey that nothing has overcome; one that is broken because the next one is, is left out. */
export function hopClaims(evidence: Evidence): {
  readonly broken: readonly BrokenHop[];
  readonly inFlight: readonly Hop[];
} {
  const open = evidence.hops
    .map((hop) => ({ hop, pattern: patternOf(evidence, hop) }))
    .filter(({ hop, pattern }) => pattern.kind !== "settled" && !goneBy(evidence, hop));
  const broken = open.flatMap(({ hop, pattern }) => {
    if (pattern.kind !== "broken") return [];
    const explained = open.some((other) => other.hop !== hop && nested(hop, other.hop));
    return explained ? [] : [claimOf(evidence, hop, pattern)];
  });
  return { broken, inFlight: open.filter(({ pattern }) => pattern.kind === "inFlight").map(({ hop }) => hop) };
}

/** The caller went on after it: another try was answered, or the journey passed that stage. */
function goneBy(evidence: Evidence, { from, operation, key, stage, asked, taken }: Hop): boolean {
  const at = asked.at(-1) ?? taken.at(-1)!;
  const kept = evidence.keepers.get(at.keeper)!;
  const again = evidence.hops.some((hop) => {
    if (hop.from !== from || hop.operation !== operation || hop.key === key) return false;
    const later = asked.length > 0 ? hop.asked.at(-1) : hop.taken.at(-1);
    return later !== undefined && later.index > at.index;
  });
  return again || overcome(kept, { at, cause: "requestNotReceived", stage, heard: asked.length > 0 });
}

/** Was the inner call made while the outer one was being handled? */
function nested(outer: Hop, inner: Hop): boolean {
  const received = first(outer.taken, "received");
  const sent = first(inner.asked, "sent");
  const { operation } = inner;
  const carries = forwardStage(operation) !== undefined || PREPARES.has(operation) || operation === outer.operation;
  if (!carries || inner.from !== outer.to || received === undefined || sent === undefined) return false;
  const decided = first(outer.taken, "decided");
  return sent.index > received.index && (decided === undefined || sent.index < decided.index);
}

function claimOf(evidence: Evidence, hop: Hop, pattern: Extract<Pattern, { kind: "broken" }>): BrokenHop {
  const basis = [...hop.asked, ...hop.taken];
  const involved = CHAIN.filter((party) => evidence.hops.some(({ from, to }) => from === party || to === party));
  return {
    hop,
    cause: pattern.cause,
    how: "pattern",
    stoppedBy: pattern.stoppedBy,
    stage: hop.stage,
    time: (first(hop.asked, "sent") ?? basis[0]!).time,
    basis,
    or: pattern.or,
    needs: [...new Set([hop.from, hop.to, ...involved])],
    parties: { from: hop.from, to: hop.to },
  };
}
