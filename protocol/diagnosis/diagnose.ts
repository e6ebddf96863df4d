import type { Actor, Witness, Words } from "./cause.ts";
import { CAUSES } from "./causes/index.ts";
import type { Cause } from "./codes.ts";
import { type Evidence, readEvidence } from "./evidence/evidence.ts";
import type { Holding } from "./fact.ts";
import type { Certainty, Finding, StoppedBy } from "./finding.ts";
import { hardestFirst } from "./order.ts";
import { bareCode } from "./rules/answer-code.ts";
import { bareProblem } from "./rules/bare-problem.ts";
import { chipChanged } from "./rules/chip-changed.ts";
import type { Claim } from "./rules/claim.ts";
import { clockClaims } from "./rules/clocks.ts";
import { hopClaims } from "./rules/hop-patterns.ts";
import { isParty } from "./rules/needs.ts";
import { milestoneOf } from "./rules/progress.ts";
import { reversalClaim, standInRefused } from "./rules/reversals.ts";
import { type Selection, select } from "./rules/select.ts";
import { silenceClaims } from "./rules/silence.ts";
import { statedClaims } from "./rules/stated.ts";
import { statesDiffer } from "./rules/states.ts";
import { triedSince } from "./rules/tried-since.ts";
import { MILESTONE_WORDS, type Milestone } from "./texts/milestones.ts";
import { WITNESS_WORDS } from "./texts/words.ts";

/** A journey that got here has no use for a side of a hop that somebody did not write down. */
const AT_ITS_END: ReadonlySet<Milestone> = new Set(["ready", "paused", "removed", "paid"]);

/**
 * What stopped a journey, who stopped it, who must act, and when another try makes sense.
 *
 * Certain only where no fact of a party that could not be read would change it; silence counts only of parties that
 * were asked and answered. So taking any party's facts away gives the same cause or an honest "unclear".
 *
 * @param holdings what each party holds of one journey; one that could not be asked is there too, as unreachable
 */
export function diagnose(holdings: readonly Holding[]): Finding {
  const evidence = readEvidence(holdings);
  const { broken, inFlight } = hopClaims(evidence);
  const said = statedClaims(evidence).map((claim) => chipChanged(evidence, claim));
  const stated = said.filter((claim) => !triedSince(evidence, claim, said));
  const milestone = milestoneOf(evidence, inFlight);
  const silent = [
    ...[statesDiffer, reversalClaim, standInRefused]
      .map((rule) => rule(evidence))
      .filter((claim) => claim !== undefined),
    ...(inFlight.length > 0 ? [] : silenceClaims(evidence)),
  ];
  const code = bareCode(evidence) ?? bareProblem(evidence);
  const hops = AT_ITS_END.has(milestone) ? broken.filter((hop) => hop.cause !== "factsContradict") : broken;
  const clocks = clockClaims(evidence);
  const selection =
    select({ stated, broken: hops, silent }) ?? (code?.claim === undefined ? undefined : only(code.claim));
  if (selection !== undefined) {
    // Whatever else is wrong: with clocks apart the times shown may be too.
    const also = [...selection.also, ...clocks.filter(({ cause }) => cause !== selection.chosen.cause)];
    return found(evidence, { ...selection, also }, milestone);
  }
  if (clocks[0] !== undefined) return found(evidence, only(clocks[0]), milestone);
  if (code !== undefined) return unclear(evidence, milestone, code.check, code.ask);
  return nothingFound(evidence, milestone);
}

function only(claim: Claim): Selection {
  return { chosen: claim, also: [], consequences: [] };
}

