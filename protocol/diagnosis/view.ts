import type { Retry, Witness, Words } from "./cause.ts";
import { CAUSES } from "./causes/index.ts";
import type { Cause } from "./codes.ts";
import { readEvidence } from "./evidence/evidence.ts";
import { first, last } from "./evidence/hops.ts";
import type { Fact, Holding } from "./fact.ts";
import type { Certainty, Finding, StoppedBy } from "./finding.ts";
import { maskFact, maskForAgent } from "./mask.ts";
import { patternOf } from "./rules/hop-patterns.ts";
import { MILESTONE_WORDS, type Milestone } from "./texts/milestones.ts";
import { sentenceOf } from "./texts/sentences.ts";
import { fill, SOMEBODY, WITNESS_WORDS } from "./texts/words.ts";
import { forHolder, isSecret, nameForHolder, toldToHolder } from "./told.ts";

export const ROLES = ["holder", "agent", "engineer"] as const;
export type Role = (typeof ROLES)[number];

/** A finding as one role may read it: the answer of contracts/facts `FindingView`. */
export interface RoleView {
  caseCode?: string;
  journeyId: string;
  cause?: Cause;
  certainty: Certainty;
  between: Cause[];
  nextCheck?: Words;
  stoppedBy: string;
  actor: string;
  retry: { kind: Retry; at?: number };
  milestone: Milestone;
  what: Words;
  remedy: Words[];
  also: { cause: Cause; what: Words; remedy: Words; actor: string }[];
  consequences: Cause[];
  facts: Fact[];
  timeline: { at: number; party: Witness; words: Words }[];
  hops: HopRow[];
  unreachable: Witness[];
}

/** One call between two parties with its four moments, each on its own party's clock. */
export interface HopRow {
  from: Witness;
  to: Witness;
  operation: string;
  sentAt?: number;
  receivedAt?: number;
  decidedAt?: number;
  answeredAt?: number;
  unansweredAt?: number;
  /** "settled", "inFlight", or the cause that the pattern shows. */
  state: string;
}

/**
 * @param holdings what the finding was made from
 * @param names the journey when nobody holds anything of it, and the case code by which it was asked for
 */
export function viewFor(
  role: Role,
  finding: Finding,
  holdings: readonly Holding[],
  names: { readonly journeyId?: string; readonly caseCode?: string } = {},
): RoleView {
  const told = role === "holder" ? holderReads(finding) : finding;
  const facts = role === "holder" ? [] : readEvidence(holdings).facts.map(({ fact }) => fact);
  return {
    ...(names.caseCode === undefined ? {} : { caseCode: names.caseCode }),
    journeyId: finding.journeyId ?? names.journeyId ?? "unknown",
    ...(told.cause === undefined ? {} : { cause: role === "holder" ? forHolder(told.cause) : told.cause }),
    certainty: told.certainty,
    between: role === "holder" ? [...new Set(told.between.map(forHolder))] : [...told.between],
    ...(told.nextCheck === undefined ? {} : { nextCheck: told.nextCheck }),
    stoppedBy: stopperText(told.stoppedBy),
    actor: told.actor,
    retry: { kind: told.retry.kind, ...(told.retry.at === undefined ? {} : { at: told.retry.at }) },
    milestone: told.milestone,
    what: whatOf(told, role),
    remedy: remedyOf(told, role),
    also: told.also.map((cause) => ({
      cause: role === "holder" ? forHolder(cause) : cause,
      what: fill(CAUSES[cause].what, SOMEBODY),
      remedy: joined(CAUSES[cause].remedy),
      actor: CAUSES[cause].actor,
    })),
    consequences: [...told.consequences],
    facts: facts.map(role === "agent" ? maskForAgent : maskFact),
    timeline: facts.map((fact) => ({ at: fact.at, party: fact.party, words: sentenceOf(fact) })),
    hops: role === "engineer" ? hopRows(holdings) : [],
    unreachable: [...told.unreachable],
  };
}

/** No scores, no suspicion, no record of a card that may be a stranger's; nothing that only operations can act on. */
function holderReads(finding: Finding): Finding {
  const all = finding.cause === undefined ? [] : [finding.cause, ...finding.also];
  const told = toldToHolder(all);
  const cause = finding.cause !== undefined && told.includes(finding.cause) ? finding.cause : told[0];
  const entry = cause === undefined ? undefined : CAUSES[cause];
  const secret = cause !== undefined && isSecret(cause);
  return {
    ...finding,
    cause,
    nextCheck: undefined,
    stoppedBy: secret ? { kind: "party", party: "issuer" } : finding.stoppedBy,
    ...(entry !== undefined && cause !== finding.cause
      ? { actor: entry.actor, retry: { kind: entry.retry, at: finding.retry.at } }
      : {}),
    also: told.filter((one) => one !== cause && CAUSES[one].stage !== "between"),
    consequences: [],
    unreachable: [],
  };
}

