import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openBrowser, PHONE } from "./chromium.ts";

// Draws the app's icons from web/public/icon.svg: `node bin/launch.mjs test/browser/icons.ts`.

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const shapes = /<title>.*?<\/title>([\s\S]*)<\/svg>/.exec(
  readFileSync(join(root, "web", "public", "icon.svg"), "utf8"),
)![1]!;
const svg = (inside: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="100%" height="100%">${inside}</svg>`;
/** The whole square is blue and the cards lie within the middle 80 %, which every mask leaves. */
const maskable = svg(
  `<rect width="64" height="64" fill="#1d5fd6"/><g transform="translate(32 32) scale(.82) translate(-32 -32)">${shapes.replace(/<rect[^>]*rx="15"[^>]*\/>/, "")}</g>`,
);
/** One colour: a system fills it as it likes. */
const badge = svg(
  `<path fill="#fff" fill-rule="evenodd" d="M10 20a6 6 0 0 1 6-6h32a6 6 0 0 1 6 6v2H10zm0 6h44v18a6 6 0 0 1-6 6H16a6 6 0 0 1-6-6zm0 5v6h44v-6z"/>`,
);
const ICONS = [
  { name: "192", size: 192, picture: svg(shapes) },
  { name: "512", size: 512, picture: svg(shapes) },
  { name: "maskable-192", size: 192, picture: maskable },
  { name: "maskable-512", size: 512, picture: maskable },
  { name: "apple-180", size: 180, picture: maskable },
  { name: "badge-96", size: 96, picture: badge },
];

const folder = mkdtempSync(join(tmpdir(), "kabao-icons-"));
const context = await openBrowser({ profile: join(folder, "profile"), viewport: PHONE });
try {
  const page = await context.newPage();
  for (const { name, size, picture } of ICONS) {
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>html,body{margin:0;height:100%;background:none}</style>${picture}`);
    await page.screenshot({ path: join(root, "web", "public", "icons", `${name}.png`), omitBackground: true });
  }
} finally {
  await context.close();
  rmSync(folder, { recursive: true, force: true });
}
