import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CAUSES } from "#protocol/diagnosis";
import { must } from "../../app/headless/phone.ts";
import { DESK, openBrowser, plugInFinger, type WatchedPage, watchedPage } from "./chromium.ts";
import { type InProcess, startInProcess } from "./in-process.ts";
import {
  atRest,
  beginWallet,
  button,
  CASE_CODE,
  charge,
  codeFromInbox,
  demoCard,
  field,
  openForm,
  phone,
  pressPay,
  shown,
  tillSays,
  typeCard,
} from "./stage.ts";

// What stops a card, as its holder sees it: why, who must act, what to do, and how it goes on afterwards.

const PORT = 18_923;
const NEW_PHONE = "13900139000";

describe("a card that does not bind", () => {
  const folder = mkdtempSync(join(tmpdir(), "kabao-refusal-"));
  let inside: InProcess;
  let browser: BrowserContext;
  let watched: WatchedPage;

  beforeAll(async () => {
    inside = await startInProcess(PORT);
    browser = await openBrowser({ profile: join(folder, "profile"), viewport: DESK });
    watched = await watchedPage(browser);
    await watched.page.goto(inside.origin);
    await plugInFinger(watched.page);
  });
  afterAll(async () => {
    await browser?.close();
    await inside?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const desk = (staffId: string) => inside.desk(staffId);
  const context = () => inside.context();

  test("another phone than the reserved one: the branch changes it, and the same journey goes on", async () => {
    const { page } = watched;
    const chen = demoCard("chen");
    await beginWallet(page);
    await openForm(page);
    await typeCard(page, { ...chen, mobile: NEW_PHONE });
    await button(page, "下一步").click();
    await button(page, "同意").click();
    await shown(phone(page).getByText("填写的手机号不是银行为这张卡预留的号码"));
    await shown(phone(page).getByText("请柜员修改客户信息中的“银行预留手机号”"));
    await shown(phone(page).getByText("仅修改网银或手机银行的登录手机号没有用"));
    await shown(phone(page).getByText("发卡银行网点"));
    await shown(phone(page).getByText("办好之后"));
    await shown(phone(page).getByText(CASE_CODE));

    // Asked again before anything was done, the bank says the same.
    await button(page, "办好了，再试一次").click();
    await shown(phone(page).getByText("填写的手机号不是银行为这张卡预留的号码"));

    await phone(page).getByText("关闭", { exact: true }).click();
    await shown(phone(page).getByText("尾号 0066 的卡没有添加成功"));
    const { customers } = must(await desk("teller-1").findCustomers({ text: chen.holderName }, context()));
    const document = { kind: "residentId", number: chen.idNumber } as const;
    const { customerId } = customers[0]!;
    must(await desk("teller-1").changeReservedPhone({ customerId, document, newPhone: NEW_PHONE }, context()));

    // The bank's word takes the journey up by itself.
    await button(page, "继续添加").click();
    await shown(phone(page).getByText("选择验证方式"));
    await shown(phone(page).getByText("139****9000"));
    await button(page, "发送验证码").click();
    await field(page, "短信验证码").fill(await codeFromInbox(page));
    await button(page, "验证").click();
    await shown(page.getByText("卡片已添加"));
    await button(page, "完成").click();
    await shown(button(page, "用尾号 0066 付款"));
  });

  test("a bank that does not answer: it waits, and goes on by itself when the bank is back", async () => {
    const { page } = watched;
    await openForm(page);
    await typeCard(page, demoCard("zhang"));
    await button(page, "下一步").click();
    await shown(button(page, "同意"));
    inside.faults.add({ edge: "tspToIssuer", does: "cut" });
    await button(page, "同意").click();
    await shown(phone(page).getByText("发卡银行还没有应答"));
    await shown(phone(page).getByText(/从 \d\d:\d\d 开始等待/));
    await button(page, "现在再问一次").click();
    await shown(phone(page).getByText("发卡银行还没有应答"));
    await page.reload();
    await shown(phone(page).getByText("尾号 0017 的卡在等银行应答"));
    await button(page, "继续添加").click();
    await shown(phone(page).getByText("发卡银行还没有应答"));

    inside.faults.lift();
    must(await inside.system.wallet!.ops.askAgain({}, context()));
    await shown(phone(page).getByText("选择验证方式"));
    await shown(phone(page).getByText("138****8001"));
  });

  test("ways to verify: closed ones say why; a phone that is not mine is told to the bank, and shows what helps", async () => {
    const { page } = watched;
    const app = phone(page).getByLabel("银行 App");
    expect(await app.isDisabled()).toBe(true);
    await shown(phone(page).getByText("还没有开通这家银行的 App"));
    await button(page, "不是我的手机号").click();
    await shown(phone(page).getByText("预留手机号不可用"));
    await shown(phone(page).getByText("请柜员修改客户信息中的“银行预留手机号”"));
    await shown(phone(page).getByText(CASE_CODE));
    expect(await phone(page).getByLabel("短信验证码").isDisabled()).toBe(true);
    await page.getByRole("button", { name: "关闭" }).click();
    await atRest(page);
  });

  test("terms that are not accepted end it, and can be read again", async () => {
    const { page } = watched;
    await openForm(page);
    await typeCard(page, demoCard("aili"));
    await button(page, "下一步").click();
    await button(page, "不同意").click();
    await shown(phone(page).getByText("无法添加卡片"));
    await button(page, "重新阅读条款").click();
    await button(page, "同意").click();
    await shown(phone(page).getByText("138****8003"));
    await page.getByRole("button", { name: "关闭" }).click();
    await atRest(page);
  });

  test("a declined payment says why on the phone", async () => {
    const { page } = watched;
    await charge(page, "49999.99");
    await pressPay(page, "0066");
    await tillSays(page, "交易未成功");
    await atRest(page);
    await phone(page).getByRole("button", { name: "查看原因" }).last().click();
    await shown(phone(page).getByText("原因与办法"));
    await shown(phone(page).getByText(CASE_CODE));
    await page.getByRole("button", { name: "关闭" }).click();
  });

  test("several checks fail: all are listed at once, each with its cure, and the way on is right there", async () => {
    const context2 = await openBrowser({ profile: join(folder, "other"), viewport: DESK });
    const { page, faults: seen } = await watchedPage(context2);
    // An account that never got its recovery codes, and that the wallet's support has locked.
    await page.route("**/makeRecoveryCodes", (route) => route.abort());
    await page.goto(`http://localhost:${PORT}`);
    await plugInFinger(page);
    const registered = page.waitForResponse("**/wallet/v1/register");
    await page.getByRole("button", { name: "创建通行密钥" }).click();
    const { accountId } = (await (await registered).json()) as { accountId: string };
    await shown(page.getByText("添加第一张卡"));
    must(await inside.system.wallet!.ops.lockAccount({ accountId, reason: "test" }, context()));
    await button(page, "添加卡片").click();
    await page.getByRole("button", { name: /^借记卡或信用卡/ }).click();
    await shown(phone(page).getByText("此设备还不能添加卡片"));
    for (const cause of ["accountLocked", "secondFactorOff"] as const)
      await shown(phone(page).getByText(CAUSES[cause].what.zh));
    await shown(phone(page).getByText(CASE_CODE));

    must(await inside.system.wallet!.ops.unlockAccount({ accountId }, context()));
    await page.unroute("**/makeRecoveryCodes");
    await button(page, "再检查一次").click();
    await phone(page).getByText(CAUSES.accountLocked.what.zh).waitFor({ state: "detached" });
    await button(page, "生成恢复码").click();
    await button(page, "已抄好").click();
    await openForm(page);
    expect(seen.filter((fault) => !fault.includes("ERR_FAILED"))).toEqual([]);
    await context2.close();
  });

  test("no fault in the console", () => {
    expect(watched.faults).toEqual([]);
  });
});
