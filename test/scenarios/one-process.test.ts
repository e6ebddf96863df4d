import { BINDING } from "./binding.ts";
import { LOSING } from "./losing.ts";
import { openOneProcess } from "./one-process.ts";
import { PAYING } from "./paying.ts";
import { runScenarios } from "./run.ts";

runScenarios("all parties in one process", () => openOneProcess(18_300), [...BINDING, ...PAYING, ...LOSING]);
