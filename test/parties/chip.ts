import { DKI, type KeyClass } from "#contracts/device-package";
import type { TokenRequest } from "#contracts/token-authorisation";
import { nodeCipher } from "#platform/keystore";
import { fromUint, hexBytes, toHex } from "#protocol/bytes";
import { CRYPTOGRAM_TAGS, type CryptogramType, cryptogramData, cryptogramUnder, cvrOf, encodeIad } from "#protocol/emv";
import { encodeTlv } from "#protocol/tlv";

export interface ChipOptions {
  /** 16 bytes: the session key of this ATC. */
  readonly sessionKey: Uint8Array;
  readonly atc: number;
  readonly keyClass: KeyClass;
  readonly amountMinor?: bigint;
  readonly currency?: string;
  readonly type?: CryptogramType;
}

/** Field 55 of a contactless payment, with the cryptogram a card makes under that session key. */
export function field55(options: ChipOptions): Uint8Array {
  const { sessionKey, atc, keyClass, amountMinor = 1234n, currency = "156", type = "ARQC" } = options;
  const values: Record<(typeof CRYPTOGRAM_TAGS)[number], Uint8Array> = {
    "9F02": hexBytes(`${amountMinor}`.padStart(12, "0")),
    "9F03": new Uint8Array(6),
    "9F1A": hexBytes("0156"),
    "95": new Uint8Array(5),
    "5F2A": hexBytes(currency.padStart(4, "0")),
    "9A": hexBytes("261124"),
    "9C": Uint8Array.of(0),
    "9F37": hexBytes("A1B2C3D4"),
    "82": new Uint8Array(2),
    "9F36": fromUint(atc, 2),
  };
  const cvr = cvrOf(type);
  const cryptogram = cryptogramUnder(sessionKey, cryptogramData((tag) => values[tag], cvr)!, "pboc", nodeCipher);
  const iad = encodeIad({ dki: DKI[keyClass], cvn: 1, cvr, algorithm: 1, discretionary: new Uint8Array() });
  return encodeTlv([
    { tag: "9F26", value: cryptogram },
    { tag: "9F10", value: iad },
    ...CRYPTOGRAM_TAGS.map((tag) => ({ tag, value: values[tag] })),
  ]);
}

let serial = 0;
/** A payment as the network asks the TSP about it; each its own journey unless said. */
export function tokenRequest(tokenPan: string, chip: Uint8Array, more: Partial<TokenRequest> = {}): TokenRequest {
  serial += 1;
  return {
    id: serial,
    kind: "authorise",
    journeyId: `iso-1124100000-${String(serial).padStart(6, "0")}-99900010-99900010`,
    tokenPan,
    amountMinor: "1234",
    currency: "156",
    entryMode: "072",
    mcc: "5814",
    processingCode: "000000",
    chipData: toHex(chip),
    ...more,
  };
}
