import type { Instant } from "#protocol/time";

export type PartyName = "device" | "terminal" | "acquirer" | "network" | "tsp" | "issuer" | "wallet" | "phone";

/** One message as it passed between two parties, for the wire view. `bytes` may hold a PAN: only the describer shows it, masked. */
export interface WireEvent {
  readonly at: Instant;
  readonly from: PartyName;
  readonly to: PartyName;
  readonly kind: "apdu" | "iso8583" | "token" | "json";
  /** For JSON calls: the operation and whether this is its request or answer. */
  readonly label?: string;
  readonly bytes: Uint8Array;
}

export interface WireTap {
  record(event: WireEvent): void;
}

/** A line of a decoded message; children indent below. Values are masked where the field is secret. */
export interface WireNode {
  /** "F55", "9F26", "header". */
  readonly id: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly value?: string;
  readonly children?: readonly WireNode[];
}

/** What the wire view shows. `hex` has every secret nibble replaced by "*". */
export interface WireRow {
  readonly seq: number;
  readonly at: number;
  readonly from: PartyName;
  readonly to: PartyName;
  readonly kind: WireEvent["kind"];
  readonly title: { readonly zh: string; readonly en: string };
  /** One plain sentence on what this message does. */
  readonly words: { readonly zh: string; readonly en: string };
  readonly hex: string;
  readonly nodes: readonly WireNode[];
}
