import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser, PHONE } from "./chromium.ts";
import { type InProcess, startInProcess } from "./in-process.ts";
import { barriersEverywhere, firstLoad } from "./measure.ts";

// What does not depend on how busy the machine is; `npm run budget` measures times as well.

/** The pages are built where they are not yet. */
const BUILD_MS = 180_000;
const PORT = 18_943;
const SCRIPT_KB_MAX = 200;
const folder = mkdtempSync(join(tmpdir(), "kabao-weight-"));

describe("the budget", () => {
  let server: InProcess;
  let context: BrowserContext;

  beforeAll(async () => {
    server = await startInProcess(PORT);
    context = await openBrowser({ profile: join(folder, "profile"), viewport: PHONE });
  }, BUILD_MS);
  afterAll(async () => {
    await context?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("the wallet's first load is no more than 200 KB of compressed script", async () => {
    const { page, scriptKb } = await firstLoad(context, server.origin);
    await page.close();
    expect(scriptKb).toBeGreaterThan(20);
    expect(scriptKb).toBeLessThanOrEqual(SCRIPT_KB_MAX);
  });

  test("no page has a serious barrier as it is first seen", async () => {
    expect(await barriersEverywhere(context, server.origin)).toEqual([]);
  });
});
