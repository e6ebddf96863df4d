import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KeyStore } from "#contracts/ports";
import { packDigits } from "#protocol/bytes";
import { openBrowser, PHONE, plugInFinger, watchedPage } from "./chromium.ts";
import { type InProcess, startInProcess } from "./in-process.ts";
import {
  atRest,
  beginWallet,
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
  typeCard,
} from "./stage.ts";

// A card is bound, pays and is removed, while everything that goes over the wire and everything that the browser keeps is
// searched for its number, its security code and its payment keys.

/** The pages are built where they are not yet. */
const BUILD_MS = 180_000;
const PORT = 18_937;
const folder = mkdtempSync(join(tmpdir(), "kabao-canary-"));
const profile = join(folder, "profile");
const li = demoCard("li");

describe("what must not leave the form", () => {
  let server: InProcess;
  let context: BrowserContext;
  let page: Page;
  /** Payment keys as the token service derived them. */
  const paymentKeys: Buffer[] = [];
  /** Addresses, headers, bodies and frames, as they went. */
  const traffic: { readonly what: string; readonly bytes: Buffer }[] = [];
  const kept: { readonly what: string; readonly bytes: Buffer }[] = [];

  const listening = (keys: KeyStore): KeyStore =>
    Object.assign(Object.create(keys), {
      deriveSessionKeys(...asked: Parameters<KeyStore["deriveSessionKeys"]>) {
        const derived = keys.deriveSessionKeys(...asked);
        // They are wiped when they were sealed.
        paymentKeys.push(...derived.map((key) => Buffer.from(key)));
        return derived;
      },
    });

  beforeAll(async () => {
    server = await startInProcess(PORT, { keysOf: (party, keys) => (party === "tsp" ? listening(keys) : keys) });
    context = await openBrowser({ profile, viewport: PHONE });
    ({ page } = await watchedPage(context));
    // The demo's printed cards would be everywhere: this card is typed from the plastic.
    await context.route("**/demo/v1/cards", (route) => route.fulfill({ json: { cards: [] } }));
    await record(await context.newCDPSession(page));
    await page.goto(`${server.origin}/wallet`);
    await plugInFinger(page);
  }, BUILD_MS);
  afterAll(async () => {
    await context?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function record(devtools: CDPSession): Promise<void> {
    const add = (what: string, text: string, base64 = false) =>
      traffic.push({ what, bytes: Buffer.from(text, base64 ? "base64" : "utf8") });
    devtools.on("Network.requestWillBeSent", ({ request }) =>
      add(`request ${request.url}`, `${request.url}\n${JSON.stringify(request.headers)}\n${request.postData ?? ""}`),
    );
    /** Scripts have numbers of three digits of their own. */
    const scripts = new Set<string>();
    devtools.on("Network.responseReceived", ({ requestId, response }) => {
      if (/javascript|css/.test(response.mimeType)) scripts.add(requestId);
      add(`headers ${response.url}`, JSON.stringify(response.headers));
    });
    devtools.on("Network.loadingFinished", ({ requestId }) => {
      devtools
        .send("Network.getResponseBody", { requestId })
        .then(({ body, base64Encoded }) =>
          add(`${scripts.has(requestId) ? "script" : "answer"} ${requestId}`, body, base64Encoded),
        )
        .catch(() => {});
    });
    const frame = ({ response }: { response: { payloadData: string; opcode: number } }) =>
      add("frame", response.payloadData, response.opcode === 2);
    devtools.on("Network.webSocketFrameSent", frame);
    devtools.on("Network.webSocketFrameReceived", frame);
    await devtools.send("Network.enable", { maxTotalBufferSize: 100_000_000 });
  }

  /** Everything that the page's script can read of what it keeps. */
  async function dump(when: string): Promise<void> {
    const text = await page.evaluate(async () => {
      const parts: unknown[] = [{ ...localStorage }, { ...sessionStorage }, document.cookie];
      for (const { name } of await indexedDB.databases()) {
        const request = indexedDB.open(name!);
        await new Promise((done) => {
          request.onsuccess = done;
        });
        const db = request.result;
        for (const store of db.objectStoreNames) {
          const all = db.transaction(store).objectStore(store).getAll();
          await new Promise((done) => {
            all.onsuccess = done;
          });
          parts.push(store, all.result);
        }
        db.close();
      }
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) parts.push(request.url, await (await cache.match(request))!.text());
      }
      return JSON.stringify(parts, (_key, value: unknown) =>
        value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value,
      );
    });
    kept.push({ what: `storage, ${when}`, bytes: Buffer.from(text) });
  }

  test("bind, pay, remove", async () => {
    await beginWallet(page);
    await openForm(page);
    await typeCard(page, li);
    await button(page, "下一步").click();
    await field(page, "有效期").pressSequentially("0633");
    await field(page, "安全码").fill(li.cvn2);
    await dump("while it is typed");
    await toCodeStep(page);
    await page.getByText("来自短信").click();
    await shown(page.getByText("卡片已添加"));
    await button(page, "完成").click();
    await dump("bound");
    const counter = await context.newPage();
    await counter.goto(`${server.origin}/till`);
    await charge(counter, "12.34");
    await pressPay(page, "0021");
    await tillSays(counter, "交易成功¥12.34");
    await shown(phone(page).getByText("付款成功 ¥12.34"));
    await counter.close();
    await dump("paid");
    await atRest(page);
    await page.getByRole("button", { name: /示范信用卡.*0021/ }).click();
    await button(page, "移除卡片").click();
    await button(page, "移除").click();
    await shown(phone(page).getByText("添加第一张卡"));
    await dump("removed");
    await context.close();
    for (const entry of readdirSync(profile, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      kept.push({ what: `profile ${path.slice(profile.length)}`, bytes: readFileSync(path) });
    }
  });

  /** As text, as UTF-16, as the bytes that a chip or a message would carry, and as those in hex and base64. */
  function shapes(digits: string): Buffer[] {
    const packed = [digits, `${digits}f`].filter((text) => text.length % 2 === 0);
    const bytes = packed.map((text) => (text.endsWith("f") ? Buffer.from(text, "hex") : Buffer.from(packDigits(text))));
    return [Buffer.from(digits), Buffer.from(digits, "utf16le"), ...bytes.flatMap(asWritten)];
  }
  const asWritten = (bytes: Buffer) => [
    bytes,
    Buffer.from(bytes.toString("hex")),
    Buffer.from(bytes.toString("hex").toUpperCase()),
    Buffer.from(bytes.toString("base64")),
    Buffer.from(bytes.toString("base64url")),
    Buffer.from(JSON.stringify([...bytes])),
  ];
  const places = (needles: readonly Buffer[]) =>
    [...traffic, ...kept]
      .filter(({ bytes }) => needles.some((needle) => bytes.includes(needle)))
      .map(({ what }) => what);

  test("what may be there is found: the search sees what it should", () => {
    const names = [...traffic, ...kept].map(({ what }) => what);
    for (const part of ["submitCard", "frame", "storage, paid", "profile"])
      expect(
        names.some((what) => what.includes(part)),
        part,
      ).toBe(true);
    // The sealed card in a request, the last four in an answer and in the storage, the session in the profile's files.
    expect(places([Buffer.from("cardJwe")]).some((what) => what.includes("submitCard"))).toBe(true);
    expect(places([Buffer.from('"panSuffix":"0021"')])).toEqual(
      expect.arrayContaining([expect.stringContaining("answer"), "storage, paid"]),
    );
    expect(places([Buffer.from("accessToken")]).some((what) => what.startsWith("profile"))).toBe(true);
    expect(paymentKeys.length).toBeGreaterThanOrEqual(10);
  });

  test("the card's number is nowhere", () => {
    expect(places(shapes(li.pan))).toEqual([]);
  });

  test("nor is its security code: under no name, and as no value", () => {
    const values = [`"${li.cvn2}"`, `:${li.cvn2},`, `:${li.cvn2}}`].map((text) => Buffer.from(text));
    const data = [...traffic, ...kept].filter(({ what }) => /^(request|answer|storage)/.test(what));
    const found = data.filter(({ what, bytes }) => {
      // The page's own scripts name the field; what is sent and kept does not.
      const text = what.startsWith("request") ? bytes.toString() : "";
      // As a name: three letters in a row are in many a ciphertext.
      return /"[^"]*(cvn2|cvv|securityCode)[^"]*":/i.test(text) || values.some((value) => bytes.includes(value));
    });
    expect(found.map(({ what }) => what)).toEqual([]);
  });

  test("nor is any payment key", () => {
    expect(places(paymentKeys.flatMap(asWritten))).toEqual([]);
  });
});
