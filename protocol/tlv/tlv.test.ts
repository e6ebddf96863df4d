import fc from "fast-check";
import { expect, test } from "vitest";
import { DecodeError, hexBytes, toHex } from "#protocol/bytes";
import vectors from "../../test/vectors/tlv.json" with { type: "json" };
import { buildDol, dolLength, encodeDol, parseDol, splitDol } from "./dol.ts";
import { encodeTlv, findTag, parseTlv, type Tlv, type TlvInput } from "./tlv.ts";

const asInput = (items: readonly Tlv[]): TlvInput[] =>
  items.map(({ tag, value, children }) => ({ tag, value: children === undefined ? value : asInput(children) }));
const flat = (items: readonly Tlv[]): string[] => items.flatMap((item) => [item.tag, ...flat(item.children ?? [])]);

test.each(vectors.parses)("parseTlv: $id", ({ hex, tags, find }) => {
  const items = parseTlv(hexBytes(hex));
  expect(flat(items)).toEqual(tags);
  for (const [tag, value] of Object.entries(find)) expect(toHex(findTag(items, tag)!).toUpperCase()).toBe(value);
  expect(toHex(encodeTlv(asInput(items)))).toBe(toHex(hexBytes(hex)));
});

test.each(vectors.refused)("parseTlv refuses: $id", ({ hex, code, at, path }) => {
  expect(() => parseTlv(hexBytes(hex))).toThrow(expect.objectContaining({ code, at, path }));
});

test.each(vectors.lists)("parseDol: $id", ({ dol, length, tags }) => {
  const entries = parseDol(hexBytes(dol));
  expect(entries.map(({ tag }) => tag)).toEqual(tags);
  expect(dolLength(entries)).toBe(length);
});

test.each(vectors.dols)("buildDol: $id", ({ dol, values, built }) => {
  const entries = parseDol(hexBytes(dol));
  expect(toHex(encodeDol(entries))).toBe(toHex(hexBytes(dol)));
  const given = new Map(Object.entries(values as Record<string, string>));
  const bytes = buildDol(entries, (tag) => (given.has(tag) ? hexBytes(given.get(tag)!) : undefined));
  expect(toHex(bytes)).toBe(toHex(hexBytes(built)));
  expect([...splitDol(entries, bytes).keys()]).toEqual(entries.map((entry) => entry.tag));
});

test("00 between objects is filler", () => {
  expect(flat(parseTlv(hexBytes("00 9C0100 0000 9A03170601 00")))).toEqual(["9C", "9A"]);
});

const tlvInput: fc.Arbitrary<readonly TlvInput[]> = fc.letrec<{ list: TlvInput[]; item: TlvInput }>((tie) => ({
  list: fc.array(tie("item"), { maxLength: 4 }),
  item: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.record({ tag: fc.constantFrom("9F26", "5A", "57", "9F1E", "DF8101"), value: fc.uint8Array({ maxLength: 300 }) }),
    fc.record({ tag: fc.constantFrom("70", "77", "BF0C"), value: tie("list") }),
  ),
})).list;

test("what is written is read again", () => {
  fc.assert(
    fc.property(tlvInput, (items) => {
      expect(asInput(parseTlv(encodeTlv(items)))).toEqual(items);
    }),
  );
});

test("10,000 mutated messages: a value or a DecodeError within the bytes", () => {
  const sample = hexBytes(vectors.parses[0]!.hex);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(sample.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.nat(sample.length),
      (edits, cut) => {
        const bytes = sample.slice(0, sample.length - (cut % 20));
        for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
        try {
          parseTlv(bytes);
          parseDol(bytes);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          expect(error.at).toBeLessThanOrEqual(bytes.length);
        }
      },
    ),
    { numRuns: 10_000 },
  );
});
