import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { DEMO_CARDS, type DemoCard } from "#protocol/pan";

/** What a visitor does on the page, in his words: by what is written on it. */

/** As it stands on a screen. */
export const CASE_CODE = /^[2-9A-HJKMNP-Z]{3}-[2-9A-HJKMNP-Z]{3}$/;

export function demoCard(id: string): DemoCard {
  return DEMO_CARDS.find((card) => card.id === id)!;
}

export async function shown(locator: Locator): Promise<void> {
  await locator.first().waitFor({ state: "visible", timeout: 15_000 });
}

export async function beginWallet(page: Page): Promise<void> {
  await page.getByRole("button", { name: "创建通行密钥" }).click();
  await button(page, "已抄好").click();
  await shown(page.getByText("添加第一张卡"));
}

/** The text field with this label. */
export function field(page: Page, label: string): Locator {
  return page.getByLabel(label, { exact: true });
}

export function button(page: Page, name: string): Locator {
  return page.getByRole("button", { name, exact: true });
}

export async function openForm(page: Page): Promise<void> {
  await button(page, "添加卡片").click();
  await page.getByRole("button", { name: /^借记卡或信用卡/ }).click();
  await shown(field(page, "卡号"));
}

/** Types a card into the form, as from the plastic. */
export async function typeCard(page: Page, card: DemoCard): Promise<void> {
  await field(page, "卡号").pressSequentially(card.pan);
  await field(page, "持卡人姓名").fill(card.holderName);
  await field(page, "银行预留手机号").fill(card.mobile);
}

/** From the filled form to the step that wants the code. */
export async function toCodeStep(page: Page): Promise<void> {
  await button(page, "下一步").click();
  await button(page, "同意").click();
  await button(page, "发送验证码").click();
  await shown(field(page, "短信验证码"));
}

/** The code of the newest message in the inbox panel. */
export async function codeFromInbox(page: Page): Promise<string> {
  const newest = page.getByRole("region", { name: "短信" }).getByText(/验证码 \d{6}/);
  await shown(newest);
  return /验证码 (\d{6})/.exec((await newest.first().textContent()) ?? "")![1]!;
}

export async function bindByTyping(page: Page, card: DemoCard): Promise<{ readonly code: string }> {
  await openForm(page);
  await typeCard(page, card);
  await toCodeStep(page);
  const code = await codeFromInbox(page);
  await field(page, "短信验证码").fill(code);
  await button(page, "验证").click();
  await shown(page.getByText("卡片已添加"));
  await button(page, "完成").click();
  return { code };
}

/** The till: amount in, field on. */
export async function charge(page: Page, amount: string): Promise<void> {
  const next = button(page, "下一笔");
  if (await next.isVisible()) await next.click();
  for (const key of amount) await button(page, key).click();
  await button(page, "收款").click();
  await tillSays(page, "请将手机靠近");
}

/** What stands on the till's screen now; its list of sales does not count. */
export async function tillSays(page: Page, text: string): Promise<void> {
  await shown(till(page).getByRole("status").filter({ hasText: text }));
}

export async function pressPay(page: Page, suffix: string): Promise<void> {
  await button(page, `用尾号 ${suffix} 付款`).click();
}

export function till(page: Page, name = "收银台"): Locator {
  return page.getByRole("region", { name });
}

export function phone(page: Page, name = "手机"): Locator {
  return page.getByRole("region", { name });
}

export function bank(page: Page): Locator {
  return page.getByRole("region", { name: "示范银行" });
}

/** Puts a finished payment away, or waits for a sheet that closes by itself: the wallet at rest. */
export async function atRest(page: Page): Promise<void> {
  const dialog = page.getByRole("dialog");
  const put = dialog.getByRole("button", { name: /完成|取消|关闭/ });
  if ((await dialog.count()) > 0) await put.click({ timeout: 1_000 }).catch(() => {});
  await dialog.waitFor({ state: "detached", timeout: 15_000 });
}

interface Node {
  readonly id: string;
  readonly value?: string;
  readonly children?: readonly Node[];
}
interface Row {
  readonly seq: number;
  readonly kind: string;
  readonly from: string;
  readonly nodes: readonly Node[];
}

/** ATCs that terminals got from devices, in the order in which they came, as the server's wire saw them. */
export async function atcsOnTheWire(origin: string): Promise<number[]> {
  const { rows } = (await (await fetch(`${origin}/demo/v1/wire`)).json()) as { rows: Row[] };
  expect(rows.length).toBeLessThan(400); // older ones would be forgotten
  return rows
    .filter((row) => row.kind === "apdu" && row.from === "device")
    .flatMap((row) => valuesOf(row.nodes, "9F36"))
    .map((hex) => Number.parseInt(hex.replace(/\s/g, "").slice(0, 4), 16));
}

function valuesOf(nodes: readonly Node[], id: string): string[] {
  return nodes.flatMap((node) => [
    ...(node.id === id && node.value !== undefined ? [node.value] : []),
    ...valuesOf(node.children ?? [], id),
  ]);
}

/** The session in the page's database becomes one that no server gave. */
export async function loseSession(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const request = indexedDB.open("kabao");
    await new Promise((resolve) => {
      request.onsuccess = resolve;
    });
    const tx = request.result.transaction("device", "readwrite");
    const store = tx.objectStore("device");
    const kept = store.get("session");
    kept.onsuccess = () => store.put({ ...kept.result, accessToken: "nobody-gave-this" }, "session");
    await new Promise((resolve) => {
      tx.oncomplete = resolve;
    });
    request.result.close();
  });
}

/** The single-use keys that lie in the page's database: their ATCs, and what else is kept. */
export async function databaseOf(page: Page): Promise<{ atcs: number[]; highest: number[]; device: string[] }> {
  return page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open("kabao");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const all = (store: string) =>
      new Promise<Record<string, unknown>[]>((resolve, reject) => {
        const request = db.transaction(store).objectStore(store).getAll();
        request.onsuccess = () => resolve(request.result as Record<string, unknown>[]);
        request.onerror = () => reject(request.error);
      });
    const [keys, counters, device] = [await all("keys"), await all("counters"), await all("device")];
    db.close();
    return {
      atcs: keys.map((key) => Number(key["atc"])),
      highest: counters.map((counter) => Number(counter["highest"])),
      device: Object.keys(device.find((record) => "credentialId" in record) ?? {}).sort(),
    };
  });
}
