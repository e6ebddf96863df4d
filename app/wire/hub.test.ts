import { describe, expect, test } from "vitest";
import type { WireEvent, WireRow } from "#contracts/wire";
import { fromUtf8, hexBytes, toHex } from "#protocol/bytes";
import { encodeCupsFrame, type IsoMessage } from "#protocol/iso8583";
import { instant } from "#protocol/time";
import { createWireHub } from "./hub.ts";

const PAN = "6229950000000000017";
const TOKEN = "6299900000000000008";
const AT = instant(1_700_000_000_000);

const apdu = (from: "terminal" | "device", hex: string): WireEvent => ({
  at: AT,
  from,
  to: from === "terminal" ? "device" : "terminal",
  kind: "apdu",
  terminalId: "T0000001",
  bytes: hexBytes(hex),
});
const SELECT = "00A404000E325041592E5359532E444446303100";
const GPO = `80A80000238321F620C00000000000123400000000000001560000000000015626112400A1B2C3D400`;
const GPO_ANSWER = `7733820200005713${TOKEN}D31112010000000000F9F360200059F260811223344556677889F100707010103A000009000`;

function purchase(number: string, more: Partial<IsoMessage["fields"]> = {}): IsoMessage {
  return {
    mti: "0200",
    fields: {
      2: number,
      3: "000000",
      4: "000000001234",
      7: "1124100000",
      11: "000002",
      14: "3111",
      18: "5814",
      22: "072",
      25: "00",
      32: "99900010",
      33: "99900010",
      41: "T0000001",
      49: "156",
      55: hexBytes("9F26081122334455667788"),
      ...more,
    } as IsoMessage["fields"],
  };
}
const HEADER = { test: true, destination: "00010000", source: "99900010", rejectCode: "00000" };
const iso = (from: "acquirer" | "network", to: "network" | "issuer", message: IsoMessage): WireEvent => ({
  at: AT,
  from,
  to,
  kind: "iso8583",
  bytes: encodeCupsFrame(HEADER, message),
});
const CHIP = "9f260811223344556677889f3602000557";
const JOURNEY = "iso-1124100000-000002-99900010-99900010";
const asked: WireEvent = {
  at: AT,
  from: "network",
  to: "tsp",
  kind: "token",
  bytes: fromUtf8(JSON.stringify([{ id: 4, kind: "authorise", journeyId: JOURNEY, tokenPan: TOKEN, chipData: CHIP }])),
};
const told: WireEvent = {
  at: AT,
  from: "tsp",
  to: "network",
  kind: "token",
  bytes: fromUtf8(
    JSON.stringify([
      { id: 4, outcome: "refused", reason: "badCryptogram" },
      { id: 99, outcome: "failed" },
    ]),
  ),
};
const call = (operation: string, part: "request" | "answer", value: unknown, more: object = {}): WireEvent => ({
  at: AT,
  from: part === "request" ? "wallet" : "tsp",
  to: part === "request" ? "tsp" : "wallet",
  kind: "json",
  operation,
  part,
  call: 1,
  context: { journeyId: "binding-1", idempotencyKey: "k" },
  value,
  ...more,
});

function rowsOf(...events: readonly WireEvent[]): readonly WireRow[] {
  const hub = createWireHub();
  for (const event of events) hub.record(event);
  return hub.rows();
}

describe("while nobody looks", () => {
  test("a message is put aside unread, and its price is a place in a list", () => {
    const hub = createWireHub();
    let reads = 0;
    const bytes = hexBytes(SELECT);
    const event = new Proxy(apdu("terminal", SELECT), {
      get(target, name) {
        if (name === "bytes") reads += 1;
        return name === "bytes" ? bytes : Reflect.get(target, name);
      },
    });
    for (let i = 0; i < 5_000; i++) hub.record(event);
    expect(reads).toBe(0);
    expect(hub.rows()).toHaveLength(1_000);
    expect(reads).toBeGreaterThan(0);
  });

  test("a watcher hears of what passes after the messages have gone their way, once", async () => {
    const hub = createWireHub();
    hub.record(apdu("terminal", SELECT));
    const heard: number[] = [];
    const stop = hub.subscribe((row) => heard.push(row.seq));
    hub.record(apdu("device", "9000"));
    hub.record(apdu("terminal", GPO));
    expect(heard).toEqual([]);
    await new Promise((next) => setImmediate(next));
    expect(heard).toEqual([2, 3]);
    stop();
    hub.record(apdu("device", "9000"));
    await new Promise((next) => setImmediate(next));
    expect(heard).toEqual([2, 3]);
    expect(hub.rows()).toHaveLength(4);
  });
});

