import type { CryptogramScheme } from "../cryptogram.ts";

/** What a cryptogram was checked with, and what it should have been. */
export interface CryptogramCase {
  readonly scheme: CryptogramScheme;
  readonly key: GivenKey;
  /** Card-key derivation that was used. */
  readonly option: "A" | "B";
  /** Digits; needed for anything that starts from an issuer key. */
  readonly pan?: string;
  /** A number of the same message that differs from `pan`, such as the one in its tag 57. */
  readonly otherPan?: string;
  /** Two digits. */
  readonly psn: string;
  readonly atc?: number;
  /** As it went into the cryptogram, before padding. */
  readonly data: Uint8Array;
  /** Tag 9F10, when it is known: other tails of the data can then be tried. */
  readonly iad?: Uint8Array;
  /** 8 bytes. */
  readonly expected: Uint8Array;
}

export interface GivenKey {
  readonly kind: KeyKind;
  /** 16 bytes. */
  readonly bytes: Uint8Array;
}
export type KeyKind = "imk" | "cardKey" | "sessionKey";

/** One way in which the card may have computed otherwise than we did. Words never hold a key or a card number. */
export interface Deviation {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  /** The flags that would say so: "--psn 01". */
  readonly fix?: string;
}

export function deviation(id: string, zh: string, en: string, fix?: string): Deviation {
  return { id, zh, en, ...(fix === undefined ? {} : { fix }) };
}
