import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kabao } from "../../test/captured-cli.ts";
import vectors from "../../test/vectors/tlv.json" with { type: "json" };

interface Item {
  readonly tag: string;
  readonly at: number;
  readonly length: number;
  readonly value?: string;
  readonly children?: readonly Item[];
}
const flat = (items: readonly Item[]): Item[] => items.flatMap((item) => [item, ...flat(item.children ?? [])]);

describe("kabao tlv", () => {
  test.each(vectors.parses)("$id: every tag with offset, length and value", async ({ hex, tags, find }) => {
    const { code, stdout } = await kabao(["tlv", hex, "--json", "--reveal"]);
    expect(code).toBe(0);
    const items = flat(JSON.parse(stdout).items);
    expect(items.map(({ tag }) => tag)).toEqual(tags);
    const plain = hex.replaceAll(" ", "");
    for (const { at, tag, length, value } of items) {
      expect(plain.slice(2 * at, 2 * at + tag.length)).toBe(tag);
      if (value !== undefined) expect(value).toHaveLength(2 * length);
    }
    for (const [tag, value] of Object.entries(find)) expect(items.find((item) => item.tag === tag)?.value).toBe(value);
  });

  test.each(vectors.refused)("refuses with place and path: $id", async ({ hex, code, at, path }) => {
    const answer = await kabao(["tlv", hex, "--json"]);
    expect(answer.code).toBe(2);
    expect(JSON.parse(answer.stdout).error).toMatchObject({ code, at, path });
    const plain = await kabao(["tlv", hex]);
    expect(plain.code).toBe(2);
    expect(plain.stderr).toContain(`at byte ${at}`);
  });

  test("what stands before the fault is still shown, and how many bytes are missing", async () => {
    const { stdout, stderr } = await kabao(["tlv", "9C01009F2608AD03"]);
    expect(stdout).toContain("9C [1]");
    expect(stderr).toContain("9F26 wants 8 bytes, 2 left");
    expect((await kabao(["tlv", "70039C0200"])).stderr).toContain("9C wants 2 bytes, 1 left");
    expect((await kabao(["tlv", "7003 9C0200 9A03170601"])).stderr).toContain("run over the end of its template");
  });

  test("65,000 bytes broken at their end are told in no time", async () => {
    const many = "9C0100".repeat(20_000);
    const began = performance.now();
    expect((await kabao(["tlv", "-", "--json"], `${many}9F26`)).code).toBe(2);
    const nested = `7082${(65_000).toString(16)}${"9C".repeat(65_000)}`;
    expect((await kabao(["tlv", "-", "--json"], nested)).code).toBe(2);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test("card numbers and tracks are masked until asked for", async () => {
    const hex = vectors.parses[0]!.hex;
    expect((await kabao(["tlv", hex])).stdout).not.toContain("62999999");
    expect((await kabao(["tlv", hex, "--json"])).stdout).not.toContain("62999999");
    expect((await kabao(["tlv", hex, "--reveal"])).stdout).toContain("6299999999999999D2011");
  });

  test("names and bits in Chinese and English", async () => {
    const { stdout } = await kabao(["tlv", "9F660436800000"]);
    expect(stdout).toContain("终端交易属性 (TTQ) / Terminal transaction qualifiers (TTQ): 36800000");
    expect(stdout).toContain("2.8 要求联机密文 / online cryptogram required");
  });

  test("a PDOL is expanded; a bare list too, with its values", async () => {
    const fci = JSON.parse((await kabao(["tlv", "9F38069F66049F0206", "--json"])).stdout);
    expect(fci.items[0].dol).toEqual([
      { tag: "9F66", name: expect.anything(), length: 4 },
      { tag: "9F02", name: expect.anything(), length: 6 },
    ]);
    const list = await kabao(["tlv", "--dol", "9F66049F0206", "--values", "36800000000000012345", "--json"]);
    expect(JSON.parse(list.stdout).dol).toMatchObject([
      { tag: "9F66", at: 0, value: "36800000" },
      { tag: "9F02", at: 4, value: "000000012345" },
    ]);
    const short = await kabao(["tlv", "--dol", "9F66049F0206", "--values", "3680"]);
    expect(short).toMatchObject({ code: 2, stderr: expect.stringContaining("asks for 10 bytes, got 2") });
  });

  test("groups, colons, 0x and standard input are all hex", async () => {
    const plain = (await kabao(["tlv", "9C0100", "--json"])).stdout;
    expect((await kabao(["tlv", "9C", "01", "00", "--json"])).stdout).toBe(plain);
    expect((await kabao(["tlv", "0x9c:01:00", "--json"])).stdout).toBe(plain);
    expect((await kabao(["tlv", "-", "--json"], "9C 01\n00\n")).stdout).toBe(plain);
  });

  test.each([
    [["tlv", "9C010"], /come in pairs/],
    [["tlv", "9C01ZZ"], /character 5 is not a hex digit/],
    [["tlv", "-"], /is empty/],
    [["tlv"], /HEX 必须给出/],
    [["tlv", "9C0100", "--values", "00"], /--dol/],
  ])("%j is bad input: code 2, its cause in words", async (args, cause) => {
    const { code, stderr } = await kabao(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(cause);
  });

  test("a 9000 behind an answer is pointed out", async () => {
    expect((await kabao(["tlv", "9C01009000"])).stderr).toContain("looks like a status word");
    expect((await kabao(["tlv", "9C0100"])).stderr).toBe("");
  });

  test("10,000 garbage inputs: 0 or 2, one JSON document, never a stack trace", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString("hex")),
          fc.string({ maxLength: 40 }),
        ),
        fc.boolean(),
        async (text, list) => {
          const { code, stdout, stderr } = await kabao(["tlv", "-", "--json", ...(list ? ["--dol"] : [])], text);
          expect([0, 2]).toContain(code);
          expect("error" in JSON.parse(stdout)).toBe(code === 2);
          expect(stderr).not.toMatch(/\n\s+at /);
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
