import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noBarrier } from "./barriers.ts";
import {
  breakCable,
  chargeQuick,
  codeOnPhone,
  fillDemoCard,
  mendAll,
  openAgentCase,
  phoneNamesTheBreak,
  takeDemoCard,
  toTab,
  verifyByMessage,
} from "./break-stage.ts";
import { DESK, openBrowser, plugInFinger, type WatchedPage, watchedPage } from "./chromium.ts";
import { type RunningSystem, startSystem } from "./server.ts";
import { atRest, beginWallet, button, demoCard, phone, pressPay, shown } from "./stage.ts";

// "Break it" as `npm start` serves it: each test goes on where the one before it stopped.

const PORT = 18_949;
const folder = mkdtempSync(join(tmpdir(), "kabao-break-"));

describe("break it", () => {
  let system: RunningSystem;
  let context: BrowserContext;
  let watched: WatchedPage;

  beforeAll(async () => {
    system = await startSystem(PORT, join(folder, "data"));
    context = await openBrowser({ profile: join(folder, "profile"), viewport: DESK });
    watched = await watchedPage(context);
    await watched.page.goto(`${system.origin}/break`);
    await plugInFinger(watched.page);
  });
  afterAll(async () => {
    await context?.close();
    await system?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const proof = () => watched.page.getByRole("region", { name: "什么都没有做两次" });
  const provenRows = async () => {
    await shown(proof().getByLabel("成立"));
    return {
      hold: await proof().getByLabel("成立", { exact: true }).count(),
      fail: await proof().getByLabel("不成立", { exact: true }).count(),
    };
  };
  const faults = async () => {
    const response = await fetch(`${system.origin}/sandbox/v1/faults`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "k", "kabao-journey": "j" },
      body: "{}",
    });
    return ((await response.json()) as { faults: { fault: { edge: string; does: string } }[] }).faults.map(
      ({ fault }) => fault,
    );
  };

  test("the line from network to bank is cut: the phone names line, party and remedy, and the agent sees the same", async () => {
    const { page } = watched;
    await beginWallet(page);
    await takeDemoCard(page, demoCard("zhang"));
    await breakCable(page, "转接网络", "剪断");
    expect(await faults()).toEqual([{ edge: "networkToIssuer", does: "cut" }]);
    await chargeQuick(page);
    await pressPay(page, "0017");
    const caseCode = await phoneNamesTheBreak(page);
    await shown(phone(page).getByText("卡组织网络与银行之间的线路没有就绪"));
    await shown(phone(page).getByText("转接网络"));
    await openAgentCase(page, caseCode);
    await shown(page.getByText("转接网络 到 发卡银行 的线路"));
    await noBarrier(page);
  });

  test("mended by the agent's hand, the next payment goes through, and nothing was done twice", async () => {
    const { page } = watched;
    await button(page, "请网络运维接好这根线").click();
    await shown(page.getByText("一切正常"));
    expect(await faults()).toEqual([]);
    await atRest(page);
    await toTab(page, "收银台");
    await chargeQuick(page);
    await pressPay(page, "0017");
    await shown(phone(page).getByText("付款成功 ¥12.34"));
    await shown(proof().getByText("成交 1 笔，没成 1 笔"));
    await shown(proof().getByText("¥9,987.66"));
    expect(await provenRows()).toEqual({ hold: 4, fail: 0 });
  });

  test("another phone is reserved: the agent repairs it by case code, and the journey goes on by itself", async () => {
    const { page } = watched;
    await atRest(page);
    await toTab(page, "场景");
    await page.locator('[data-story="reservedPhone"]').click();
    await shown(page.getByText(/银行给陈静（尾号 0066）登记的是另一个手机号/));
    await fillDemoCard(page, demoCard("chen"));
    await shown(phone(page).getByText("填写的手机号不是银行为这张卡预留的号码"));
    await openAgentCase(page, await codeOnPhone(page));
    await shown(page.getByRole("region", { name: "修复" }).getByText(/尾号 0066/));
    await button(page, "核对证件，改预留手机号").click();
    await shown(page.getByText("已修复，旅程自己继续。"));
    // Nobody touches the phone.
    await shown(button(page, "发送验证码"));
    await verifyByMessage(page);
    await shown(button(page, "用尾号 0017 付款"));
    const shownTexts = await fetch(`${system.origin}/demo/v1/inbox`);
    const { messages } = (await shownTexts.json()) as { messages: { toMobile: string; text: string }[] };
    const codes = messages.filter(({ toMobile, text }) => toMobile === demoCard("chen").mobile && /验证码/.test(text));
    expect(codes).toHaveLength(1);
  });

  test("a record is edited in the bank's box: the card is reported lost, and lifted again", async () => {
    const { page } = watched;
    await page.getByRole("button", { name: "发卡银行", exact: true }).click();
    await page.getByLabel("客户与卡").selectOption("0017");
    await button(page, "挂失").click();
    await shown(page.getByText("已办好"));
    await shown(button(page, "解挂"));
    await noBarrier(page);
    await page.keyboard.press("Escape");
    await shown(phone(page).getByText(/已暂停|由发卡银行停用/));
    await page.getByRole("button", { name: "发卡银行", exact: true }).click();
    await button(page, "解挂").click();
    await shown(button(page, "挂失"));
    await page.keyboard.press("Escape");
  });

  test("a scenario is played by the system, and shows finding and journey", async () => {
    const { page } = watched;
    await toTab(page, "场景");
    await page.getByLabel("搜索").fill("pay-line-to-bank-down");
    await page.locator('[data-scenario="pay-line-to-bank-down"]').click();
    await page.getByText("查出来的原因正确").waitFor({ timeout: 40_000 });
    await shown(page.getByRole("list", { name: "各方的记录" }));
    await noBarrier(page);
  });

  test("the answer to the till gets lost: the bank booked it, it is reversed, and the books say so", async () => {
    const { page } = watched;
    await atRest(page);
    await toTab(page, "收银台");
    await page.getByRole("button", { name: /终端与收单方 到 转接网络 的连线/ }).click();
    await button(page, "丢掉应答").click();
    await chargeQuick(page);
    await pressPay(page, "0017");
    await shown(phone(page).getByText("付款成功 ¥12.34"));
    await mendAll(page);
    await shown(proof().getByText("¥9,975.32"));
    // The till gives up waiting, and reverses until somebody has heard it; the system's time is moved, not waited for.
    await button(page, "系统时钟").click();
    await button(page, "快 1 小时").click();
    await shown(phone(page).getByText(/已冲正/));
    await shown(proof().getByText("成交 1 笔，没成 2 笔"));
    await shown(proof().getByText("¥9,987.66"));
    expect(await provenRows()).toEqual({ hold: 4, fail: 0 });
    await button(page, "回到现在").click();
    await page.keyboard.press("Escape");
    await shown(page.getByText("一切正常"));
    // What was written ahead of time stands in nobody's way.
    await atRest(page);
    await chargeQuick(page);
    await pressPay(page, "0017");
    await shown(phone(page).getByText("付款成功 ¥12.34"));
    await shown(proof().getByText("成交 2 笔，没成 2 笔"));
  });

  test("the docs: home in both languages, with pictures, and a document with its tables; nothing grave by axe", async () => {
    const { page } = watched;
    await page.goto(`${system.origin}/docs`);
    await shown(page.getByRole("heading", { name: "几段旅程" }));
    expect(await page.locator("main img").count()).toBeGreaterThanOrEqual(3);
    await noBarrier(page);
    await page.getByRole("link", { name: /^沙盒：卡号与故障/ }).click();
    await shown(page.getByRole("cell", { name: "张伟" }));
    expect(new URL(page.url()).pathname).toBe("/docs/sandbox");
    await noBarrier(page);
    await page.goBack();
    await button(page, "EN · Switch to English").click();
    await shown(page.getByRole("heading", { name: "How to run it" }));
    await button(page, "中 · 切换到中文").click();
  });

  test("the stage invites to the tour, and no longer once the visitor has said no", async () => {
    const { page } = watched;
    await page.goto(system.origin);
    const invitation = page.getByRole("complementary", { name: "两分钟导览" });
    await shown(invitation.getByRole("link", { name: "开始导览" }));
    await invitation.getByRole("button", { name: "以后再说" }).click();
    await page.reload();
    await shown(page.getByRole("link", { name: "弄坏它" }));
    expect(await invitation.count()).toBe(0);
    await page.getByRole("link", { name: "两分钟导览" }).click();
    await shown(page.getByText("第 2 步，共 9 步").or(page.getByText("第 3 步，共 9 步")));
  });

  test("no fault in the console", () => {
    expect(watched.faults.filter((fault) => !/Failed to load/.test(fault))).toEqual([]);
  });
});
