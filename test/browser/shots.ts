import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { breakShots } from "./break-shots.ts";
import { type BrowserOptions, DESK, openBrowser, PHONE, plugInFinger, watchedPage } from "./chromium.ts";
import { startSystem } from "./server.ts";
import {
  atRest,
  beginWallet,
  bindByTyping,
  button,
  charge,
  demoCard,
  field,
  openForm,
  phone,
  pressPay,
  shown,
  tillSays,
  toCodeStep,
} from "./stage.ts";

// Pictures of the page for the documents, taken from a running system: `npm run shots [folder]`.

const PORT = 18_921;
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const target = process.argv[2] ?? join(root, "docs", "shots");
mkdirSync(target, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), "kabao-shots-"));
const system = await startSystem(PORT, join(folder, "data"));

async function visit(
  name: string,
  look: Omit<BrowserOptions, "profile">,
  story: (page: Page, shot: Shot) => Promise<void>,
) {
  const context = await openBrowser({ ...look, profile: join(folder, name) });
  const { page } = await watchedPage(context);
  await page.goto(system.origin);
  await plugInFinger(page);
  await shown(page.getByText("欢迎使用卡包"));
  await story(page, async (scene) => {
    await page.evaluate(() => document.fonts.ready);
    await page.waitForTimeout(250);
    await page.screenshot({ path: join(target, `${name}-${scene}.png`) });
  });
  await context.close();
}
type Shot = (scene: string) => Promise<void>;

try {
  await visit("desk", { viewport: DESK }, async (page, shot) => {
    await beginWallet(page);
    await bindByTyping(page, demoCard("zhang"));
    await openForm(page);
    await page.getByRole("button", { name: /李娜/ }).click();
    await shot("form");
    await toCodeStep(page);
    await shown(page.getByText("来自短信"));
    await shot("code");
    await page.getByText("来自短信").click();
    await shown(page.getByText("设为默认卡？"));
    await page.getByRole("button", { name: "暂不" }).click();
    await charge(page, "12.34");
    await pressPay(page, "0017");
    await shown(phone(page).getByText("付款成功 ¥12.34"));
    await tillSays(page, "交易成功");
    await shot("paid");
    await atRest(page);
    await page
      .getByRole("button", { name: /转接网络 到 发卡银行: 消费请求 0200/ })
      .last()
      .click();
    await shot("wire");
    await page.emulateMedia({ colorScheme: "dark" });
    await shot("dark");
    await page.emulateMedia({ colorScheme: "light" });
    await button(page, "EN · Switch to English").click();
    await shot("english");
  });
  await visit("phone", { viewport: PHONE }, async (page, shot) => {
    const go = (name: string) => page.getByRole("link", { name }).click();
    await shot("welcome");
    await beginWallet(page);
    await openForm(page);
    await button(page, "下一步").click();
    await shown(page.getByText("请输入卡号"));
    await shot("faults");
    for (const holder of [/买买提/, /陈静/]) {
      if (!(await field(page, "卡号").isVisible())) await openForm(page);
      await page.getByRole("button", { name: holder }).click();
      await button(page, "下一步").click();
      await shown(button(page, "同意"));
      await button(page, "同意").click();
      await button(page, "发送验证码").click();
      await page.getByText("来自短信").click();
      await shown(page.getByText(/卡片已添加/));
      await page.getByRole("button", { name: /完成|暂不/ }).click();
      await atRest(page);
    }
    await shot("wallet");
    await pressPay(page, "0033");
    await shown(page.getByText("请靠近读卡器"));
    await shot("armed");
    await button(page, "去收银台输入金额").click();
    for (const key of "12.34") await button(page, key).click();
    await shot("till");
    await button(page, "收款").click();
    await tillSays(page, "交易成功");
    await shot("approved");
    await go("手机");
    await page.waitForTimeout(500);
    await atRest(page);
    await page.getByRole("button", { name: /示范借记卡.*0033/ }).click();
    await shot("card");
    await go("报文");
    await page.waitForTimeout(400);
    await shot("wire");
    await page.emulateMedia({ colorScheme: "dark" });
    await go("手机");
    await shot("dark");
  });
  await breakShots(folder, target);
} finally {
  await system.stop();
  rmSync(folder, { recursive: true, force: true });
}
