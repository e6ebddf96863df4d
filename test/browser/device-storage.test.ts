import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import type { DeviceStorage } from "#device/secure-element";
import { deviceStorageContract } from "../contracts/device-storage.ts";
import { DESK, openBrowser } from "./chromium.ts";

// The device's storage where it lives: IndexedDB of a real browser, two tabs on one database.

const PORT = 18_919;
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = mkdtempSync(join(tmpdir(), "kabao-idb-"));
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

  const names = ["cards", "saveCard", "removeCard", "addKeys", "keysLeft", "takeKey", "takeCounter"] as const;
  const storageIn = (page: () => Page) => () =>
    Object.fromEntries(
      names.map((name) => [name, (...asked: never) => ask(page(), name, ...(asked as never))]),
    ) as unknown as DeviceStorage;
  deviceStorageContract(
    storageIn(() => first),
    storageIn(() => second),
  );
});
