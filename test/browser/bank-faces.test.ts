import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtPages } from "../../app/faces/pages.ts";
import { must } from "../../app/headless/phone.ts";
import { type SandboxWorld, startSandbox } from "../../app/sandbox/world.ts";
import { DESK, type Finger, openBrowser, PHONE, plugInFinger, type WatchedPage, watchedPage } from "./chromium.ts";
import { beginWallet, button, CASE_CODE, demoCard, field, openForm, shown, typeCard } from "./stage.ts";

// The bank's faces: its desk in another browser, its app in a second page beside the wallet.

const PORT = 18_933;
const DAY_MS = 86_400_000;
/** Tomorrow at ten, by the bank's clock: the hotline is answered. */
const TEN_IN_CHINA_MS = 2 * 3_600_000;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");

describe("the bank's faces", () => {
  const folder = mkdtempSync(join(tmpdir(), "kabao-bank-"));
  const contexts: BrowserContext[] = [];
  const faults: string[][] = [];
  let world: SandboxWorld;
  let wallet: WatchedPage;
  let desk: Page;

  async function browser(name: string, viewport: typeof PHONE): Promise<{ context: BrowserContext } & WatchedPage> {
    const context = await openBrowser({ profile: join(folder, name), viewport });
    contexts.push(context);
    const watched = await watchedPage(context);
    faults.push(watched.faults);
    await plugInFinger(watched.page);
    return { context, ...watched };
  }

  beforeAll(async () => {
    const startsAt = (Math.floor(Date.now() / DAY_MS) + 1) * DAY_MS + TEN_IN_CHINA_MS;
    world = await startSandbox({ port: PORT, pages: await builtPages(() => {}), startsAt });
    wallet = await browser("phone", PHONE);
    await wallet.page.goto(`${world.url}/wallet`);
    await beginWallet(wallet.page);
    desk = (await browser("desk", DESK)).page;
    await desk.goto(`${world.url}/desk`);
  });
  afterAll(async () => {
    for (const context of contexts) await context.close();
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function signIn(person: RegExp): Promise<void> {
    await desk.getByRole("button", { name: person }).click();
    await shown(desk.getByRole("navigation", { name: "柜台" }));
  }
  async function signOut(name: string): Promise<void> {
    await desk.getByRole("button", { name }).click();
    await desk.getByText("退出登录").click();
    await shown(desk.getByText("登录柜台"));
  }
  async function go(name: string): Promise<void> {
    await desk.getByRole("navigation", { name: "柜台" }).first().getByRole("link", { name }).click();
  }
  /** From the wallet at rest to the choice between the bank's ways. */
  async function toMethods(id: string, more: { readonly mobile?: string } = {}): Promise<void> {
    const { page } = wallet;
    const card = { ...demoCard(id), ...more };
    await openForm(page);
    await typeCard(page, card);
    if (card.kind === "credit") {
      await button(page, "下一步").click();
      await field(page, "有效期").fill(`${card.expiry.slice(2)}${card.expiry.slice(0, 2)}`);
      await field(page, "安全码").fill(card.cvn2);
    }
    await button(page, "下一步").click();
    await button(page, "同意").click();
  }

  test("the call centre: the code the caller reads out opens the case, the agent asks, the phone goes on", async () => {
    const { page } = wallet;
    await toMethods("zhang");
    await page.getByText("客服电话").click();
    await button(page, "用这种方式").click();
    await shown(page.getByText("通话时请报案件号"));
    const code = (await page.getByText(CASE_CODE).first().textContent())!;

    await shown(desk.getByText("演示人员", { exact: true }));
    await noBarrier(desk);
    await signIn(/罗兰/);
    await shown(desk.getByText("张*"));
    await go("来电与案件");
    await noBarrier(desk);
    await field(desk, "案件号").fill("K7F");
    await button(desk, "打开案件").click();
    await shown(desk.getByText("案件号形如 K7F-3QM"));
    await field(desk, "案件号").fill(code.toLowerCase());
    await button(desk, "打开案件").click();
    await shown(desk.getByText("持卡人已同意协议"));
    await shown(desk.getByRole("heading", { name: code }));
    await noBarrier(desk);
    await button(desk, "按演示持卡人的话填写").click();
    await button(desk, "提交核实").click();
    await shown(desk.getByText("已核实，持卡人的手机会自动继续"));

    await shown(page.getByText("卡片已添加"));
    await button(page, "完成").click();
  });

  test("wrong answers: the agent cannot let it pass, a supervisor does, and both are in the audit", async () => {
    const { page } = wallet;
    await toMethods("aili");
    await page.getByText("客服电话").click();
    await button(page, "用这种方式").click();
    await shown(page.getByText("通话时请报案件号"));
    const code = (await page.getByText(CASE_CODE).first().textContent())!;

    await desk.getByRole("link", { name: new RegExp(code) }).click();
    await shown(field(desk, "身份证号的后四位？"));
    await field(desk, "身份证号的后四位？").fill("0000");
    await button(desk, "提交核实").click();
    await shown(desk.getByText("需要另一位主管复核"));
    expect(await button(desk, "复核通过").count()).toBe(0);
    await signOut("罗兰");
    await signIn(/沈静/);
    await button(desk, "复核通过").click();
    await button(desk, "确认").click();
    await shown(desk.getByText("请写明理由"));
    await noBarrier(desk);
    await field(desk, "理由").fill("视频核对本人");
    await button(desk, "确认").click();
    await shown(desk.getByText("已核实，持卡人的手机会自动继续"));
    await shown(page.getByText("卡片已添加"));
    await page.getByRole("button", { name: /暂不|完成/ }).click();

    await go("操作日志");
    const entry = desk.getByRole("listitem").filter({ hasText: "双人复核通过" });
    await shown(entry.getByText("罗兰"));
    await shown(entry.getByText("复核 沈静"));
    await shown(entry.getByText("视频核对本人"));
    await noBarrier(desk);
    await signOut("沈静");
  });

  test("the desk changes the reserved phone, with the document, and the stopped card goes on", async () => {
    const { page } = wallet;
    await toMethods("chen", { mobile: "13900139000" });
    await shown(page.getByText("填写的手机号不是银行为这张卡预留的号码"));

    await signIn(/周敏/);
    await go("客户");
    await field(desk, "搜索客户").fill("0066");
    await desk.getByRole("link", { name: /陈静/ }).click();
    await shown(desk.getByText("138****8006"));
    await noBarrier(desk);
    await button(desk, "更换预留手机号").click();
    await field(desk, "证件号码").fill("990001199001011234");
    await field(desk, "新的预留手机号").fill("13900139000");
    await button(desk, "确认").click();
    await shown(desk.getByText("证件与客户资料不符"));
    await button(desk, "填入演示证件").click();
    await button(desk, "确认").click();
    await shown(desk.getByText("139****9000"));
    await shown(desk.getByText("证件不符，已拒绝"));

    // It goes on by itself as soon as the phone hears of it; whoever is quicker asks.
    const asks = button(page, "办好了，再试一次");
    await shown(page.getByText("选择验证方式").or(asks));
    if (await asks.isVisible()) await asks.click({ timeout: 2_000 }).catch(() => {});
    await shown(page.getByText("选择验证方式"));
    await page.getByRole("dialog").getByLabel("关闭").click();
  });

  test("a card is frozen and unfrozen by those who may, and the wallet hears of it", async () => {
    await field(desk, "搜索客户").fill("0017");
    await desk.getByRole("link", { name: /张伟/ }).click();
    await shown(desk.getByText("可用", { exact: true }));
    await button(desk, "冻结").click();
    await field(desk, "理由").fill("可疑交易");
    await button(desk, "确认").click();
    await shown(desk.getByText("银行已冻结"));
    // Who sits at the counter freezes; lifting it is the hotline's.
    expect(await button(desk, "解冻").count()).toBe(0);
    await signOut("周敏");
    // The authenticator of one page keeps three passkeys: the next two people sit at another.
    desk = (await browser("hotline", DESK)).page;
    await desk.goto(`${world.url}/desk/customers/customer-zhang`);
    await signIn(/何强/);
    await button(desk, "解冻").click();
    await field(desk, "理由").fill("持卡人确认");
    await button(desk, "确认").click();
    await shown(button(desk, "冻结"));
    await signOut("何强");
  });

  test("by an invitation somebody new enrols; it is good once", async () => {
    const context = { journeyId: "invite", idempotencyKey: "invite" };
    const { invitation } = must(
      await world.system.issuer!.ops.inviteStaff({ name: "林晓", role: "supervisor" }, context),
    );
    await desk.getByText("用邀请码登记").click();
    await field(desk, "邀请码").fill(invitation.toLowerCase());
    await button(desk, "登记通行密钥").click();
    await shown(desk.getByText("林晓"));
    await signOut("林晓");
    await desk.getByText("用邀请码登记").click();
    await field(desk, "邀请码").fill(invitation);
    await button(desk, "登记通行密钥").click();
    await shown(desk.getByText("邀请码无效、已用过或已过期"));
    // Whoever came once signs in with the passkey alone.
    await signIn(/林晓/);
    await signOut("林晓");
  });

  describe("the bank's app beside the wallet", () => {
    let app: Page;
    let finger: Finger;

    test("the first time by a code to the reserved phone, then by passkey", async () => {
      const { page } = wallet;
      await openApp(page.context());
      await shown(app.getByText("使用演示客户"));
      await noBarrier(app);
      await app.getByRole("button", { name: /李娜/ }).click();
      await enrol();
      await shown(app.getByText("李娜，您好"));
      await noBarrier(app);
      await app.getByRole("link", { name: "我的" }).click();
      await shown(app.getByText("转账"));
      await noBarrier(app);
      await button(app, "退出登录").click();
      await button(app, "以李娜登录").click();
      await shown(app.getByRole("heading", { name: "李娜" }));
    });

    test("a USB key is registered and signs what the app shows: the wallet goes on", async () => {
      await finger.plugInUsbKey();
      await app.getByRole("link", { name: "我的" }).click();
      await field(app, "柜台登记码").fill("12345678");
      await button(app, "登记 USB Key").click();
      await shown(app.getByText("登记码不对或已失效"));
      const document = { kind: "residentId", number: demoCard("li").idNumber } as const;
      const teller = world.system.issuer!.desk(world.system.staff!.keyOf("teller-1")!)!;
      const context = { journeyId: "usb", idempotencyKey: "usb" };
      const { code } = must(await teller.usbKeyCode({ customerId: "customer-li", document }, context));
      await field(app, "柜台登记码").fill(code);
      await button(app, "登记 USB Key").click();
      await shown(app.getByText("USB Key 已登记"));
      await toMethods("li");
      const address = await toBankApp();
      await app.goto(`${world.url}${address}`);
      await shown(app.getByRole("note").getByText(/将尾号 0021 的银行卡添加到设备/));
      await shown(app.getByRole("note").getByText(/编号 Reference: [0-9A-F]{8}/));
      await noBarrier(app);
      await button(app, "用 USB Key 签名").click();
      await shown(app.getByText("已批准"));
      await button(app, "返回").click();
      await cardAdded();
    });

    test("it approves by passkey on a second page; whoever has no USB key is told so", async () => {
      const { page } = wallet;
      await app.goto(`${world.url}/bank-app/me`);
      await button(app, "退出登录").click();
      await field(app, "银行卡后四位").fill("0066");
      await field(app, "身份证号").fill(demoCard("chen").idNumber);
      await field(app, "银行预留手机号").fill("13900139000");
      await enrol();
      await shown(app.getByText("收费标准"));
      await page.getByRole("listitem").filter({ hasText: "0066" }).getByRole("button", { name: "继续添加" }).click();
      const address = await toBankApp();
      await app.goto(`${world.url}/bank-app`);
      await app.getByRole("button", { name: /有设备请求添加您的卡/ }).click();
      await shown(app.getByRole("note").getByText(/将尾号 0066 的银行卡添加到设备/));
      expect(address).toMatch(/^\/bank-app\?binding=/);
      await button(app, "用 USB Key 签名").click();
      await shown(app.getByText("还没有登记 USB Key"));
      await button(app, "批准").click();
      await shown(app.getByText("已批准"));
      await button(app, "返回").click();
      await cardAdded();
    });

    test("a transfer shows its fee before it is agreed to; a locked card cannot send", async () => {
      await signInApp("张伟");
      await app.getByRole("link", { name: "转账" }).click();
      await noBarrier(app);
      await field(app, "收款银行").selectOption("QTB");
      await field(app, "收款人姓名").fill("李雷");
      await field(app, "收款卡号").fill("6222021234567890128");
      await field(app, "金额（元）").fill("1500");
      await button(app, "下一步：查看费用").click();
      await shown(app.getByText("跨行转账：¥2,000 内 ¥2"));
      await noBarrier(app);
      await button(app, "同意并转出 ¥1,502.00").click();
      await shown(app.getByText("转账成功"));
      await shown(app.getByText("¥8,498.00"));

      await app.getByRole("link", { name: "首页" }).click();
      await app.getByRole("link", { name: /示范借记卡/ }).click();
      await shown(app.getByText("手续费 Fee"));
      await noBarrier(app);
      await button(app, "锁定卡片").click();
      await shown(button(app, "解除锁定"));
      await button(app, "解除锁定").click();
      await shown(button(app, "锁定卡片"));
    });

    test("a new credit card is activated and handed to the wallet, in which nothing is typed", async () => {
      await app.close();
      await openApp(wallet.page.context());
      await app.getByRole("button", { name: /^王芳/ }).click();
      await enrol();
      await app.getByRole("link", { name: /示范信用卡/ }).click();
      await button(app, "激活卡片").click();
      await shown(button(app, "添加到卡包"));
      const [opened] = await Promise.all([app.context().waitForEvent("page"), button(app, "添加到卡包").click()]);
      await shown(opened.getByText("来自银行 App 的卡片"));
      await noBarrier(opened);
      await button(opened, "添加这张卡").click();
      await button(opened, "同意").click();
      await shown(opened.getByText("卡片已添加"));
      await shown(app.getByText("已添加到卡包"));
      await opened.close();
    });

    /** In the wallet: the bank's app is chosen. Gives where the wallet sends its holder. */
    async function toBankApp(): Promise<string> {
      const { page } = wallet;
      await page.getByText("银行 App").click();
      await button(page, "用这种方式").click();
      const link = page.getByRole("link", { name: "打开银行 App" });
      await shown(link);
      return (await link.getAttribute("href"))!;
    }
    async function cardAdded(): Promise<void> {
      const { page } = wallet;
      await shown(page.getByText("卡片已添加"));
      await page.getByRole("button", { name: /暂不|完成/ }).click();
    }
    async function openApp(context: BrowserContext): Promise<void> {
      app = await context.newPage();
      finger = await plugInFinger(app);
      await app.goto(`${world.url}/bank-app`);
    }
    async function enrol(): Promise<void> {
      await button(app, "发送验证码").click();
      await app.getByText("来自短信").click();
      await button(app, "登记通行密钥").click();
    }
    /** Out, and in for the first time as another of the demo's customers. */
    async function signInApp(name: string): Promise<void> {
      await app.goto(`${world.url}/bank-app/me`);
      await button(app, "退出登录").click();
      await app.getByRole("button", { name: new RegExp(`^${name}`) }).click();
      await enrol();
      await app.getByRole("link", { name: "首页" }).click();
      await shown(app.getByText(`${name}，您好`));
    }
  });

  test("no page complained", () => {
    const told = faults.flat().filter((line) => !/status of (400|403|404|409)/.test(line));
    expect(told).toEqual([]);
  });
});

/** What axe finds on the page as it stands: nothing serious, nothing critical. */
async function noBarrier(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: () => Promise<AxeResults> } }).axe.run(),
  );
  expect(
    violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 140)).join(" | ")}`),
  ).toEqual([]);
}