function stopperText(stoppedBy: StoppedBy): string {
  switch (stoppedBy.kind) {
    case "party":
      return stoppedBy.party;
    case "link":
      return `link ${stoppedBy.from}–${stoppedBy.to}`;
    default:
      return stoppedBy.kind;
  }
}

function whatOf(finding: Finding, role: Role): Words {
  const names = namesOf(finding);
  if (finding.cause !== undefined) {
    const what = fill(CAUSES[finding.cause].what, names);
    return finding.certainty === "inferred"
      ? { zh: `据各方记录判断：${what.zh}`, en: `By what the parties hold, it must be this: ${what.en}` }
      : what;
  }
  if (finding.between.length === 0) return MILESTONE_WORDS[finding.milestone].what;
  const hidden = finding.ask.length === 0 ? undefined : partiesText(finding.ask);
  if (finding.between.length === 1) {
    const what = fill(CAUSES[finding.between[0]!].what, names);
    return {
      zh: `目前只知道：${what.zh}之后的情况${hidden === undefined ? "" : `要等${hidden.zh}的记录`}才能确定。`,
      en: `This much is known: ${what.en} What came after can only be told ${hidden === undefined ? "later" : `by ${hidden.en}`}.`,
    };
  }
  const either = finding.between.map((cause) => (role === "holder" ? nameForHolder(cause) : CAUSES[cause].name));
  const zh = [...new Set(either.map((name) => name.zh))];
  const en = [...new Set(either.map((name) => name.en))];
  if (zh.length === 1) return { zh: `可能是：${zh[0]}。`, en: `It may be this: ${en[0]}.` };
  return {
    zh: `目前还不能确定，可能是：${zh.join("；或者：")}。`,
    en: `It is not clear yet. Either: ${en.join("; or: ")}.`,
  };
}

/** What everybody can do whose journey is unclear. */
const SAY_THE_CODE: Words = {
  zh: "把案例码告诉银行或钱包客服，他们看到的是同一份记录。",
  en: "Tell your bank or the wallet's support the case code: they see the same journey.",
};

function remedyOf(finding: Finding, role: Role): Words[] {
  const names = namesOf(finding);
  const [only] = finding.between;
  const cause = finding.cause ?? (finding.between.length === 1 ? only : undefined);
  if (cause !== undefined) return CAUSES[cause].remedy.map((step) => fill(step, names));
  if (finding.between.length === 0) {
    return [...(finding.nextCheck === undefined ? [] : [finding.nextCheck]), MILESTONE_WORDS[finding.milestone].next];
  }
  // What helps in each of the cases helps here: for requests on their way that is to wait.
  const shared = CAUSES[only!].retry === "wait" && finding.between.every((one) => CAUSES[one].retry === "wait");
  const steps = [
    ...(finding.nextCheck === undefined ? [] : [finding.nextCheck]),
    ...(shared ? [MILESTONE_WORDS.bankDue.next] : []),
  ];
  return steps.length === 0 || (role === "holder" && !shared) ? [...steps, SAY_THE_CODE] : steps;
}

function namesOf({ parties }: Finding): { readonly from: Words; readonly to: Words } {
  if (parties === undefined) return SOMEBODY;
  return { from: WITNESS_WORDS[parties.from], to: WITNESS_WORDS[parties.to] };
}

function partiesText(parties: readonly Witness[]): Words {
  return {
    zh: parties.map((party) => WITNESS_WORDS[party].zh).join("和"),
    en: parties.map((party) => WITNESS_WORDS[party].en).join(" and "),
  };
}

function joined(steps: readonly Words[]): Words {
  return { zh: steps.map(({ zh }) => zh).join(""), en: steps.map(({ en }) => en).join(" ") };
}

function hopRows(holdings: readonly Holding[]): HopRow[] {
  const evidence = readEvidence(holdings);
  return evidence.hops.map((hop) => {
    const { from, to, operation, asked, taken } = hop;
    const pattern = patternOf(evidence, hop);
    const moments = {
      sentAt: first(asked, "sent")?.fact.at,
      receivedAt: first(taken, "received")?.fact.at,
      decidedAt: first(taken, "decided")?.fact.at,
      answeredAt: last(asked, "answered")?.fact.at,
      unansweredAt: last(asked, "unanswered")?.fact.at,
    };
    return {
      from,
      to,
      operation,
      ...Object.fromEntries(Object.entries(moments).filter(([, at]) => at !== undefined)),
      state: pattern.kind === "broken" ? pattern.cause : pattern.kind,
    };
  });
}
