import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noBarrier } from "./barriers.ts";
import { DESK, openBrowser, PHONE, plugInFinger, type WatchedPage, watchedPage } from "./chromium.ts";
import { type RunningSystem, startSystem } from "./server.ts";
import {
  atRest,
  beginWallet,
  button,
  databaseOf,
  demoCard,
  field,
  openForm,
  phone,
  pressPay,
  shown,
  tillSays,
  typeCard,
} from "./stage.ts";

// A phone's screen, one part at a time, with a passkey that has no PRF; and at both sizes, in light and dark, what axe finds.

const PORT = 18_917;
const folder = mkdtempSync(join(tmpdir(), "kabao-small-"));

describe("a small screen", () => {
  let system: RunningSystem;
  let context: BrowserContext;
  let watched: WatchedPage;

  beforeAll(async () => {
    system = await startSystem(PORT, join(folder, "data"));
    context = await openBrowser({ profile: join(folder, "profile"), viewport: PHONE });
    watched = await watchedPage(context);
    await watched.page.goto(system.origin);
    await plugInFinger(watched.page, false);
  });
  afterAll(async () => {
    await context.close();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const go = (name: string) => watched.page.getByRole("link", { name }).click();

  test("welcome, form and faults have no grave barrier", async () => {
    const { page } = watched;
    await shown(page.getByText("欢迎使用卡包"));
    await noBarrier(page);
    await beginWallet(page);
    await noBarrier(page);
    await openForm(page);
    await button(page, "下一步").click();
    await shown(page.getByText("请输入卡号"));
    await noBarrier(page);
  });

  test("a card is bound tab by tab; without PRF the screen says where the key is", async () => {
    const { page } = watched;
    await typeCard(page, demoCard("zhang"));
    await button(page, "下一步").click();
    await shown(button(page, "同意"));
    await noBarrier(page);
    await button(page, "同意").click();
    await button(page, "发送验证码").click();
    await shown(field(page, "短信验证码"));
    await noBarrier(page);
    await go("短信");
    await page.getByRole("button", { name: /填入验证码 \d{6}/ }).click();
    await shown(page.getByText("卡片已添加"));
    await noBarrier(page);
    await button(page, "完成").click();
    await shown(phone(page).getByText("没有 PRF：本机不存付款密钥"));
    expect((await databaseOf(page)).device).not.toContain("wrapped");
    await noBarrier(page);
  });

  test("it pays from the till's tab to the phone's, and each part can be used by everybody", async () => {
    const { page } = watched;
    await go("收银台");
    await noBarrier(page);
    for (const key of "12.34") await button(page, key).click();
    await button(page, "收款").click();
    await tillSays(page, "请将手机靠近");
    await noBarrier(page);
    await button(page, "去手机付款").click();
    await pressPay(page, "0017");
    await shown(phone(page).getByText("付款成功 ¥12.34"));
    await noBarrier(page);
    await atRest(page);
    await go("收银台");
    await tillSays(page, "交易成功¥12.34");
    await noBarrier(page);
    for (const tab of ["短信", "银行", "报文"]) {
      await go(tab);
      await noBarrier(page);
    }
    await shown(page.getByText("应答码 00：交易成功"));
    await page
      .getByRole("button", { name: /消费应答 0210/ })
      .last()
      .click();
    await noBarrier(page);
  });

  test("one card opened, its settings, and every part at a desk's size, in dark too", async () => {
    const { page } = watched;
    await go("手机");
    await button(page, "设置").click();
    await shown(page.getByText("退出登录"));
    await noBarrier(page);
    await page.getByRole("dialog").getByRole("button", { name: "关闭" }).click();
    await page.getByRole("button", { name: /示范借记卡.*0017/ }).click();
    await shown(page.getByText("设备卡号尾号"));
    await noBarrier(page);
    await page.setViewportSize(DESK);
    await shown(page.getByRole("heading", { name: "收银台" }));
    await noBarrier(page);
    await page.emulateMedia({ colorScheme: "dark" });
    await noBarrier(page);
    await page.setViewportSize(PHONE);
    await noBarrier(page);
  });

  test("a reload takes nothing away: no key was kept, and the next payment fetches its own", async () => {
    const { page } = watched;
    await page.reload();
    await shown(phone(page).getByText("没有 PRF：本机不存付款密钥"));
    await pressPay(page, "0017");
    await shown(page.getByText("请靠近读卡器"));
    expect((await databaseOf(page)).atcs).toEqual([]);
    await atRest(page);
  });

  test("nothing is cut off at the sides", async () => {
    const { page } = watched;
    for (const tab of ["手机", "收银台", "短信", "银行", "报文"]) {
      await go(tab);
      expect([tab, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([tab, PHONE.width]);
    }
  });

  test("no fault in the console, and nobody but this machine was asked", () => {
    expect(watched.faults).toEqual([]);
    expect(new Set(watched.requests.map((url) => new URL(url).hostname))).toEqual(new Set(["localhost"]));
  });
});
