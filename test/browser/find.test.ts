import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noBarrier } from "./barriers.ts";
import { DESK, openBrowser, PHONE, plugInFinger, type WatchedPage, watchedPage } from "./chromium.ts";
import { type RunningSystem, startSystem } from "./server.ts";
import { bindByTyping, button, charge, demoCard, field, phone, pressPay, shown, tillSays } from "./stage.ts";

// A phone is lost while its wallet is open; somebody else's browser locks it, and only its holder opens it again.

const PORT = 18_927;
const folder = mkdtempSync(join(tmpdir(), "kabao-find-"));
const CODE = /[2-9A-HJKMNP-Z]{5}-[2-9A-HJKMNP-Z]{5}/g;

describe("find", () => {
  let system: RunningSystem;
  let lost: BrowserContext;
  let elsewhere: BrowserContext;
  let watched: WatchedPage;
  let find: WatchedPage;
  let codes: readonly string[];

  beforeAll(async () => {
    system = await startSystem(PORT, join(folder, "data"));
    lost = await openBrowser({ profile: join(folder, "lost"), viewport: DESK });
    elsewhere = await openBrowser({ profile: join(folder, "elsewhere"), viewport: PHONE });
    watched = await watchedPage(lost);
    find = await watchedPage(elsewhere);
    await watched.page.goto(system.origin);
    const finger = await plugInFinger(watched.page);
    codes = await beginWithCodes(watched.page);
    await bindByTyping(watched.page, demoCard("zhang"));
    await find.page.goto(`${system.origin}/find`);
    const other = await plugInFinger(find.page);
    // A passkey that the holder's machines share.
    await other.take(await finger.give());
  }, 180_000);
  afterAll(async () => {
    await lost.close();
    await elsewhere.close();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const locked = () => shown(phone(watched.page).getByText("此设备已标记为丢失"));

  test("what no code is says so, and a code that nobody has finds nothing", async () => {
    const { page } = find;
    await shown(page.getByText("手机不见了？"));
    await noBarrier(page);
    await button(page, "用恢复码登录").click();
    await button(page, "查找").click();
    await shown(page.getByText("恢复码像这样"));
    await noBarrier(page);
    await byCode(page, "AB2CD-EF3GH");
    await shown(page.getByText("找不到这项记录"));
  });

  test("with a recovery code the phone is locked: its open screen says so at once, and it pays nothing", async () => {
    const { page } = find;
    await byCode(page, codes[0]!.toLowerCase());
    await shown(page.getByText("演示用户 的设备"));
    await shown(page.getByText("网页手机"));
    await shown(page.getByText("0017"));
    await noBarrier(page);
    await button(page, "标记为丢失").click();
    await shown(page.getByText("这台设备上的卡片已全部暂停"));
    await noBarrier(page);
    await locked();
    await noBarrier(watched.page);
    expect(await button(watched.page, "用尾号 0017 付款").count()).toBe(0);
    await watched.page.reload();
    await locked();
  });

  test("found: its holder's passkey opens it on the phone itself, and it pays again", async () => {
    const { page } = watched;
    await button(page, "我找到了：用通行密钥解锁").click();
    await shown(button(page, "用尾号 0017 付款"));
    await charge(page, "1.00");
    await pressPay(page, "0017");
    await tillSays(page, "交易成功¥1.00");
    await shown(find.page.getByText("正常"));
  });

  test("the code's session ends no lost mode; the passkey does, from elsewhere, too", async () => {
    const { page } = find;
    await button(page, "标记为丢失").click();
    await locked();
    await shown(page.getByText("用通行密钥解除"));
    await button(page, "找到了").click();
    await shown(button(page, "标记为丢失"));
    await shown(phone(watched.page).getByText("钱包"));
    await shown(button(watched.page, "用尾号 0017 付款"));
  });

  test("erased, the phone has no card any more", async () => {
    const { page } = find;
    await button(page, "抹掉卡片").click();
    await noBarrier(page);
    await button(page, "抹掉").click();
    await shown(page.getByText("卡片已全部抹掉"));
    await locked();
    await button(page, "找到了").click();
    await shown(watched.page.getByText("添加第一张卡"));
  });

  test("left, nothing is kept in the other browser", async () => {
    const { page } = find;
    await button(page, "退出").click();
    await shown(button(page, "用通行密钥登录"));
    await page.reload();
    await shown(button(page, "用通行密钥登录"));
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => !key.endsWith("language")))).toEqual([]);
    await button(page, "用通行密钥登录").click();
    await shown(page.getByText("演示用户 的设备"));
    await page.setViewportSize(DESK);
    await page.emulateMedia({ colorScheme: "dark" });
    await noBarrier(page);
  });

  test("no fault in the console", () => {
    // Refused calls are answers, which the browser notes on its own.
    const own = [...watched.faults, ...find.faults].filter((fault) => !/status of (403|404)/.test(fault));
    expect(own).toEqual([]);
  });
});

async function beginWithCodes(page: Page): Promise<readonly string[]> {
  await page.getByRole("button", { name: "创建通行密钥" }).click();
  const dialog = page.getByRole("dialog");
  await shown(dialog.getByText("请抄下恢复码"));
  const codes = (await dialog.innerText()).match(CODE) ?? [];
  await button(page, "已抄好").click();
  await shown(page.getByText("添加第一张卡"));
  return codes;
}

async function byCode(page: Page, code: string): Promise<void> {
  await field(page, "账户的称呼").fill("演示用户");
  await field(page, "恢复码").fill(code);
  await button(page, "查找").click();
}
