/** How frames lie in a stream. */
export interface Framing {
  readonly name: string;
  readonly headBytes: number;
  readonly maxFrame: number;
  encodeHead(length: number): Buffer;
  /** Length of the frame behind a head, or undefined when the bytes cannot be a head. */
  decodeHead(head: Buffer): number | undefined;
}

/** Four ASCII digits before each frame; "0000" keeps the line alive. UNVERIFIED for the member interface, in wide use. */
const cups: Framing = {
  name: "cups",
  headBytes: 4,
  maxFrame: 9999,
  encodeHead: (length) => Buffer.from(String(length).padStart(4, "0"), "latin1"),
  decodeHead(head) {
    const text = head.toString("latin1");
    return /^\d{4}$/.test(text) ? Number(text) : undefined;
  },
};

/** Four bytes, big-endian. */
const length32: Framing = {
  name: "length32",
  headBytes: 4,
  maxFrame: 4 * 1024 * 1024,
  encodeHead(length) {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(length);
    return head;
  },
  decodeHead(head) {
    const length = head.readUInt32BE();
    return length <= 4 * 1024 * 1024 ? length : undefined;
  },
};

export const FRAMINGS: Readonly<Record<"cups" | "length32", Framing>> = { cups, length32 };

/** Cuts a stream into frames, however the network split or merged them. */
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
      const length = framing.decodeHead(held.subarray(at, at + framing.headBytes));
      if (length === undefined) {
        dead = true;
        onGarbage();
        return;
      }
      const end = at + framing.headBytes + length;
      if (held.length < end) break;
      if (length > 0) onFrame(new Uint8Array(held.subarray(at + framing.headBytes, end)));
      at = end;
    }
    held = held.subarray(at);
  };
}
