import type { WireRow } from "#contracts/wire";

/** Each kind of message with its colour. */
export const KINDS: readonly { readonly kind: WireRow["kind"]; readonly pill: string }[] = [
  { kind: "apdu", pill: "text-apdu" },
  { kind: "iso8583", pill: "text-iso" },
  { kind: "token", pill: "text-token" },
  { kind: "json", pill: "text-json" },
];

const COLOURS: Readonly<Record<WireRow["kind"], string>> = {
  apdu: "text-apdu",
  iso8583: "text-iso",
  token: "text-token",
  json: "text-json",
};

export function colourOf(kind: WireRow["kind"]): string {
  return COLOURS[kind];
}
