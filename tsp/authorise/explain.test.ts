import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KeyClass } from "#contracts/device-package";
import { keyName } from "#contracts/ports";
import {
  encodeTokenRequests,
  parseTokenAnswers,
  type TokenAnswer,
  type TokenRequest,
} from "#contracts/token-authorisation";
import type { CryptogramExplanation } from "#contracts/wire-api";
import { nodeCipher, openKeyStore } from "#platform/keystore";
import { seededRandom } from "#platform/random";
import { hexBytes, toHex } from "#protocol/bytes";
import { deriveCardKeyA, derivePbocSessionKey } from "#protocol/emv";
import { encodeTlv, findTag, parseTlv } from "#protocol/tlv";
import { field55, tokenRequest } from "../../test/parties/chip.ts";
import { context, must, openTsp, type TspAlone } from "../../test/parties/tsp-alone.ts";

/** The TSP's master key for elements: known here, so that a test can look for it in what is told. */
const IMK = hexBytes("F0C34A8124CEE0A91A0B034AA97D6EAC");
const ELEMENT_KEY = keyName("tsp.imk-ac.secure-element");
const USER_KEY = keyName("tsp.imk-ac.user");

let one: TspAlone;
let tokenPan: string;
beforeEach(async () => {
  one = await openTsp({
    keysOf: () => {
      const keys = openKeyStore({ memory: true }, seededRandom(9), { explains: true });
      keys.importKey(ELEMENT_KEY, "imkAc", IMK);
      return keys;
    },
  });
  one.script.decision = { decision: "green", methods: [] };
  const asked = await one.request();
  const request = { ...asked, device: { ...asked.device, keySource: "secureElement" as const } };
  must(await one.wallet.requestToken(request, context(request.bindingId)));
  tokenPan = (await one.db.query<{ token_pan: string }>({ text: "select token_pan from token" }))[0]!.token_pan;
});
afterEach(() => one.stop());

function chip(atc: number, as: { key?: Uint8Array; keyClass?: KeyClass } = {}): Uint8Array {
  const [sessionKey] = one.keys.deriveSessionKeys(ELEMENT_KEY, { pan: tokenPan, psn: "01" }, [atc]);
  return field55({ sessionKey: as.key ?? sessionKey!, atc, keyClass: as.keyClass ?? "secureElement" });
}

/** Chip data with one value in another's place: what somebody did to it on the way. */
function edited(bytes: Uint8Array, tag: string, value: string): string {
  return toHex(encodeTlv(parseTlv(bytes).map((item) => (item.tag === tag ? { tag, value: hexBytes(value) } : item))));
}

/** What card and terminal told each other, before anybody touched it. */
function tapOf(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  return new Map(parseTlv(bytes).map(({ tag, value }) => [tag, value]));
}

async function ask(request: TokenRequest): Promise<TokenAnswer> {
  return new Promise((resolve) => {
    const peer = {
      id: "network",
      send(frame: Uint8Array) {
        resolve(parseTokenAnswers(frame)[0]!);
        return true;
      },
      close() {},
    };
    one.tsp.tokens.onOpen(peer);
    one.tsp.tokens.onFrame(peer, encodeTokenRequests([request]));
  });
}

const NOBODY_SAW = new Map<string, Uint8Array>();
const explain = async (request: TokenRequest, tap: ReadonlyMap<string, Uint8Array> = NOBODY_SAW) =>
  must(await one.tsp.explain(request, tap));
const failed = ({ checks }: CryptogramExplanation) => checks.filter(({ passed }) => !passed).map(({ id }) => id);

