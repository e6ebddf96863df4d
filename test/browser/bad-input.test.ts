import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DESK, openBrowser, plugInFinger, type WatchedPage, watchedPage } from "./chromium.ts";
import { type RunningSystem, startSystem } from "./server.ts";
import { beginWallet, button, field, openForm, shown, till, toCodeStep } from "./stage.ts";

// What people type wrongly. Each bad field says what is wrong, nothing is sent, and what was typed is not said again.

const PORT = 18_913;
const folder = mkdtempSync(join(tmpdir(), "kabao-form-"));

const CARD_CASES: readonly (readonly [label: string, typed: string, fault: string])[] = [
  ["卡号", "", "请输入卡号"],
  ["卡号", "    ", "请输入卡号"],
  ["卡号", "abcdefghijklmnop", "卡号只能是数字"],
  ["卡号", "6229 9901 O000 0000 017", "卡号只能是数字"],
  ["卡号", "6229.9901.0000.0000.017", "卡号只能是数字"],
  ["卡号", "622999010000000001७", "卡号只能是数字"],
  ["卡号", "-6229990100000000017x", "卡号只能是数字"],
  ["卡号", "<script>alert(1)</script>", "卡号只能是数字"],
  ["卡号", "6", "卡号太短，请核对"],
  ["卡号", "62299901000", "卡号太短，请核对"],
  ["卡号", "62299901000000000170", "卡号太长，最多 19 位"],
  ["卡号", "6229990100000000017".repeat(5), "卡号太长，最多 19 位"],
  ["卡号", "6229990100000000018", "卡号有误，请逐位核对"],
  ["卡号", "6229990100000000071", "卡号有误，请逐位核对"],
  ["卡号", "６２２９９９０１００００００００１８", "卡号有误，请逐位核对"],
  ["持卡人姓名", "", "请输入持卡人姓名"],
  ["持卡人姓名", "　　", "请输入持卡人姓名"],
  ["持卡人姓名", "123456", "姓名不能全是数字"],
  ["持卡人姓名", "６２２９", "姓名不能全是数字"],
  ["持卡人姓名", "张伟😀", "姓名含有不能使用的字符"],
  ["持卡人姓名", "张伟;drop table card", "姓名含有不能使用的字符"],
  ["持卡人姓名", "<b>张伟</b>", "姓名含有不能使用的字符"],
  ["持卡人姓名", "张\u0000伟", "姓名含有不能使用的字符"],
  ["持卡人姓名", "张".repeat(61), "姓名太长，最多 60 个字符"],
  ["银行预留手机号", "", "请输入银行预留手机号"],
  ["银行预留手机号", "1380013800", "请输入 11 位大陆手机号"],
  ["银行预留手机号", "138001380011", "请输入 11 位大陆手机号"],
  ["银行预留手机号", "12800138001", "请输入 11 位大陆手机号"],
  ["银行预留手机号", "23800138001", "请输入 11 位大陆手机号"],
  ["银行预留手机号", "138O0138001", "请输入 11 位大陆手机号"],
  ["银行预留手机号", "+1 415 555 0100", "请输入 11 位大陆手机号"],
  ["银行预留手机号", "010-88886666", "请输入 11 位大陆手机号"],
  ["银行预留手机号", "+86+8613800138001", "请输入 11 位大陆手机号"],
  ["银行预留手机号", "一三八零零一三八零零一", "请输入 11 位大陆手机号"],
  ["有效期", "", "请输入有效期"],
  ["有效期", "6/33", "有效期格式为 月/年"],
  ["有效期", "June 33", "有效期格式为 月/年"],
  ["有效期", "06/1933", "有效期格式为 月/年"],
  ["有效期", "2033-06", "有效期格式为 月/年"],
  ["有效期", "00/33", "月份应为 01 到 12"],
  ["有效期", "13/33", "月份应为 01 到 12"],
  ["有效期", "3306", "月份应为 01 到 12"],
  ["有效期", "06/24", "这张卡已过期"],
  ["有效期", "12/99", "这张卡已过期"],
  ["安全码", "", "请输入卡背面末三位安全码"],
  ["安全码", "20", "安全码是 3 位数字"],
  ["安全码", "2020", "安全码是 3 位数字"],
  ["安全码", "2o2", "安全码是 3 位数字"],
  ["安全码", "-20", "安全码是 3 位数字"],
];
const CODE_CASES: readonly (readonly [typed: string, fault: string])[] = [
  ["", "请输入短信验证码"],
  ["1", "验证码是 6 位数字"],
  ["12345", "验证码是 6 位数字"],
  ["12345a", "验证码是 6 位数字"],
  ["一二三四五六", "验证码是 6 位数字"],
];
const AMOUNT_CASES: readonly (readonly [typed: string, fault: string])[] = [
  ["", "请输入金额"],
  ["0", "金额应大于 0"],
  ["0.00", "金额应大于 0"],
  ["12.345", "金额应大于 0，最多两位小数"],
  ["-5", "金额应大于 0"],
  ["1e3", "金额应大于 0"],
  ["12,34", "金额应大于 0"],
  ["十二", "金额应大于 0"],
  [".", "金额应大于 0"],
];

