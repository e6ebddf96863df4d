import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeCipher } from "#platform/keystore";
import { concat, hexBytes, toHex } from "#protocol/bytes";
import { macAlgorithm3, padMethod1, padMethod2 } from "#protocol/crypto";
import vectors from "../../../test/vectors/emv.json" with { type: "json" };
import { applicationCryptogram, arpcMethod1, type CryptogramScheme, cryptogramUnder } from "../cryptogram.ts";
import { deriveCardKeyA, deriveCardKeyB, deriveCommonSessionKey, derivePbocSessionKey } from "../keys.ts";
import type { CryptogramCase } from "./case.ts";
import { bytesOf, partsOf } from "./data.ts";
import { type Explanation, explainCryptogram } from "./explain-cryptogram.ts";
import { suspects } from "./suspects.ts";

// The published PBOC sample (spec emv-crypto §9.2): what a real card computed. Each test makes one mistake on our side.
const IMK = hexBytes("F0C34A8124CEE0A91A0B034AA97D6EAC");
const PAN = "6228000100001";
const DATA = hexBytes("000000000001 000000000000 0156 0080046000 0156 140701 00 1E78EEBC 7D00 0240 03A04002");
const IAD = hexBytes("07000103A04002010A010000001000D1F61152");
const SAMPLE: CryptogramCase = {
  scheme: "pboc",
  key: { kind: "imk", bytes: IMK },
  option: "A",
  pan: PAN,
  psn: "01",
  atc: 0x0240,
  data: DATA,
  expected: hexBytes("5D016C91005E7CC2"),
};
const CARD_KEY = deriveCardKeyA(IMK, PAN, "01", nodeCipher);
const SESSION_KEY = derivePbocSessionKey(CARD_KEY, 0x0240, nodeCipher);
const LIST = DATA.subarray(0, 33);

const explain = (over: Partial<CryptogramCase>): Explanation => explainCryptogram({ ...SAMPLE, ...over }, nodeCipher);
const ids = (explanation: Explanation) =>
  explanation.kind === "fits" ? explanation.deviations.map(({ id }) => id) : explanation.kind;
const fixes = (explanation: Explanation) =>
  explanation.kind === "fits" ? explanation.deviations.map(({ fix }) => fix) : [];
/** Data with one element replaced, as the card had it. */
const cardHad = (tag: string, hex: string) =>
  bytesOf(partsOf(DATA).map((part) => (part.tag === tag ? { tag, value: hexBytes(hex) } : part)));
const tdesCbc = (key: Uint8Array, padded: Uint8Array) => {
  let chain: Uint8Array = new Uint8Array(8);
  for (let at = 0; at < padded.length; at += 8)
    chain = nodeCipher.tdes(
      key,
      chain.map((byte, i) => byte ^ padded[at + i]!),
    );
  return chain;
};
const TLV_DATA = hexBytes(
  `${partsOf(DATA)
    .slice(0, -1)
    .map(({ tag, value }) => `${tag}0${value.length}${toHex(value)}`)
    .join("")}9F1013${toHex(IAD)}`,
);
const computed = (scheme: CryptogramScheme, data: Uint8Array, psn = "01", atc = 0x0240) =>
  applicationCryptogram(scheme, deriveCardKeyA(IMK, PAN, psn, nodeCipher), atc, data, nodeCipher);

