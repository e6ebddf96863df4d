import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtPages } from "../../app/faces/pages.ts";
import { openBrowser, PHONE, plugInFinger } from "./chromium.ts";
import { barriersEverywhere, firstLoad } from "./measure.ts";
import { startSystem } from "./server.ts";
import {
  atRest,
  beginWallet,
  button,
  charge,
  demoCard,
  openForm,
  pressPay,
  shown,
  tillSays,
  toCodeStep,
  typeCard,
} from "./stage.ts";

// What the wallet weighs and how fast it is, in a real browser on a fresh system: `npm run budget [-- --json]`.

const PORT = 18_939;
const PAYMENTS = 5;
const LIMITS = { walletScriptKb: 200, interactiveMs: 2000, tapToApprovedMs: 1000, axeSerious: 0 } as const;
const folder = mkdtempSync(join(tmpdir(), "kabao-budget-"));
const json = process.argv.includes("--json");

// Built and fresh: no page that an earlier run warmed up.
await builtPages((line) => console.error(line));
const system = await startSystem(PORT, join(folder, "data"));
const context = await openBrowser({ profile: join(folder, "profile"), viewport: PHONE });
try {
  const { page, scriptKb, interactiveMs } = await firstLoad(context, system.origin);
  await plugInFinger(page);
  await beginWallet(page);
  await openForm(page);
  await typeCard(page, demoCard("zhang"));
  await toCodeStep(page);
  await page.getByText("来自短信").click();
  await shown(page.getByText("卡片已添加"));
  await button(page, "完成").click();
  const counter = await context.newPage();
  await counter.goto(`${system.origin}/till`);
  const times: number[] = [];
  for (let i = 0; i < PAYMENTS; i++) {
    await atRest(page);
    await charge(counter, "1.00");
    // The virtual finger answers at once: what is left is the wallet, the way to the reader, and everybody behind it.
    const began = Date.now();
    await pressPay(page, "0017");
    await tillSays(counter, "交易成功");
    times.push(Date.now() - began);
  }
  await counter.close();
  const figures = {
    walletScriptKb: scriptKb,
    interactiveMs,
    tapToApprovedMs: times.toSorted((a, b) => a - b)[Math.floor(PAYMENTS / 2)]!,
    axeSerious: (await barriersEverywhere(context, system.origin)).length,
  };
  if (json) console.log(JSON.stringify(figures));
  else
    for (const [name, limit] of Object.entries(LIMITS)) {
      const measured = figures[name as keyof typeof figures];
      console.log(`${measured <= limit ? "ok  " : "OVER"} ${name} ${measured} (${limit})`);
    }
  const over = Object.entries(LIMITS).some(([name, limit]) => figures[name as keyof typeof figures] > limit);
  process.exitCode = over ? 1 : 0;
} finally {
  await context.close();
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
}
