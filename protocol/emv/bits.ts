/** Names of bits, most significant first, eight a byte; an empty name is reserved for future use. */
type BitTable = readonly (readonly string[])[];

/** Named bits of a fixed-length field: never a number in a condition. */
export interface NamedBits<Name extends string> {
  readonly length: number;
  encode(set: Iterable<Name>): Uint8Array;
  /** The names that are set. @throws {RangeError} on another length. */
  parse(bytes: Uint8Array): ReadonlySet<Name>;
  /** Every set bit and its place, "1.8" for the top bit of the first byte; without a name where it is reserved. */
  places(bytes: Uint8Array): readonly (readonly [place: string, name: Name | undefined])[];
}

function namedBits<Name extends string>(table: BitTable): NamedBits<Name> {
  const places = new Map<string, readonly [byte: number, mask: number]>();
  for (const [byte, names] of table.entries()) {
    for (const [i, name] of names.entries()) if (name !== "") places.set(name, [byte, 0x80 >> i]);
  }
  return {
    length: table.length,
    encode(set) {
      const bytes = new Uint8Array(table.length);
      for (const name of set) {
        const [byte, mask] = places.get(name)!;
        bytes[byte]! |= mask;
      }
      return bytes;
    },
    parse(bytes) {
      if (bytes.length !== table.length) throw new RangeError(`bits: wants ${table.length} bytes`);
      return new Set(
        [...places].filter(([, [byte, mask]]) => (bytes[byte]! & mask) !== 0).map(([name]) => name as Name),
      );
    },
    places(bytes) {
      return [...bytes].flatMap((value, byte) =>
        [8, 7, 6, 5, 4, 3, 2, 1].flatMap((bit) => {
          if ((value & (1 << (bit - 1))) === 0) return [];
          const name = table[byte]?.[8 - bit];
          return [[`${byte + 1}.${bit}`, name === "" ? undefined : (name as Name | undefined)] as const];
        }),
      );
    },
  };
}

export type TtqBit =
  | "magStripeMode"
  | "contactlessPbocSupported"
  | "quicsSupported"
  | "contactSupported"
  | "offlineOnly"
  | "onlinePinSupported"
  | "signatureSupported"
  | "onlineOda"
  | "onlineCryptogramRequired"
  | "cvmRequired"
  | "offlinePinSupported"
  | "issuerUpdateSupported"
  | "deviceCvmSupported"
  | "fddaVersion1";
/** Terminal transaction qualifiers, 9F66. */
export const TTQ: NamedBits<TtqBit> = namedBits<TtqBit>([
  [
    "magStripeMode",
    "contactlessPbocSupported",
    "quicsSupported",
    "contactSupported",
    "offlineOnly",
    "onlinePinSupported",
    "signatureSupported",
    "onlineOda",
  ],
  ["onlineCryptogramRequired", "cvmRequired", "offlinePinSupported", "", "", "", "", ""],
  ["issuerUpdateSupported", "deviceCvmSupported", "", "", "", "", "", ""],
  ["fddaVersion1", "", "", "", "", "", "", ""],
]);

export type CtqBit =
  | "onlinePinRequired"
  | "signatureRequired"
  | "onlineIfOdaFails"
  | "switchIfOdaFails"
  | "onlineIfExpired"
  | "switchForCash"
  | "switchForCashback"
  | "notValidForAtm"
  | "deviceCvmPerformed"
  | "issuerUpdateSupported";
/** Card transaction qualifiers, 9F6C. Outside the cryptogram: a hint to the terminal, never a fact for the host. */
export const CTQ: NamedBits<CtqBit> = namedBits<CtqBit>([
  [
    "onlinePinRequired",
    "signatureRequired",
    "onlineIfOdaFails",
    "switchIfOdaFails",
    "onlineIfExpired",
    "switchForCash",
    "switchForCashback",
    "notValidForAtm",
  ],
  ["deviceCvmPerformed", "issuerUpdateSupported", "", "", "", "", "", ""],
]);

export type TvrBit =
  | "odaNotPerformed"
  | "sdaFailed"
  | "iccDataMissing"
  | "onExceptionFile"
  | "ddaFailed"
  | "cdaFailed"
  | "sdaSelected"
  | "xdaSelected"
  | "appVersionsDiffer"
  | "expired"
  | "notYetEffective"
  | "serviceNotAllowed"
  | "newCard"
  | "biometricOk"
  | "biometricTemplateUnsupported"
  | "cvmFailed"
  | "unrecognisedCvm"
  | "pinTryLimitExceeded"
  | "pinPadMissing"
  | "pinNotEntered"
  | "onlineCvmCaptured"
  | "overFloorLimit"
  | "lowerOfflineLimitExceeded"
  | "upperOfflineLimitExceeded"
  | "randomlyOnline"
  | "merchantForcedOnline"
  | "xdaFailed"
  | "defaultTdol"
  | "issuerAuthenticationFailed"
  | "scriptFailedBefore"
  | "scriptFailedAfter";
/** Terminal verification results, 95. */
export const TVR: NamedBits<TvrBit> = namedBits<TvrBit>([
  [
    "odaNotPerformed",
    "sdaFailed",
    "iccDataMissing",
    "onExceptionFile",
    "ddaFailed",
    "cdaFailed",
    "sdaSelected",
    "xdaSelected",
  ],
  [
    "appVersionsDiffer",
    "expired",
    "notYetEffective",
    "serviceNotAllowed",
    "newCard",
    "",
    "biometricOk",
    "biometricTemplateUnsupported",
  ],
  [
    "cvmFailed",
    "unrecognisedCvm",
    "pinTryLimitExceeded",
    "pinPadMissing",
    "pinNotEntered",
    "onlineCvmCaptured",
    "",
    "",
  ],
  [
    "overFloorLimit",
    "lowerOfflineLimitExceeded",
    "upperOfflineLimitExceeded",
    "randomlyOnline",
    "merchantForcedOnline",
    "",
    "",
    "xdaFailed",
  ],
  ["defaultTdol", "issuerAuthenticationFailed", "scriptFailedBefore", "scriptFailedAfter", "", "", "", ""],
]);

export type AipBit =
  | "xda"
  | "sda"
  | "dda"
  | "cardholderVerification"
  | "terminalRiskManagement"
  | "issuerAuthentication"
  | "onDeviceCvm"
  | "cda"
  | "contactlessEmvMode"
  | "mobilePhone"
  | "contactlessTransaction"
  | "relayResistance";
/** Application interchange profile, 82. */
export const AIP: NamedBits<AipBit> = namedBits<AipBit>([
  [
    "xda",
    "sda",
    "dda",
    "cardholderVerification",
    "terminalRiskManagement",
    "issuerAuthentication",
    "onDeviceCvm",
    "cda",
  ],
  ["contactlessEmvMode", "mobilePhone", "contactlessTransaction", "", "", "", "", "relayResistance"],
]);

export type TsiBit =
  | "odaPerformed"
  | "cvPerformed"
  | "cardRiskManagement"
  | "issuerAuthentication"
  | "terminalRiskManagement"
  | "scriptProcessing";
/** Transaction status information, 9B. */
export const TSI: NamedBits<TsiBit> = namedBits<TsiBit>([
  [
    "odaPerformed",
    "cvPerformed",
    "cardRiskManagement",
    "issuerAuthentication",
    "terminalRiskManagement",
    "scriptProcessing",
    "",
    "",
  ],
  ["", "", "", "", "", "", "", ""],
]);
