/** How frames lie in a stream. */
export interface Framing {
  readonly name: string;
  readonly headBytes: number;
  readonly maxFrame: number;
  encodeHead(length: number): Uint8Array;
  /** Length of the frame behind the head at an offset, or undefined when the bytes cannot be a head. */
  readHead(bytes: Buffer, at: number): number | undefined;
}

const ZERO = 0x30;

/** Four ASCII digits before each frame; "0000" keeps the line alive. UNVERIFIED for the member interface, in wide use. */
const cups: Framing = {
  name: "cups",
  headBytes: 4,
  maxFrame: 9999,
  encodeHead(length) {
    const head = new Uint8Array(4);
    for (let i = 3, rest = length; i >= 0; i--, rest = Math.floor(rest / 10)) head[i] = ZERO + (rest % 10);
    return head;
  },
  readHead(bytes, at) {
    let length = 0;
    for (let i = 0; i < 4; i++) {
      const digit = bytes[at + i]! - ZERO;
      if (digit < 0 || digit > 9) return undefined;
      length = length * 10 + digit;
    }
    return length;
  },
};

const LENGTH32_MAX = 4 * 1024 * 1024;

/** Four bytes, big-endian. */
const length32: Framing = {
  name: "length32",
  headBytes: 4,
  maxFrame: LENGTH32_MAX,
  encodeHead: (length) => Uint8Array.of(length >>> 24, (length >> 16) & 0xff, (length >> 8) & 0xff, length & 0xff),
  readHead(bytes, at) {
    const length = bytes.readUInt32BE(at);
    return length <= LENGTH32_MAX ? length : undefined;
  },
};

export const FRAMINGS: Readonly<Record<"cups" | "length32", Framing>> = { cups, length32 };

/** Cuts a stream into frames, however the network split or merged them. A frame is a view that its reader leaves as it is. */
export function createDeframer(
  framing: Framing,
  onFrame: (frame: Uint8Array) => void,
  onGarbage: () => void,
): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  let dead = false;
  return (chunk) => {
    if (dead) return;
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    while (held.length - at >= framing.headBytes) {
      const length = framing.readHead(held, at);
      if (length === undefined) {
        dead = true;
        onGarbage();
        return;
      }
      const start = at + framing.headBytes;
      if (held.length < start + length) break;
      // Not a Buffer: its slice would not copy, and rooms that know only the language rely on that.
      if (length > 0) onFrame(new Uint8Array(held.buffer, held.byteOffset + start, length));
      at = start + length;
    }
    held = held.subarray(at);
  };
}
