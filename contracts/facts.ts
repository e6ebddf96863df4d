import * as v from "valibot";
import { CAUSE_CODES, type Fact, type Holding, MILESTONES, STAGES, STEPS, WITNESSES } from "#protocol/diagnosis";
import { instant } from "#protocol/time";
import { operation } from "./operation.ts";

export const CauseSchema = v.picklist(CAUSE_CODES);
export const StageSchema = v.picklist(STAGES);
export const WitnessSchema = v.picklist(WITNESSES);
const When = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(0),
  v.transform((at) => instant(at)),
);
/** ISO journeys are named by their key fields (ADR 6), bindings by their id. */
export const JourneyId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/));
/** K7F-3QM: six characters that are not mistaken for each other. */
export const CaseCode = v.pipe(
  v.string(),
  v.regex(/^[2-9A-HJKMNP-Z]{3}-[2-9A-HJKMNP-Z]{3}$/, "wants a case code such as K7F-3QM"),
);

const FactData = v.record(
  v.pipe(v.string(), v.maxLength(32)),
  v.union([v.pipe(v.string(), v.maxLength(128)), v.number(), v.boolean()]),
);
export const FactSchema: v.GenericSchema<unknown, Fact> = v.object({
  journeyId: JourneyId,
  at: When,
  party: WitnessSchema,
  stage: StageSchema,
  code: v.picklist([...STEPS, ...CAUSE_CODES]),
  outcome: v.picklist(["passed", "failed", "noted"]),
  data: FactData,
});
export const HoldingSchema: v.GenericSchema<unknown, Holding> = v.object({
  party: WitnessSchema,
  reachable: v.boolean(),
  askedAt: When,
  upSince: v.optional(When),
  facts: v.array(FactSchema),
});

/**
 * What a party and those behind it hold of a journey. A party asks its neighbours, except the one that asked, and answers
 * with all their holdings; a neighbour that does not answer within the deadline is `reachable: false`.
 */
export const holdings = operation({
  summary: "What is held of a journey here and behind here",
  request: v.object({ journeyId: JourneyId }),
  answer: v.object({ holdings: v.array(HoldingSchema) }),
  readOnly: true,
});

/** Case codes are made by the party whose screen shows the failure: the wallet, or the acquirer at a till. */
export const journeyOfCase = operation({
  summary: "The journey behind a case code, if it was made here or behind here",
  request: v.object({ caseCode: CaseCode }),
  answer: v.object({ journeyId: v.optional(JourneyId) }),
  readOnly: true,
});

/** What a neighbour may always ask: facts and cases travel along the lines that payments and bindings travel. */
export const evidenceApi = { holdings, journeyOfCase } as const;
export type EvidenceApi = typeof evidenceApi;

const Words = v.object({ zh: v.string(), en: v.string() });

/** A finding as one role may read it. Facts are absent for holders; `data` of facts is masked for agents. */
export const FindingView = v.object({
  caseCode: v.optional(CaseCode),
  journeyId: JourneyId,
  /** Absent for a journey in which nothing is wrong. For holders `issuerRefusesRisk` and its like read as one. */
  cause: v.optional(CauseSchema),
  certainty: v.picklist(["proven", "inferred", "unclear"]),
  /** The causes that fit equally when it is unclear, and the check that separates them. */
  between: v.array(CauseSchema),
  nextCheck: v.optional(Words),
  /** "issuer", "link tsp–issuer", "holder". */
  stoppedBy: v.string(),
  actor: v.string(),
  retry: v.object({ kind: v.picklist(["now", "after", "wait", "no"]), at: v.optional(v.number()) }),
  /** What happened, then what to do, in order. */
  what: Words,
  remedy: v.array(Words),
  /** Other things that must be cured too, hardest first; and what only followed from the cause. */
  also: v.array(v.object({ cause: CauseSchema, what: Words, remedy: Words, actor: v.string() })),
  consequences: v.array(CauseSchema),
  facts: v.array(FactSchema),
  /** How far the journey got. */
  milestone: v.picklist(MILESTONES),
  /** The facts as a story, in the same order; empty for holders. */
  timeline: v.array(v.object({ at: v.number(), party: WitnessSchema, words: Words })),
  /** For engineers: each call between two parties with its moments, and what its pattern shows. */
  hops: v.array(
    v.object({
      from: WitnessSchema,
      to: WitnessSchema,
      operation: v.string(),
      sentAt: v.optional(v.number()),
      receivedAt: v.optional(v.number()),
      decidedAt: v.optional(v.number()),
      answeredAt: v.optional(v.number()),
      unansweredAt: v.optional(v.number()),
      state: v.string(),
    }),
  ),
  /** Parties that could not be asked. */
  unreachable: v.array(WitnessSchema),
});
export type FindingView = v.InferOutput<typeof FindingView>;