describe("one mistake is named", () => {
  test.each<[string, Partial<CryptogramCase>, string[], string | undefined]>([
    ["sequence number", { psn: "00" }, ["psn"], "--psn 01"],
    [
      "sequence number left out by the card",
      { expected: applicationCryptogram("pboc", deriveCardKeyA(IMK, PAN, "", nodeCipher), 0x0240, DATA, nodeCipher) },
      ["psn"],
      undefined,
    ],
    ["scheme csk", { scheme: "csk" }, ["scheme"], "--scheme pboc"],
    ["scheme cvn10", { scheme: "cvn10" }, ["scheme"], "--scheme pboc"],
    ["scheme the other way", { expected: computed("cvn10", DATA) }, ["scheme"], "--scheme cvn10"],
    ["an issuer key that is the card key", { key: { kind: "imk", bytes: CARD_KEY } }, ["keyKind"], "--mk"],
    ["an issuer key that is the session key", { key: { kind: "imk", bytes: SESSION_KEY } }, ["keyKind"], "--sk"],
    ["a card key that is the issuer key", { key: { kind: "cardKey", bytes: IMK } }, ["keyKind"], "--imk"],
    ["a session key that is the card key", { key: { kind: "sessionKey", bytes: CARD_KEY } }, ["keyKind"], "--mk"],
    [
      "halves of the key exchanged",
      { key: { kind: "imk", bytes: concat(IMK.subarray(8), IMK.subarray(0, 8)) } },
      ["keyHalves"],
      undefined,
    ],
    [
      "single-length key",
      {
        expected: applicationCryptogram(
          "pboc",
          deriveCardKeyA(concat(IMK.subarray(0, 8), IMK.subarray(0, 8)), PAN, "01", nodeCipher),
          0x0240,
          DATA,
          nodeCipher,
        ),
      },
      ["keyHalves"],
      undefined,
    ],
    ["key backwards", { key: { kind: "imk", bytes: IMK.toReversed() } }, ["keyHalves"], undefined],
    ["a digit of the key", { key: { kind: "imk", bytes: IMK.with(3, 0x91) } }, ["keyDigit"], undefined],
    ["two digits of the key exchanged", { key: { kind: "imk", bytes: IMK.with(0, 0x0f) } }, ["keyDigit"], undefined],
    ["counter one more", { atc: 0x0241 }, ["atc"], "--atc 0240"],
    ["counter bytes exchanged", { atc: 0x4002 }, ["atc"], "--atc 0240"],
    ["counter in decimal", { atc: 0x0576, data: cardHad("9F36", "0576") }, ["atc"], "--atc 0240"],
    ["card number, one digit", { pan: "6228000100002" }, ["pan"], undefined],
    ["card number, two digits exchanged", { pan: "6228000100010" }, ["pan"], undefined],
    ["card number of the message", { pan: "6228000199999", otherPan: PAN }, ["pan"], undefined],
    [
      "card number without check digit",
      {
        expected: applicationCryptogram(
          "pboc",
          deriveCardKeyA(IMK, PAN.slice(0, -1), "01", nodeCipher),
          0x0240,
          DATA,
          nodeCipher,
        ),
      },
      ["pan"],
      undefined,
    ],
    ["padding", { expected: macAlgorithm3(SESSION_KEY, padMethod1(DATA), nodeCipher) }, ["padding"], undefined],
    ["triple DES on every block", { expected: tdesCbc(SESSION_KEY, padMethod2(DATA)) }, ["mac"], undefined],
    [
      "single DES",
      {
        expected: macAlgorithm3(
          concat(SESSION_KEY.subarray(0, 8), SESSION_KEY.subarray(0, 8)),
          padMethod2(DATA),
          nodeCipher,
        ),
      },
      ["mac"],
      undefined,
    ],
    [
      "whole IAD behind the list",
      { iad: IAD, expected: cryptogramUnder(SESSION_KEY, concat(LIST, IAD), "pboc", nodeCipher) },
      ["tail"],
      undefined,
    ],
    ["IAD given, CVR meant", { data: concat(LIST, IAD) }, ["tail"], undefined],
    [
      "nothing behind the list",
      { expected: cryptogramUnder(SESSION_KEY, LIST, "pboc", nodeCipher) },
      ["tail"],
      undefined,
    ],
    [
      "the other amount absent",
      { expected: computed("pboc", concat(DATA.subarray(0, 6), DATA.subarray(12))) },
      ["absent"],
      undefined,
    ],
    [
      "the other amount left out by us",
      { data: concat(DATA.subarray(0, 6), DATA.subarray(12)) },
      ["lacking"],
      undefined,
    ],
    [
      "order of two elements",
      { expected: computed("pboc", bytesOf([partsOf(DATA)[1]!, partsOf(DATA)[0]!, ...partsOf(DATA).slice(2)])) },
      ["order"],
      undefined,
    ],
    ["amount of zero", { expected: computed("pboc", cardHad("9F02", "000000000000")) }, ["zero"], undefined],
    [
      "amount without its decimals",
      { data: cardHad("9F02", "000000000100"), expected: SAMPLE.expected },
      ["amount"],
      undefined,
    ],
    ["terminal results of zero", { expected: computed("pboc", cardHad("95", "0000000000")) }, ["zero"], undefined],
    ["date as day, month, year", { data: cardHad("9A", "010714") }, ["date"], undefined],
    ["date of the day before", { data: cardHad("9A", "140702") }, ["date"], undefined],
    ["currency for country", { data: cardHad("9F1A", "0344") }, ["value"], undefined],
    ["unpredictable number backwards", { data: cardHad("9F37", "BCEE781E") }, ["byteOrder"], undefined],
    ["one bit of the terminal results", { data: cardHad("95", "0080046400") }, ["byte"], undefined],
    ["counter in the data only", { data: cardHad("9F36", "0241") }, ["atcInData"], undefined],
    ["padded by hand", { data: padMethod2(DATA) }, ["padded"], undefined],
    ["length byte in front", { data: concat(Uint8Array.of(37), DATA) }, ["lengthByte"], undefined],
    ["TLV for values", { data: TLV_DATA }, ["untagged"], undefined],
    [
      "short list of CVN 17",
      {
        expected: computed(
          "pboc",
          concat(DATA.subarray(0, 6), DATA.subarray(25, 29), DATA.subarray(31, 33), IAD.subarray(4, 5)),
        ),
      },
      ["shortList"],
      undefined,
    ],
    [
      "M/Chip session key",
      {
        expected: cryptogramUnder(
          deriveCommonSessionKey(CARD_KEY, hexBytes("0240 0000 1E78EEBC"), nodeCipher),
          DATA,
          "csk",
          nodeCipher,
        ),
      },
      ["session"],
      undefined,
    ],
    ["expected value backwards", { expected: SAMPLE.expected.toReversed() }, ["expected"], undefined],
    ["expected value with a typing error", { expected: SAMPLE.expected.with(4, 0x01) }, ["expected"], undefined],
    [
      "expected value is the ARPC",
      { expected: arpcMethod1(SESSION_KEY, SAMPLE.expected, hexBytes("3030"), nodeCipher) },
      ["expected"],
      undefined,
    ],
  ])("%s", (_, over, expectedIds, fix) => {
    const explanation = explain(over);
    expect(ids(explanation)).toEqual(expectedIds);
    if (fix !== undefined) expect(fixes(explanation)).toEqual([fix]);
  });
});

