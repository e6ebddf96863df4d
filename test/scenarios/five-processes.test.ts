import { BINDING } from "./binding.ts";
import { FAILING } from "./failing.ts";
import { openFiveProcesses } from "./five-processes.ts";
import { LOSING } from "./losing.ts";
import { PAYING } from "./paying.ts";
import { runScenarios } from "./run.ts";

// The same list as in one process, and what only processes can show.
runScenarios("five parties in five processes", () => openFiveProcesses(18_320), [
  ...BINDING,
  ...PAYING,
  ...LOSING,
  ...FAILING,
]);
