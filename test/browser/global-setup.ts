import { chromiumPath } from "./chromium.ts";

/** Unpacks the browser once: two tests that did it at the same time would find each other's half-written file. */
export default async function setup(): Promise<void> {
  await chromiumPath();
}
