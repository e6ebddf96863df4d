import { DecodeError, hexBytes } from "#protocol/bytes";
import { binary, encodeCupsFrame, type FieldValue, type IsoMessage, parseCupsFrame } from "#protocol/iso8583";
import { encodeTlv, parseTlv } from "#protocol/tlv";

/** One value of a message that a program on the way puts another in place of, or leaves out. */
export interface Alteration {
  /** `F22`, or `F55.9F37` for a tag of the chip data. */
  readonly at: string;
  /** A field's text, a tag's bytes in hex; absent: it is left out. */
  readonly becomes?: string | undefined;
}

/** MTI of a frame of ISO 8583; undefined: it carries none. */
export function mtiOf(frame: Uint8Array): string | undefined {
  try {
    return parseCupsFrame(frame).message.mti;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** The frame as a gateway with a wrong mapping sends it on: a whole message, of which some values are others. */
export function altered(frame: Uint8Array, alterations: readonly Alteration[]): Uint8Array {
  const { header, message } = parseCupsFrame(frame);
  return encodeCupsFrame(header, alterations.reduce(alter, message));
}

function alter(message: IsoMessage, { at, becomes }: Alteration): IsoMessage {
  const [field, tag] = at.slice(1).split(".");
  const number = Number(field);
  const { [number]: before, ...others } = message.fields;
  const fields: Record<number, FieldValue> = { ...others };
  const chip = binary(message, number);
  if (tag !== undefined && chip !== undefined) {
    const items = parseTlv(chip).flatMap((item) => {
      if (item.tag !== tag) return [item];
      return becomes === undefined ? [] : [{ tag, value: hexBytes(becomes) }];
    });
    fields[number] = encodeTlv(items);
  } else if (becomes !== undefined) fields[number] = before instanceof Uint8Array ? hexBytes(becomes) : becomes;
  return { mti: message.mti, fields };
}
