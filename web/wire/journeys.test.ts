import { describe, expect, test } from "vitest";
import type { WireRow } from "#contracts/wire";
import { hopsOf, lanesOf, spanText } from "./hops.ts";
import { filtered, journeysOf, NO_FILTER } from "./journeys.ts";

let seq = 0;
function row(more: Partial<WireRow>): WireRow {
  seq += 1;
  return {
    seq,
    at: seq * 10,
    from: "wallet",
    to: "tsp",
    kind: "json",
    part: "request",
    operation: "call",
    exchange: `x-${seq}`,
    outcome: "ok",
    title: { zh: "标题", en: "title" },
    words: { zh: "", en: "" },
    why: { zh: "", en: "" },
    form: "text",
    raw: "",
    nodes: [],
    links: [],
    ...more,
  };
}
const F4 = { id: "F4", name: { zh: "金额", en: "Amount" }, value: "000000001234 (¥12.34)" };

describe("journeys", () => {
  test("rows that share a name, or share one with a row that does, are together", () => {
    const rows = [
      row({ links: ["call-1"] }),
      row({ links: ["tap-1"], kind: "apdu" }),
      row({ links: ["call-1", "binding-1"], operation: "startBinding" }),
      row({ links: ["iso-1", "tap-1"], kind: "iso8583", operation: "0200", nodes: [F4] }),
      row({ links: ["binding-1"] }),
      row({ links: ["iso-1"], operation: "notifyPayment" }),
      row({ links: [] }),
    ];
    const journeys = journeysOf(rows);
    expect(journeys.map(({ kind, rows: own }) => [kind, own.length])).toEqual([
      ["binding", 3],
      ["payment", 3],
      ["other", 1],
    ]);
    expect(journeys[1]!.sum).toBe("¥12.34");
    // A message more does not make another journey of it.
    const more = journeysOf([...rows, row({ links: ["iso-1"] })]);
    expect(more.map(({ id }) => id)).toEqual(journeys.map(({ id }) => id));
  });

  test.each<[string, Partial<WireRow>[], string]>([
    ["approved", [{}, { part: "answer", from: "network", to: "acquirer", operation: "0210" }], "done"],
    [
      "declined",
      [{}, { part: "answer", from: "network", to: "acquirer", operation: "0210", outcome: "refused" }],
      "failed",
    ],
    ["not answered yet", [{}], "going"],
    ["reversed", [{}, { operation: "0420" }], "failed"],
    ["never sent", [{ outcome: "notSent" }], "failed"],
  ])("a payment that was %s", (_what, parts, state) => {
    const rows = parts.map((part) =>
      row({ kind: "iso8583", operation: "0200", from: "acquirer", to: "network", links: ["iso-9"], ...part }),
    );
    expect(journeysOf(rows)[0]!.state).toBe(state);
  });
});

describe("hops", () => {
  const ask = (more: Partial<WireRow> = {}) => row({ exchange: "a", at: 1_000, ...more });
  const tell = (more: Partial<WireRow> = {}) =>
    row({ exchange: "a", at: 1_040, part: "answer", from: "tsp", to: "wallet", ...more });
  const ends = (rows: readonly WireRow[], now = 2_000) => hopsOf(rows, rows, now).map(({ end }) => end);

  test("an answer shows how long it took, from the first time it was asked", () => {
    const rows = [ask(), ask({ at: 1_010 }), tell()];
    expect(hopsOf(rows, rows, 2_000).map(({ offsetMs, answeredMs, end }) => [offsetMs, answeredMs, end])).toEqual([
      [0, undefined, "ok"],
      [10, undefined, "ok"],
      [40, 40, "ok"],
    ]);
  });

  test("late, refused, lost, waiting and never sent are told apart", () => {
    expect(ends([ask(), tell({ at: 4_000 })])).toEqual(["ok", "late"]);
    expect(ends([ask(), tell({ outcome: "refused" })])).toEqual(["ok", "refused"]);
    expect(ends([ask(), tell({ outcome: "noAnswer" })])).toEqual(["ok", "noAnswer"]);
    expect(ends([ask()], 2_000)).toEqual(["waiting"]);
    expect(ends([ask()], 40_000)).toEqual(["lost"]);
    expect(ends([ask({ outcome: "notSent" })])).toEqual(["notSent"]);
    // Whoever reverses has given up waiting.
    expect(ends([ask(), row({ kind: "iso8583", operation: "0420", at: 1_500 })])[0]).toBe("lost");
    expect(ends([row({ part: "event" })], 99_999)).toEqual(["ok"]);
  });

  test("an answer counts though a filter hides it", () => {
    const [request, answer] = [ask(), tell()];
    expect(hopsOf([request], [request, answer], 99_999)[0]!.end).toBe("ok");
  });

  test("only parties that take part have a lane, in their order; the phone is the device", () => {
    expect(lanesOf([row({ from: "tsp", to: "issuer" }), row({ from: "phone", to: "wallet" })])).toEqual([
      "device",
      "wallet",
      "tsp",
      "issuer",
    ]);
  });

  test.each([
    [850, "850 ms"],
    [1_240, "1.24 s"],
    [125_000, "2 min 05 s"],
  ])("%i ms is %s", (ms, text) => expect(spanText(ms)).toBe(text));
});

describe("the filter", () => {
  const rows = [
    row({
      kind: "iso8583",
      from: "acquirer",
      to: "network",
      form: "hex",
      raw: "9F2608AABB",
      nodes: [{ ...F4, children: [{ id: "9F26", name: { zh: "密文", en: "Cryptogram" } }] }],
    }),
    row({ operation: "holdings" }),
    row({ from: "phone", to: "wallet", title: { zh: "提交", en: "submit" } }),
  ];
  const shown = (more: Partial<typeof NO_FILTER>) =>
    filtered(rows, { ...NO_FILTER, ...more }).map((one) => rows.indexOf(one));
  test.each<[string, Partial<typeof NO_FILTER>, number[]]>([
    ["looks-up are folded away", {}, [0, 2]],
    ["and come back", { lookUps: true }, [0, 1, 2]],
    ["by kind", { hidden: new Set(["iso8583"]) }, [2]],
    ["by party; a phone is a device", { party: "device" }, [2]],
    ["by a word in either language", { text: "Submit" }, [2]],
    ["by a field inside another", { text: "cryptogram" }, [0]],
    ["by bytes, however they are spaced", { text: "26 08 aa" }, [0]],
    ["by nothing that is there", { text: "zzz" }, []],
  ])("%s", (_what, more, left) => expect(shown(more)).toEqual(left));
});
