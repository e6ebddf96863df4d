import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kabao } from "../../test/captured-cli.ts";
import bcd from "../../test/vectors/iso8583-bcd.json" with { type: "json" };
import cups from "../../test/vectors/iso8583-cups.json" with { type: "json" };

const plainHex = (hex: string) => hex.replaceAll(" ", "").toUpperCase();
const decode = async (...args: string[]) => {
  const answer = await kabao(["iso8583", "decode", ...args, "--json"]);
  return { ...answer, document: JSON.parse(answer.stdout) };
};
const encode = (...args: string[]) => kabao(["iso8583", "encode", ...args]);
const PURCHASE = plainHex(cups.messages[0]!.hex);
const ECHO = ["--mti", "0820", "--field", "7=1124120000", "--field=11=000001", "--field", "F70=301"];

describe("kabao iso8583 decode", () => {
  test.each([
    ...cups.messages.map((one) => ({ ...one, dialect: "cups" })),
    ...bcd.messages.map((one) => ({ ...one, dialect: "bcd" })),
  ])("$id: the fields, and back to the same bytes", async ({ hex, mti, texts, binaries, dialect }) => {
    const { code, document, stdout } = await decode(hex, "--reveal");
    expect({ code, dialect: document.dialect, mti: document.mti }).toEqual({ code: 0, dialect, mti });
    for (const [field, value] of Object.entries({ ...texts, ...binaries }))
      expect(document.fields[field]?.value).toBe(value);
    const back = await kabao(["iso8583", "encode", "-", "--json"], stdout);
    expect(JSON.parse(back.stdout)).toMatchObject({ dialect, mti, hex: plainHex(hex) });
  });

  test("each field at its offset, names in both languages, codes in words, field 55 nested", async () => {
    const { document } = await decode(PURCHASE, "--reveal");
    for (const { at, length, value } of Object.values(document.fields) as {
      at: number;
      length: number;
      value: string;
    }[]) {
      const wire = Buffer.from(PURCHASE.slice(2 * at, 2 * (at + length)), "hex");
      expect([wire.toString("latin1"), wire.toString("hex").toUpperCase()]).toContain(value);
    }
    const { fields } = document;
    expect(fields["4"]).toMatchObject({ name: { zh: "交易金额", en: "Amount, transaction" }, value: "000000010000" });
    expect(fields["4"].parts[0].value).toBe("¥100.00");
    expect(fields["43"].parts[0].value).toContain("中国银联");
    const chip = fields["55"].children.find(({ tag }: { tag: string }) => tag === "9F10");
    expect(chip.value).toBe("07000103A0200001");
    expect(PURCHASE.slice(2 * chip.at, 2 * chip.at + 4)).toBe("9F10");
  });

  test("what is secret is masked until asked for", async () => {
    const masked = await kabao(["iso8583", "decode", PURCHASE]);
    for (const secret of ["6224242000000021", "EC2804D2AC42710A", "29022015699031007"]) {
      expect(masked.stdout).not.toContain(secret);
      expect(JSON.stringify((await decode(PURCHASE)).document)).not.toContain(secret);
    }
    expect(masked.stdout).toContain("************0021");
    expect((await decode(PURCHASE)).document.fields["2"]).toMatchObject({ masked: true });
    expect((await decode(PURCHASE, "--reveal")).stdout).toContain("6224242000000021");
  });

  test.each([
    [
      "header",
      ["--destination", "00010000", "--source", "03050011", "--test"],
      { header: { destination: "00010000", source: "03050011", test: true } },
    ],
    [
      "header behind four digits",
      ["--destination", "1", "--source", "2", "--prefix", "ascii4"],
      { lengthPrefix: "ascii4", header: { source: "2" } },
    ],
    ["two bytes of length", ["--prefix", "binary2"], { lengthPrefix: "binary2" }],
    ["four digits of length", ["--prefix", "ascii4"], { lengthPrefix: "ascii4" }],
    ["nothing", [], {}],
  ])("frame recognised and put back: %s", async (_, flags, framing) => {
    const hex = (await encode(...ECHO, ...flags)).stdout;
    const { document, stdout } = await decode(hex);
    expect(document.framing).toMatchObject(framing);
    expect(Object.keys(document.framing).sort()).toEqual(Object.keys(framing).sort());
    expect(document.fields["70"]).toMatchObject({ value: "301", parts: [{ name: { en: "echo test" } }] });
    expect((await kabao(["iso8583", "encode", "-"], stdout)).stdout).toBe(hex);
  });

  test("TPDU and header of the POS dialect", async () => {
    const hex = plainHex(bcd.messages[0]!.hex);
    for (const tpdu of ["6000000003", "6000000003602200000000"]) {
      const { document, stdout } = await decode(tpdu + hex, "--reveal");
      expect(document).toMatchObject({ dialect: "bcd", framing: { tpdu } });
      expect((await kabao(["iso8583", "encode", "-"], stdout)).stdout).toBe(tpdu + hex);
    }
  });

  test("text with the bitmap and binary fields in hex", async () => {
    const text = "0200700000000000020016622424200000002100000000000001000000" + "039C0100";
    const fixed = `0200${"7000000000000200"}16${"6224242000000021"}${"000000"}${"000000010000"}003${"9C0100"}`;
    const { document } = await decode("--ascii", fixed, "--reveal");
    expect(document.fields["55"].children[0]).toMatchObject({ tag: "9C", value: "00" });
    expect(document.fields["2"].value).toBe("6224242000000021");
    expect((await kabao(["iso8583", "decode", "--ascii", text.slice(0, 9)])).code).toBe(2);
  });

  test.each<[string, string, object]>([
    ["cut in a field", PURCHASE.slice(0, 250), { code: "truncated", at: 125, path: ["F35"] }],
    [
      "letters in a number",
      PURCHASE.replace("30303030303030313030303030", "30303030303041313030303030"),
      { code: "badDigit", path: ["F4"] },
    ],
    [
      "a length that no field has",
      PURCHASE.replace("3136363232343234", "3939363232343234"),
      { code: "badLength", path: ["F2"] },
    ],
    ["bytes behind the end", `${PURCHASE}00`, { code: "leftover", at: 512 }],
    [
      "field 55 cut inside",
      PURCHASE.replace("9F37040B7FBD48", "9F37060B7FBD48"),
      { code: "truncated", path: ["F55", "9F37"], at: 419 + 3 },
    ],
  ])("%s: code 2, field and offset, the fields before it", async (_, hex, error) => {
    const { code, document, stderr } = await decode(hex, "--dialect", "cups");
    expect(code).toBe(2);
    expect(document.error).toMatchObject(error);
    expect(document.mti).toBe("0200");
    expect(JSON.stringify(document.error) + stderr).not.toContain("6224242000000021");
  });

  test("control characters of a message do not reach the terminal", async () => {
    const draft = { mti: "0200", fields: { 43: `\u001b[31m${"x".repeat(35)}`, 56: "PR00901004\u001b[2J" } };
    const { stdout } = await kabao(["iso8583", "encode", "-"], JSON.stringify(draft));
    const shown = await kabao(["iso8583", "decode", stdout]);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain(".[31m");
    expect(shown.stdout).not.toContain("\u001b");
  });

  test("a header whose length is wrong, and the other dialect, are told", async () => {
    const framed = (await encode(...ECHO, "--destination", "1", "--source", "2")).stdout;
    expect((await decode(`${framed}00`)).document.error).toMatchObject({ path: ["header", "length"], at: 2 });
    expect((await decode(PURCHASE, "--dialect", "bcd")).document.error.en).toContain("--dialect cups reads it whole");
  });
});

