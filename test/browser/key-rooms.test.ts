import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser, PHONE, plugInFinger, watchedPage } from "./chromium.ts";
import { type InProcess, startInProcess } from "./in-process.ts";
import {
  atRest,
  beginWallet,
  button,
  charge,
  databaseOf,
  demoCard,
  openForm,
  phone,
  pressPay,
  shown,
  tillSays,
  toCodeStep,
  typeCard,
} from "./stage.ts";

// A passkey without PRF can seal nothing: no payment key lies in this browser, each payment fetches one.

/** The pages are built where they are not yet. */
const BUILD_MS = 180_000;
const PORT = 18_935;
const folder = mkdtempSync(join(tmpdir(), "kabao-rooms-"));
const profile = join(folder, "profile");

describe("without PRF", () => {
  let server: InProcess;
  let context: BrowserContext;
  let page: Page;
  let counter: Page;

  beforeAll(async () => {
    server = await startInProcess(PORT);
    await open(profile);
  }, BUILD_MS);
  afterAll(async () => {
    await context?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(where: string): Promise<void> {
    context = await openBrowser({ profile: where, viewport: PHONE });
    ({ page } = await watchedPage(context));
    await page.goto(`${server.origin}/wallet`);
    await plugInFinger(page, false);
  }
  async function pay(amount: string): Promise<void> {
    await atRest(page);
    await charge(counter, amount);
    await pressPay(page, "0017");
  }

  test("a card is bound, and the browser keeps no key of it; the screen says so", async () => {
    await beginWallet(page);
    await openForm(page);
    await typeCard(page, demoCard("zhang"));
    await toCodeStep(page);
    await page.getByText("来自短信").click();
    await shown(page.getByText("卡片已添加"));
    await button(page, "完成").click();
    await shown(phone(page).getByText("没有 PRF：本机不存付款密钥"));
    const { atcs, device } = await databaseOf(page);
    expect(atcs).toEqual([]);
    expect(device).not.toContain("wrapped");
    await button(page, "设置").click();
    await shown(phone(page).getByText("每次付款由通行密钥验证后领取一枚"));
    await page.getByRole("button", { name: "关闭" }).click();
  });

  test("it pays, and after a reload it pays again: each payment fetched one key", async () => {
    counter = await context.newPage();
    await counter.goto(`${server.origin}/till`);
    const fetched: string[] = [];
    page.on("request", (request) => {
      if (/\/v1\/(keyForPayment|collectPackage|replenish)$/.test(request.url())) fetched.push(request.url());
    });
    await pay("12.34");
    await tillSays(counter, "交易成功¥12.34");
    await page.reload();
    await shown(button(page, "用尾号 0017 付款"));
    await pay("1.00");
    await tillSays(counter, "交易成功¥1.00");
    expect(fetched.map((url) => url.split("/").at(-1))).toEqual(["keyForPayment", "keyForPayment"]);
    expect((await databaseOf(page)).atcs).toEqual([]);
  });

  test("a copied profile without the passkey cannot pay", async () => {
    await atRest(page);
    await context.close();
    const copy = join(folder, "copy");
    cpSync(profile, copy, { recursive: true });
    // The copy has the session and no passkey: its virtual authenticator is empty.
    await open(copy);
    await shown(button(page, "用尾号 0017 付款"));
    counter = await context.newPage();
    await counter.goto(`${server.origin}/till`);
    const answers: string[] = [];
    page.on("response", (response) => {
      if (response.url().endsWith("/v1/keyForPayment")) answers.push(response.url());
    });
    await pay("7.00");
    await shown(phone(page).getByText("没有通过验证"));
    expect(answers).toEqual([]);
    await tillSays(counter, "请将手机靠近");
  });

  test("nor does its session get a key by itself, with another finger's signature or with one that was used", async () => {
    const session = await page.evaluate(async () => {
      const request = indexedDB.open("kabao");
      await new Promise((done) => {
        request.onsuccess = done;
      });
      const read = request.result.transaction("device").objectStore("device").get("session");
      await new Promise((done) => {
        read.onsuccess = done;
      });
      return read.result as { accessToken: string };
    });
    const ask = async (name: string, body: object) => {
      const response = await fetch(`${server.origin}/wallet/v1/${name}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${session.accessToken}`,
          "idempotency-key": crypto.randomUUID(),
        },
        body: JSON.stringify(body),
      });
      return { status: response.status, json: (await response.json()) as Record<string, unknown> };
    };
    const me = await ask("me", {});
    const { deviceId } = (me.json["devices"] as { deviceId: string }[])[0]!;
    const passes = await ask("passes", { deviceId });
    const { passId } = (passes.json["passes"] as { passId: string }[])[0]!;
    for (const [name, body] of [
      ["collectPackage", { passId }],
      ["replenish", { passId, count: 1 }],
    ] as const)
      expect(await ask(name, body)).toMatchObject({ status: 409, json: { code: "wrongState" } });
    const sealTo = { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "B".repeat(43) };
    const begun = await ask("beginPayment", { passId, sealTo });
    const { ceremonyId } = begun.json as { ceremonyId: string };
    const response = { id: "A".repeat(22), rawId: "A".repeat(22), type: "public-key", response: {} };
    expect((await ask("keyForPayment", { ceremonyId, response })).json).toMatchObject({ code: "forbidden" });
    // A ceremony is good once, whatever came of it.
    expect((await ask("keyForPayment", { ceremonyId, response })).json).toMatchObject({ code: "notFound" });
  });

  test("no private key and no payment key lies in the profile's database", () => {
    const files = readdirSync(profile, { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && entry.parentPath.includes("IndexedDB"),
    );
    const holding = (text: string) =>
      files.filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(text)).length;
    // What is there is found: the session, and that this device has a key pair.
    for (const kept of ["accessToken", "publicKey"]) expect(holding(kept), kept).toBeGreaterThan(0);
    for (const secret of ["keyJwe", "dataJwe", "wrapped"]) expect(holding(secret), secret).toBe(0);
  });
});
