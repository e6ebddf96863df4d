export { packDigits, unpackDigits } from "./bcd.ts";
export type { Brand } from "./brand.ts";
export { concat, equalBytes, fromUint, toUint, wipe, xor } from "./bytes.ts";
export { DecodeError, type DecodeErrorCode } from "./decode-error.ts";
export { fromHex, type Hex, hexBytes, parseHex, toHex } from "./hex.ts";
export { err, ok, type Result } from "./result.ts";
export { SHARDS, shardOf } from "./shard.ts";
export {
  fromAscii,
  fromBase64,
  fromBase64url,
  fromLatin1,
  fromUtf8,
  toBase64,
  toBase64url,
  toLatin1,
  toUtf8,
} from "./text.ts";
