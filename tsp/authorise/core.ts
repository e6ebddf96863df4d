import { DKI, type KeyClass } from "#contracts/device-package";
import type { ArqcRequest } from "#contracts/ports";
import type { TokenRefusal, TokenRequest } from "#contracts/token-authorisation";
import { DecodeError, hexBytes, toHex, toUint } from "#protocol/bytes";
import { cryptogramData, cryptogramTypeOf, parseIad } from "#protocol/emv";
import { ATC_GAP_MAX, acceptAtc, DEVICE_DOMAIN, domainAllows, TRANSIT_MCCS } from "#protocol/paytoken";
import { type Instant, isExpired } from "#protocol/time";
import { findTag, parseTlv, type Tlv } from "#protocol/tlv";
import type { Token } from "../token.ts";

/** Wrong cryptograms in a row that suspend a token. */
export const CRYPTOGRAM_FAILURES_MAX = 10;
const ATC_MAX = 0xffff;

/** What field 55 says, read once. */
export interface Chip {
  readonly keyClass: KeyClass;
  readonly atc: number;
  readonly data: Uint8Array;
  readonly arqc: Uint8Array;
}

const KEY_CLASSES: ReadonlyMap<number, KeyClass> = new Map(
  Object.entries(DKI).map(([name, dki]) => [dki, name as KeyClass]),
);

function need(items: readonly Tlv[], tag: string): Uint8Array {
  const value = findTag(items, tag);
  if (value === undefined) throw new DecodeError("missing", 0, ["F55", tag]);
  return value;
}

/** Field 55 of a request, checked against the message around it. */
export function readChip(request: TokenRequest): Chip | TokenRefusal {
  if (request.chipData === "") return "noChipData";
  try {
    const items = parseTlv(hexBytes(request.chipData));
    const amount = request.amountMinor.padStart(12, "0");
    if (toHex(need(items, "9F02")) !== amount || toHex(need(items, "5F2A")) !== request.currency.padStart(4, "0"))
      return "dataMismatch";
    const iad = parseIad(need(items, "9F10"));
    if (cryptogramTypeOf(iad.cvr) !== "ARQC") return "notArqc";
    const keyClass = KEY_CLASSES.get(iad.dki);
    const data = cryptogramData((tag) => findTag(items, tag), iad.cvr);
    const arqc = need(items, "9F26");
    if (keyClass === undefined || iad.cvn !== 1 || data === undefined || arqc.length !== 8) return "badChipData";
    return { keyClass, atc: toUint(need(items, "9F36")), data, arqc };
  } catch (error) {
    if (error instanceof DecodeError) return "badChipData";
    throw error;
  }
}

/** What a decision needs of a token, and hands on changed to the next one. */
export type PayingToken = Pick<
  Token,
  | "b"
  | "tokenPan"
  | "panRef"
  | "state"
  | "tokenExpiry"
  | "previousExpiry"
  | "psn"
  | "keySource"
  | "keyRanges"
  | "window"
  | "cryptogramFailures"
  | "version"
>;

export type Decision =
  | { readonly kind: "accepted"; readonly token: PayingToken; readonly atc: number; readonly holderVerified: boolean }
  | {
      readonly kind: "refused";
      readonly reason: TokenRefusal /** Changed: a wrong cryptogram was counted. */;
      readonly token?: PayingToken;
    };

function refuse(reason: TokenRefusal): Decision {
  return { kind: "refused", reason };
}

/**
 * Decides one payment on one token. Pure but for `verify`, which only computes. The caller walks a batch in arrival order
 * and hands each payment the token as the one before left it, so that two payments with one ATC cannot both pass.
 */
export function decidePayment(
  token: PayingToken,
  request: TokenRequest,
  now: Instant,
  verify: (keyClass: KeyClass, request: ArqcRequest) => boolean,
): Decision {
  if (token.state.kind === "inactive") return refuse("tokenInactive");
  if (token.state.kind === "suspended") return refuse("tokenSuspended");
  if (token.state.kind === "deleted") return refuse("tokenDeleted");
  if (request.expiry !== undefined && request.expiry !== token.tokenExpiry) {
    // Renewed, and the device has not fetched the new expiry yet.
    if (request.expiry !== token.previousExpiry) return refuse("expiryMismatch");
    if (isExpired(token.previousExpiry, now)) return refuse("tokenExpired");
  }
  if (isExpired(token.tokenExpiry, now)) return refuse("tokenExpired");
  if (!domainAllows(DEVICE_DOMAIN, request.entryMode)) return refuse("domain");

  const chip = readChip(request);
  if (typeof chip === "string") return refuse(chip);
  if ((chip.keyClass === "secureElement") !== (token.keySource === "secureElement")) return refuse("badChipData");
  const holderVerified = chip.keyClass !== "device";
  if (!holderVerified && !TRANSIT_MCCS.has(request.mcc)) return refuse("holderNotVerified");

  // The cryptogram first: only who has the key may spend an ATC. Number and sequence number are the token's own.
  if (
    !verify(chip.keyClass, { pan: token.tokenPan, psn: token.psn, atc: chip.atc, data: chip.data, arqc: chip.arqc })
  ) {
    const failures = token.cryptogramFailures + 1;
    const state = failures >= CRYPTOGRAM_FAILURES_MAX ? ({ kind: "suspended", by: ["tsp"] } as const) : token.state;
    return { kind: "refused", reason: "badCryptogram", token: { ...token, cryptogramFailures: failures, state } };
  }
  if (chip.keyClass !== "secureElement") {
    const issued = token.keyRanges.some(
      (range) =>
        range.keyClass === chip.keyClass && chip.atc >= range.from && chip.atc <= range.to && now < range.expiresAt,
    );
    if (!issued) return refuse("keyNotIssued");
  }
  // A single-use key was issued for its ATC: how many before it were never used says nothing against it.
  const verdict = acceptAtc(token.window, chip.atc, chip.keyClass === "secureElement" ? ATC_GAP_MAX : ATC_MAX);
  if (verdict.verdict !== "accepted")
    return refuse(verdict.verdict === "replayed" ? "atcReplayed" : "atcOutsideWindow");
  return {
    kind: "accepted",
    token: { ...token, window: verdict.window, cryptogramFailures: 0 },
    atc: chip.atc,
    holderVerified,
  };
}

/** Refusals that a payment accepted earlier meets when it is asked about again: its ATC is spent, or the token changed since. */
export const MAY_BE_REPEATS: ReadonlySet<TokenRefusal> = new Set<TokenRefusal>([
  "atcReplayed",
  "atcOutsideWindow",
  "keyNotIssued",
  "tokenSuspended",
  "tokenDeleted",
  "tokenExpired",
]);

/** What a request would have been accepted with, when its cryptogram is the token's own. The caller knows whether it was. */
export function repeatOf(
  token: PayingToken,
  request: TokenRequest,
  verify: (keyClass: KeyClass, request: ArqcRequest) => boolean,
): { readonly atc: number; readonly holderVerified: boolean } | undefined {
  const chip = readChip(request);
  if (typeof chip === "string") return undefined;
  const { keyClass, atc, data, arqc } = chip;
  if (!verify(keyClass, { pan: token.tokenPan, psn: token.psn, atc, data, arqc })) return undefined;
  return { atc, holderVerified: keyClass !== "device" };
}
