import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser, PHONE, plugInFinger, watchedPage } from "./chromium.ts";
import { type InProcess, startInProcess } from "./in-process.ts";
import {
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

// The wallet as an app of its own: what its address shows, what the browser keeps of it, and what is left without a network.

/** The pages are built where they are not yet. */
const BUILD_MS = 180_000;
const PORT = 18_951;
/** Without any network, or with one that leads nowhere: a browser does not always know. */
const AWAY = /没有网络|连接中断/;
const folder = mkdtempSync(join(tmpdir(), "kabao-installed-"));

describe("the installed wallet", () => {
  let server: InProcess;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    server = await startInProcess(PORT);
    context = await openBrowser({ profile: join(folder, "profile"), viewport: PHONE });
    ({ page } = await watchedPage(context));
    await page.goto(`${server.origin}/wallet`);
    await plugInFinger(page);
  }, BUILD_MS);
  afterAll(async () => {
    await context?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const readPage = (path: string) => readFileSync(join(server.pages, path), "utf8");

  async function reopened(): Promise<Page> {
    const fresh = await context.newPage();
    await page.close();
    await fresh.goto(`${server.origin}/wallet`);
    return fresh;
  }

  test("its address shows the phone alone, and says that it is a demo", async () => {
    await shown(button(page, "演示"));
    await beginWallet(page);
    expect(await page.getByRole("navigation").count()).toBe(0);
    await openForm(page);
    await typeCard(page, demoCard("zhang"));
    await toCodeStep(page);
    await page.getByText("来自短信").click();
    await shown(page.getByText("卡片已添加"));
    await button(page, "完成").click();
    await shown(button(page, "用尾号 0017 付款"));
  });

  test("it can be installed: a manifest with icons of the sizes it names, and a worker for its address alone", async () => {
    const manifest = await page.evaluate(async () => {
      const link = document.querySelector<HTMLLinkElement>("link[rel=manifest]")!;
      return (await (await fetch(link.href)).json()) as {
        start_url: string;
        scope: string;
        display: string;
        icons: { src: string; sizes: string; purpose: string }[];
      };
    });
    expect(manifest).toMatchObject({ start_url: "/wallet", scope: "/wallet", display: "standalone" });
    expect(new Set(manifest.icons.map(({ purpose }) => purpose))).toEqual(new Set(["any", "maskable"]));
    for (const { src, sizes } of manifest.icons) {
      const size = await page.evaluate(async (from) => {
        const picture = await createImageBitmap(await (await fetch(from)).blob());
        return `${picture.width}x${picture.height}`;
      }, src);
      expect(size).toBe(sizes);
    }
    const scope = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
    expect(new URL(scope).pathname).toBe("/wallet");
    const devtools = await context.newCDPSession(page);
    const { installabilityErrors } = await devtools.send("Page.getInstallabilityErrors");
    expect(installabilityErrors.map(({ errorId }) => errorId)).toEqual([]);
  });

  test("a till in another window of this browser is near: the phone pays there", async () => {
    const counter = await context.newPage();
    await counter.goto(`${server.origin}/till`);
    await charge(counter, "12.34");
    await pressPay(page, "0017");
    await tillSays(counter, "交易成功¥12.34");
    await shown(phone(page).getByText("付款成功 ¥12.34"));
    await shown(phone(page).getByText("DEMO CAFE"));
    await counter.close();
  });

  test("what the browser keeps: the wallet's own files and fonts, no answer of any server, no other page's part", async () => {
    const kept = await page.evaluate(async () => {
      const names = await caches.keys();
      const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return requests.flat().map(({ url }) => new URL(url).pathname);
    });
    expect(kept).toContain("/index.html");
    const plain = /^\/(index\.html|icon\.svg|manifest\.webmanifest|icons\/[\w-]+\.png|assets\/[^/]+\.(js|css|woff2))$/;
    expect(kept.filter((path) => !plain.test(path))).toEqual([]);
    const scripts = kept.filter((path) => path.endsWith(".js"));
    // Most of what is built belongs to other pages; nor is a camera's model for a drawer without a network.
    const built = readdirSync(join(server.pages, "assets")).filter((name) => name.endsWith(".js"));
    expect(scripts.length).toBeLessThan(built.length);
    const foreign = scripts.filter((path) => /assets\/wallet-[\w-]{8}\.js$/.test(path) || /onnx/.test(readPage(path)));
    expect(foreign).toEqual([]);
  });

  test("closed, and opened again while nothing can be reached: cards and notices are there, and what can be done is said", async () => {
    await server.closeFace();
    await context.setOffline(true);
    page = await reopened();
    await shown(button(page, "用尾号 0017 付款"));
    await shown(phone(page).getByText("DEMO CAFE"));
    await shown(phone(page).getByText(AWAY));
    await shown(phone(page).getByText(/记下的卡片和通知/));
    await shown(phone(page).getByText(/一次性密钥就在本机/));
  });

  test("the network is back: it goes on by itself", async () => {
    await server.openFace();
    await context.setOffline(false);
    await phone(page).getByText(AWAY).waitFor({ state: "detached", timeout: 20_000 });
    await phone(page)
      .getByText(/记下的卡片和通知/)
      .waitFor({ state: "detached", timeout: 20_000 });
  });

  test("signed out, nothing is remembered", async () => {
    const remembered = () =>
      page.evaluate(async () => {
        const request = indexedDB.open("kabao");
        await new Promise((resolve) => {
          request.onsuccess = resolve;
        });
        const known = request.result.transaction("device").objectStore("device").get("known");
        await new Promise((resolve) => {
          known.onsuccess = resolve;
        });
        request.result.close();
        return (known.result as { passes: unknown[] } | undefined)?.passes.length;
      });
    expect(await remembered()).toBe(1);
    await button(page, "设置").click();
    await button(page, "退出登录").click();
    await shown(phone(page).getByText("欢迎回来"));
    expect(await remembered()).toBeUndefined();
  });

  test("a new version is told and taken at the next start, not under one's hands", async () => {
    const worker = join(server.pages, "sw.js");
    for (const packed of [`${worker}.br`, `${worker}.gz`]) if (existsSync(packed)) rmSync(packed);
    writeFileSync(worker, `${readFileSync(worker, "utf8")}\n// a newer one`);
    await page.reload();
    await shown(page.getByText("新版本已就绪，下次打开时启用"));
    const waits = () =>
      page.evaluate(async () => (await navigator.serviceWorker.getRegistration("/wallet"))!.waiting !== null);
    expect(await waits()).toBe(true);
    const other = await context.newPage();
    await page.close();
    // Once the last window is closed the newer one takes its place.
    await expect
      .poll(async () => {
        page = await context.newPage();
        await page.goto(`${server.origin}/wallet`);
        const still = await waits();
        if (still) await page.close();
        return still;
      })
      .toBe(false);
    await other.close();
    expect(await page.getByText("新版本已就绪").count()).toBe(0);
  });
});
