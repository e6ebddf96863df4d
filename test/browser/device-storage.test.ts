import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeviceStorage, StoredKey } from "#device/secure-element";
import { DESK, openBrowser } from "./chromium.ts";

// The device's storage where it lives: IndexedDB of a real browser, two tabs on one database.

const PORT = 18_919;
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = mkdtempSync(join(tmpdir(), "kabao-idb-"));
const NOW = 1_000;
const keys = (from: number, to: number, more: Partial<StoredKey> = {}): StoredKey[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    keyClass: "user",
    atc: from + i,
    keyJwe: `jwe-${from + i}`,
    expiresAt: NOW + 1,
    ...more,
  }));

describe("IndexedDB as a device's storage", () => {
  let server: Server;
  let context: BrowserContext;
  let first: Page;
  let second: Page;
  let script: string;

  beforeAll(async () => {
    const built = await build({
      stdin: {
        contents: `export { openDatabase } from "./web/adapters/database.ts"; export { openDeviceStorage } from "./web/adapters/device-storage.ts";`,
        resolveDir: root,
      },
      bundle: true,
      format: "iife",
      globalName: "kabao",
      write: false,
    });
    script = built.outputFiles[0]!.text;
    server = createServer((_request, response) =>
      response.setHeader("content-type", "text/html").end("<!doctype html>"),
    );
    await new Promise<void>((resolve) => server.listen(PORT, "127.0.0.1", resolve));
    context = await openBrowser({ profile: join(folder, "profile"), viewport: DESK });
    first = context.pages()[0] ?? (await context.newPage());
    second = await context.newPage();
    await open(first);
    await open(second);
  });
  afterAll(async () => {
    await context.close();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(page: Page): Promise<void> {
    await page.goto(`http://localhost:${PORT}/`);
    await page.evaluate(`${script}; window.storage = kabao.openDatabase().then(kabao.openDeviceStorage)`);
  }
  /** One call of the storage in a page. */
  function ask<Name extends keyof DeviceStorage>(
    page: Page,
    name: Name,
    ...asked: Parameters<DeviceStorage[Name]>
  ): ReturnType<DeviceStorage[Name]> {
    return page.evaluate(
      async ([called, values]) => {
        const { storage } = window as unknown as { storage: Promise<Record<string, (...all: unknown[]) => unknown>> };
        return (await storage)[called as string]!(...(values as unknown[]));
      },
      [name, asked],
    ) as ReturnType<DeviceStorage[Name]>;
  }

  test("cards are kept by token, the last one saved stays", async () => {
    await ask(first, "saveCard", { tokenRef: "a", passId: "p1", dataJwe: "old" });
    await ask(first, "saveCard", { tokenRef: "a", passId: "p1", dataJwe: "new" });
    await ask(second, "saveCard", { tokenRef: "b", passId: "p2", dataJwe: "b" });
    expect(await ask(second, "cards")).toEqual([
      { tokenRef: "a", passId: "p1", dataJwe: "new" },
      { tokenRef: "b", passId: "p2", dataJwe: "b" },
    ]);
  });

  test("the unexpired key with the lowest ATC of its class goes out, once", async () => {
    await ask(first, "addKeys", "lowest", keys(3, 5));
    await ask(first, "addKeys", "lowest", keys(1, 1, { expiresAt: NOW }));
    await ask(first, "addKeys", "lowest", keys(2, 2, { keyClass: "device" }));
    expect(await ask(first, "keysLeft", "lowest")).toBe(5);
    expect((await ask(first, "takeKey", "lowest", "user", NOW))?.atc).toBe(3);
    expect(await ask(first, "takeKey", "lowest", "device", NOW)).toEqual({
      keyClass: "device",
      atc: 2,
      keyJwe: "jwe-2",
      expiresAt: NOW + 1,
    });
    expect((await ask(first, "takeKey", "lowest", "user", NOW))?.atc).toBe(4);
    expect((await ask(first, "takeKey", "lowest", "user", NOW))?.atc).toBe(5);
    expect(await ask(first, "takeKey", "lowest", "user", NOW)).toBeUndefined();
    expect(await ask(first, "takeKey", "nobody", "user", NOW)).toBeUndefined();
  });

  test("a key that is there, and one whose ATC was ever taken, are left out", async () => {
    await ask(first, "addKeys", "again", keys(1, 3));
    expect((await ask(first, "takeKey", "again", "user", NOW))?.atc).toBe(1);
    await ask(first, "addKeys", "again", keys(1, 4, { keyJwe: "second" }));
    expect(await ask(first, "keysLeft", "again")).toBe(3);
    const taken = [];
    for (let i = 0; i < 3; i++) taken.push(await ask(first, "takeKey", "again", "user", NOW));
    expect(taken.map((key) => [key?.atc, key?.keyJwe])).toEqual([
      [2, "jwe-2"],
      [3, "jwe-3"],
      [4, "second"],
    ]);
  });

  test("a card that was removed takes its keys along and leaves its counter", async () => {
    await ask(first, "saveCard", { tokenRef: "gone", passId: "p", dataJwe: "d" });
    await ask(first, "addKeys", "gone", keys(1, 3));
    expect((await ask(first, "takeKey", "gone", "user", NOW))?.atc).toBe(1);
    await ask(first, "removeCard", "gone");
    expect(await ask(first, "keysLeft", "gone")).toBe(0);
    expect((await ask(first, "cards")).some((card) => card.tokenRef === "gone")).toBe(false);
    await ask(first, "addKeys", "gone", keys(1, 3));
    expect((await ask(first, "takeKey", "gone", "user", NOW))?.atc).toBe(2);
  });

  test("two tabs that take at once never get the same", async () => {
    await ask(first, "addKeys", "both", keys(1, 40));
    const taken = await Promise.all(
      Array.from({ length: 50 }, (_, i) => ask(i % 2 === 0 ? first : second, "takeKey", "both", "user", NOW)),
    );
    const atcs = taken.flatMap((key) => (key === undefined ? [] : [key.atc]));
    expect(atcs.toSorted((a, b) => a - b)).toEqual(keys(1, 40).map(({ atc }) => atc));
    const counted = await Promise.all(
      Array.from({ length: 40 }, (_, i) => ask(i % 2 === 0 ? first : second, "takeCounter", "count")),
    );
    expect(counted.toSorted((a, b) => a - b)).toEqual(keys(1, 40).map(({ atc }) => atc));
  });
});