describe("a tap, its messages and its notice are one journey", () => {
  const sale = { saleId: "s1", terminalId: "T0000001" };
  const till = { from: "terminal", to: "acquirer", context: { journeyId: "j-till", idempotencyKey: "k" } } as const;
  const rows = rowsOf(
    call("startSale", "request", { terminalId: "T0000001" }, till),
    call("startSale", "answer", { sale }, { ...till, from: "acquirer", to: "terminal" }),
    apdu("terminal", SELECT),
    apdu("device", "9000"),
    apdu("terminal", GPO),
    apdu("device", GPO_ANSWER),
    iso("acquirer", "network", purchase(TOKEN)),
    asked,
    told,
    call(
      "notifyPayment",
      "request",
      { tokenPan: TOKEN, notice: { journeyId: JOURNEY } },
      { from: "issuer", to: "tsp" },
    ),
  );

  test("each names the next by a name that both have", () => {
    expect(rows.map(({ links }) => links)).toEqual([
      ["terminal-acquirer-1", "j-till"],
      ["terminal-acquirer-1", "sale-s1", "j-till"],
      ["sale-s1"],
      ["sale-s1"],
      ["sale-s1"],
      ["sale-s1"],
      [JOURNEY, "sale-s1"],
      [JOURNEY],
      [JOURNEY],
      [],
      [JOURNEY, "issuer-tsp-1", "binding-1"],
    ]);
  });

  test("an answer has the exchange of its request, and says how it ended", () => {
    const of = (i: number) => [rows[i]!.exchange, rows[i]!.part, rows[i]!.outcome];
    expect(of(2)).toEqual(["apdu-T0000001-1", "request", "ok"]);
    expect(of(3)).toEqual(["apdu-T0000001-1", "answer", "ok"]);
    expect(of(7)).toEqual([`token-4-${JOURNEY}`, "request", "ok"]);
    expect(of(8)).toEqual([`token-4-${JOURNEY}`, "answer", "refused"]);
  });

  test("a frame to the token service is a row an item", () => {
    expect(rows.filter(({ kind, part }) => kind === "token" && part === "answer")).toHaveLength(2);
  });

  test("a command that asks for a cryptogram shows what the terminal gave, each on its bytes", () => {
    const nodes = rows[4]!.nodes;
    expect(nodes.find(({ id }) => id === "9F37")).toMatchObject({ value: "A1B2C3D4", at: 36, lengthBytes: 4 });
    const bytes = rows[4]!.raw;
    for (const { at, lengthBytes, value } of nodes.slice(1))
      expect(bytes.slice(at! * 2, (at! + lengthBytes!) * 2)).toBe(value);
  });

  test("fields of ISO 8583 stand on their bytes, those inside field 55 too", () => {
    const { nodes, raw } = rows[6]!;
    const f11 = nodes.find(({ id }) => id === "F11")!;
    expect(raw.slice(f11.at! * 2, (f11.at! + f11.lengthBytes!) * 2)).toBe(toHex(fromUtf8("000002")));
    const [inner] = nodes.find(({ id }) => id === "F55")!.children!;
    expect(raw.slice(inner!.at! * 2, (inner!.at! + 8) * 2)).toBe("1122334455667788");
  });
});

