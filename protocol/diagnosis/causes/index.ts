import type { CauseEntry } from "../cause.ts";
import type { Cause } from "../codes.ts";
import { BINDING_CAUSES } from "./binding.ts";
import { PAYING_CAUSES } from "./paying.ts";
import { RIDING_CAUSES } from "./riding.ts";

/** The one table of causes. */
export const CAUSES: Readonly<Record<Cause, CauseEntry>> = { ...BINDING_CAUSES, ...PAYING_CAUSES, ...RIDING_CAUSES };
