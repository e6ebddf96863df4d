import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "#platform/random";
import { builtPages } from "../../app/faces/pages.ts";
import { writeFilm } from "../scan/fake-camera.ts";
import { drawnCard, drawnLook } from "../scan/rendered-card.ts";
import { openStudio } from "../scan/studio.ts";
import { noBarrier } from "./barriers.ts";
import { openBrowser, PHONE, plugInFinger, type WatchedPage, watchedPage } from "./chromium.ts";
import { type RunningSystem, startSystem } from "./server.ts";
import { beginWallet, button, demoCard, field, openForm, phone, shown } from "./stage.ts";

// Cards are held before the browser's camera: films of them, taken by a hand that is not quite still.

const PORT = 18_945;
const folder = mkdtempSync(join(tmpdir(), "kabao-camera-"));
const film = (name: string) => join(folder, `${name}.y4m`);
const zhang = demoCard("zhang");
/** Of a transit card: no bank has such numbers. */
const TRANSIT = "3104870112345678901";
const SCAN = "用相机扫描卡片";

describe("the camera", { timeout: 180_000 }, () => {
  let system: RunningSystem;
  let context: BrowserContext;
  let watched: WatchedPage;

  beforeAll(async () => {
    const studio = await openStudio();
    const random = seededRandom(4);
    for (const [name, number] of [
      ["card", zhang.pan],
      ["transit", TRANSIT],
    ] as const) {
      const card = { ...drawnCard(random, number), expiry: "12/35" };
      const pictures = [];
      for (let i = 0; i < 4; i++) {
        const look = { ...drawnLook(random, 0.6), width: 1280, height: 720, scale: 0.42 };
        pictures.push(await studio.open(await studio.paint(card, look, "image/jpeg"), 1280));
      }
      writeFilm(film(name), pictures);
    }
    await studio.close();
    // Not in the time that the system has to start.
    await builtPages(() => {});
    system = await startSystem(PORT, join(folder, "data"));
  }, 240_000);
  afterEach(() => context.close());
  afterAll(async () => {
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A new wallet on a phone with this before its camera, at the card's form. */
  async function atForm(shows: string, allowed: boolean): Promise<Page> {
    const profile = join(folder, `${shows}-${allowed}`);
    context = await openBrowser({ profile, viewport: PHONE, camera: { film: film(shows), allowed } });
    watched = await watchedPage(context);
    const { page } = watched;
    await page.goto(system.origin);
    await plugInFinger(page);
    await beginWallet(page);
    await openForm(page);
    return page;
  }

  test("without leave to use it, the screen says so, and the form is one touch away", async () => {
    const page = await atForm("card", false);
    await page.getByRole("button", { name: SCAN }).click();
    await shown(page.getByRole("alert").filter({ hasText: "没有使用相机的权限" }));
    await noBarrier(page);
    await button(page, "手动输入卡号").click();
    await shown(field(page, "卡号"));
    expect(models(watched)).toEqual([]);
    expect(watched.faults).toEqual([]);
  });

  test("a card that is no bank card is told as such; after ten seconds typing is offered first", async () => {
    const page = await atForm("transit", true);
    await page.clock.install();
    await page.getByRole("button", { name: SCAN }).click();
    await read(page.getByText("这不像银行卡"));
    await noBarrier(page);
    await page.clock.fastForward(10_000);
    await shown(page.getByText("还没读出卡号"));
    await button(page, "手动输入卡号").click();
    expect(await field(page, "卡号").inputValue()).toBe("");
  });

  test("two frames agree, number and expiry are in the form, and the card is bound", async () => {
    const page = await atForm("card", true);
    const sent: string[] = [];
    page.on("request", (request) => sent.push(request.postData() ?? ""));
    expect(models(watched)).toEqual([]);
    await page.getByRole("button", { name: SCAN }).click();
    await read(page.getByText("卡号由相机读入"));
    await noBarrier(page);
    expect((await field(page, "卡号").inputValue()).replaceAll(" ", "")).toBe(zhang.pan);
    expect(models(watched)).toHaveLength(2);
    // In the field, and nowhere else on the page.
    const written = await page.evaluate(() => document.body.innerText);
    expect(written.replace(/\s/g, "")).not.toContain(zhang.pan);
    expect(await page.locator("video").count()).toBe(0);
    await field(page, "持卡人姓名").fill(zhang.holderName);
    await field(page, "银行预留手机号").fill(zhang.mobile);
    await button(page, "下一步").click();
    await button(page, "同意").click();
    await button(page, "发送验证码").click();
    await page.getByText("来自短信").click();
    await shown(page.getByText("卡片已添加"));
    await button(page, "完成").click();
    await shown(phone(page).getByText(zhang.pan.slice(-4)));
    expect(sent.some((body) => body.includes('"source":"camera"'))).toBe(true);
    expect(sent.filter((body) => body.includes(zhang.pan))).toEqual([]);
    expect(watched.faults).toEqual([]);
  });
});

/** Loading the models and reading frames takes a busy machine long. */
async function read(locator: Locator): Promise<void> {
  await locator.waitFor({ state: "visible", timeout: 90_000 });
}

function models({ requests }: WatchedPage): string[] {
  return requests.filter((url) => url.endsWith(".onnx"));
}
