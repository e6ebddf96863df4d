import * as v from "valibot";
import { Language } from "./common.ts";
import { CaseCode, FindingView, JourneyId } from "./facts.ts";
import { operation } from "./operation.ts";

/**
 * What the running system tells those who run it (`Authorization: Bearer` is the key in the data folder): any journey,
 * as any role would read it. Holders and agents have doors of their own; this one is for engineers and the command line.
 */
export const explainApi = {
  finding: operation({
    summary: "What stopped a journey, by case code or journey id, as one role reads it",
    request: v.pipe(
      v.object({
        caseCode: v.optional(CaseCode),
        journeyId: v.optional(JourneyId),
        role: v.picklist(["holder", "agent", "engineer"]),
        language: Language,
      }),
      v.check(
        ({ caseCode, journeyId }) => (caseCode === undefined) !== (journeyId === undefined),
        "wants a case code or a journey id, and not both",
      ),
    ),
    answer: FindingView,
    readOnly: true,
  }),
} as const;
export type ExplainApi = typeof explainApi;