describe("kabao iso8583 encode", () => {
  test("flags, file and standard input give the same bytes; flags win", async () => {
    const byFlags = (await encode(...ECHO)).stdout;
    const document = JSON.stringify({ mti: "0820", fields: { 7: "1124120000", 11: "000001", F70: "301" } });
    expect((await kabao(["iso8583", "encode", "-"], document)).stdout).toBe(byFlags);
    const folder = mkdtempSync(join(tmpdir(), "kabao-cli-"));
    try {
      writeFileSync(join(folder, "echo.json"), document);
      expect((await encode(join(folder, "echo.json"))).stdout).toBe(byFlags);
      const changed = await encode(join(folder, "echo.json"), "--field", "11=000002");
      expect((await decode(changed.stdout)).document.fields["11"].value).toBe("000002");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test("field 55 by tag, Chinese text as GBK", async () => {
    const name = `中国银联${" ".repeat(32)}`;
    const draft = { mti: "0200", fields: { 43: name, 55: { "9F26": "AD03EE811AFAD484", "9f36": "0013" } } };
    const { stdout } = await kabao(["iso8583", "encode", "-"], JSON.stringify(draft));
    const { document } = await decode(stdout);
    expect(document.fields["55"].value).toBe("9F2608AD03EE811AFAD4849F36020013");
    expect(document.fields["43"].parts[0].value).toBe("中国银联");
  });

  test.each<[string, string[], string, RegExp]>([
    ["no type", ["--field", "11=000001"], "", /--mti .*required/],
    ["type", ["--mti", "82"], "", /--mti .*four digits/],
    ["no such field", ["--mti", "0820", "--field", "8=1"], "", /F8 .*no such field/],
    ["field number", ["--mti", "0820", "--field", "129=1"], "", /--field .*2 to 128/],
    ["no equals sign", ["--mti", "0820", "--field", "11"], "", /--field .*N=VALUE/],
    ["length", ["--mti", "0820", "--field", "11=1"], "", /F11 .*wants 6 characters, got 1/],
    ["greatest length", ["--mti", "0200", "--field", "2=62242420000000211234"], "", /F2 .*up to 19 characters, got 20/],
    ["digits", ["--mti", "0820", "--field", "11=00000A"], "", /F11 .*digits/],
    ["spaces missing", ["--mti", "0820", "--field", "41=T1"], "", /F41 .*fill up with spaces/],
    ["binary field", ["--mti", "0200", "--field", "52=XY"], "", /F52 .*not a hex digit/],
    ["outside GBK", ["--mti", "0200", "--field", `43=${"😀".repeat(20)}`], "", /F43 .*GBK/],
    ["masked", ["-"], '{"mti":"0200","fields":{"2":{"value":"****","masked":true}}}', /F2 .*--reveal/],
    ["number without quotes", ["-"], '{"mti":"0200","fields":{"11":1}}', /F11 .*wants text/],
    ["no object", ["-"], "[1]", /wants a JSON object/],
    ["broken JSON", ["-"], "{", /is not JSON/],
    ["no file", ["/nonexistent/x.json"], "", /FILE .*cannot open/],
    [
      "header of the POS dialect",
      [...ECHO, "--dialect", "bcd", "--destination", "1", "--source", "2"],
      "",
      /(header|F7) /,
    ],
    ["institution", [...ECHO, "--destination", "123456789012", "--source", "2"], "", /--destination /],
    ["TPDU of the member dialect", [...ECHO, "--tpdu", "6000000000"], "", /--tpdu .*bcd only/],
  ])("refused: %s", async (_, args, stdin, cause) => {
    const { code, stderr, stdout } = await kabao(["iso8583", "encode", ...args], stdin);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(cause);
    expect(stderr).not.toContain("622424200000002");
  });
});

test("10,000 garbage messages: 0 or 2, one JSON document, never a stack trace", async () => {
  const start = fc.constantFrom(
    "",
    "30323030",
    "0200",
    "2E02",
    "6000000000",
    "30383130",
    PURCHASE.slice(0, 60),
    PURCHASE.slice(0, 700),
  );
  const rest = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("hex"));
  const flags = fc.constantFrom([], ["--dialect", "cups"], ["--dialect", "bcd"], ["--ascii"], ["--reveal"]);
  await fc.assert(
    fc.asyncProperty(start, rest, flags, async (head, tail, options) => {
      const { code, stdout, stderr } = await kabao(["iso8583", "decode", "-", ...options, "--json"], head + tail);
      expect([0, 2]).toContain(code);
      expect("error" in JSON.parse(stdout)).toBe(code === 2);
      expect(stderr).not.toMatch(/\n\s+at /);
    }),
    { numRuns: 10_000 },
  );
});

test("5,000 garbage documents to encode: 0 or 2", async () => {
  const value = fc.oneof(fc.string({ maxLength: 8 }), fc.integer(), fc.constant(null), fc.object({ maxDepth: 1 }));
  const document = fc.record(
    {
      mti: fc.oneof(fc.constant("0200"), value),
      dialect: fc.constantFrom("cups", "bcd", "iso", 3),
      fields: fc.oneof(fc.dictionary(fc.stringMatching(/^\d{1,3}$/), value, { maxKeys: 4 }), value),
      framing: fc.oneof(fc.record({ header: value, tpdu: value, lengthPrefix: value }, { requiredKeys: [] }), value),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(document, async (draft) => {
      const { code, stdout } = await kabao(["iso8583", "encode", "-", "--json"], JSON.stringify(draft));
      expect([0, 2]).toContain(code);
      expect("error" in JSON.parse(stdout)).toBe(code === 2);
    }),
    { numRuns: 5_000 },
  );
});
