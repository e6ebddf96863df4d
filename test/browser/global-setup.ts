import { builtPages } from "../../app/faces/pages.ts";
import { chromiumPath } from "./chromium.ts";

/**
 * Unpacks the browser and builds the pages, once: two tests that did it at the same time would find each other's half-written
 * file, and wait for each other's build.
 */
export default async function setup(): Promise<void> {
  await chromiumPath();
  await builtPages(() => {});
}
