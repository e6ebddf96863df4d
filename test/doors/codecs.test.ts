import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  encodeTokenAnswers,
  encodeTokenRequests,
  parseTokenAnswers,
  parseTokenRequests,
  type TokenAnswer,
  type TokenRequest,
} from "#contracts/token-authorisation";
import { FRAMINGS } from "#platform/tcp";
import { DecodeError, fromAscii, fromLatin1, fromUtf8, hexBytes, toHex, toLatin1 } from "#protocol/bytes";
import { encodeCommand, encodeIad, encodeResponse, parseCommand, parseIad, parseResponse } from "#protocol/emv";
import {
  CUPS,
  encodeCupsFrame,
  encodeF90,
  encodeMessage,
  encodePar,
  encodeTokenBlock,
  POS_BCD,
  parseBalances,
  parseCupsFrame,
  parseF90,
  parseHeader,
  parseMessage,
  parsePar,
  parseTokenBlock,
} from "#protocol/iso8583";
import { encodeDol, encodeTlv, parseDol, parseTlv, type Tlv, type TlvInput } from "#protocol/tlv";
import { createDeframer } from "../../platform/tcp/framing.ts";
import bcd from "../vectors/iso8583-bcd.json" with { type: "json" };
import cups from "../vectors/iso8583-cups.json" with { type: "json" };
import tlv from "../vectors/tlv.json" with { type: "json" };
import { bySeed, spoilt } from "./mutate.ts";

/** Numbers that the samples carry: no error may quote one. */
const SECRETS = [
  "6224242000000021",
  "6226601056288547930",
  "6299999999999999",
  "6229990100000000017",
  "6299900000000000019",
];

interface Codec {
  readonly samples: readonly Uint8Array[];
  /** Undefined: a reader that says "nothing there" instead of an error. */
  readonly parse: (bytes: Uint8Array) => unknown;
  /** What was read, written and read once more: equal to what was read at first. Absent: there is no writer. */
  readonly again?: (read: never) => unknown;
  readonly same?: (a: never, b: never) => boolean;
}

/** Filler between objects is skipped: neither places nor the bytes of templates need be the same. */
const withoutFiller = (items: readonly Tlv[]): unknown =>
  items.map(({ tag, value, children }) =>
    children === undefined ? { tag, value: toHex(value) } : { tag, children: withoutFiller(children) },
  );
const inputOf = (items: readonly Tlv[]): TlvInput[] =>
  items.map(({ tag, value, children }) => ({ tag, value: children === undefined ? value : inputOf(children) }));

const cupsSamples = cups.messages.map(({ hex }) => hexBytes(hex));
const frames = cupsSamples.map((bytes) =>
  encodeCupsFrame(
    { test: true, destination: "00010000", source: "99900010", rejectCode: "00000" },
    parseMessage(CUPS, bytes),
  ),
);
const request: TokenRequest = {
  id: 1,
  kind: "authorise",
  journeyId: "iso-1124100000-000001-99900010-99900010",
  tokenPan: "6299900000000000019",
  expiry: "3111",
  amountMinor: "1234",
  currency: "156",
  entryMode: "072",
  mcc: "5814",
  processingCode: "000000",
  chipData: "9f2608ad03ee811afad484",
};
const answers: TokenAnswer[] = [
  {
    id: 1,
    outcome: "accepted",
    pan: "6229990100000000017",
    par: "KB00",
    trid: "99900000001",
    tokenExpiry: "3111",
    assurance: "11",
    holderVerified: true,
  },
  { id: 2, outcome: "refused", reason: "badCryptogram" },
  { id: 3, outcome: "failed" },
];
const text = (parse: (text: string) => unknown) => (bytes: Uint8Array) => parse(toLatin1(bytes));
const block = { tokenPan: "6299900000000000019", tokenExpiry: "3112", assurance: "11", trid: "40010030273" };

