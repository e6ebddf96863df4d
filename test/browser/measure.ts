import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Page } from "playwright-core";
import { barriersOf } from "./barriers.ts";
import { shown } from "./stage.ts";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Every page with an address of its own, and those of the stage: as web/places.ts lists them. */
export function addresses(): string[] {
  const listed = readFileSync(join(root, "web", "places.ts"), "utf8");
  const places = [...listed.matchAll(/^ {2}"?([\w-]+)"?: \(\) => import\(/gm)].map((match) => `/${match[1]}`);
  if (places.length === 0) throw new Error("web/places.ts lists no page that could be found");
  return ["/", "/till", "/inbox", "/bank", ...places];
}

/** How many kilobytes of script come over the wire, compressed, until the wallet can be used; and after how long that is. */
export async function firstLoad(
  context: BrowserContext,
  origin: string,
): Promise<{ readonly page: Page; readonly scriptKb: number; readonly interactiveMs: number }> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  const scripts = new Set<string>();
  let bytes = 0;
  devtools.on("Network.responseReceived", ({ requestId, type }) => type === "Script" && scripts.add(requestId));
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  const began = Date.now();
  await page.goto(`${origin}/wallet`, { waitUntil: "commit" });
  await shown(page.getByRole("button", { name: "创建通行密钥" }));
  const interactiveMs = Date.now() - began;
  const scriptKb = Math.round(bytes / 102.4) / 10;
  await devtools.detach();
  return { page, scriptKb, interactiveMs };
}

/** What axe calls serious or critical on all pages, as they are first seen. */
export async function barriersEverywhere(context: BrowserContext, origin: string): Promise<string[]> {
  const page = await context.newPage();
  const found: string[] = [];
  for (const address of addresses()) {
    await page.goto(`${origin}${address}`);
    await shown(page.locator("#root *"));
    await page.evaluate(() => document.fonts.ready);
    found.push(...(await barriersOf(page)).map((barrier) => `${address} ${barrier}`));
  }
  await page.close();
  return found;
}
