import { err, type Result } from "#protocol/bytes";
import { Pan } from "#protocol/pan";
import { type FieldValue, type IsoMessage, text } from "./message.ts";
import { POS_CONDITION } from "./unverified.ts";

export type MessageClass =
  | "purchase"
  | "void"
  | "refund"
  | "preAuthorisation"
  | "preAuthorisationVoid"
  | "completion"
  | "balance"
  | "reversal"
  | "network"
  | "unknown";

/** What a request asks for, by MTI, F3 and F25. Answers have the class of their request. */
export function messageClass(message: IsoMessage): MessageClass {
  const kind = text(message, 3)?.slice(0, 2);
  switch (`${message.mti.slice(0, 2)}${message.mti[2] === "0" || message.mti[2] === "1" ? "0" : "2"}0`) {
    case "0200":
      if (kind === "00") return text(message, 25) === POS_CONDITION.preAuthorisation ? "completion" : "purchase";
      return kind === "20" ? "void" : kind === "30" ? "balance" : "unknown";
    case "0100":
      return kind === "03"
        ? "preAuthorisation"
        : kind === "20"
          ? "preAuthorisationVoid"
          : kind === "30"
            ? "balance"
            : "unknown";
    case "0220":
      return kind === "20" ? "refund" : "unknown";
    case "0420":
      return "reversal";
    default:
      // 0430 has a third digit of 3, 0820 and 0830 likewise.
      return message.mti.startsWith("04")
        ? "reversal"
        : message.mti.startsWith("08")
          ? "network"
          : message.mti.startsWith("023")
            ? "refund"
            : "unknown";
  }
}

/** The answer's MTI: the third digit one up. */
export function answerMti(mti: string): string {
  return `${mti.slice(0, 2)}${Number(mti[2]) + 1}${mti[3]}`;
}

/** Fields that an answer carries back as they came. Tracks, PIN and chip data stay out. */
const ECHOED = [2, 3, 4, 7, 11, 12, 13, 15, 18, 19, 22, 23, 25, 32, 33, 37, 41, 42, 43, 49, 60, 70, 90, 100] as const;

export function answerTo(
  request: IsoMessage,
  responseCode: string,
  extra: Readonly<Record<number, FieldValue>> = {},
): IsoMessage {
  const fields: Record<number, FieldValue> = {};
  for (const field of ECHOED) {
    const value = request.fields[field];
    if (value !== undefined) fields[field] = value;
  }
  fields[39] = responseCode;
  return { mti: answerMti(request.mti), fields: { ...fields, ...extra } };
}

/** F11 that follows: 000001 to 999999, then around. */
export function nextStan(stan: number): number {
  return stan >= 999_999 ? 1 : stan + 1;
}

export function stanText(stan: number): string {
  return String(stan).padStart(6, "0");
}

/** F37, 12 characters: last digit of the year, day of the year, hour (from F7's day) and the STAN: unique for a year with the acquirer. */
export function rrnOf(f7: string, stan: string): string {
  return `${f7.slice(0, 6)}${stan}`;
}

/** Key fields of an original: what the network's own rules make unique. */
export interface OriginalKey {
  readonly mti: string;
  readonly f7: string;
  readonly f11: string;
  readonly f32: string;
  readonly f33: string;
}

/** The key of a message itself. F33 defaults to F32: sent by the acquirer itself. Undefined when a part is missing. */
export function keyOf(message: IsoMessage): OriginalKey | undefined {
  const f7 = text(message, 7);
  const f11 = text(message, 11);
  const f32 = text(message, 32);
  if (f7 === undefined || f11 === undefined || f32 === undefined) return undefined;
  return { mti: message.mti, f7, f11, f32, f33: text(message, 33) ?? f32 };
}

/** F90: 42 digits, MTI, STAN, F7, F32 and F33 zero-filled on the left. */
export function encodeF90(original: OriginalKey): string {
  return original.mti + original.f11 + original.f7 + original.f32.padStart(11, "0") + original.f33.padStart(11, "0");
}

/** The original a reversal, void or refund speaks of, or undefined. */
export function parseF90(f90: string | undefined): OriginalKey | undefined {
  if (f90 === undefined || !/^\d{42}$/.test(f90)) return undefined;
  return {
    mti: f90.slice(0, 4),
    f11: f90.slice(4, 10),
    f7: f90.slice(10, 20),
    f32: unpadded(f90.slice(20, 31)),
    f33: unpadded(f90.slice(31)),
  };
}

/** F90 fills institution ids with zeros, other fields do not. */
function unpadded(id: string): string {
  return id.startsWith("0") ? id.replace(/^0+(?=\d)/, "") : id;
}

/** One name for a payment that every party derives alike, from a stranger's message too; see ADR 6. */
export function journeyIdOf(key: OriginalKey): string {
  return `iso-${key.f7}-${key.f11}-${unpadded(key.f32)}-${unpadded(key.f33)}`;
}

/** Fields a reversal keeps of its original (spec iso8583 §7). */
const KEPT = [2, 3, 4, 14, 18, 22, 23, 25, 32, 33, 37, 41, 42, 43, 49] as const;

/** 0420 for an original that got no answer, or must not stand. `reason` goes into F39: 98 time-out, 96 failure, A0 MAC. */
export function reversalOf(
  original: IsoMessage,
  at: { readonly f7: string; readonly f11: string },
  reason: string,
): IsoMessage {
  const key = keyOf(original);
  if (key === undefined) throw new RangeError("reversal: the original has no F7, F11 or F32");
  const fields: Record<number, FieldValue> = {};
  for (const field of KEPT) {
    const value = original.fields[field];
    if (value !== undefined) fields[field] = value;
  }
  return { mti: "0420", fields: { ...fields, 7: at.f7, 11: at.f11, 39: reason, 90: encodeF90(key) } };
}

/** F2 as a checked number. A flipped digit fails Luhn: it never becomes another card's number. */
export function panOf(message: IsoMessage): Result<Pan, "badPan"> {
  const digits = text(message, 2);
  return digits === undefined ? err("badPan") : Pan.parse(digits);
}
