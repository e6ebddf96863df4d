import type { Stage } from "../cause.ts";
import { CAUSES } from "../causes/index.ts";
import { type Cause, isCause } from "../codes.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Kept } from "../evidence/kept.ts";
import type { StoppedBy } from "../finding.ts";
import type { Claim } from "./claim.ts";
import { isParty, needsOf } from "./needs.ts";
import { overcome, refusalsOf } from "./overcome.ts";
import { READS_AS_ONE } from "./relations.ts";
import { proves } from "./witnesses.ts";

/** What parties say in so many words: their own causes, and those that they repeat from an answer. */
export function statedClaims(evidence: Evidence): readonly Claim[] {
  const all = [...evidence.keepers.values()].flat().flatMap((kept) => wordsOf(kept));
  const own = all.filter(({ how }) => how === "stated");
  const open = all.filter(({ how, kept, cause }) => {
    const stage = kept.fact.stage;
    return !overcome(evidence.keepers.get(kept.keeper)!, { at: kept, cause, stage, heard: how === "relayed" });
  });
  return open.filter((word) => word.how === "stated" || !knownBetter(evidence, word.cause, own, open)).map(toClaim);

  function toClaim({ how, kept, cause }: Word): Claim {
    const stage = stageOf(kept, cause);
    const { data, at } = kept.fact;
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

interface Word {
  readonly how: "stated" | "relayed";
  readonly kept: Kept;
  readonly cause: Cause;
}

function wordsOf(kept: Kept): readonly Word[] {
  const { code, outcome, party, data } = kept.fact;
  if (isCause(code)) {
    if (outcome !== "failed") return [];
    return [{ how: proves(party, code) ? "stated" : "relayed", kept, cause: code }];
  }
  if (code === "answered") return refusalsOf(data).map((cause) => ({ how: "relayed", kept, cause }));
  if (code !== "decided") return [];
  return refusalsOf(data).map((cause) => ({
    how: typeof data["cause"] === "string" && proves(party, cause) ? "stated" : "relayed",
    kept,
    cause,
  }));
}

/** The party that can have stopped it was read: what it says itself counts, not what others repeat of it. */
function knownBetter(evidence: Evidence, cause: Cause, own: readonly Word[], open: readonly Word[]): boolean {
  const readable = CAUSES[cause].stoppers.filter((party) => isParty(party) && evidence.readable(party));
  const says = (word: Word) => (readable as readonly string[]).includes(word.kept.fact.party);
  return own.some((word) => word.cause === cause) || open.some((word) => word.how === "stated" && says(word));
}

function stageOf(kept: Kept, cause: Cause): Stage {
  return kept.fact.code === cause || CAUSES[cause].stage === "between" ? kept.fact.stage : CAUSES[cause].stage;
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
  const peer = data["peer"] as typeof party | undefined;
  if (peer === undefined) return {};
  return { parties: code === "decided" || code === "received" ? { from: peer, to: party } : { from: party, to: peer } };
}

function retryAt(at: unknown, afterMs: unknown, since: number): Pick<Claim, "retryAt"> {
  if (typeof at === "number") return { retryAt: at };
  return typeof afterMs === "number" ? { retryAt: since + afterMs } : {};
}
