import { isWitness, type Stage, type Witness } from "../cause.ts";
import { CAUSES } from "../causes/index.ts";
import { type Cause, isCause } from "../codes.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Kept } from "../evidence/kept.ts";
import type { StoppedBy } from "../finding.ts";
import type { Claim } from "./claim.ts";
import { CHAIN, isParty, needsOf } from "./needs.ts";
import { forwardStage, stageRank } from "./operations.ts";
import { overcome, refusalsOf } from "./overcome.ts";
import { READS_AS_ONE } from "./relations.ts";
import { BETWEEN, proves } from "./witnesses.ts";

/** What parties say in so many words: their own causes, and those that they repeat from an answer. */
export function statedClaims(evidence: Evidence): readonly Claim[] {
  const all = [...evidence.keepers.values()].flatMap((facts) => facts.flatMap((kept) => wordsOf(kept, facts)));
  const own = all.filter(({ how }) => how === "stated");
  const open = all.filter(({ how, kept, cause }) => {
    const stage = stageOf(evidence, kept);
    return !overcome(evidence.keepers.get(kept.keeper)!, { at: kept, cause, stage, heard: how === "relayed" });
  });
  return open
    .filter((word) => word.how === "stated" || !(knownBetter(evidence, word.cause, own, open) || gonePast(word)))
    .map(toClaim);

  /** Somebody nearer to its author held the same, and has seen it overcome. */
  function gonePast({ kept, cause }: Word): boolean {
    const nearer = all.filter((word) => word.cause === cause && nearerToBank(word.kept.keeper, kept.keeper));
    return nearer.length > 0 && !nearer.some((word) => open.includes(word));
  }

  function toClaim({ how, kept, cause }: Word): Claim {
    const { data, at } = kept.fact;
    const stage = stageOf(evidence, kept);
    return {
      cause,
      how,
      stoppedBy: stoppedBy(evidence, kept, cause),
      stage,
      time: kept.time,
      basis: [kept],
      or: how === "relayed" ? (READS_AS_ONE[cause] ?? []).filter((other) => other !== cause) : [],
      needs: needsOf(evidence, kept.keeper, cause, stage),
      ...partiesOf(kept),
      ...retryAt(data["retryAt"] ?? data["until"], data["retryAfterMs"], at),
    };
  }
}

function nearerToBank(keeper: Witness, than: Witness): boolean {
  return CHAIN.indexOf(keeper) > CHAIN.indexOf(than) && CHAIN.includes(than);
}

interface Word {
  readonly how: "stated" | "relayed";
  readonly kept: Kept;
  readonly cause: Cause;
}

function wordsOf(kept: Kept, all: readonly Kept[]): readonly Word[] {
  const { code, outcome, party, data } = kept.fact;
  if (isCause(code)) {
    if (outcome !== "failed") return [];
    return [{ how: proves(party, code) ? "stated" : "relayed", kept, cause: code }];
  }
  if (code !== "answered" && code !== "decided") return [];
  return refusalsOf(data).map((cause) => {
    // A party's own decision is its own word, unless it had it from the next one.
    const own = code === "decided" && !BETWEEN.has(cause) && proves(party, cause);
    const heard = all.some(({ fact }) => fact.code === "answered" && refusalsOf(fact.data).includes(cause));
    return { how: own && !heard ? "stated" : "relayed", kept, cause };
  });
}

/**
 * A check of what was entered belongs to an early stage and is often made only when the bank decides: what is found
 * while a later request is handled stopped the journey there.
 */
function stageOf(evidence: Evidence, { fact, keeper, index }: Kept): Stage {
  if (fact.party !== keeper) return fact.stage;
  const before = evidence.keepers.get(keeper)!.slice(0, index);
  const received = before.findLast((one) => one.fact.code === "received" || one.fact.code === "decided");
  const handled = received?.fact.code === "received" ? forwardStage(received.fact.data["operation"]) : undefined;
  return handled !== undefined && stageRank(handled) > stageRank(fact.stage) ? handled : fact.stage;
}

/** The party that can have stopped it was read: what it says itself counts, not what others repeat of it. */
function knownBetter(evidence: Evidence, cause: Cause, own: readonly Word[], open: readonly Word[]): boolean {
  const readable = CAUSES[cause].stoppers.filter((party) => isParty(party) && evidence.readable(party));
  const says = (word: Word) => (readable as readonly string[]).includes(word.kept.fact.party);
  return own.some((word) => word.cause === cause) || open.some((word) => word.how === "stated" && says(word));
}

function stoppedBy(evidence: Evidence, kept: Kept, cause: Cause): StoppedBy {
  const { party, code } = kept.fact;
  const { stoppers } = CAUSES[cause];
  const ends = partiesOf(kept).parties;
  if (stoppers.includes("holder")) return { kind: "holder" };
  if (stoppers.includes("unclear")) return { kind: "unclear" };
  if (stoppers.includes("link")) return ends === undefined ? { kind: "unclear" } : { kind: "link", ...ends };
  if (stoppers.includes("peer")) {
    if (ends === undefined || code === "decided") return { kind: "party", party };
    const hop = evidence.hops.find(
      ({ from, to, operation }) =>
        operation === kept.fact.data["operation"] && [from, to].includes(party) && [from, to].includes(ends.to),
    );
    return { kind: "party", party: hop?.to ?? ends.to };
  }
  const concrete = stoppers.filter(isParty);
  const peer = kept.fact.data["peer"];
  return {
    kind: "party",
    party: concrete.find((one) => one === party) ?? concrete.find((one) => one === peer) ?? concrete[0]!,
  };
}

/** Who asked whom, when the fact names the other side. */
function partiesOf({ fact: { party, code, data } }: Kept): Pick<Claim, "parties"> {
  const peer = data["peer"];
  if (!isWitness(peer) || peer === party) return {};
  return { parties: code === "decided" || code === "received" ? { from: peer, to: party } : { from: party, to: peer } };
}

function retryAt(at: unknown, afterMs: unknown, since: number): Pick<Claim, "retryAt"> {
  if (typeof at === "number") return { retryAt: at };
  return typeof afterMs === "number" ? { retryAt: since + afterMs } : {};
}
