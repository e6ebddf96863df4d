import type { CauseEntry } from "../cause.ts";
import type { Cause } from "../codes.ts";
import { AUTHORISE_CAUSES } from "./authorise.ts";
import { BETWEEN_CAUSES } from "./between.ts";
import { CARD_CAUSES } from "./card.ts";
import { COMPLETE_CAUSES } from "./complete.ts";
import { DECISION_CAUSES } from "./decision.ts";
import { ELIGIBILITY_CAUSES } from "./eligibility.ts";
import { ISSUE_CAUSES } from "./issue.ts";
import { PREFLIGHT_CAUSES } from "./preflight.ts";
import { RIDING_CAUSES } from "./riding.ts";
import { TAP_CAUSES } from "./tap.ts";
import { VERIFICATION_CAUSES } from "./verification.ts";

/** Total: a cause without its entry does not compile. */
export const CAUSES: Readonly<Record<Cause, CauseEntry>> = {
  ...PREFLIGHT_CAUSES,
  ...CARD_CAUSES,
  ...ELIGIBILITY_CAUSES,
  ...DECISION_CAUSES,
  ...VERIFICATION_CAUSES,
  ...ISSUE_CAUSES,
  ...BETWEEN_CAUSES,
  ...TAP_CAUSES,
  ...AUTHORISE_CAUSES,
  ...COMPLETE_CAUSES,
  ...RIDING_CAUSES,
};