describe("a cryptogram that fits", () => {
  test("every step is told, and the figures are those of an independent computation", async () => {
    const bytes = chip(5);
    const request = tokenRequest(tokenPan, bytes);
    expect((await ask(request)).outcome).toBe("accepted");
    const told = await explain(request);
    const cardKey = deriveCardKeyA(IMK, tokenPan, "01", nodeCipher);
    const sessionKey = derivePbocSessionKey(cardKey, 5, nodeCipher);
    const checkValue = (key: Uint8Array) =>
      toHex(nodeCipher.tdes(key, new Uint8Array(8)))
        .slice(0, 6)
        .toUpperCase();
    expect(told).toMatchObject({
      verdict: "right",
      atc: 5,
      cvn: 1,
      psn: "01",
      tokenSuffix: tokenPan.slice(-4),
      keyClass: "secureElement",
      sessionInput: "0000000000000005000000000000FFFA",
      keys: [
        { role: "master", handle: ELEMENT_KEY, version: 1, checkValue: checkValue(IMK) },
        { role: "card", checkValue: checkValue(cardKey) },
        { role: "session", checkValue: checkValue(sessionKey) },
      ],
      why: [],
    });
    expect(told.expected).toBe(told.got);
    expect(told.got).toBe(toHex(findTag(parseTlv(bytes), "9F26")!).toUpperCase());
    expect(told.blocks.join("")).toMatch(/^000000001234.*80(00)*$/);
    expect(told.inputs.find(({ tag }) => tag === "9F37")).toEqual({ tag: "9F37", value: "A1B2C3D4" });
    expect(failed(told)).toEqual([]);
  });

  test("no key is in it, and no number of the card or the token", async () => {
    const request = tokenRequest(tokenPan, chip(5));
    for (const told of [
      await explain(request),
      await explain({ ...request, chipData: edited(chip(5), "9F37", "00000001") }),
    ]) {
      const text = JSON.stringify(told).toUpperCase();
      const cardKey = deriveCardKeyA(IMK, tokenPan, "01", nodeCipher);
      for (const key of [IMK, cardKey, derivePbocSessionKey(cardKey, 5, nodeCipher)])
        for (const half of [key.subarray(0, 8), key.subarray(8)]) expect(text).not.toContain(toHex(half).toUpperCase());
      expect(text).not.toContain(tokenPan);
    }
  });
});

describe("a cryptogram that does not fit says which input differs", () => {
  test.each<[string, string, string, string]>([
    ["the amount", "9F02", "000000009900", "000000001234"],
    ["the unpredictable number", "9F37", "00000001", "A1B2C3D4"],
    ["the counter", "9F36", "0009", "0005"],
    ["the date", "9A", "270101", "261124"],
    ["the verification results", "95", "8000008000", "0000000000"],
  ])("%s, as seen in the tap", async (_what, tag, now, signed) => {
    const bytes = chip(5);
    const told = await explain(tokenRequest(tokenPan, hexBytes(edited(bytes, tag, now))), tapOf(bytes));
    expect(told.verdict).toBe("wrong");
    expect(told.why).toMatchObject([{ id: "input", tag, signed, message: now }]);
    expect(told.inputs.find((input) => input.tag === tag)).toEqual({ tag, value: now, signed });
    expect(failed(told)).toContain("cryptogram");
  });

  test("two at once are both named, and nothing else", async () => {
    const bytes = chip(5);
    const both = hexBytes(edited(hexBytes(edited(bytes, "9F02", "000000009900")), "9F37", "00000001"));
    const told = await explain(tokenRequest(tokenPan, both), tapOf(bytes));
    expect(told.why.map(({ tag }) => tag).sort()).toEqual(["9F02", "9F37"]);
  });

  test("the cryptogram itself was changed", async () => {
    const bytes = chip(5);
    const told = await explain(
      tokenRequest(tokenPan, hexBytes(edited(bytes, "9F26", "0011223344556677"))),
      tapOf(bytes),
    );
    expect(told.why).toMatchObject([{ id: "cryptogram", tag: "9F26", message: "0011223344556677" }]);
  });

  test("without anybody who saw the tap: the amount, by what the message says around it", async () => {
    const told = await explain(tokenRequest(tokenPan, hexBytes(edited(chip(5), "9F02", "000000009900"))));
    expect(told.why).toMatchObject([{ id: "input", tag: "9F02", signed: "000000001234", message: "000000009900" }]);
    expect(failed(told)).toEqual(["amount", "cryptogram"]);
  });

  test("without anybody who saw the tap: the counter, by its neighbours", async () => {
    const told = await explain(tokenRequest(tokenPan, hexBytes(edited(chip(5), "9F36", "0006"))));
    expect(told.why).toMatchObject([{ id: "input", tag: "9F36", signed: "0005", message: "0006" }]);
  });

  test("without anybody who saw the tap: a byte that no rule names, by search", async () => {
    const told = await explain(tokenRequest(tokenPan, hexBytes(edited(chip(5), "9F37", "A1B2C3D5"))));
    expect(told.why).toHaveLength(1);
    expect(told.why[0]!.words.en).toContain("9F37");
    expect(told.why[0]!.words.en).toContain("D4");
  });

  test("a key of another kind", async () => {
    const [userKey] = one.keys.deriveSessionKeys(USER_KEY, { pan: tokenPan, psn: "01" }, [5]);
    const told = await explain(tokenRequest(tokenPan, chip(5, { key: userKey! })));
    expect(told.why).toMatchObject([{ id: "keyClass" }]);
  });

  test("a key that nobody here has", async () => {
    const told = await explain(tokenRequest(tokenPan, chip(5, { key: hexBytes("00112233445566778899AABBCCDDEEFF") })));
    expect(told.why).toMatchObject([{ id: "key" }]);
    expect(told.tried).toBeGreaterThan(1000);
  });

  test("another version of the cryptogram", async () => {
    const bytes = chip(5);
    const iad = toHex(findTag(parseTlv(bytes), "9F10")!);
    const told = await explain(
      tokenRequest(tokenPan, hexBytes(edited(bytes, "9F10", `${iad.slice(0, 4)}11${iad.slice(6)}`))),
    );
    // The version is not part of what is signed: the cryptogram fits all the same, and the payment was refused for its form.
    expect(told).toMatchObject({ cvn: 17, verdict: "right" });
    const wrong = chip(5, { key: hexBytes("00112233445566778899AABBCCDDEEFF") });
    const both = edited(wrong, "9F10", `${iad.slice(0, 4)}11${iad.slice(6)}`);
    expect((await explain(tokenRequest(tokenPan, hexBytes(both)))).why).toMatchObject([{ id: "cvn" }]);
  });
});

