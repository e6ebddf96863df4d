import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DecodeError, fromAscii, fromLatin1, hexBytes, toHex } from "#protocol/bytes";
import { findTag, parseTlv } from "#protocol/tlv";
import bcd from "../../test/vectors/iso8583-bcd.json" with { type: "json" };
import cups from "../../test/vectors/iso8583-cups.json" with { type: "json" };
import codes from "../../test/vectors/response-codes.json" with { type: "json" };
import { encodeMessage, parseMessage } from "./codec.ts";
import { encodeCupsFrame, encodeHeader, parseCupsFrame, parseHeader } from "./header.ts";
import { binary, type FieldValue, type IsoMessage, text } from "./message.ts";
import {
  encodeAvailableBalance,
  encodePar,
  encodeTokenBlock,
  parseBalances,
  parsePar,
  parseTokenBlock,
} from "./private-fields.ts";
import { isApproved, RESPONSE_CODES, responseFact } from "./response-codes.ts";
import { CUPS, type MessageSpec, POS_BCD } from "./spec.ts";
import {
  answerTo,
  encodeF90,
  journeyIdOf,
  keyOf,
  messageClass,
  nextStan,
  panOf,
  parseF90,
  reversalOf,
} from "./transactions.ts";

const hex = (bytes: Uint8Array) => toHex(bytes).toUpperCase();

describe("the network's own messages", () => {
  test.each(cups.messages)("$id", ({ hex: sample, mti, bytes, texts, binaries, lengths, chip, starts, ...rest }) => {
    expect(sample.length / 2).toBe(bytes);
    const message = parseMessage(CUPS, hexBytes(sample));
    expect(message.mti).toBe(mti);
    for (const [field, length] of Object.entries(lengths))
      expect(message.fields[Number(field)]?.length, `F${field}`).toBe(length);
    for (const [field, start] of Object.entries(starts ?? {}))
      expect(hex(fromLatin1(text(message, Number(field))!)).slice(0, start.length), `F${field}`).toBe(start);
    for (const [tag, value] of Object.entries(chip ?? {}))
      expect(hex(findTag(parseTlv(binary(message, 55)!), tag)!), `F55 ${tag}`).toBe(value);
    for (const [field, value] of Object.entries(texts)) expect(text(message, Number(field)), `F${field}`).toBe(value);
    for (const [field, value] of Object.entries(binaries))
      expect(hex(binary(message, Number(field))!), `F${field}`).toBe(value);
    if ("numbers" in rest) expect(Object.keys(message.fields).map(Number)).toEqual(rest.numbers);
    expect(hex(encodeMessage(CUPS, message))).toBe(sample);
  });
  test("the header before them", () => {
    const bytes = hexBytes(cups.header);
    // It announces 470 bytes, and they are not there.
    expect(() => parseCupsFrame(bytes)).toThrow(
      expect.objectContaining({ code: "badLength", path: ["header", "length"] }),
    );
    // With as many bytes behind it as it announces, it reads: what its makers put into the reserved part is left alone.
    const whole = Uint8Array.of(...bytes, ...new Uint8Array(470 - bytes.length));
    expect(parseHeader(whole).header).toEqual({
      test: false,
      destination: "3050011",
      source: "00010000",
      rejectCode: "00000",
    });
    const made = encodeHeader({ test: false, destination: "3050011", source: "00010000", rejectCode: "00000" }, 470);
    expect(hex(made.subarray(0, 28))).toBe(cups.header.slice(0, 56));
  });
  test.each(bcd.messages)("POS dialect: $id", ({ hex: sample, mti, texts, binaries }) => {
    const message = parseMessage(POS_BCD, hexBytes(sample));
    expect(message.mti).toBe(mti);
    for (const [field, value] of Object.entries(texts)) expect(text(message, Number(field)), `F${field}`).toBe(value);
    for (const [field, value] of Object.entries(binaries))
      expect(hex(binary(message, Number(field))!), `F${field}`).toBe(value);
    expect(hex(encodeMessage(POS_BCD, message))).toBe(sample.replaceAll(" ", ""));
  });
});

