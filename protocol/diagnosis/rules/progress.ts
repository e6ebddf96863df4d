import type { Evidence } from "../evidence/evidence.ts";
import type { Hop } from "../evidence/hops.ts";
import type { Fact } from "../fact.ts";
import type { Milestone } from "../texts/milestones.ts";

const OF_METHOD: Readonly<Record<string, Milestone>> = {
  smsCode: "codeDue",
  bankApp: "bankAppDue",
  callCentre: "callDue",
  branch: "branchDue",
};

/** How far it got: the last thing that was said, unless the card is ready. */
export function milestoneOf(evidence: Evidence, inFlight: readonly Hop[]): Milestone {
  if (evidence.facts.length === 0) return "unknown";
  const codes = evidence.facts.map(({ fact }) => fact.code);
  const stored = codes.findLastIndex((code) => code === "packageStored" || code === "cardShown");
  if (stored > codes.lastIndexOf("tokenIssued")) return standing(evidence);
  const milestones = evidence.facts.map(({ fact }) => milestoneAt(fact)).filter((one) => one !== undefined);
  const reached = milestones.at(-1) ?? (evidence.kind === "payment" ? "paying" : "started");
  return inFlight.length > 0 && evidence.kind === "binding" ? "bankDue" : reached;
}

/** Stored and shown, unless the token has been stopped or taken off since. */
function standing({ facts }: Evidence): Milestone {
  const last = facts.findLast(({ fact }) => fact.code === "tokenChanged" || fact.code === "tokenState");
  switch (last?.fact.data["status"]) {
    case "suspended":
      return "paused";
    case "deleted":
      return "removed";
    default:
      return "ready";
  }
}

function milestoneAt({ code, data }: Fact): Milestone | undefined {
  switch (code) {
    case "preflightPassed":
      return "cardDue";
    case "cardRead":
      return "termsDue";
    case "termsAccepted":
    case "recommended":
      return "bankDue";
    case "bankDecided":
      return data["colour"] === "red" ? "refused" : data["colour"] === "green" ? "activating" : "methodDue";
    case "tokenIssued":
      return data["status"] === "active" ? "storing" : "methodDue";
    case "methodChosen":
      return OF_METHOD[String(data["method"])] ?? "methodDue";
    case "codeMade":
    case "codeSent":
    case "codeDelivered":
      return "codeDue";
    case "codeRight":
    case "bankAppApproved":
    case "hotlineApproved":
      return "activating";
    case "tokenActivated":
    case "packageMade":
      return "storing";
    case "packageStored":
    case "cardShown":
      return "ready";
    case "recordChanged":
      return "cured";
    case "cardPresented":
    case "cryptogramMade":
    case "saleKept":
    case "tokenAccepted":
    case "routed":
    case "reversalSent":
      return "paying";
    case "authorised":
    case "saleApproved":
      return "paid";
    case "reversalDone":
      return "takenBack";
    default:
      return undefined;
  }
}
