import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DESK, type Finger, openBrowser, plugInFinger, type WatchedPage, watchedPage } from "./chromium.ts";
import { type RunningSystem, startSystem } from "./server.ts";
import {
  atcsOnTheWire,
  atRest,
  bank,
  beginWallet,
  bindByTyping,
  button,
  CASE_CODE,
  charge,
  codeFromInbox,
  databaseOf,
  demoCard,
  field,
  loseSession,
  openForm,
  phone,
  pressPay,
  shown,
  till,
  tillSays,
  toCodeStep,
  typeCard,
} from "./stage.ts";

// One visitor, from an empty wallet on: each test goes on where the one before it stopped.

const PORT = 18_911;
const folder = mkdtempSync(join(tmpdir(), "kabao-stage-"));
const zhang = demoCard("zhang");
const li = demoCard("li");

describe("the stage", () => {
  let system: RunningSystem;
  let context: BrowserContext;
  let watched: WatchedPage;
  let finger: Finger;
  const sent: string[] = [];

  beforeAll(async () => {
    system = await startSystem(PORT, join(folder, "data"));
    context = await openBrowser({ profile: join(folder, "profile"), viewport: DESK });
    watched = await watchedPage(context);
    watched.page.on("request", (request) => sent.push(request.postData() ?? ""));
    await watched.page.goto(system.origin);
    finger = await plugInFinger(watched.page);
  });
  afterAll(async () => {
    await context.close();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a card is bound by typing, its code comes from the inbox", async () => {
    const { page } = watched;
    await beginWallet(page);
    const { code } = await bindByTyping(page, zhang);
    await shown(button(page, "用尾号 0017 付款"));
    const bodies = sent.join("\n");
    expect(bodies).toContain("cardJwe");
    for (const secret of [zhang.pan, zhang.mobile, zhang.holderName, code]) expect(bodies.includes(secret)).toBe(false);
    const { atcs, device } = await databaseOf(page);
    expect(atcs).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(device).toEqual(["accountId", "credentialId", "deviceId", "prfInput", "publicKey", "wrapped"]);
  });

  test("¥12.34 by passkey: the till says approved, the phone shows the notice, the bank has less", async () => {
    const { page } = watched;
    await shown(bank(page).getByText("¥10,000.00"));
    await charge(page, "12.34");
    await pressPay(page, "0017");
    await tillSays(page, "交易成功¥12.34");
    await shown(phone(page).getByText("付款成功 ¥12.34"));
    await shown(bank(page).getByText("¥9,987.66"));
    expect(await atcsOnTheWire(system.origin)).toEqual([1]);
    expect((await databaseOf(page)).atcs).not.toContain(1);
  });

  test("the wire shows each message of the payment, and each opens to its fields", async () => {
    const { page } = watched;
    const wire = page.getByRole("region", { name: "报文" });
    await shown(wire.getByText("选择支付目录 (PPSE)"));
    const request = wire.getByRole("button", { name: /转接网络 到 发卡银行: 消费请求 0200/ });
    await request.click();
    await shown(wire.getByText("000000001234 (¥12.34)"));
    expect(await wire.textContent()).not.toContain(zhang.pan);
    await button(page, "8583").click();
    expect(await request.count()).toBe(0);
    await button(page, "8583").click();
    await wire.getByRole("combobox", { name: "经过" }).selectOption("all");
    await shown(wire.getByRole("button", { name: /钱包服务器 到 令牌服务方: 申请令牌/ }));
  });

  test("after a reload card, balance and history are there, and a payment works", async () => {
    const { page } = watched;
    await page.reload();
    await shown(phone(page).getByText("DEMO CAFE"));
    await shown(bank(page).getByText("¥9,987.66"));
    await charge(page, "0.05");
    await pressPay(page, "0017");
    await tillSays(page, "交易成功");
    await shown(bank(page).getByText("¥9,987.61"));
  });

  test("a refund goes back to the card and shows on till, phone and bank", async () => {
    const { page } = watched;
    await button(page, "撤销或退款 ¥12.34").click();
    await field(page, "退款金额（元）").fill("12.35");
    await till(page).getByRole("button", { name: "退款", exact: true }).last().click();
    await shown(till(page).getByText("不超过可退金额"));
    await field(page, "退款金额（元）").fill("");
    await till(page).getByRole("button", { name: "退款 ¥12.34", exact: true }).click();
    await tillSays(page, "退款成功¥12.34");
    await button(page, "小票").click();
    await shown(page.getByRole("dialog", { name: "小票" }).getByText("-¥12.34"));
    await page.keyboard.press("Escape");
    await button(page, "日终结算").click();
    await shown(page.getByRole("dialog", { name: "日终结算" }).getByText("1 笔 · ¥12.34"));
    await page.keyboard.press("Escape");
    await page.getByRole("dialog", { name: "日终结算" }).waitFor({ state: "detached" });
    await shown(phone(page).getByText("退款到账 ¥12.34"));
    await shown(bank(page).getByText("¥9,999.95"));
  });

  test("the server is killed and started anew: everything is still there", async () => {
    const { page } = watched;
    await system.kill();
    await shown(phone(page).getByText("连接中断，正在重连…"));
    system = await startSystem(PORT, join(folder, "data"));
    await page.getByText("连接中断，正在重连…").waitFor({ state: "detached", timeout: 15_000 });
    // What a browser writes when a server is away is not the page's fault.
    const faults = watched.faults.filter(
      (fault) => !/ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY|Failed to load/.test(fault),
    );
    expect(faults).toEqual([]);
    watched.faults.length = 0;
    await page.reload();
    await shown(phone(page).getByText("DEMO CAFE"));
    await shown(bank(page).getByText("¥9,999.95"));
    await shown(till(page).getByText(/退款 ¥12\.34/));
    await charge(page, "2.00");
    await pressPay(page, "0017");
    await tillSays(page, "交易成功");
    await shown(bank(page).getByText("¥9,997.95"));
  });

  test("without a verified holder nothing leaves the phone", async () => {
    const { page, requests } = watched;
    await atRest(page);
    await charge(page, "3.00");
    const keys = (await databaseOf(page)).atcs;
    await finger.skipVerification(true);
    const posts = sent.length;
    const seen = requests.length;
    await pressPay(page, "0017");
    await shown(phone(page).getByText("没有通过验证"));
    // The till goes on asking for its sale; nothing else was sent.
    expect(requests.slice(seen).filter((url) => !url.endsWith("/acquirer/v1/sale"))).toEqual([]);
    expect(sent.slice(posts).filter((body) => !body.includes("saleId"))).toEqual([]);
    expect((await databaseOf(page)).atcs).toEqual(keys);
    await tillSays(page, "请将手机靠近");
    await finger.skipVerification(false);
    await button(page, "重试").click();
    await tillSays(page, "交易成功");
  });

  test("a wrong code says so, with the tries that are left; a reload resumes the binding", async () => {
    const { page } = watched;
    await atRest(page);
    await openForm(page);
    await typeCard(page, li);
    await button(page, "下一步").click();
    await shown(page.getByText("这是信用卡，还需要有效期和安全码。"));
    await field(page, "有效期").pressSequentially("0633");
    await field(page, "安全码").fill(li.cvn2);
    await toCodeStep(page);
    const code = await codeFromInbox(page);
    const wrong = code === "000000" ? "000001" : "000000";
    await field(page, "短信验证码").fill(wrong);
    await button(page, "验证").click();
    await shown(phone(page).getByText("验证码错误"));
    await shown(phone(page).getByText("还可以试 2 次"));
    await page.reload();
    await button(page, "继续添加").click();
    await page
      .getByRole("region", { name: "短信" })
      .getByRole("button", { name: `填入验证码 ${code}` })
      .click();
    await shown(page.getByText("设为默认卡？"));
    await button(page, "设为默认卡").click();
    await shown(button(page, "用尾号 0021 付款"));
    expect(sent.join("\n").includes(code)).toBe(false);
  });

  test("a card that the bank refuses: cause and remedy", async () => {
    const { page } = watched;
    await atRest(page);
    for (const [card, cause, remedy] of [
      [
        { ...demoCard("chen"), mobile: "13900139000" },
        "填写的手机号不是银行为这张卡预留的号码",
        "请柜员修改客户信息中的“银行预留手机号”",
      ],
      [{ ...demoCard("chen"), holderName: "陈晶" }, "填写的姓名与银行登记的不一致", "按证件上的写法输入姓名"],
      [demoCard("liu"), "这张卡在银行处于挂失状态", "请致电银行或到网点解除挂失"],
    ] as const) {
      await openForm(page);
      await typeCard(page, card);
      await button(page, "下一步").click();
      await button(page, "同意").click();
      await shown(phone(page).getByText(cause));
      await shown(phone(page).getByText(remedy));
      await shown(phone(page).getByText(CASE_CODE));
      await phone(page).getByText("关闭", { exact: true }).click();
      await atRest(page);
    }
  });

  test("a declined payment: the till shows a cross, why, and what to do", async () => {
    const { page } = watched;
    await charge(page, "49999.99");
    await pressPay(page, "0021");
    await tillSays(page, "交易未成功¥49,999.99");
    await tillSays(page, "请换一张卡");
    await atRest(page);
  });

  test("the page speaks English when asked to, and remembers it", async () => {
    const { page } = watched;
    await button(page, "EN · Switch to English").click();
    await shown(page.getByRole("heading", { name: "Till" }));
    await page.reload();
    await shown(page.getByRole("heading", { name: "Wallet" }));
    await button(page, "中 · 切换到中文").click();
  });

  test("signed out, the passkey brings the cards back; a session that the server does not know is told", async () => {
    const { page } = watched;
    await button(page, "设置").click();
    await button(page, "退出登录").click();
    await shown(phone(page).getByText("欢迎回来，演示用户"));
    await button(page, "用已有的通行密钥登录").click();
    await shown(button(page, "用尾号 0021 付款"));
    const { atcs } = await databaseOf(page);
    expect(atcs.length).toBeGreaterThan(10);
    await loseSession(page);
    await page.reload();
    await shown(phone(page).getByText("登录已过期"));
    await button(page, "用已有的通行密钥登录").click();
    await charge(page, "1.00");
    await pressPay(page, "0021");
    await tillSays(page, "交易成功¥1.00");
  });

  test("a finger that is refused pays nothing", async () => {
    const { page } = watched;
    await atRest(page);
    await charge(page, "4.00");
    const keys = (await databaseOf(page)).atcs;
    await finger.refuse();
    await pressPay(page, "0021");
    await shown(phone(page).getByText("没有通过验证"));
    expect((await databaseOf(page)).atcs).toEqual(keys);
    await tillSays(page, "请将手机靠近");
  });

  test("no fault in the console, and nobody but this machine was asked", () => {
    // The browser notes the one answer that the lost session got.
    expect(watched.faults.filter((fault) => !fault.includes("status of 401"))).toEqual([]);
    expect(new Set(watched.requests.map((url) => new URL(url).hostname))).toEqual(new Set(["localhost"]));
  });
});
