import { join } from "node:path";
import {
  breakCable,
  chargeQuick,
  mendAll,
  openAgentCase,
  phoneNamesTheBreak,
  takeDemoCard,
  toTab,
} from "./break-stage.ts";
import { DESK, openBrowser, PHONE, plugInFinger, watchedPage } from "./chromium.ts";
import { startSystem } from "./server.ts";
import { beginWallet, button, demoCard, phone, pressPay, shown } from "./stage.ts";

const PORT = 18_947;

/** Pictures of "Break it", for the documents: from a system of its own, whose printed cards nobody has bound yet. */
export async function breakShots(folder: string, target: string): Promise<void> {
  const system = await startSystem(PORT, join(folder, "break-data"));
  try {
    await takeAll(system.origin, folder, target);
  } finally {
    await system.stop();
  }
}

async function takeAll(origin: string, folder: string, target: string): Promise<void> {
  for (const [name, viewport, card] of [
    // One card, one account: each visitor takes his own.
    ["break", DESK, demoCard("zhang")],
    ["break-phone", PHONE, demoCard("aili")],
  ] as const) {
    const suffix = card.pan.slice(-4);
    const context = await openBrowser({ viewport, profile: join(folder, name) });
    const { page } = await watchedPage(context);
    const shot = async (scene: string) => {
      await page.evaluate(() => document.fonts.ready);
      await page.waitForTimeout(350);
      await page.screenshot({ path: join(target, `${name}-${scene}.png`) });
    };
    await page.goto(`${origin}/break?tour`);
    await plugInFinger(page);
    const narrow = viewport === PHONE;
    const go = async (tab: string) => {
      if (narrow || tab !== "手机") await toTab(page, tab);
    };
    await go("手机");
    await shown(page.getByText("欢迎使用卡包"));
    await shot("tour");
    await button(page, "退出导览").click();
    await beginWallet(page);
    await takeDemoCard(page, card);
    await go("收银台");
    await chargeQuick(page);
    await go("手机");
    await pressPay(page, suffix);
    await shown(phone(page).getByText("付款成功 ¥12.34"));
    if (narrow) await go("连线");
    await shot("paid");
    await breakCable(page, "转接网络", "剪断");
    await go("收银台");
    await chargeQuick(page);
    await go("手机");
    await pressPay(page, suffix);
    const caseCode = await phoneNamesTheBreak(page);
    await shot("cut");
    if (narrow) {
      await go("连线");
      await shot("cables");
    }
    await openAgentCase(page, caseCode);
    await shot("agent");
    await page.emulateMedia({ colorScheme: "dark" });
    await shot("dark");
    await page.emulateMedia({ colorScheme: "light" });
    await button(page, "EN · Switch to English").click();
    await page.getByRole("button", { name: "Scenes", exact: true }).click();
    await shot("scenes");
    await button(page, "中 · 切换到中文").click();
    if (narrow) await go("连线");
    await mendAll(page);
    await context.close();
  }
}
