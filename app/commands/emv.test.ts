import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hexBytes, toHex } from "#protocol/bytes";
import { adjustParity } from "#protocol/crypto";
import { kabao } from "../../test/captured-cli.ts";
import vectors from "../../test/vectors/emv.json" with { type: "json" };

const odd = (hex: string) => toHex(adjustParity(hexBytes(hex))).toUpperCase();
const json = async (...args: string[]) => {
  const answer = await kabao(["emv", ...args, "--json"]);
  return { ...answer, document: JSON.parse(answer.stdout) };
};

// The published PBOC sample as field 55 (spec emv-crypto §9.2).
const PBOC = ["--imk", "F0C34A8124CEE0A91A0B034AA97D6EAC", "--pan", "6228000100001", "--psn", "01", "--atc", "0240"];
const PBOC_DATA = "000000000001000000000000015600800460000156140701001E78EEBC7D00024003A04002";
const FIELD_55 =
  "9F26085D016C91005E7CC2 9F2701809F101307000103A04002010A010000001000D1F61152 9F37041E78EEBC 9F36020240 95050080046000" +
  "9A031407019C01009F02060000000000015F2A02015682027D009F1A0201569F0306000000000000";

describe("kabao emv session-key", () => {
  test.each(vectors.cardKeys)("card key: $id", async ({ option, imk, pan, psn, key, kcv }) => {
    const { code, document } = await json(
      "session-key",
      "--imk",
      imk,
      "--pan",
      pan,
      "--psn",
      psn,
      "--option",
      option,
      "--atc",
      "0001",
    );
    expect(code).toBe(0);
    if (key !== undefined) expect(document.cardKeyOddParity).toBe(odd(key));
    if (kcv !== undefined) expect(document.kcv.cardKey.slice(0, kcv.length)).toBe(kcv);
    expect(document).toMatchObject({ testKeys: true, option });
  });

  test.each(vectors.sessionKeys)("$id", async ({ scheme, key, input, session }) => {
    const flags = ["--scheme", scheme === "visa" ? "cvn10" : scheme, "--mk", key, "--atc", input.slice(0, 4)];
    const { document } = await json("session-key", ...flags);
    expect(scheme === "visa" ? document.scriptKeyOddParity : document.sessionKeyOddParity).toBe(odd(session));
  });

  test("option by default: A for PBOC, B for the others over 16 digits", async () => {
    const keys = ["--imk", vectors.cardKeys[1]!.imk, "--pan", "12345678901234567", "--psn", "01", "--atc", "0001"];
    const pboc = (await json("session-key", ...keys)).document;
    expect(pboc).toMatchObject({ option: "A", cardKeyOddParity: odd(vectors.cardKeys[1]!.key!) });
    const csk = (await json("session-key", "--scheme", "csk", ...keys)).document;
    expect(csk).toMatchObject({ option: "B", cardKeyOddParity: odd(vectors.cardKeys[3]!.key!) });
    const short = ["--imk", vectors.cardKeys[1]!.imk, "--pan", "1234567890123456", "--atc", "0001"];
    expect((await json("session-key", "--scheme", "csk", ...short)).document.option).toBe("A");
  });
});

