import type { Witness } from "../cause.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Kept } from "../evidence/kept.ts";
import type { Claim } from "./claim.ts";
import { CHAIN } from "./needs.ts";
import { age } from "./silence.ts";

/** A change of a token's state has reached everybody within this time. */
export const SETTLE_MS = 60_000;

type Status = "inactive" | "active" | "suspended" | "deleted";
const STATUSES: ReadonlySet<unknown> = new Set(["inactive", "active", "suspended", "deleted"]);

/** What a party last said of the token. */
interface Held {
  readonly party: Witness;
  readonly status: Status;
  readonly kept: Kept;
}

/**
 * One token, different states, after every change has had time to arrive. That one party still waits for an activation
 * that another has made is a delay, which the hops explain; a token that lives here and is stopped there is not.
 */
export function statesDiffer(evidence: Evidence): Claim | undefined {
  const held = CHAIN.flatMap((party) => lastHeld(evidence, party) ?? []);
  const pending = held.some(({ status }) => status === "inactive");
  const differing = new Set(held.map(({ status }) => status));
  if (pending && differing.has("active")) differing.delete("inactive");
  if (differing.size < 2 || held.some(({ kept }) => age(evidence, kept) < SETTLE_MS)) return undefined;
  return {
    cause: "statesDiffer",
    how: "silence",
    stoppedBy: { kind: "party", party: "tsp" },
    stage: "issue",
    time: Math.max(...held.map(({ kept }) => kept.time)),
    basis: held.map(({ kept }) => kept),
    or: [],
    needs: [],
  };
}

/** The token service's own word on every step; of the others only what they say they hold. */
function lastHeld(evidence: Evidence, party: Witness): Held | undefined {
  const kept = (evidence.keepers.get(party) ?? []).findLast((one) => statusOf(one) !== undefined);
  return kept === undefined ? undefined : { party, status: statusOf(kept)!, kept };
}

function statusOf({ keeper, fact: { code, party, data } }: Kept): Status | undefined {
  if (party !== keeper) return undefined;
  const states =
    code === "tokenChanged" || code === "tokenState" || code === "tokenIssued" || code === "tokenActivated";
  if (states && STATUSES.has(data["status"])) return data["status"] as Status;
  return code === "tokenActivated" && party === "tsp" ? "active" : undefined;
}
