import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type KillableBrowser, newPage, openKillable, outsidePasskey } from "./killable.ts";
import { type RunningSystem, startSystem } from "./server.ts";
import {
  atcsOnTheWire,
  atRest,
  beginWallet,
  bindByTyping,
  button,
  charge,
  databaseOf,
  demoCard,
  phone,
  pressPay,
  shown,
  tillSays,
} from "./stage.ts";

// An application transaction counter is used once, whatever happens to the browser that holds it.

const PORT = 18_915;
const folder = mkdtempSync(join(tmpdir(), "kabao-killed-"));
const profile = join(folder, "profile");

/**
 * When the browser dies: at which frame of the tap, and how long after it. GET PROCESSING OPTIONS is the third command. The
 * page is slowed down, or it would be through before the news of a frame gets here.
 */
const SLOWER = 8;
const DEATHS: readonly (readonly [frame: "command" | "answer", number: number, afterMs: number])[] = [
  ["command", 1, 0],
  ["answer", 2, 0],
  ["command", 3, 0],
  ["command", 3, 15],
  ["command", 3, 30],
  ["command", 3, 60],
  ["command", 3, 100],
  ["command", 3, 160],
  ["answer", 3, 0],
  ["answer", 3, 30],
];

describe("a killed browser", () => {
  let system: RunningSystem;
  const finger = outsidePasskey(`http://localhost:${PORT}`);
  let browser: KillableBrowser;
  const spent: number[] = [];

  beforeAll(async () => {
    system = await startSystem(PORT, join(folder, "data"));
    browser = await openKillable(profile, finger);
    await browser.page.goto(system.origin);
    await beginWallet(browser.page);
    await bindByTyping(browser.page, demoCard("zhang"));
  });
  afterAll(async () => {
    await browser.close();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The wallet as it is after a start, with the keys it has left. */
  async function restarted(): Promise<{ atcs: number[]; highest: number }> {
    browser = await openKillable(profile, finger);
    await browser.page.goto(system.origin);
    await shown(button(browser.page, "用尾号 0017 付款"));
    const { atcs, highest } = await databaseOf(browser.page);
    return { atcs, highest: Math.max(0, ...highest) };
  }

  test.each(DEATHS)("dies at %s %i, %i ms later: no counter comes again", async (frame, number, afterMs) => {
    const { page } = browser;
    const before = await databaseOf(page);
    await charge(page, "1.00");
    const moment = frameOf(page, frame, number);
    await (await page.context().newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    await pressPay(page, "0017");
    await moment;
    if (afterMs > 0) await sleep(afterMs);
    await browser.kill();
    const { atcs, highest } = await restarted();
    // The lowest key is gone or still there; whatever a terminal saw is gone from the phone.
    const seen = await atcsOnTheWire(system.origin);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.toSorted((a, b) => a - b)).toEqual(seen);
    expect(Math.min(...atcs)).toBeGreaterThan(highest);
    expect(highest).toBeGreaterThanOrEqual(Math.max(0, ...seen));
    spent.push(highest - Math.max(0, ...before.highest));
  });

  test("deaths fell before and after a counter was taken, and each took one at most", () => {
    expect(new Set(spent)).toEqual(new Set([0, 1]));
  });

  test("the next payment is as good as any", async () => {
    const { page } = browser;
    await charge(page, "12.34");
    await pressPay(page, "0017");
    await tillSays(page, "交易成功¥12.34");
    const seen = await atcsOnTheWire(system.origin);
    expect(new Set(seen).size).toBe(seen.length);
    await atRest(page);
  });

  test("two tabs pay at the same moment with two counters", async () => {
    const second = await newPage(browser.context);
    await second.goto(system.origin);
    await second.getByLabel("终端").selectOption("T0000003");
    await shown(button(second, "用尾号 0017 付款"));
    const before = (await atcsOnTheWire(system.origin)).length;
    await charge(browser.page, "5.00");
    await charge(second, "6.00");
    await Promise.all([pressPay(browser.page, "0017"), pressPay(second, "0017")]);
    await Promise.all([tillSays(browser.page, "交易成功¥5.00"), tillSays(second, "交易成功¥6.00")]);
    const seen = await atcsOnTheWire(system.origin);
    expect(seen.length).toBe(before + 2);
    expect(new Set(seen).size).toBe(seen.length);
    await second.close();
    await atRest(browser.page);
  });

  test("a copied profile is worth nothing without the finger", async () => {
    await browser.close();
    const copy = join(folder, "copy");
    cpSync(profile, copy, { recursive: true });
    browser = await openKillable(copy, outsidePasskey(system.origin));
    const { page } = browser;
    await page.goto(system.origin);
    await shown(button(page, "用尾号 0017 付款"));
    const { atcs } = await databaseOf(page);
    await charge(page, "7.00");
    await pressPay(page, "0017");
    await shown(phone(page).getByText("这个通行密钥打不开本机的密钥"));
    expect((await databaseOf(page)).atcs).toEqual(atcs);
    await tillSays(page, "请将手机靠近");
  });
});

/** Resolves when the tap's WebSocket has carried that many frames one way. */
function frameOf(page: Page, frame: "command" | "answer", number: number): Promise<void> {
  return new Promise((resolve) => {
    page.once("websocket", (socket) => {
      let count = 0;
      const counted = () => {
        count += 1;
        if (count === number) resolve();
      };
      if (frame === "command") socket.on("framereceived", counted);
      else socket.on("framesent", counted);
    });
  });
}