describe("the published vectors of each scheme, checked with another scheme's rules", () => {
  test.each(
    vectors.cryptograms.flatMap((vector) =>
      (["pboc", "csk", "cvn10", "cvn18"] as const)
        .filter((scheme) => scheme !== vector.scheme && !(scheme === "csk" && vector.scheme === "cvn18"))
        .map((scheme) => ({ ...vector, asked: scheme, made: vector.scheme })),
    ),
  )("$id asked as $asked", ({ asked, made, imk, pan, psn, atc, data, arqc }) => {
    const explanation = explainCryptogram(
      {
        scheme: asked,
        key: { kind: "imk", bytes: hexBytes(imk) },
        option: "A",
        pan,
        psn,
        atc: Number.parseInt(atc, 16),
        data: hexBytes(data),
        expected: hexBytes(arqc),
      },
      nodeCipher,
    );
    // csk and cvn18 compute alike.
    expect(fixes(explanation)).toEqual([`--scheme ${made === "cvn18" ? "csk" : made}`]);
  });
});

describe("two and three mistakes", () => {
  test("option B of a long number, under a scheme that was asked as PBOC", () => {
    const pan = "6222021234567890128";
    const expected = applicationCryptogram(
      "cvn18",
      deriveCardKeyB(IMK, pan, "01", nodeCipher),
      0x0240,
      concat(LIST, IAD),
      nodeCipher,
    );
    const explanation = explain({ pan, iad: IAD, expected });
    expect(ids(explanation)).toEqual(["option", "scheme", "tail"]);
    expect(fixes(explanation).slice(0, 2)).toEqual(["--option B", "--scheme csk"]);
  });
  test("sequence number and scheme", () => {
    expect(fixes(explain({ psn: "00", scheme: "csk" }))).toEqual(["--psn 01", "--scheme pboc"]);
  });
  test("scheme and an absent element", () => {
    const data = concat(DATA.subarray(0, 6), DATA.subarray(12));
    expect(ids(explain({ expected: computed("cvn10", data) }))).toEqual(["scheme", "absent"]);
  });
  test("sequence number and terminal results", () => {
    expect(ids(explain({ psn: "07", expected: computed("pboc", cardHad("95", "0000000000")) }))).toEqual([
      "psn",
      "zero",
    ]);
  });
  test("sequence number, scheme and amount", () => {
    const explanation = explain({ psn: "00", expected: computed("cvn10", cardHad("9F02", "000000000000")) });
    expect(ids(explanation)).toEqual(["psn", "scheme", "zero"]);
  });
});

describe("any single mistake of these kinds is found for what it is", () => {
  const runs = { numRuns: 15 };
  test("sequence number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), (number) => {
        const psn = String(number).padStart(2, "0");
        fc.pre(psn !== "01");
        const explanation = explain({ expected: computed("pboc", DATA, psn) });
        expect(fixes(explanation)).toEqual([`--psn ${psn}`]);
      }),
      runs,
    );
  });
  test("one byte of the data", () => {
    fc.assert(
      fc.property(fc.nat(DATA.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const explanation = explain({ data: DATA.with(at, DATA[at]! ^ change) });
        // A byte may be one of the mistakes with a name; it is found either way, with one cause.
        expect(ids(explanation)).toHaveLength(1);
      }),
      runs,
    );
  });
  test("one hex digit of the key, unless it changes a parity bit alone", () => {
    fc.assert(
      fc.property(fc.nat(31), fc.integer({ min: 1, max: 15 }), (at, change) => {
        const bytes = IMK.with(at >> 1, IMK[at >> 1]! ^ (at % 2 === 0 ? change << 4 : change));
        const explanation = explain({ key: { kind: "imk", bytes } });
        expect(ids(explanation)).toEqual(at % 2 === 1 && change === 1 ? [] : ["keyDigit"]);
      }),
      runs,
    );
  });
});