/** The fault beside a field, found as a screen reader finds it. */
async function faultOf(page: Page, label: string): Promise<string> {
  const input = field(page, label);
  expect(await input.getAttribute("aria-invalid")).toBe("true");
  const id = await input.getAttribute("aria-describedby");
  return page.evaluate((name) => document.getElementById(name)!.textContent!, id!);
}

describe("bad input", () => {
  let system: RunningSystem;
  let context: BrowserContext;
  let watched: WatchedPage;

  beforeAll(async () => {
    system = await startSystem(PORT, join(folder, "data"));
    context = await openBrowser({ profile: join(folder, "profile"), viewport: DESK });
    watched = await watchedPage(context);
    await watched.page.goto(system.origin);
    await plugInFinger(watched.page);
    await beginWallet(watched.page);
    await openForm(watched.page);
  });
  afterAll(async () => {
    await context.close();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const asked = (name: string) => watched.requests.filter((url) => url.endsWith(`/v1/${name}`)).length;

  test("there are fifty of them and more", () => {
    expect(CARD_CASES.length + CODE_CASES.length + AMOUNT_CASES.length).toBeGreaterThanOrEqual(50);
  });

  test.each(CARD_CASES)("%s: %j", async (label, typed, fault) => {
    const { page } = watched;
    // Everything else is right: one bad field is enough.
    await page.getByRole("button", { name: /李娜/ }).click();
    await field(page, label).fill(typed);
    await button(page, "下一步").click();
    const said = await faultOf(page, label);
    expect(said).toContain(fault);
    if (typed.trim().length > 4) expect(said).not.toContain(typed.trim());
    expect(await page.locator("[aria-invalid=true]").count()).toBe(1);
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-invalid"))).toBe("true");
    expect(asked("submitCard")).toBe(0);
  });

  test("an empty form names every field at once", async () => {
    const { page } = watched;
    for (const label of ["卡号", "持卡人姓名", "银行预留手机号", "有效期", "安全码"]) await field(page, label).fill("");
    await button(page, "下一步").click();
    expect(await page.locator("[aria-invalid=true]").count()).toBe(5);
    expect(asked("submitCard")).toBe(0);
  });

  test("mending one field leaves the cursor in it", async () => {
    const { page } = watched;
    await field(page, "卡号").pressSequentially("6229");
    expect(await field(page, "卡号").inputValue()).toBe("6229");
    expect(await page.locator("[aria-invalid=true]").count()).toBe(4);
  });

  test.each(AMOUNT_CASES)("amount: %j", async (typed, fault) => {
    const { page } = watched;
    await field(page, "金额（元）").fill(typed);
    await till(page).getByRole("button", { name: "收款" }).click();
    expect(await faultOf(page, "金额（元）")).toContain(fault);
    expect(asked("startSale")).toBe(0);
  });

  test("a number that no bank here has is named at its field, after the token service was asked", async () => {
    const { page } = watched;
    await field(page, "卡号").fill("4111111111111111");
    await field(page, "持卡人姓名").fill("张伟");
    await field(page, "银行预留手机号").fill("13800138001");
    await field(page, "有效期").fill("12/35");
    await field(page, "安全码").fill("123");
    await button(page, "下一步").click();
    await shown(page.getByText("暂不支持该银行卡"));
    expect(await faultOf(page, "卡号")).toContain("暂不支持该银行卡");
    expect(asked("submitCard")).toBe(1);
  });

  test("a right card, written as people write it, is taken", async () => {
    const { page } = watched;
    await field(page, "卡号").fill("６２２９-9901 0000-0000-017");
    await field(page, "持卡人姓名").fill(" 张 伟 ");
    await field(page, "银行预留手机号").fill("+86 138-0013-8001");
    await toCodeStep(page);
    expect(asked("acceptTerms")).toBe(1);
  });

  test.each(CODE_CASES)("code: %j", async (typed, fault) => {
    const { page } = watched;
    await field(page, "短信验证码").fill(typed);
    await button(page, "验证").click();
    expect(await faultOf(page, "短信验证码")).toContain(fault);
    expect(asked("submitCode")).toBe(0);
  });

  test("no fault in the console", () => {
    // A refused card is an answer with status 422, which the browser notes on its own.
    expect(watched.faults.filter((fault) => !fault.includes("status of 422"))).toEqual([]);
  });
});
