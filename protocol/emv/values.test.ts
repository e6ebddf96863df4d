import fc from "fast-check";
import { expect, test } from "vitest";
import { hexBytes } from "#protocol/bytes";
import { type DescribedNode, describeTlv, parseTlv, TAGS } from "#protocol/tlv";
import { emvValues } from "./values.ts";

const flat = (nodes: readonly DescribedNode[]): string[] =>
  nodes.flatMap(({ id, name, value, lengthBytes, children }) => [
    `${id} ${name.en}${value === undefined ? "" : ` ${value}`}${lengthBytes === undefined ? "" : ` [${lengthBytes}]`}`,
    ...flat(children ?? []),
  ]);
const read = (tag: string, hex: string) => flat(emvValues(tag, hexBytes(hex)));

test.each([
  // Captured values: a real reader's TTQ, a phone's CTQ, the published PBOC sample (spec emv-card §4, emv-crypto §9.2).
  [
    "9F66",
    "36800000",
    [
      "1.6 qUICS (EMV mode) supported",
      "1.5 contact chip supported",
      "1.3 online PIN supported",
      "1.2 signature supported",
      "2.8 online cryptogram required",
    ],
  ],
  ["9F6C", "0080", ["2.8 consumer-device CVM performed"]],
  [
    "95",
    "0080046008",
    [
      "2.8 card and terminal have different application versions",
      "3.3 online CVM captured",
      "4.7 lower consecutive offline limit exceeded",
      "4.6 upper consecutive offline limit exceeded",
      "5.4 reserved for future use",
    ],
  ],
  [
    "82",
    "7C00",
    [
      "1.7 SDA supported",
      "1.6 DDA supported",
      "1.5 cardholder verification supported",
      "1.4 terminal risk management to be performed",
      "1.3 issuer authentication (EXTERNAL AUTHENTICATE) supported",
    ],
  ],
  [
    "9F10",
    "07000103A04002010A010000001000D1F61152",
    [
      "DKI Derivation key index 0",
      "CVN Cryptogram version 1",
      "CVR Card verification results: ARQC 03A04002",
      "2.8-7 second GENERATE AC 未请求 not requested",
      "2.6-5 first cryptogram ARQC",
      "3.7 PIN try limit exceeded",
      "4.2 DDA performed",
      "ALG Algorithm 3DES",
      "IDD Electronic cash balance 0000001000",
      "MAC MAC over the balance D1F61152",
    ],
  ],
  [
    "9F10",
    "06011203A0B800",
    [
      "DKI Derivation key index 1",
      "CVN Cryptogram version 18",
      "CVR Card verification results: ARQC 03A0B800",
      "2.8-7 second GENERATE AC 未请求 not requested",
      "2.6-5 first cryptogram ARQC",
      "3.8 last online transaction not completed",
      "3.6 velocity counter exceeded",
      "3.5 new card",
      "3.4 issuer authentication failed in last online transaction",
    ],
  ],
  [
    "9F38",
    "9F6604 9F0206 DF6901",
    [
      "9F66 Terminal transaction qualifiers (TTQ) [4]",
      "9F02 Amount, authorised [6]",
      "DF69 SM algorithm support indicator [1]",
    ],
  ],
  [
    "8E",
    "0000000000000000 4203 1E03 1F00",
    [
      "X Amount X 0",
      "Y Amount Y 0",
      "1 online PIN, if the terminal supports the CVM; if it fails apply the next rule 4203",
      "2 signature, if the terminal supports the CVM; if it fails stop 1E03",
      "3 no CVM required, always; if it fails stop 1F00",
    ],
  ],
  [
    "94",
    "08010100 10010301",
    ["SFI 1 records 1 to 1, 0 of them signed 08010100", "SFI 2 records 1 to 3, 1 of them signed 10010301"],
  ],
  ["9F27", "80", ["1.8-7 cryptogram type ARQC"]],
  ["9F34", "3F0000", ["= no CVM performed, always: outcome unknown"]],
  [
    "9F33",
    "E0E9C8",
    [
      "1.8 manual key entry",
      "1.7 magnetic stripe",
      "1.6 IC with contacts",
      "2.8 plaintext PIN for offline verification",
      "2.7 enciphered PIN for online verification",
      "2.6 signature",
      "2.4 no CVM required",
      "3.8 SDA",
      "3.7 DDA",
      "3.4 CDA",
    ],
  ],
  ["84", "325041592E5359532E4444463031", ["= contactless payment directory (PPSE)"]],
  ["4F", "A000000333010102", ["= UnionPay credit"]],
  [
    "91",
    "E9D1DC942D1F3D673030",
    ["ARPC Authorisation response cryptogram E9D1DC942D1F3D67", "ARC Authorisation response code 00"],
  ],
  ["9A", "170601", ["= year-month-day 2017-06-01"]],
  ["9F36", "0ADC", ["= decimal 2780"]],
  ["50", "50424F43204445424954", ["= text PBOC DEBIT"]],
  [
    "80",
    "7C00 08010100",
    [
      "82 Application interchange profile (AIP) 7C00 [2]",
      "1.7 SDA supported",
      "1.6 DDA supported",
      "1.5 cardholder verification supported",
      "1.4 terminal risk management to be performed",
      "1.3 issuer authentication (EXTERNAL AUTHENTICATE) supported",
      "94 Application file locator (AFL) 08010100 [4]",
      "SFI 1 records 1 to 1, 0 of them signed 08010100",
    ],
  ],
] as const)("%s %s in words", (tag, hex, words) => {
  expect(read(tag, hex)).toEqual(words);
});

test("answer to GENERATE AC without tags: the published sample of BLOG-GAC (spec emv-card §5)", () => {
  const nodes = emvValues("80", hexBytes("80 0001 9576389A2C9E7534 07000103A03002010A010000000000B0992D81"));
  expect(nodes.map(({ id, value }) => `${id} ${value}`)).toEqual([
    "9F27 80",
    "9F36 0001",
    "9F26 9576389A2C9E7534",
    "9F10 07000103A03002010A010000000000B0992D81",
  ]);
});

test("a track is read only by who asked to see it, and masked under any tag", () => {
  const items = parseTlv(hexBytes("57116299999999999999D20112010123456789 9F6B0C6299999999999999D2011201"));
  const [track, other] = describeTlv(items, { inside: emvValues });
  expect(track).toMatchObject({ masked: true });
  expect(JSON.stringify([track, other])).not.toContain("62999999999999");
  expect(flat(describeTlv(items.slice(0, 1), { inside: emvValues, reveal: true }))).toContain("YYMM Expiry 2011");
});

test("any value under any tag gives words, never an exception", () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(TAGS)), fc.uint8Array({ maxLength: 48 }), (tag, value) => {
      for (const { name } of emvValues(tag, value)) expect(name.zh.length * name.en.length).toBeGreaterThan(0);
    }),
    { numRuns: 10_000 },
  );
});
