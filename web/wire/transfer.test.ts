import { describe, expect, test } from "vitest";
import type { WireRow } from "#contracts/wire";
import { decodeWireFile, encodeWireFile, FILE_MAX_BYTES } from "./transfer.ts";

const ROW: WireRow = {
  seq: 7,
  at: 1_700_000_000_000,
  from: "network",
  to: "tsp",
  kind: "token",
  part: "request",
  operation: "authoriseToken",
  exchange: "token-1",
  outcome: "ok",
  title: { zh: "核验令牌", en: "authoriseToken" },
  words: { zh: "核对。", en: "Check." },
  why: { zh: "", en: "" },
  form: "text",
  raw: '{"tokenPan": "*** (19)"}',
  nodes: [
    {
      id: "a",
      name: { zh: "a", en: "a" },
      children: [{ id: "b", name: { zh: "b", en: "b" }, value: "1", at: 0, lengthBytes: 2 }],
    },
  ],
  links: ["iso-1"],
  cryptogram: true,
};

const file = (rows: readonly unknown[]) => JSON.stringify({ format: "kabao-wire", version: 1, exportedAt: 5, rows });
/** A node inside a node inside …: as deep as a file may want to go. */
function nested(deep: number): object {
  let node: object = { id: "x", name: { zh: "x", en: "x" } };
  for (let i = 0; i < deep; i++) node = { id: "x", name: { zh: "x", en: "x" }, children: [node] };
  return node;
}

describe("a journey as a file", () => {
  test("comes back as it was", () => {
    const opened = decodeWireFile(encodeWireFile([ROW, { ...ROW, seq: 8 }], 99));
    expect(opened).toEqual({
      ok: true,
      value: { format: "kabao-wire", version: 1, exportedAt: 99, rows: [ROW, { ...ROW, seq: 8 }] },
    });
  });

  test.each<[string, string, object]>([
    ["no JSON", "<html>", { code: "notJson" }],
    ["something else", '{"hello":1}', { code: "notOurs" }],
    ["a list", "[]", { code: "notOurs" }],
    ["a later version", '{"format":"kabao-wire","version":2,"rows":[]}', { code: "version" }],
    ["no rows", file([]), { code: "badRow", at: "rows" }],
    ["too many rows", file(Array.from({ length: 501 }, () => ROW)), { code: "badRow", at: "rows" }],
    ["a party that is none", file([{ ...ROW, from: "moon" }]), { code: "badRow", at: "rows.0.from" }],
    ["a field that we do not have", file([{ ...ROW, html: "<b>" }]), { code: "badRow", at: "rows.0.html" }],
    ["a text of the wrong type", file([ROW, { ...ROW, raw: 7 }]), { code: "badRow", at: "rows.1.raw" }],
    ["a text too long", file([{ ...ROW, raw: "x".repeat(65_537) }]), { code: "badRow", at: "rows.0.raw" }],
    ["a place before the beginning", file([{ ...ROW, nodes: [{ ...ROW.nodes[0], at: -1 }] }]), { code: "badRow" }],
    ["over the limit", "x".repeat(FILE_MAX_BYTES + 1), { code: "tooLarge" }],
  ])("is refused with its place: %s", (_what, text, fault) => {
    const refused = decodeWireFile(text);
    expect(refused).toMatchObject({ ok: false, error: fault });
    expect(JSON.stringify(refused)).not.toMatch(/moon|<b>|hello/);
  });

  test("fields nested deeper than any message are refused, and do not fill the stack", () => {
    expect(decodeWireFile(file([{ ...ROW, nodes: [nested(20)] }]))).toMatchObject({ ok: true });
    expect(decodeWireFile(file([{ ...ROW, nodes: [nested(2_000)] }]))).toMatchObject({
      ok: false,
      error: { code: "badRow" },
    });
  });

  test("rows that would not be opened again are our mistake", () => {
    expect(() => encodeWireFile([], 1)).toThrow(RangeError);
    expect(() => encodeWireFile([{ ...ROW, from: "moon" } as never], 1)).toThrow("rows.0.from");
  });
});
