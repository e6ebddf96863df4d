import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DEMO_CARDS } from "#protocol/pan";
import { createLog, scrub } from "./log/index.ts";

const pan = DEMO_CARDS[0]!.pan;
let written: string;
beforeEach(() => {
  written = "";
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    written += String(chunk);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const parsed = (): Record<string, unknown>[] =>
  written
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("the log", () => {
  test("one JSON line an event, with its fields, its time, and what every line carries", () => {
    createLog("info").with({ party: "tsp" }).info("tsp.started", { port: 8632, at: 1_764_000_000_000, big: 12n });
    expect(parsed()).toEqual([
      {
        level: 30,
        time: expect.any(Number),
        party: "tsp",
        port: 8632,
        at: 1_764_000_000_000,
        big: "12",
        msg: "tsp.started",
      },
    ]);
  });

  test("below its level nothing is written", () => {
    const log = createLog("warn");
    log.info("quiet");
    log.warn("loud");
    expect(parsed().map(({ msg }) => msg)).toEqual(["loud"]);
  });

  test("names that are secret are not written, at any depth; an error's own code is", () => {
    const secrets = {
      pan: "1",
      tokenPan: "2",
      cvn2: "321",
      code: "123456",
      key: "k",
      keyHex: "aa",
      udkHex: "bb",
      pin: "7",
      accessToken: "t",
      authorization: "Bearer x",
    };
    createLog().info("event", { ...secrets, deep: { deeper: [{ ...secrets }] } });
    createLog().error("event", {
      error: Object.assign(new Error("no"), { code: "ECONNREFUSED" }),
      problem: { code: "notFound" },
    });
    for (const value of ['"321"', '"123456"', "Bearer", '"aa"', '"bb"']) expect(written).not.toContain(value);
    expect(written.match(/\[redacted\]/g)).toHaveLength(20);
    expect(written).toContain("ECONNREFUSED");
    expect(written).toContain("notFound");
  });

  test.each<[string, Record<string, unknown>]>([
    ["a text", { note: `card ${pan} refused` }],
    ["a number", { note: Number("6259991000000021") }],
    ["a bigint", { note: BigInt(pan) }],
    ["an error", { error: new Error(`no card ${pan}`) }],
    ["an error's cause", { error: new Error("outer", { cause: new Error(`no card ${pan}`) }) }],
    ["a database's detail", { error: Object.assign(new Error("duplicate"), { detail: `Key (id)=(${pan}) exists` }) }],
    ["bytes", { frame: new Uint8Array(Buffer.from(pan)) }],
    ["an array", { list: [[pan]] }],
    ["a name", { [pan]: 1 }],
    ["a field called like a method", { toString: { pan }, valueOf: [pan], constructor: pan }],
  ])("a card number in %s does not come through, and the line is JSON still", (_where, fields) => {
    createLog().warn("event", fields);
    createLog().with(fields).info(`event ${pan}`);
    expect(parsed()).toHaveLength(2);
    expect(written).not.toContain(pan);
    expect(written).not.toContain("6259991000000021");
  });

  test("whatever is logged, it is one line of JSON without any card number", () => {
    const number = fc.constantFrom(...DEMO_CARDS.map((card) => card.pan));
    const text = fc
      .tuple(fc.string({ maxLength: 20 }), number, fc.string({ maxLength: 20 }))
      .map((parts) => parts.join(" "));
    const field = fc.oneof(
      text,
      fc.array(text, { maxLength: 3 }),
      fc.dictionary(fc.string({ maxLength: 8 }), text, { maxKeys: 3 }),
      fc.anything(),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ maxLength: 8 }), field, { maxKeys: 4 }), (fields) => {
        written = "";
        createLog().info("event", fields);
        expect(parsed()).toHaveLength(1);
        for (const card of DEMO_CARDS) expect(written.includes(card.pan)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    [pan, "***************0017"],
    ["123456789012", "********9012"],
    ["12345678901", "12345678901"],
    ["a6259991000000021b", "a************0021b"],
    ["iso-1124100000-000042-99900010-99900010", "iso-1124100000-000042-99900010-99900010"],
  ])("scrub %s", (text, expected) => {
    expect(scrub(text)).toBe(expected);
  });
});