describe("when nothing fits", () => {
  const stranger = hexBytes("0102030405060708");
  const PAN_19 = "6222021234567890128";
  const firstOf = (over: Partial<CryptogramCase>) =>
    suspects({ ...SAMPLE, pan: PAN_19, expected: stranger, ...over })[0];
  test("consistent inputs leave no suspect, and the number of tries is told", () => {
    const explanation = explain({ pan: PAN_19, expected: stranger });
    expect(explanation).toMatchObject({ kind: "none", suspects: [] });
    expect(explanation.tried).toBeGreaterThan(40_000);
  });
  test("what cannot be right is told", () => {
    expect(explain({ data: DATA.subarray(0, 30), expected: stranger })).toMatchObject({
      kind: "none",
      suspects: [{ option: "--data", id: "dataLength" }, { id: "luhn" }],
    });
  });
  test.each<[string, Partial<CryptogramCase>, string, string]>([
    ["length of the data", { data: DATA.subarray(0, 30) }, "--data", "dataLength"],
    ["end of the data for the scheme", { scheme: "cvn18" }, "--data", "tail"],
    ["counters that differ", { atc: 0x0399 }, "--atc", "atc"],
    ["an amount that is no number", { data: DATA.with(2, 0x0a) }, "--data", "digits"],
    ["a date that is none", { data: DATA.with(22, 0x13) }, "--data", "date"],
    ["results that are none", { data: DATA.with(33, 0x07) }, "--data", "cvr"],
    ["results other than the IAD's", { data: DATA.with(35, 0x10), iad: IAD }, "--data", "cvr"],
    ["a card that used SM4", { iad: IAD.with(7, 4) }, "9F10", "sm4"],
    ["another cryptogram version", { iad: IAD.with(2, 17) }, "9F10", "cvn"],
    ["another scheme's IAD", { iad: hexBytes("06011203A04002") }, "9F10", "iad"],
    [
      "a single-length key",
      { key: { kind: "imk", bytes: concat(IMK.subarray(0, 8), IMK.subarray(0, 8)) } },
      "--imk",
      "weakKey",
    ],
    [
      "wrong parity in one byte",
      { key: { kind: "imk", bytes: hexBytes("0123456789ABCDEEFEDCBA9876543210") } },
      "--imk",
      "parity",
    ],
    ["check digit", { pan: "6222021234567890120" }, "--pan", "luhn"],
    ["a cryptogram that is a TC", { data: DATA.with(34, 0x90) }, "--data", "cvrType"],
  ])("%s is told", (_, over, option, id) => {
    expect(firstOf(over)).toMatchObject({ option, id });
  });
});

test("any input is explained one way or the other", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  fc.assert(
    fc.property(
      fc.constantFrom("pboc", "csk", "cvn10", "cvn18" as const),
      fc.constantFrom("imk", "cardKey", "sessionKey" as const),
      bytes(16),
      fc.option(fc.stringMatching(/^\d{8,19}$/), { nil: undefined }),
      fc.option(fc.nat(0xffff), { nil: undefined }),
      fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 24 }), bytes(33), bytes(37), bytes(40), bytes(52)),
      fc.option(fc.uint8Array({ maxLength: 32 }), { nil: undefined }),
      (scheme, kind, key, pan, atc, data, iad) => {
        const given = {
          ...SAMPLE,
          scheme: scheme as CryptogramScheme,
          key: { kind: kind as CryptogramCase["key"]["kind"], bytes: key },
          data,
        };
        const { pan: _, atc: __, ...rest } = given;
        const explanation = explainCryptogram(
          {
            ...rest,
            ...(pan === undefined ? {} : { pan }),
            ...(atc === undefined ? {} : { atc }),
            ...(iad === undefined ? {} : { iad }),
          },
          nodeCipher,
        );
        expect(explanation.kind).toBe("none");
      },
    ),
    { numRuns: 8 },
  );
});

test("no words hold a key or a card number", () => {
  const keys = [toHex(IMK), toHex(CARD_KEY), toHex(SESSION_KEY), PAN, "6228000199999"];
  for (const over of [
    { psn: "00" },
    { pan: "6228000199999", otherPan: PAN },
    { key: { kind: "imk", bytes: IMK.with(3, 0x91) } },
    { key: { kind: "imk", bytes: CARD_KEY } },
    { expected: hexBytes("0102030405060708") },
  ] as Partial<CryptogramCase>[]) {
    const text = JSON.stringify(explain(over)).toLowerCase();
    for (const key of keys) expect(text).not.toContain(key);
  }
});
