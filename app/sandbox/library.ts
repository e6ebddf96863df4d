import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseScenario, type Scenario } from "./scenario.ts";

/** Causes that no scenario can produce, with why. */
const UNPRODUCED = "unproduced.json";
const FOLDER = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "scenarios");

/** Every scenario of the project, in the order of its file name. */
export function allScenarios(): readonly Scenario[] {
  const files = readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".json") && name !== UNPRODUCED,
  );
  const found = files.sort().map((name) => parseScenario(readFileSync(join(FOLDER, name), "utf8"), name));
  const ids = new Set<string>();
  for (const { id } of found) {
    if (ids.has(id)) throw new RangeError(`scenarios: ${id} is there twice`);
    ids.add(id);
  }
  for (const { id, neighbourOf } of found)
    if (neighbourOf !== undefined && !ids.has(neighbourOf))
      throw new RangeError(`scenarios: ${id} is a neighbour of none`);
  return found;
}

/** By path, or by id. Undefined: neither. */
export function findScenario(named: string): Scenario | undefined {
  if (existsSync(named)) return parseScenario(readFileSync(named, "utf8"), named);
  return allScenarios().find(({ id }) => id === named);
}