function found(evidence: Evidence, { chosen, also, consequences }: Selection, milestone: Milestone): Finding {
  const { cause, how, or } = chosen;
  const missing = chosen.needs.filter((party) => evidence.hidden(party));
  const certainty: Certainty =
    missing.length > 0 || or.length > 0 || cause === "factsContradict"
      ? "unclear"
      : how === "stated"
        ? "proven"
        : "inferred";
  const known = certainty !== "unclear" || cause === "factsContradict";
  const entry = CAUSES[cause];
  const ask = [...new Set([...missing, ...unread(evidence, chosen)])];
  const at = [chosen, ...also].map(({ retryAt }) => retryAt).filter((one) => one !== undefined);
  return {
    journeyId: evidence.journeyId,
    cause: known ? cause : undefined,
    certainty,
    between: known ? [] : [...new Set([cause, ...or])],
    nextCheck: chosen.nextCheck ?? (ask.length > 0 ? askWords(ask) : undefined),
    ask,
    stoppedBy: known ? chosen.stoppedBy : { kind: "unclear" },
    actor: known || or.length === 0 ? actorOf(entry.actor, chosen.stoppedBy) : sharedActor([cause, ...or]),
    retry: { kind: entry.retry, at: at.length === 0 ? undefined : Math.max(...at) },
    also: hardestFirst(also.map((claim) => claim.cause)),
    consequences: consequences.map((claim) => claim.cause),
    unreachable: evidence.unreachable,
    milestone,
    parties: chosen.parties,
    basis: chosen.basis.map(({ fact }) => fact),
  };
}

/** Whose own words would settle it: an end of a hop that nobody could read, or the author of what others repeat. */
function unread(evidence: Evidence, { cause, how, or, parties }: Claim): readonly Witness[] {
  const authors = how === "relayed" && or.length > 0 ? CAUSES[cause].stoppers.filter(isParty) : [];
  const ends = how === "pattern" && parties !== undefined ? [parties.from, parties.to] : [];
  return [...authors, ...ends].map((party) => evidence.keeperOf(party)).filter((party) => !evidence.readable(party));
}

function unclear(evidence: Evidence, milestone: Milestone, check: Words | undefined, ask: readonly Witness[]): Finding {
  return {
    ...nothingFound(evidence, milestone),
    certainty: "unclear",
    nextCheck: check,
    ask,
    stoppedBy: { kind: "unclear" },
  };
}

/** Nothing is wrong as far as one can see; with a party unread that is all one can say. */
function nothingFound(evidence: Evidence, milestone: Milestone): Finding {
  const { actor, retry } = MILESTONE_WORDS[milestone];
  const ask = evidence.unreachable;
  const blind = ask.length > 0 && !AT_ITS_END.has(milestone);
  return {
    journeyId: evidence.journeyId,
    cause: undefined,
    certainty: blind || milestone === "refused" ? "unclear" : "proven",
    between: [],
    nextCheck: blind ? askWords(ask) : undefined,
    ask: blind ? ask : [],
    stoppedBy: blind || milestone === "refused" ? { kind: "unclear" } : { kind: "nobody" },
    actor,
    retry: { kind: retry, at: undefined },
    also: [],
    consequences: [],
    unreachable: evidence.unreachable,
    milestone,
    parties: undefined,
    basis: evidence.facts.slice(-1).map(({ fact }) => fact),
  };
}

function askWords(parties: readonly Witness[]): Words {
  return {
    zh: `请再查询${parties.map((party) => WITNESS_WORDS[party].zh).join("、")}的记录。`,
    en: `Ask again for what ${parties.map((party) => WITNESS_WORDS[party].en).join(" and ")} holds.`,
  };
}

/** Whose operations "the party named" has. */
const OPS_OF: Readonly<Record<Witness, Actor>> = {
  device: "holder",
  wallet: "walletOps",
  tsp: "tspOps",
  issuer: "bankOps",
  bankApp: "bankOps",
  carrier: "bankOps",
  network: "networkOps",
  acquirer: "acquirerOps",
  terminal: "acquirerOps",
  gate: "operator",
  merchant: "merchant",
};

function actorOf(actor: Actor, stoppedBy: StoppedBy): Actor {
  if (actor !== "peerOps") return actor;
  return stoppedBy.kind === "party" ? OPS_OF[stoppedBy.party] : "tspOps";
}

/** Several causes are possible: somebody acts only if it is the same for all of them. */
function sharedActor(causes: readonly Cause[]): Actor {
  const actors = new Set(causes.map((cause) => CAUSES[cause].actor));
  return actors.size === 1 ? [...actors][0]! : "nobody";
}