const CODECS: Readonly<Record<string, Codec>> = {
  "BER-TLV": {
    samples: tlv.parses.map(({ hex }) => hexBytes(hex)),
    parse: (bytes) => parseTlv(bytes),
    again: (items: readonly Tlv[]) => parseTlv(encodeTlv(inputOf(items))),
    same: (a: readonly Tlv[], b: readonly Tlv[]) => isDeepStrictEqual(withoutFiller(a), withoutFiller(b)),
  },
  DOL: {
    samples: [
      "9F66049F02069F03069F1A0295055F2A029A039C019F3704",
      "9F0206 9F0306 9F1A02 9505 5F2A02 9A03 9C01 9F3704 9F2103 9F4E14",
    ].map(hexBytes),
    parse: (bytes) => parseDol(bytes),
    again: (entries: never) => parseDol(encodeDol(entries)),
  },
  "CUPS message": {
    samples: cupsSamples,
    parse: (bytes) => parseMessage(CUPS, bytes),
    again: (message: never) => parseMessage(CUPS, encodeMessage(CUPS, message)),
  },
  "POS message (BCD)": {
    samples: bcd.messages.map(({ hex }) => hexBytes(hex)),
    parse: (bytes) => parseMessage(POS_BCD, bytes),
    again: (message: never) => parseMessage(POS_BCD, encodeMessage(POS_BCD, message)),
  },
  "CUPS header": { samples: frames, parse: (bytes) => parseHeader(bytes) },
  "CUPS frame": {
    samples: frames,
    parse: (bytes) => parseCupsFrame(bytes),
    again: ({ header, message }: ReturnType<typeof parseCupsFrame>) => parseCupsFrame(encodeCupsFrame(header, message)),
  },
  "command APDU": {
    samples: [
      "00A404000E325041592E5359532E444446303100",
      "00B2010C00",
      "80A8000002830000",
      "00A4040008A000000333010101",
    ].map(hexBytes),
    parse: (bytes) => parseCommand(bytes),
    again: (command: never) => parseCommand(encodeCommand(command)),
  },
  "response APDU": {
    samples: ["9000", "6F30840E325041592E5359532E44444630319000", "6A82"].map(hexBytes),
    parse: (bytes) => parseResponse(bytes),
    again: ({ data, sw }: ReturnType<typeof parseResponse>) => parseResponse(encodeResponse(data, sw)),
  },
  "issuer application data": {
    samples: [
      "07000103A0000001",
      "07010103A00000010A010000038787868FD1FC",
      "07000103A04002010A010000001000D1F61152",
    ].map(hexBytes),
    parse: (bytes) => parseIad(bytes),
    again: (iad: never) => parseIad(encodeIad(iad)),
  },
  "token requests": {
    samples: [encodeTokenRequests([request]), encodeTokenRequests([request, { ...request, id: 2, kind: "translate" }])],
    parse: (bytes) => parseTokenRequests(bytes),
    again: (requests: never) => parseTokenRequests(encodeTokenRequests(requests)),
  },
  "token answers": {
    samples: [encodeTokenAnswers(answers)],
    parse: (bytes) => parseTokenAnswers(bytes),
    again: (read: never) => parseTokenAnswers(encodeTokenAnswers(read)),
  },
  "F63, token block": {
    samples: [fromAscii(encodeTokenBlock(block)), fromAscii(`SM0041234${encodeTokenBlock(block)}`)],
    parse: text(parseTokenBlock),
    again: (read: typeof block) => parseTokenBlock(encodeTokenBlock(read)),
  },
  "F56, PAR": {
    samples: [fromAscii(encodePar("K8B0000000000000000000000000A"))],
    parse: text(parsePar),
    again: (par: string) => parsePar(encodePar(par)),
  },
  "F54, balances": { samples: [fromAscii("3001156C0000017971003002156C000004810938")], parse: text(parseBalances) },
  "F90, original data": {
    samples: [fromAscii("020000004211241000000001234567800012345678")],
    parse: text(parseF90),
    again: (original: never) => parseF90(encodeF90(original)),
  },
};

/** Vitest's own comparisons take longer than the codecs. */
function check(holds: boolean, words: string): void {
  if (!holds) throw new Error(words);
}

describe.each(Object.entries(CODECS))("%s", (_name, { samples, parse, again, same = isDeepStrictEqual }) => {
  test("the samples themselves are read", () => {
    for (const sample of samples) expect(parse(sample)).toBeDefined();
  });

  test("10,000 spoilt ones: read and written alike, or refused with a place inside and no value", () => {
    let refused = 0;
    fc.assert(
      fc.property(bySeed(spoilt(samples)), (bytes) => {
        const original = bytes.slice();
        try {
          const read = parse(bytes);
          if (read === undefined) refused += 1;
          else if (again !== undefined)
            check(
              same(again(read as never) as never, read as never),
              "what was read is not what was written and read again",
            );
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          refused += 1;
          check(error.at >= 0 && error.at <= bytes.length, `a place outside: ${error.message}`);
          check(error.message.length < 200, "a message that goes on and on");
          for (const secret of SECRETS) check(!error.message.includes(secret), "the error quotes a number");
        }
        check(Buffer.compare(bytes, original) === 0, "a reader altered what it read");
      }),
      { numRuns: 10_000 },
    );
    expect(refused).toBeGreaterThan(1000);
  });
});

describe.each(["cups", "length32"] as const)("frames of a stream, %s", (name) => {
  const framing = FRAMINGS[name];
  const stream = (parts: readonly Uint8Array[]) =>
    Buffer.concat(parts.flatMap((part) => [framing.encodeHead(part.length), part]));
  const frame = fc.uint8Array({ minLength: 1, maxLength: 300 });

  test("however the stream is cut, the same frames come out", () => {
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }),
        (sent, cuts) => {
          const got: Uint8Array[] = [];
          const feed = createDeframer(
            framing,
            (one) => got.push(one),
            () => expect.unreachable(),
          );
          const whole = stream(sent);
          for (let at = 0, i = 0; at < whole.length; i++) {
            const next = at + cuts[i % cuts.length]!;
            feed(whole.subarray(at, next));
            at = next;
          }
          expect(got.map(toHex)).toEqual(sent.map(toHex));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("10,000 spoilt streams: frames within the limit, or given up once", () => {
    let givenUp = 0;
    const sample = new Uint8Array(stream([fromUtf8("hello"), fromLatin1("0200".repeat(20)), new Uint8Array(40)]));
    fc.assert(
      fc.property(bySeed(spoilt([sample])), fc.nat(), (bytes, cut) => {
        let garbage = 0;
        const feed = createDeframer(
          framing,
          (one) => check(garbage === 0 && one.length <= bytes.length, "a frame after garbage, or out of nothing"),
          () => {
            garbage += 1;
          },
        );
        const at = cut % (bytes.length + 1);
        feed(Buffer.from(bytes.subarray(0, at)));
        feed(Buffer.from(bytes.subarray(at)));
        check(garbage <= 1, "given up twice");
        givenUp += garbage;
      }),
      { numRuns: 10_000 },
    );
    expect(givenUp).toBeGreaterThan(100);
  });
});