describe("what stays hidden", () => {
  const hub = createWireHub();
  const track = `5713${PAN}D31112010000000000F`;
  const secrets = {
    code: "482913",
    accessToken: "tok-abcdefgh",
    udkHex: "00112233445566778899aabbccddeeff",
    cardJwe: "aaa.bbb.ccc.ddd.eee",
    codes: ["AB2CD-EF3GH"],
    holderName: "张伟",
    deep: { mobile: "13800138001", list: [{ pan: PAN, cvn2: "123" }] },
    odd: PAN,
  };
  for (const event of [
    apdu("device", GPO_ANSWER),
    apdu("device", `7715${track}9000`),
    iso("acquirer", "network", purchase(TOKEN)),
    iso("network", "issuer", purchase(PAN)),
    asked,
    call("submitCode", "request", secrets),
    { at: AT, from: "issuer", to: "sms", kind: "sms", text: "验证码 482913，请勿泄露" },
  ] satisfies WireEvent[])
    hub.record(event);
  const rows = hub.rows();
  const ascii = (digits: string) => toHex(fromUtf8(digits)).toUpperCase();

  test("no card number, track, key or code in any row, plain or as hex", () => {
    const text = JSON.stringify(rows);
    for (const secret of [
      PAN,
      ascii(PAN),
      TOKEN,
      ascii(TOKEN),
      "482913",
      "abcdefgh",
      "00112233",
      "aaa.bbb",
      "AB2CD",
      "张伟",
      "13800138001",
      '"123"',
    ])
      expect(text, secret).not.toContain(secret);
    expect(rows[0]!.raw).toContain("*");
  });

  test("what is shown on request is the token's number and nothing else", () => {
    const shown = rows.map(({ seq }) => JSON.stringify(hub.revealed(seq)));
    expect(shown[0]).toContain(TOKEN);
    expect(shown[2]).toContain(ascii(TOKEN));
    expect(shown[4]).toContain(TOKEN);
    for (const secret of [PAN, ascii(PAN), "482913", "abcdefgh", "00112233", "aaa.bbb", "AB2CD", "13800138001"])
      expect(shown.join(), secret).not.toContain(secret);
    expect(hub.revealed(999)).toBeUndefined();
  });

  test("a problem's code is a word and can be read; how it ended is told", () => {
    const [refused, silent] = rowsOf(
      call("sendCode", "answer", { code: "tooMany", retryAfterMs: 5 }, { refused: true }),
      call("sendCode", "answer", { code: "peerUnavailable" }, { refused: true }),
    );
    expect(refused).toMatchObject({ outcome: "refused", words: { en: "Not done: tooMany." } });
    expect(refused!.raw).toContain("tooMany");
    expect(silent).toMatchObject({ outcome: "noAnswer" });
  });

  test("an answer that no reader knows shows nothing but its status", () => {
    const [row] = rowsOf(apdu("device", `5713${PAN}D311120100000009000`));
    expect(row!.raw).toMatch(/^\*+9000$/);
  });
});

describe("the payment behind a row", () => {
  test("is what the token service was asked, what it said, and what card and terminal had told each other", () => {
    const hub = createWireHub();
    for (const event of [
      apdu("terminal", SELECT),
      apdu("device", "9000"),
      apdu("terminal", GPO),
      apdu("device", GPO_ANSWER),
      iso("acquirer", "network", purchase(TOKEN)),
      asked,
      told,
    ])
      hub.record(event);
    const rows = hub.rows();
    for (const { seq } of rows.slice(0, 7)) {
      const payment = hub.paymentOf(seq)!;
      expect(payment.request.journeyId).toBe(JOURNEY);
      expect(payment.answer).toEqual({ outcome: "refused", reason: "badCryptogram" });
      expect(toHex(payment.tap.get("9F02")!)).toBe("000000001234");
      expect(toHex(payment.tap.get("9F37")!)).toBe("a1b2c3d4");
      expect(toHex(payment.tap.get("9F36")!)).toBe("0005");
    }
    expect(hub.paymentOf(999)).toBeUndefined();
  });
});