describe("kabao emv arqc", () => {
  test.each(vectors.cryptograms)("$id", async ({ scheme, imk, pan, psn, atc, data, arqc }) => {
    const keys = ["--scheme", scheme, "--imk", imk, "--pan", pan, "--psn", psn, "--atc", atc];
    const plain = await json("arqc", ...keys, "--data", data);
    expect(plain).toMatchObject({ code: 0, document: { arqc, testKeys: true } });
    expect(plain.document).not.toHaveProperty("match");
    const equal = await json("arqc", ...keys, "--data", data, "--expect", arqc);
    expect(equal).toMatchObject({ code: 0, document: { match: true } });
    const other = await json("arqc", ...keys, "--data", data, "--expect", arqc.replace(/^../, "00"));
    expect(other).toMatchObject({ code: 1, document: { match: false, explanation: { fits: true } } });
  });

  test.each(vectors.underSessionKey)("under a session key: $id", async ({ key, data, ac }) => {
    expect((await json("arqc", "--sk", key, "--data", data)).document.arqc).toBe(ac);
  });

  test("field 55 gives data, counter, sequence number and the expected value", async () => {
    const keys = PBOC.slice(0, 6);
    const { code, document } = await json("arqc", ...keys, "--tlv", FIELD_55);
    expect({ code, ...document }).toMatchObject({ code: 0, match: true, atc: "0240", data: PBOC_DATA });
    const wrong = await json("arqc", ...keys.slice(0, 4), "--tlv", FIELD_55);
    expect(wrong).toMatchObject({ code: 1, document: { explanation: { causes: [{ id: "psn", fix: "--psn 01" }] } } });
    const visa = await json("arqc", "--scheme", "cvn18", ...keys, "--tlv", FIELD_55);
    expect(visa.document.explanation.causes.map(({ fix }: { fix?: string }) => fix)).toContain("--scheme pboc");
  });

  test("the number in tag 57 is tried in place of the one given", async () => {
    const message = `${FIELD_55} 57 0E 6228000100001D20112010123456`.replaceAll(" ", "");
    const { document } = await json(
      "arqc",
      "--imk",
      PBOC[1]!,
      "--pan",
      "6222021234567890128",
      "--psn",
      "01",
      "--tlv",
      message,
    );
    expect(document.explanation).toMatchObject({ fits: true, causes: [{ id: "pan" }] });
    // Without --pan it is simply taken.
    expect((await json("arqc", "--imk", PBOC[1]!, "--psn", "01", "--tlv", message)).document.match).toBe(true);
  });

  test("in words: Chinese, English, and the flag that mends it", async () => {
    const { code, stdout, stderr } = await kabao([
      "emv",
      "arqc",
      ...PBOC.with(5, "09"),
      "--data",
      PBOC_DATA,
      "--expect",
      "5D016C91005E7CC2",
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain("序列号 (5F34) 是 01 / the PAN sequence number (5F34) is 01");
    expect(stdout).toContain("--psn 01");
    expect(stderr).toContain("test keys only");
  });

  test("none fits: how many were tried, and the first input that cannot be right", async () => {
    const flags = [...PBOC.with(7, "0399"), "--data", PBOC_DATA, "--expect", "0102030405060708"];
    const { code, stdout } = await kabao(["emv", "arqc", ...flags]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/none of \d{5,} combinations fits/);
    expect(stdout).toContain("the first input that cannot be right: --atc");
  });
});

describe("kabao emv arpc", () => {
  test.each(vectors.arpc.filter(({ method }) => method === 1))("method 1: $id", async ({ key, arqc, data, arpc }) => {
    const { document } = await json("arpc", "--sk", key, "--arqc", arqc, "--arc", data);
    expect(document).toMatchObject({ arpc, issuerAuthenticationData: `${arpc}${data}` });
  });
  test.each(vectors.arpc.filter(({ method }) => method === 2))("method 2: $id", async ({ key, arqc, data, arpc }) => {
    const { document } = await json("arpc", "--sk", key, "--arqc", arqc, "--method", "2", "--csu", data);
    expect(document).toMatchObject({ arpc, issuerAuthenticationData: `${arpc}${data}` });
  });
  test("from the cryptogram's own data, in characters or hex; the card key itself in CVN 10", async () => {
    const arpc = "21415243527CE78F";
    expect((await json("arpc", ...PBOC, "--data", PBOC_DATA, "--arc", "01")).document.arpc).toBe(arpc);
    expect((await json("arpc", ...PBOC, "--data", "5D016C91005E7CC23031")).document.arpc).toBe(arpc);
    expect((await json("arpc", ...PBOC.slice(0, 6), "--tlv", FIELD_55, "--arc", "3031")).document.arpc).toBe(arpc);
    const visa = vectors.cryptograms[0]!;
    const keys = ["--scheme", "cvn10", "--imk", visa.imk, "--pan", visa.pan, "--psn", visa.psn];
    expect((await json("arpc", ...keys, "--arqc", visa.arqc, "--arc", "00")).document.arpc).toBe("28993816AFAE4AEB");
  });
  test("another response code or key is named", async () => {
    const sk = ["--sk", "D4102725E6E5AD329E55AAB50BF23DA9", "--arqc", "5D016C91005E7CC2"];
    const code = await json("arpc", ...sk, "--arc", "05", "--expect", "21415243527CE78F");
    expect(code).toMatchObject({ code: 1, document: { explanation: { fits: true } } });
    expect(code.document.explanation.causes[0].en).toContain("3031");
    const none = await json("arpc", ...sk, "--expect", "0102030405060708");
    expect(none).toMatchObject({ code: 1, document: { explanation: { fits: false } } });
  });
});

describe("bad input: code 2, the flag and the cause, never the value", () => {
  const keys = ["--imk", "F0C34A8124CEE0A91A0B034AA97D6EAC", "--pan", "6228000100001", "--atc", "0240"];
  test.each<[string, string[], RegExp]>([
    ["no key", ["arqc", "--data", "00"], /--imk .*give --imk/],
    ["two keys", ["arqc", ...keys, "--mk", keys[1]!, "--data", "00"], /--mk .*excludes --imk/],
    [
      "short key",
      ["arqc", "--imk", "F0C34A8124CEE0A91A0B034AA97D6E", "--data", "00"],
      /--imk .*wants 16 or 24 bytes, got 15/,
    ],
    [
      "key with a wrong character",
      ["arqc", "--imk", "F0C34A8124CEE0A91A0B034AA97D6EZZ", "--data", "00"],
      /--imk .*character 31/,
    ],
    [
      "triple key that is no EMV key",
      ["arqc", "--imk", `${keys[1]}0011223344556677`, "--data", "00"],
      /--imk .*triple/,
    ],
    [
      "number with letters",
      ["arqc", "--imk", keys[1]!, "--pan", "62280001X0001", "--data", "00"],
      /--pan .*wants digits/,
    ],
    ["long number", ["arqc", "--imk", keys[1]!, "--pan", "62280001000011234567", "--data", "00"], /--pan .*got 20/],
    ["sequence number", ["arqc", ...keys, "--psn", "100", "--data", "00"], /--psn .*two digits/],
    ["counter", ["arqc", ...keys.with(5, "12345"), "--data", "00"], /--atc .*hex digits/],
    ["no counter", ["arqc", ...keys.slice(0, 4), "--data", "00"], /--atc .*required/],
    ["no data", ["arqc", ...keys], /--data .*give --data or --tlv/],
    ["data and TLV", ["arqc", ...keys, "--data", "00", "--tlv", FIELD_55], /--tlv .*excludes --data/],
    ["TLV cut short", ["arqc", ...keys, "--tlv", "9F26085D01"], /--tlv .*at byte 3 \(9F26\)/],
    ["TLV without what is needed", ["arqc", ...keys, "--tlv", "9F360201"], /--tlv/],
    ["TLV that lacks tags", ["arqc", ...keys, "--tlv", "9F36020240"], /lacks 9F02, 9F03/],
    [
      "a value in another length",
      ["arqc", ...keys, "--tlv", `${FIELD_55.replace("95050080046000", "950400800460")}`],
      /95 wants 5 bytes, has 4/,
    ],
    [
      "expected value",
      ["arqc", ...keys, "--data", PBOC_DATA, "--expect", "5D016C91"],
      /--expect .*wants 8 bytes, got 4/,
    ],
    ["scheme", ["arqc", "--scheme", "mchip", ...keys, "--data", "00"], /--scheme .*wants one of pboc/],
    ["response code", ["arpc", ...keys, "--arqc", "5D016C91005E7CC2", "--arc", "0"], /--arc .*two characters/],
    ["method 2 without update", ["arpc", ...keys, "--arqc", "5D016C91005E7CC2", "--method", "2"], /--csu/],
    ["session key of a session key", ["session-key", "--sk", keys[1]!, "--atc", "0001"], /--sk/],
    ["groups without quotes", ["arqc", ...keys, "--data", "0000", "0001"], /wants quotes/],
    ["option that does not exist", ["arqc", ...keys, "--exepct", "00"], /--exepct .*did you mean --expect/],
  ])("%s", async (_, args, cause) => {
    const { code, stderr } = await kabao(["emv", ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(cause);
    expect(stderr).not.toContain("F0C34A8124CEE0");
    expect(stderr).not.toContain("62280001");
    const document = JSON.parse((await kabao(["emv", ...args, "--json"])).stdout);
    expect(document.error.option).toMatch(/^--/);
    expect(JSON.stringify(document)).not.toMatch(/F0C34A8124CEE0|62280001/);
  });
});

test("10,000 garbage command lines: 0, 1 or 2, one JSON document, never a stack trace", async () => {
  const flags = [
    "--imk",
    "--mk",
    "--sk",
    "--pan",
    "--psn",
    "--atc",
    "--data",
    "--tlv",
    "--scheme",
    "--option",
    "--arqc",
    "--arc",
    "--method",
    "--csu",
    "--proprietary",
  ];
  const hex = fc.uint8Array({ maxLength: 20 }).map((bytes) => toHex(bytes));
  const value = fc.oneof(
    hex,
    fc.constantFrom(
      "pboc",
      "csk",
      "cvn10",
      "cvn18",
      "A",
      "2",
      "0240",
      "01",
      "6228000100001",
      "F0C34A8124CEE0A91A0B034AA97D6EAC",
      PBOC_DATA,
      FIELD_55,
    ),
    fc.string({ maxLength: 12 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom("arqc", "arpc", "session-key"),
      fc.array(fc.tuple(fc.constantFrom(...flags), value), { maxLength: 7 }),
      async (name, pairs) => {
        const { code, stdout, stderr } = await kabao(["emv", name, ...pairs.flat(), "--json"], "00");
        expect([0, 2]).toContain(code);
        expect("error" in JSON.parse(stdout)).toBe(code === 2);
        expect(stderr).not.toMatch(/\n\s+at /);
      },
    ),
    { numRuns: 10_000 },
  );
});
