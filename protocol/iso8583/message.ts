/** Field values by number: text (one character a byte) for all kinds but b, which is bytes. */
export type FieldValue = string | Uint8Array;
export type Fields = Readonly<Record<number, FieldValue>>;

export interface IsoMessage {
  /** Four digits: "0200". */
  readonly mti: string;
  readonly fields: Fields;
}

/** A text field, or undefined when it is absent. */
export function text(message: IsoMessage, field: number): string | undefined {
  const value = message.fields[field];
  return typeof value === "string" ? value : undefined;
}

/** A binary field, or undefined when it is absent. */
export function binary(message: IsoMessage, field: number): Uint8Array | undefined {
  const value = message.fields[field];
  return value instanceof Uint8Array ? value : undefined;
}
