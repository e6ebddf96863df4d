import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openPushKeys, webPushSender } from "#platform/push";
import { type PushService, type Subscription, startPushService } from "../peers/push-service.ts";
import { noBarrier } from "./barriers.ts";
import { openBrowser, PHONE, plugInFinger, watchedPage } from "./chromium.ts";
import { type InProcess, startInProcess } from "./in-process.ts";
import {
  atRest,
  beginWallet,
  button,
  charge,
  demoCard,
  openForm,
  phone,
  pressPay,
  shown,
  tillSays,
  toCodeStep,
  typeCard,
} from "./stage.ts";

// Settings, and what they do: theme, language, and what a closed wallet is told. A headless browser has no push service behind
// it and shows no notices: what the wallet server sends goes to one of the test's own, which opens it and hands it to the browser's worker.

const CLOSED = "钱包关闭时也通知";
/** The pages are built where they are not yet. */
const BUILD_MS = 180_000;
const PORT = 18_953;
const folder = mkdtempSync(join(tmpdir(), "kabao-notices-"));

describe("settings", () => {
  let server: InProcess;
  let service: PushService;
  let subscription: Subscription;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    service = await startPushService();
    subscription = service.subscribe();
    const keys = openPushKeys(join(folder, "push-keys.json"));
    const push = webPushSender({ keys, contact: "mailto:ops@example.org", allowLoopback: true });
    server = await startInProcess(PORT, { push });
    context = await openBrowser({ profile: join(folder, "profile"), viewport: PHONE });
    await context.grantPermissions(["notifications"], { origin: server.origin });
    await context.addInitScript(subscribeTo, subscription.target);
    ({ page } = await watchedPage(context));
    await page.goto(`${server.origin}/wallet`);
    await plugInFinger(page);
  }, BUILD_MS);
  afterAll(async () => {
    await context?.close();
    await server?.stop();
    await service?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a card to pay with", async () => {
    await beginWallet(page);
    await openForm(page);
    await typeCard(page, demoCard("zhang"));
    await toCodeStep(page);
    await page.getByText("来自短信").click();
    await shown(page.getByText("卡片已添加"));
    await button(page, "完成").click();
  });

  const settings = () => button(page, "设置").click();
  const closeSettings = async () => {
    await page.getByRole("button", { name: "关闭" }).click();
    await atRest(page);
  };
  const flip = async (name: string, on: boolean) => {
    await page.getByRole("switch", { name, checked: !on, disabled: false }).click();
    await shown(page.getByRole("switch", { name, checked: on, disabled: false }));
  };
  const choose = (name: string) => page.getByText(name, { exact: true }).click();
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

  test("dark, light, or as the system has it, and it is kept", async () => {
    await settings();
    const light = await background();
    await choose("深色");
    await expect.poll(background).not.toBe(light);
    const dark = await background();
    await page.reload();
    expect(await background()).toBe(dark);
    await settings();
    await choose("跟随系统");
    await expect.poll(background).toBe(light);
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(background).toBe(dark);
    await choose("浅色");
    await expect.poll(background).toBe(light);
    await page.emulateMedia({ colorScheme: "light" });
    await choose("跟随系统");
  });

  test("which key room is in force, and what is kept where", async () => {
    await shown(phone(page).getByText("由通行密钥加密保存（PRF）"));
    for (const where of ["本机", "钱包服务器", "令牌服务方", "发卡银行"])
      await shown(phone(page).getByRole("term").filter({ hasText: where }));
  });

  test.each(["light", "dark"] as const)("no barriers: %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await noBarrier(page);
    await page.emulateMedia({ colorScheme: "light" });
  });

  test("a closed wallet is told: switched on, amounts hidden, in the language that is spoken", async () => {
    await flip(CLOSED, true);
    await flip("通知里显示金额", false);
    await choose("English");
    await shown(page.getByText("Tell me of"));
    await choose("中文");
    await closeSettings();
  });

  test("a payment while the wallet is closed becomes a notice of the system, without the amount", async () => {
    const counter = await context.newPage();
    await counter.goto(`${server.origin}/till`);
    await charge(counter, "12.34");
    await pressPay(page, "0017");
    await tillSays(counter, "交易成功¥12.34");
    await expect.poll(() => subscription.messages().length).toBe(1);
    const [text] = subscription.messages();
    expect(JSON.parse(text!)).toMatchObject({ kind: "payment", panSuffix: "0017", language: "zh" });
    expect(text).not.toContain("1234");

    // Closed: nobody looks at it.
    await page.goto("about:blank");
    const [told] = await deliver(counter, text!);
    expect(told).toMatchObject({ title: "付款成功", body: "DEMO CAFE · 尾号 0017" });
    // Sent twice, it has one name: a system shows it once.
    const [, again] = await deliver(counter, text!);
    expect(again).toEqual(told);
    await counter.close();
    await page.goto(`${server.origin}/wallet`);
  });

  test("whoever looks at the wallet is told there, with what he wants to see", async () => {
    await shown(phone(page).getByText("DEMO CAFE"));
    await settings();
    await shown(page.getByRole("switch", { name: CLOSED, checked: true }));
    await choose("仅未成功");
    await closeSettings();
    const before = service.asked.length;
    const counter = await context.newPage();
    await counter.goto(`${server.origin}/till`);
    await charge(counter, "49999.99");
    await pressPay(page, "0017");
    await tillSays(counter, "交易未成功");
    await expect.poll(() => service.asked.length).toBe(before + 1);
    expect(JSON.parse(subscription.messages().at(-1)!)).toMatchObject({ kind: "declined" });
    await counter.close();
  });

  test("switched off, or signed out: nothing more is sent", async () => {
    await atRest(page);
    await settings();
    await flip(CLOSED, false);
    await flip(CLOSED, true);
    const left = page.waitForResponse("**/wallet/v1/endSession");
    await button(page, "退出登录").click();
    await left;
    await shown(phone(page).getByText("欢迎回来"));
    const before = service.asked.length;
    await button(page, "用已有的通行密钥登录").click();
    const counter = await context.newPage();
    await counter.goto(`${server.origin}/till`);
    await charge(counter, "1.00");
    await pressPay(page, "0017");
    await tillSays(counter, "交易成功¥1.00");
    await shown(phone(page).getByText("¥1.00"));
    expect(service.asked.length).toBe(before);
    await settings();
    await shown(page.getByRole("switch", { name: CLOSED, checked: false }));
  });

  /** Hands a message to the wallet's worker as the browser's push service would, and gives what it then wants shown. */
  async function deliver(from: Page, data: string): Promise<Shown[]> {
    const worker = context.serviceWorkers().find((one) => one.url().endsWith("/sw.js"))!;
    // A headless browser shows no notices: what the worker asks for is written down instead.
    await worker.evaluate(() => {
      const scope = self as unknown as {
        registration: { showNotification(title: string, options: { body: string; tag: string }): Promise<void> };
        wanted?: Shown[];
      };
      scope.wanted ??= [];
      scope.registration.showNotification = async (title, { body, tag }) => {
        scope.wanted!.push({ title, body, tag });
      };
    });
    const devtools = await context.newCDPSession(from);
    const registrationId = await new Promise<string>((found) => {
      devtools.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
        const own = registrations.find(({ scopeURL }) => scopeURL.endsWith("/wallet"));
        if (own !== undefined) found(own.registrationId);
      });
      void devtools.send("ServiceWorker.enable");
    });
    const wanted = () => worker.evaluate(() => (self as unknown as { wanted: Shown[] }).wanted);
    const before = (await wanted()).length;
    await devtools.send("ServiceWorker.deliverPushMessage", { origin: server.origin, registrationId, data });
    await expect.poll(async () => (await wanted()).length).toBe(before + 1);
    await devtools.detach();
    return wanted();
  }
});

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
}

/** Runs in the page: the push service that the browser lacks is the test's. */
function subscribeTo(target: { endpoint: string; p256dh: string; auth: string }): void {
  const bytes = (text: string) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0)).buffer;
  const KEY = "subscribed";
  // It says that notices are not allowed, whatever it was granted.
  Object.defineProperty(Notification, "permission", { get: () => "granted" });
  const subscription = (applicationServerKey: unknown) => ({
    endpoint: target.endpoint,
    options: { applicationServerKey },
    getKey: (name: "p256dh" | "auth") => bytes(target[name]),
    async unsubscribe() {
      localStorage.removeItem(KEY);
      return true;
    },
  });
  Object.assign(PushManager.prototype, {
    async subscribe({ applicationServerKey }: { applicationServerKey: Uint8Array }) {
      if (applicationServerKey.length !== 65) throw new Error("wants a P-256 point");
      localStorage.setItem(KEY, "yes");
      return subscription(null);
    },
    getSubscription: async () => (localStorage.getItem(KEY) === null ? null : subscription(null)),
  });
}
