import fc from "fast-check";
import { expect, test } from "vitest";
import { hexBytes, toHex } from "#protocol/bytes";
import { encodeTlv } from "#protocol/tlv";
import { chipPrint, differingTags } from "./chip-print.ts";

const chip = (values: Readonly<Record<string, string>>) =>
  encodeTlv(Object.entries(values).map(([tag, hex]) => ({ tag, value: hexBytes(hex) })));
const VALUES = {
  "9F02": "000000001200",
  "9F37": "a1b2c3d4",
  "9F36": "0001",
  "9F10": "07010103900000 01".replace(" ", ""),
};

test("the same data in any order have the same print, which shows none of them", () => {
  const print = chipPrint(chip(VALUES))!;
  expect(chipPrint(chip(Object.fromEntries(Object.entries(VALUES).reverse())))).toBe(print);
  expect(print).toMatch(/^[0-9a-f-]{72}$/);
  expect(differingTags(print, print)).toEqual([]);
  expect(print).not.toContain(VALUES["9F37"]);
});

test("what differs, or is missing, is named; tags that no cryptogram covers are not", () => {
  const print = chipPrint(chip(VALUES))!;
  const { "9F36": _, ...missing } = VALUES;
  expect(differingTags(print, chipPrint(chip(missing))!)).toEqual(["9F36"]);
  expect(differingTags(print, chipPrint(chip({ ...VALUES, "9F41": "00000001" }))!)).toEqual([]);
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(VALUES)), fc.nat({ max: 31 }), (tag, bit) => {
      const value = hexBytes(VALUES[tag as keyof typeof VALUES]);
      const at = (bit >> 3) % value.length;
      value[at] = value[at]! ^ (1 << (bit & 7));
      expect(differingTags(print, chipPrint(chip({ ...VALUES, [tag]: toHex(value) }))!)).toEqual([tag]);
    }),
  );
});

test("bytes that are no TLV have no print", () => {
  expect(chipPrint(hexBytes("9f26"))).toBeUndefined();
  expect(chipPrint(new Uint8Array())).toBe("-".repeat(72));
});
