import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { chromiumPath, FLAGS } from "../browser/chromium.ts";
import type { Look, RenderedCard } from "./rendered-card.ts";

const here = dirname(fileURLToPath(import.meta.url));
const fonts = dirname(createRequire(import.meta.url).resolve("@fontsource-variable/noto-sans-sc"));
const ADDRESS = "http://studio.invalid/";

/** A browser that paints cards, and one that opens pictures of any kind it knows. */
export interface PictureStudio {
  /** The bytes of a picture file. */
  paint(card: RenderedCard | undefined, look: Look, type: "image/jpeg" | "image/png"): Promise<Buffer>;
  /** A picture file's pixels, no wider than `atMost`. */
  open(file: Uint8Array, atMost: number): Promise<{ width: number; height: number; data: Uint8ClampedArray }>;
  close(): Promise<void>;
}

export async function openStudio(): Promise<PictureStudio> {
  const bundle = await build({
    entryPoints: [join(here, "painter.ts")],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
  });
  const browser: Browser = await chromium.launch({ executablePath: await chromiumPath(), headless: true, args: FLAGS });
  const page = await browser.newPage();
  // Nothing of this leaves the machine: every request is answered here.
  await page.route(`${ADDRESS}**`, (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path === "/")
      return route.fulfill({ contentType: "text/html", body: '<link rel="stylesheet" href="/index.css">' });
    return route.fulfill({ path: join(fonts, path) });
  });
  await page.goto(ADDRESS);
  await page.addScriptTag({ content: bundle.outputFiles[0]!.text });
  const told = async (script: string) => (await page.evaluate(script)) as string;
  return {
    async paint(card, look, type) {
      const call = `studio.paint(${JSON.stringify(card) ?? "undefined"}, ${JSON.stringify(look)}, ${JSON.stringify(type)})`;
      return Buffer.from(await told(call), "base64");
    },
    async open(file, atMost) {
      const text = await told(`studio.open("${Buffer.from(file).toString("base64")}", ${atMost})`);
      const [width, height, pixels] = text.split(" ") as [string, string, string];
      const data = Buffer.from(pixels, "base64");
      return { width: Number(width), height: Number(height), data: new Uint8ClampedArray(data) };
    },
    close: () => browser.close(),
  };
}
