import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noBarrier } from "./barriers.ts";
import { DESK, openBrowser, PHONE, plugInFinger, type WatchedPage, watchedPage } from "./chromium.ts";
import { type RunningSystem, startSystem } from "./server.ts";
import { atRest, beginWallet, bindByTyping, button, charge, demoCard, field, phone, shown, tillSays } from "./stage.ts";

// Phone, watch and tablet of one account in one browser: each its own storage, number and keys; cards go from one to another
// without typing, with the holder's word on the device that has them.

const PORT = 18_929;
const folder = mkdtempSync(join(tmpdir(), "kabao-devices-"));

describe("other devices", () => {
  let system: RunningSystem;
  let context: BrowserContext;
  let watched: WatchedPage;
  let watch: Page;
  let tablet: Page;

  beforeAll(async () => {
    system = await startSystem(PORT, join(folder, "data"));
    context = await openBrowser({ profile: join(folder, "profile"), viewport: DESK });
    watched = await watchedPage(context);
    await watched.page.goto(system.origin);
    await plugInFinger(watched.page);
    await beginWallet(watched.page);
    await bindByTyping(watched.page, demoCard("zhang"));
  }, 180_000);
  afterAll(async () => {
    await context.close();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const payOnWatch = () => watch.getByRole("button", { name: /^用尾号 0017 付款/ });

  /** The code that the phone shows, typed on the other device. */
  async function joined(kind: "watch" | "tablet"): Promise<Page> {
    const { page } = watched;
    await button(page, "设置").click();
    await page.getByRole("button", { name: /我的设备/ }).click();
    await noBarrier(page);
    await button(page, "添加手表或平板").click();
    await shown(page.getByText(/\d+ 秒内有效/));
    await noBarrier(page);
    const code = (await page.getByText(/^\d{6}$/).textContent())!;
    const other = await context.newPage();
    await other.setViewportSize(kind === "watch" ? PHONE : DESK);
    await other.goto(`${system.origin}/device/${kind}`);
    await plugInFinger(other);
    await noBarrier(other);
    await button(other, "加入").click();
    await shown(other.getByText("配对码是 6 位数字"));
    await shown(other.getByText("请输入手机上显示的称呼"));
    await field(other, "称呼").fill("演示用户");
    await field(other, "配对码").fill(code === "000000" ? "000001" : "000000");
    await button(other, "加入").click();
    await shown(other.getByText("称呼或配对码不对"));
    await field(other, "配对码").fill(code);
    await button(other, "加入").click();
    return other;
  }

  test("a watch joins by the code on the phone, and the phone offers its cards", async () => {
    const { page } = watched;
    watch = await joined("watch");
    await shown(watch.getByRole("button", { name: "添加卡片" }));
    await noBarrier(watch);
    await shown(page.getByText("“示范手表 3”已加入"));
    await noBarrier(page);
    await phone(page).getByRole("button", { name: "以后再说" }).click();
    await atRest(page);
  });

  test("the watch asks for a card: refused, it gets none; confirmed on the phone, nothing is typed", async () => {
    const { page } = watched;
    for (const answer of ["不同意", "同意"]) {
      if (answer === "不同意") await watch.getByRole("button", { name: "添加卡片" }).click();
      await watch.getByRole("button", { name: /0017/ }).click();
      await shown(watch.getByText("请在“网页手机”上同意"));
      await shown(page.getByText("“示范手表 3”想添加卡片"));
      await noBarrier(page);
      await button(page, answer).click();
      if (answer === "不同意") await shown(watch.getByText("另一台设备没有同意"));
    }
    await shown(page.getByText("已交给那台设备"));
    await button(page, "完成").click();
    await button(watch, "同意").click();
    await shown(watch.getByText("现在可以用手表付款了。"));
    await noBarrier(watch);
    await button(watch, "完成").click();
    await shown(payOnWatch());
  });

  test("each has a number and keys of its own, in a database of its own", async () => {
    const cards = (name: string) =>
      watch.evaluate(async (database) => {
        const db = await new Promise<IDBDatabase>((resolve, reject) => {
          const request = indexedDB.open(database);
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        const request = db.transaction("cards").objectStore("cards").getAllKeys();
        const keys = await new Promise<unknown[]>((resolve) => {
          request.onsuccess = () => resolve(request.result);
        });
        db.close();
        return keys;
      }, name);
    const [onPhone, onWatch] = [await cards("kabao"), await cards("kabao.watch")];
    expect([onPhone.length, onWatch.length]).toEqual([1, 1]);
    expect(onPhone).not.toEqual(onWatch);
  });

  test("the watch pays at the till of the other window, and its own payment is told to it", async () => {
    const { page } = watched;
    await charge(page, "6.66");
    await payOnWatch().click();
    await tillSays(page, "交易成功¥6.66");
    await shown(watch.getByText("付款成功 ¥6.66"));
    await noBarrier(watch);
    expect(await phone(page).getByText("¥6.66").count()).toBe(0);
  });

  test("a tablet joins and gets the card from the phone; it pays at no till, as the catalogue says", async () => {
    const { page } = watched;
    // A browser opens six connections to one host; a window that nobody sees lets its own go, but here all are seen.
    await watch.goto("about:blank");
    tablet = await joined("tablet");
    await shown(page.getByText("“示范平板 2”已加入"));
    await button(page, "添加到这台设备").click();
    await shown(page.getByText("请在“示范平板 2”上阅读条款"));
    await button(page, "完成").click();
    await button(tablet, "继续添加").click();
    await button(tablet, "同意").click();
    await shown(tablet.getByText("现在可以在 App 和网页付款了。"));
    await button(tablet, "完成").click();
    await shown(tablet.getByText("只用于 App 和网页付款"));
    expect(await tablet.getByRole("button", { name: /付款$/ }).count()).toBe(0);
    await noBarrier(tablet);
  });

  test("removed on the phone, the tablet has no card and no account any more; the watch still pays", async () => {
    const { page } = watched;
    await button(page, "设置").click();
    await page.getByRole("button", { name: /我的设备/ }).click();
    await button(page, "移除 示范平板 2").click();
    await noBarrier(page);
    await button(page, "移除").click();
    await shown(tablet.getByText("此设备已从账户移除"));
    await page.getByRole("dialog").getByRole("button", { name: "关闭" }).click();
    await atRest(page);
    await tablet.close();
    await watch.goto(`${system.origin}/device/watch`);
    await charge(page, "1.11");
    await payOnWatch().click();
    await tillSays(page, "交易成功¥1.11");
  });

  test("no fault in the console of the phone", () => {
    expect(watched.faults).toEqual([]);
  });
});