test.each([
  ["0200", "0000000000000000", "ascii", /./, undefined],
  ["0200", "4000000000000000", "ascii", /truncated at byte 12 in F2/, undefined],
  ["0200", "2000000000000000 303030303041", "ascii", /badDigit at byte 17 in F3/, undefined],
  ["0200", "0001000000000000", "ascii", /badTag at byte 5 in F16|truncated/, undefined],
  ["0200", "4000000000000000 3230", "ascii", /badLength at byte 12 in F2/, undefined],
  ["0200", "0000000000000000 00", "ascii", /leftover at byte 12/, undefined],
])("refused with place and cause: %s %s", (mti, rest, _packing, pattern) => {
  const bytes = Uint8Array.of(...fromAscii(mti), ...hexBytes(rest));
  try {
    parseMessage(CUPS, bytes);
    expect(rest).toBe("0000000000000000");
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
    expect((error as Error).message).toMatch(pattern);
  }
});

const DIGITS = [..."0123456789"];
function fieldValue(spec: MessageSpec, number: number): fc.Arbitrary<FieldValue> {
  const field = spec.fields[number]!;
  const min = field.prefix === 0 ? field.length : 0;
  const length = { minLength: min, maxLength: Math.min(field.length, 60) };
  if (field.prefix === 0) length.maxLength = field.length;
  if (field.kind === "b") return fc.uint8Array(length);
  if (field.kind === "n" || field.kind === "z") return fc.string({ ...length, unit: fc.constantFrom(...DIGITS) });
  if (field.kind === "xn")
    return fc.string({ minLength: 8, maxLength: 8, unit: fc.constantFrom(...DIGITS) }).map((digits) => `C${digits}`);
  return fc.string({ ...length, unit: fc.nat(255).map((code) => String.fromCharCode(code)) });
}
const messageOf = (spec: MessageSpec): fc.Arbitrary<IsoMessage> =>
  fc.subarray(spec.fields.flatMap((field, number) => (field === undefined ? [] : [number]))).chain((numbers) =>
    fc.record({
      mti: fc.constantFrom("0100", "0200", "0420", "0820"),
      fields: fc.record(Object.fromEntries(numbers.map((n) => [n, fieldValue(spec, n)]))),
    }),
  );

describe.each([CUPS, POS_BCD])("dialect $name", (spec) => {
  test("what is written is read again", () => {
    fc.assert(
      fc.property(messageOf(spec), (message) => {
        expect(parseMessage(spec, encodeMessage(spec, message))).toEqual(message);
      }),
      { numRuns: 500 },
    );
  });
});

test("a flipped digit never decodes to another card's number", () => {
  const message = parseMessage(CUPS, hexBytes(cups.messages[0]!.hex));
  const pan = text(message, 2)!;
  for (let at = 0; at < pan.length; at++) {
    for (const digit of DIGITS) {
      if (digit === pan[at]) continue;
      const flipped = { ...message, fields: { ...message.fields, 2: pan.slice(0, at) + digit + pan.slice(at + 1) } };
      expect(panOf(flipped).ok).toBe(false);
    }
  }
});