describe("a cryptogram that fits and is refused all the same", () => {
  test("a replay names the payment that spent the counter", async () => {
    const first = tokenRequest(tokenPan, chip(5));
    expect((await ask(first)).outcome).toBe("accepted");
    const again = tokenRequest(tokenPan, chip(5));
    expect(await ask(again)).toMatchObject({ outcome: "refused", reason: "atcReplayed" });
    const told = await explain(again);
    expect(told.verdict).toBe("right");
    expect(failed(told)).toEqual(["counter"]);
    expect(told.checks.find(({ id }) => id === "counter")!.words.en).toContain(first.journeyId);
  });

  test("a counter that jumps too far", async () => {
    const told = await explain(tokenRequest(tokenPan, chip(500)));
    expect(failed(told)).toEqual(["counter"]);
    expect(told.checks.find(({ id }) => id === "counter")!.words.en).toContain("too far ahead");
  });

  test("an amount in the message that the card did not sign", async () => {
    const told = await explain(tokenRequest(tokenPan, chip(5), { amountMinor: "9900" }));
    expect(told.verdict).toBe("right");
    expect(failed(told)).toEqual(["amount"]);
  });
});

describe("who may ask", () => {
  test("a key store that was not opened for it explains nothing", async () => {
    const request = tokenRequest(tokenPan, chip(5));
    await one.stop();
    one = await openTsp();
    expect(await one.tsp.explain(request, NOBODY_SAW)).toMatchObject({ ok: false, error: { code: "forbidden" } });
  });

  test("chip data without one of the inputs: which one", async () => {
    const bytes = encodeTlv(parseTlv(chip(5)).filter(({ tag }) => tag !== "9F37"));
    expect(await one.tsp.explain(tokenRequest(tokenPan, bytes), NOBODY_SAW)).toMatchObject({
      ok: false,
      error: { code: "badRequest", at: "F55.9F37" },
    });
    expect(await one.tsp.explain(tokenRequest("6299900000000000009", chip(5)), NOBODY_SAW)).toMatchObject({
      ok: false,
      error: { code: "notFound" },
    });
  });
});
