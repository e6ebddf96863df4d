import type { Witness, Words } from "../cause.ts";
import type { Cause } from "../codes.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Kept } from "../evidence/kept.ts";
import type { StoppedBy } from "../finding.ts";
import type { Claim } from "./claim.ts";
import { CHAIN } from "./needs.ts";
import { forwardStage, stageRank } from "./operations.ts";
import { refusalOf } from "./overcome.ts";

/*
 * What follows from what nobody says. Each rule names the parties whose silence it uses: when one of them can't be
 * read, the rule is not certain.
 */

/** A code is typed within this time, or something keeps it from its holder. */
export const CODE_UNCLAIMED_MS = 180_000;
/** A device stores its data within this time once it may. */
export const STORE_MS = 60_000;
/** The wallet learns of an approval within this time, by push or by asking. */
export const APP_RETURN_MS = 20_000;

export function silenceClaims(evidence: Evidence): readonly Claim[] {
  return [codeUnclaimed, appReturnLost, personalisationIncomplete, verificationExpired, redWithoutCause, tornAtTheEnd]
    .map((rule) => rule(evidence))
    .filter((claim) => claim !== undefined);
}

function codeUnclaimed(evidence: Evidence): Claim | undefined {
  const sent = lastOf(evidence, ["codeSent", "codeDelivered"]);
  if (sent === undefined || age(evidence, sent) < CODE_UNCLAIMED_MS) return undefined;
  if (wentOn(evidence, sent) || after(evidence, sent, ["codeRight", "tokenActivated", "methodChosen", "codeMade"]))
    return undefined;
  const settled = evidence.facts.some(
    ({ fact, time }) =>
      (fact.code === "tokenState" || fact.code === "tokenChanged") &&
      fact.data["status"] !== "inactive" &&
      time > sent.time,
  );
  if (settled) return undefined;
  return {
    ...silent("codeUnclaimed", sent, CHAIN),
    stoppedBy: { kind: "unclear" },
    nextCheck: {
      zh: "请持卡人看所示的号码：是不是本人现在用的号码？",
      en: "Let the holder look at the masked number: is it the one in use?",
    },
  };
}

function appReturnLost(evidence: Evidence): Claim | undefined {
  const approved = lastOf(evidence, ["bankAppApproved", "hotlineApproved"]);
  const activated = lastOf(evidence, ["tokenActivated"]);
  if (approved === undefined || activated === undefined || activated.keeper !== "tsp") return undefined;
  if (age(evidence, activated) < APP_RETURN_MS || wentOn(evidence, activated)) return undefined;
  const wallet = evidence.keepers.get("wallet") ?? [];
  const knows = wallet.some(
    ({ fact, time }) =>
      ["tokenActivated", "cardShown", "packageStored", "tokenState"].includes(fact.code) && time >= approved.time,
  );
  return knows ? undefined : { ...silent("appReturnLost", activated, CHAIN), basis: [approved, activated] };
}

function personalisationIncomplete(evidence: Evidence): Claim | undefined {
  const active = lastOf(evidence, ["tokenActivated"]);
  if (active === undefined || age(evidence, active) < STORE_MS || wentOn(evidence, active)) return undefined;
  if (lastOf(evidence, ["packageStored", "cardShown"]) !== undefined) return undefined;
  const gone = evidence.facts.some(
    ({ fact, time }) => fact.code === "tokenChanged" && fact.data["status"] === "deleted" && time > active.time,
  );
  if (gone) return undefined;
  const made = lastOf(evidence, ["packageMade"]) !== undefined;
  return {
    ...silent("personalisationIncomplete", active, ["wallet", "tsp"]),
    stoppedBy: { kind: "party", party: made ? "device" : "tsp" },
  };
}

/** The time allowed is in the token's own fact. */
function verificationExpired(evidence: Evidence): Claim | undefined {
  const issued = lastOf(evidence, ["tokenIssued"]);
  const verifyBy = issued?.fact.data["verifyBy"];
  if (issued === undefined || typeof verifyBy !== "number") return undefined;
  if (evidence.holding(issued.keeper)!.askedAt < verifyBy) return undefined;
  if (after(evidence, issued, ["tokenActivated", "tokenChanged"])) return undefined;
  return silent("verificationExpired", issued, CHAIN);
}

/** The bank said no, and none of its checks says why: then it was its own rule. */
function redWithoutCause(evidence: Evidence): Claim | undefined {
  const decided = lastOf(evidence, ["bankDecided"]);
  if (decided?.fact.data["colour"] !== "red" || decided.keeper !== "issuer") return undefined;
  if (after(evidence, decided, ["recordChanged"])) return undefined;
  const asked = evidence.keepers
    .get("issuer")!
    .some(
      ({ fact, index }) =>
        index > decided.index && fact.code === "received" && fact.data["operation"] === "decideBinding",
    );
  const named = evidence.facts.some(
    ({ fact }) => refusalOf(fact.data) !== undefined || fact.data["candidates"] !== undefined,
  );
  return asked || named ? undefined : silent("issuerRefusesRisk", decided, CHAIN);
}

/** The device made its cryptogram, and no till knows of a sale. */
function tornAtTheEnd(evidence: Evidence): Claim | undefined {
  const made = lastOf(evidence, ["cryptogramMade"]);
  if (made === undefined || evidence.kind !== "payment") return undefined;
  if (evidence.facts.some(({ keeper }) => keeper !== made.keeper && keeper !== "wallet")) return undefined;
  return { ...silent("tapTornAfterCryptogram", made, ["acquirer"]), stoppedBy: { kind: "party", party: "terminal" } };
}

const STOPPER: Readonly<Partial<Record<Cause, Witness>>> = {
  appReturnLost: "wallet",
  verificationExpired: "tsp",
  issuerRefusesRisk: "issuer",
};

function silent(
  cause: Cause,
  at: Kept,
  needs: readonly Witness[],
): Claim & { nextCheck?: Words; stoppedBy: StoppedBy } {
  const party = STOPPER[cause];
  return {
    cause,
    how: "silence",
    stoppedBy: party === undefined ? { kind: "unclear" } : { kind: "party", party },
    stage: at.fact.stage,
    time: at.time,
    basis: [at],
    or: [],
    needs,
  };
}

/** A call of the stages up to verification came after it: a code was typed, or all began anew. */
function wentOn({ hops }: Evidence, than: Kept): boolean {
  return hops.some(({ operation, asked, taken }) => {
    const forward = forwardStage(operation);
    if (forward === undefined || stageRank(forward) > stageRank("verification")) return false;
    const begun = asked[0] ?? taken[0]!;
    return begun.keeper === than.keeper ? begun.index > than.index : begun.time > than.time;
  });
}

/** The last fact with one of these codes, on the time line of all. */
export function lastOf(evidence: Evidence, codes: readonly string[]): Kept | undefined {
  return evidence.facts.findLast(({ fact }) => codes.includes(fact.code));
}

function after(evidence: Evidence, than: Kept, codes: readonly string[]): boolean {
  return evidence.facts.some(
    (kept) =>
      codes.includes(kept.fact.code) && (kept.keeper === than.keeper ? kept.index > than.index : kept.time > than.time),
  );
}

export function age(evidence: Evidence, { fact, keeper }: Kept): number {
  return evidence.holding(keeper)!.askedAt - fact.at;
}