describe("transactions", () => {
  const purchase: IsoMessage = {
    mti: "0200",
    fields: {
      2: "6224242000000021",
      3: "000000",
      4: "000000001234",
      7: "1124100000",
      11: "000042",
      18: "5814",
      22: "072",
      25: "00",
      32: "12345678",
      37: "112410000042",
      41: "T0000001",
      42: "123456789012345",
      49: "156",
      35: "6224242000000021D2902",
      55: hexBytes("9C0100"),
    },
  };
  test("an answer echoes what it must and nothing secret", () => {
    const answer = answerTo(purchase, "51");
    expect(answer.mti).toBe("0210");
    expect(text(answer, 39)).toBe("51");
    expect(answer.fields[35] ?? answer.fields[55] ?? answer.fields[52]).toBeUndefined();
    expect(text(answer, 11)).toBe("000042");
  });
  test("a reversal names its original, and both have one journey", () => {
    const reversal = reversalOf(purchase, { f7: "1124100100", f11: "000043" }, "98");
    expect(text(reversal, 90)).toBe("020000004211241000000001234567800012345678");
    const original = parseF90(text(reversal, 90))!;
    expect(journeyIdOf(original)).toBe(journeyIdOf(keyOf(purchase)!));
    expect(encodeF90(original)).toBe(text(reversal, 90));
    expect(messageClass(reversal)).toBe("reversal");
  });
  test.each([
    ["0200", { 3: "000000" }, "purchase"],
    ["0200", { 3: "000000", 25: "06" }, "completion"],
    ["0210", { 3: "000000" }, "purchase"],
    ["0200", { 3: "200000" }, "void"],
    ["0220", { 3: "200000" }, "refund"],
    ["0230", { 3: "200000" }, "refund"],
    ["0100", { 3: "030000" }, "preAuthorisation"],
    ["0100", { 3: "200000" }, "preAuthorisationVoid"],
    ["0200", { 3: "300000" }, "balance"],
    ["0420", {}, "reversal"],
    ["0430", {}, "reversal"],
    ["0820", { 70: "001" }, "network"],
    ["0830", {}, "network"],
    ["0302", {}, "unknown"],
  ] as const)("%s %j is a %s", (mti, fields, expected) => {
    expect(messageClass({ mti, fields: fields as Record<number, string> })).toBe(expected);
  });
  test("the trace number goes around and skips zero", () => {
    expect([nextStan(1), nextStan(999_999)]).toEqual([2, 1]);
  });
  test("a whole frame, both ways", () => {
    const header = { test: true, destination: "00010000", source: "12345678", rejectCode: "00000" };
    expect(parseCupsFrame(encodeCupsFrame(header, purchase))).toEqual({ header, message: purchase });
  });
});

describe("private fields", () => {
  test("token block and PAR", () => {
    const block = { tokenPan: "6299900000000000007", tokenExpiry: "3112", assurance: "11", trid: "40010030273" };
    expect(parseTokenBlock(encodeTokenBlock(block))).toEqual(block);
    expect(parseTokenBlock(`SM0041234${encodeTokenBlock(block)}`)).toEqual(block);
    expect(parseTokenBlock(undefined)).toBeUndefined();
    const par = "K8B0000000000000000000000000A";
    expect(parsePar(encodePar(par))).toBe(par);
  });
  test("balances of the sample", () => {
    expect(parseBalances("3001156C0000017971003002156C000004810938")).toEqual([
      { accountType: "30", balanceType: "01", currency: "156", minor: 1_797_100n },
      { accountType: "30", balanceType: "02", currency: "156", minor: 4_810_938n },
    ]);
    expect(parseBalances(encodeAvailableBalance({ minor: -5n, currency: "156" }))[0]?.minor).toBe(-5n);
  });
  test("any text gives blocks or a DecodeError", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (f63) => {
        try {
          parseTokenBlock(f63);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test.each(codes.codes)("response code $code: $act", ({ code, act }) => {
  expect(responseFact(code)).toMatchObject({
    act,
    zh: expect.stringMatching(/[\u4e00-\u9fff]/),
    en: expect.any(String),
  });
  expect(isApproved(code)).toBe(act === "approve");
});

test("no response code but those of the tables has a meaning here", () => {
  expect(Object.keys(RESPONSE_CODES).sort()).toEqual(codes.codes.map(({ code }) => code).sort());
});

test("an unknown response code is a decline that says so", () => {
  expect(responseFact("Z9").act).toBe("decline");
});
