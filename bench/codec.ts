import Iso8583 from "iso_8583";
import { toHex } from "#protocol/bytes";
import { CUPS, encodeMessage, type IsoMessage, parseMessage } from "#protocol/iso8583";
import { median } from "./median.ts";

export interface CodecFigures {
  /** Pack and unpack of one message, µs. */
  readonly oursMicros: number;
  readonly npmMicros: number;
  /** Median over paired blocks. */
  readonly ratio: number;
  readonly messageBytes: number;
}

/** The chip data as hex text in F48: the other codec reads a binary F55 as text. */
const CHIP =
  "9F2608AD03EE811AFAD4849F2701809F101307010103A00000010A010000038787868FD1FC9F3704A1B2C3D49F36020ADC95050000000000" +
  "9A032611249C01009F02060000000012345F2A02015682027C009F1A0201569F03060000000000009F3303E0E9C89F34033F00009F3501229F1E085430303030303031" +
  "8408A0000003330101019F090200309F410400000007";

/** A purchase as the acquirer sends it, all fields as text. F100 makes the bitmap 16 bytes, the only one the other codec has. */
const MESSAGE: IsoMessage = {
  mti: "0200",
  fields: {
    2: "6299900000000000019",
    3: "000000",
    4: "000000001234",
    7: "1124100000",
    11: "000042",
    12: "100000",
    13: "1124",
    14: "3112",
    18: "5814",
    22: "072",
    23: "001",
    25: "00",
    32: "99900010",
    33: "99900010",
    37: "112410000042",
    41: "T0000001",
    42: "999000150810001",
    43: "CHN29000DEMO CAFE".padEnd(40, " "),
    48: CHIP,
    49: "156",
    100: "99900001",
  },
};

/** Both codecs on one message, block after block in turn, after they have been seen to write the same bytes. */
export function measureCodec(options: { readonly blocks: number; readonly blockMs: number }): CodecFigures {
  const theirMessage = { 0: MESSAGE.mti, ...MESSAGE.fields } as Record<number, string>;
  const ours = () => parseMessage(CUPS, encodeMessage(CUPS, MESSAGE));
  const theirs = () => {
    const packed = new Iso8583(theirMessage).getRawMessage();
    if (!Buffer.isBuffer(packed)) throw new Error(`codec: iso_8583 refused the message: ${packed.error}`);
    return new Iso8583().getIsoJSON(packed, { lenHeader: false });
  };
  const wire = encodeMessage(CUPS, MESSAGE);
  const theirWire = new Iso8583(theirMessage).getRawMessage();
  if (!Buffer.isBuffer(theirWire) || toHex(theirWire) !== toHex(wire))
    throw new Error("codec: the two codecs do not write the same bytes");
  if (JSON.stringify(ours()) !== JSON.stringify(MESSAGE) || theirs()["48"] !== CHIP)
    throw new Error("codec: what was written is not what is read");

  timeBlock(ours, options.blockMs);
  timeBlock(theirs, options.blockMs);
  const pairs = Array.from({ length: options.blocks }, () => ({
    ours: timeBlock(ours, options.blockMs),
    npm: timeBlock(theirs, options.blockMs),
  }));
  return {
    oursMicros: median(pairs.map((pair) => pair.ours)),
    npmMicros: median(pairs.map((pair) => pair.npm)),
    ratio: median(pairs.map((pair) => pair.npm / pair.ours)),
    messageBytes: wire.length,
  };
}

/** Mean µs of one call over a block of about `blockMs`. */
export function timeBlock(work: () => unknown, blockMs: number): number {
  const start = process.hrtime.bigint();
  const end = start + BigInt(blockMs) * 1_000_000n;
  let calls = 0;
  let now = start;
  while (now < end) {
    for (let i = 0; i < 100; i++) work();
    calls += 100;
    now = process.hrtime.bigint();
  }
  return Number(now - start) / 1000 / calls;
}
