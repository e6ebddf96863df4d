import * as v from "valibot";
import { Empty, Id, Name, Words } from "./common.ts";
import { CauseSchema, FindingView } from "./facts.ts";
import { operation } from "./operation.ts";

/** A scenario as a list shows it: what its holder sees first, then what it is. */
const ScenarioView = v.object({
  id: v.string(),
  title: Words,
  about: v.picklist(["binding", "paying"]),
  /** Absent: nothing is wrong in it. */
  cause: v.optional(CauseSchema),
  /** When it goes wrong, as the holder would say it, and the sign by which he tells it from others like it. */
  when: v.object({ id: v.string(), says: Words }),
  sign: v.optional(Words),
});
export type ScenarioView = v.InferOutput<typeof ScenarioView>;

/** What only a demo shows: never in a production profile. */
export const demoApi = {
  papers: operation({
    summary: "What the demo bank's invented customers lay on the counter",
    request: Empty,
    answer: v.object({
      papers: v.array(
        v.object({
          cardId: Id,
          customerId: Id,
          holderName: Name,
          mobile: v.string(),
          document: v.object({ kind: v.literal("residentId"), number: v.string() }),
        }),
      ),
    }),
    readOnly: true,
  }),
  scenarios: operation({
    summary: "Situations that can be played",
    request: Empty,
    answer: v.object({ scenarios: v.array(ScenarioView) }),
    readOnly: true,
  }),
  play: operation({
    summary: "Play one through the real parties, in a system of its own, and find what stopped it",
    request: v.object({ id: v.pipe(v.string(), v.maxLength(60)) }),
    answer: v.object({
      right: v.boolean(),
      ms: v.number(),
      /** What was done, step by step. */
      steps: v.array(v.string()),
      finding: v.optional(FindingView),
    }),
  }),
} as const;
export type DemoApi = typeof demoApi;
