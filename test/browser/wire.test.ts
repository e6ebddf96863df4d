import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toHex } from "#protocol/bytes";
import { DEMO_CARDS } from "#protocol/pan";
import { DESK, openBrowser, PHONE, plugInFinger, type WatchedPage, watchedPage } from "./chromium.ts";
import { type RunningSystem, startSystem } from "./server.ts";
import { beginWallet, bindByTyping, button, charge, demoCard, phone, pressPay, shown, tillSays } from "./stage.ts";

// What a card and a payment look like on the wire: as a chart, as bytes, explained, and as a file on another machine.

const PORT = 18_955;
const folder = mkdtempSync(join(tmpdir(), "kabao-wire-"));
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const zhang = demoCard("zhang");
const asciiHex = (text: string) => toHex(new TextEncoder().encode(text)).toUpperCase();

describe("the wire view", () => {
  let system: RunningSystem;
  let context: BrowserContext;
  let watched: WatchedPage;
  let wire: Page;
  let code: string;
  const exported = join(folder, "journey.json");
  const chart = () => wire.getByRole("list", { name: "报文" });
  const step = () => wire.getByRole("complementary");
  const message = (name: RegExp): Locator => chart().getByRole("button", { name });

  beforeAll(async () => {
    system = await startSystem(PORT, join(folder, "data"));
    context = await openBrowser({ profile: join(folder, "profile"), viewport: DESK });
    watched = await watchedPage(context);
    await watched.page.goto(system.origin);
    await plugInFinger(watched.page);
    wire = await context.newPage();
    wire.on("pageerror", (error) => watched.faults.push(`wire: ${error.message}`));
    wire.on("console", (said) => {
      if (said.type() === "error") watched.faults.push(`wire: ${said.text()}`);
    });
    await wire.goto(`${system.origin}/wire`);
    await watched.page.bringToFront();
  });
  afterAll(async () => {
    await context?.close();
    await system?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a binding is there as one journey, from the phone's own call to the text message", async () => {
    await beginWallet(watched.page);
    ({ code } = await bindByTyping(watched.page, zhang));
    await wire.bringToFront();
    await shown(wire.getByRole("heading", { name: "绑卡 尾号 0017" }));
    await shown(message(/手机 到 钱包服务器: 开始绑卡/));
    await shown(message(/令牌服务方 到 发卡银行: 绑定决定/));
    await shown(message(/发卡银行 到 短信: 短信/));
    await shown(message(/手机 到 钱包服务器: 确认存好/));
    expect(await chart().textContent()).not.toContain(code);
  });

  test("a payment appears while it happens, with its times", async () => {
    const { page } = watched;
    await page.bringToFront();
    await charge(page, "12.34");
    await pressPay(page, "0017");
    await shown(phone(page).getByText("付款成功 ¥12.34"));
    await tillSays(page, "交易成功");
    await wire.bringToFront();
    await shown(wire.getByRole("heading", { name: "付款 ¥12.34" }));
    await shown(message(/终端 到 手机: 取处理选项/));
    await shown(message(/收单方 到 转接网络: 消费请求 0200/));
    await shown(message(/转接网络 到 收单方: 消费应答 0210/).getByText(/↩ \d+ ms|↩ [\d.]+ s/));
    await noBarrier(wire);
  });

  test("a step opens to sentence, reason, fields and bytes; a field lights its bytes", async () => {
    await message(/收单方 到 转接网络: 消费请求 0200/).click();
    await shown(step().getByText("请求从这张卡扣款 ¥12.34"));
    await shown(step().getByText(/收单方先把这笔交易落盘/));
    const field = step().getByRole("button", { name: /^9F37 / });
    const un = ((await field.textContent()) ?? "").slice(-8);
    await field.hover();
    const lit = await step().locator("[data-at].bg-accent").allTextContents();
    expect(lit.join("")).toBe(un);
    await noBarrier(wire);
  });

  test("the token's number is masked until it is asked for; the card's own is never there", async () => {
    const numbers = async () => (await step().textContent()) ?? "";
    expect(await numbers()).not.toMatch(/629990\d{13}/);
    await button(wire, "显示令牌号").click();
    await shown(step().getByText(/^629990\d{13}$/));
    await button(wire, "遮盖令牌号").click();
    await expect.poll(numbers).not.toMatch(/629990\d{13}/);
    await message(/转接网络 到 发卡银行: 消费请求 0200/).click();
    await button(wire, "显示令牌号").click();
    await shown(step().getByText("这条消息里没有令牌号。"));
    expect(await numbers()).not.toContain(zhang.pan);
  });

  test("the cryptogram is explained: inputs, keys by check value, what it should be and what came", async () => {
    await message(/转接网络 到 令牌服务方: 核验令牌/).click();
    await button(wire, "解释密文").click();
    const explainer = step().getByRole("region", { name: "密文解释" });
    await shown(explainer.getByText("密文正确"));
    await shown(explainer.getByText("tsp.imk-ac.user"));
    await shown(explainer.getByRole("row", { name: /9F02.*000000001234/ }));
    const [expected, got] = await explainer.getByRole("definition").allTextContents();
    expect(expected).toMatch(/^[0-9A-F]{16}$/);
    expect(got).toBe(expected);
    await shown(explainer.getByText("计数器 1 由这笔交易用掉。"));
    await noBarrier(wire);
  });

  test("filters: a kind, a party, a text", async () => {
    await button(wire, "APDU").click();
    expect(await message(/终端 到 手机/).count()).toBe(0);
    await button(wire, "APDU").click();
    await wire.getByLabel("参与方").selectOption("issuer");
    expect(await message(/手机/).count()).toBe(0);
    await shown(message(/转接网络 到 发卡银行/));
    await wire.getByLabel("参与方").selectOption("");
    await wire.getByRole("searchbox", { name: "搜索" }).fill("不可预知");
    await shown(message(/终端 到 手机: 取处理选项/));
    expect(await message(/付款通知/).count()).toBe(0);
    await wire.getByRole("searchbox", { name: "搜索" }).fill("");
  });

  test("a canary: whatever the server tells or is asked for holds no card number, code or phone", async () => {
    const { rows } = (await (await fetch(`${system.origin}/demo/v1/wire`)).json()) as {
      rows: { seq: number; cryptogram?: true }[];
    };
    expect(rows.length).toBeGreaterThan(50);
    const ask = async (operation: string, seq: number) => {
      const answer = await fetch(`${system.origin}/demo/wire/v1/${operation}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ seq }),
      });
      return answer.text();
    };
    const told = [JSON.stringify(rows)];
    for (const { seq } of rows) told.push(await ask("reveal", seq));
    for (const { seq } of rows.filter(({ cryptogram }) => cryptogram)) told.push(await ask("explain", seq));
    const all = told.join("\n").toUpperCase();
    for (const { pan, mobile } of DEMO_CARDS)
      for (const secret of [pan, asciiHex(pan), mobile, asciiHex(mobile)]) expect(all).not.toContain(secret);
    expect(all).not.toContain(code);
    expect(all).not.toContain(asciiHex(code));
    expect(all).toMatch(/629990\d{13}/);
    expect(told[0]).not.toMatch(/629990\d{13}/);
  });

  test("a journey goes out as a file and is looked at in another browser, as what it is", async () => {
    const [download] = await Promise.all([wire.waitForEvent("download"), button(wire, "导出").click()]);
    await download.saveAs(exported);
    const text = readFileSync(exported, "utf8");
    expect(text).not.toMatch(/629990\d{13}/);
    expect(text).not.toContain(zhang.pan);

    const other = await openBrowser({ profile: join(folder, "other"), viewport: DESK });
    try {
      const { page, faults } = await watchedPage(other);
      await page.goto(`${system.origin}/wire`);
      await page.getByLabel("打开别处导出的经过").setInputFiles({
        name: "wrong.json",
        mimeType: "application/json",
        buffer: Buffer.from(text.replace('"network"', '"moon"')),
      });
      await shown(page.getByRole("alert").getByText("文件内容不完整或被改过"));
      await page.getByLabel("打开别处导出的经过").setInputFiles(exported);
      await shown(page.getByText("导入的文件 journey.json"));
      await shown(page.getByRole("heading", { name: "付款 ¥12.34" }));
      await page.getByRole("button", { name: /转接网络 到 令牌服务方: 核验令牌/ }).click();
      await shown(page.getByText("转接网络不认识令牌"));
      // Its server is elsewhere: nothing can be asked about it.
      expect(await page.getByRole("button", { name: "解释密文" }).count()).toBe(0);
      expect(await page.getByRole("button", { name: "显示令牌号" }).count()).toBe(0);
      await noBarrier(page);
      await button(page, "回到实时").click();
      await shown(page.getByRole("button", { name: "解释密文" }).or(page.getByText("点一条消息")));
      expect(faults).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test("a phone's screen, English and dark: nothing cut off, nothing out of reach", async () => {
    await wire.getByRole("button", { name: "Switch to English" }).click();
    await wire.setViewportSize(PHONE);
    await wire.emulateMedia({ colorScheme: "dark" });
    await wire.getByRole("combobox", { name: "Journey" }).selectOption("newest");
    await wire.getByRole("button", { name: /network to token service: authoriseToken/ }).click();
    await shown(wire.getByText("The network does not know tokens."));
    await button(wire, "Explain the cryptogram").click();
    await shown(wire.getByText("The cryptogram is right"));
    expect(await wire.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
    await noBarrier(wire);
  });

  test("no fault in the console", () => {
    expect(watched.faults).toEqual([]);
  });
});

/** What axe calls serious or critical, with the places. */
async function noBarrier(page: Page): Promise<void> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
  });
  expect(found).toEqual([]);
}
