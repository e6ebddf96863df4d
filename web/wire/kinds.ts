import { WIRE_KINDS, type WireKind } from "#contracts/wire";

const COLOURS: Readonly<Record<WireKind, string>> = {
  apdu: "text-apdu",
  iso8583: "text-iso",
  token: "text-token",
  json: "text-json",
  sms: "text-warn",
};

/** Each kind of message with its colour. */
export const KINDS: readonly WireKind[] = WIRE_KINDS;

export function colourOf(kind: WireKind): string {
  return COLOURS[kind];
}
