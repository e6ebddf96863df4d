import type { KeyClass } from "#contracts/device-package";
import type { ArqcRequest } from "#contracts/ports";
import type { TokenRefusal, TokenRequest } from "#contracts/token-authorisation";
import { DecodeError, fromUint, hexBytes, toHex } from "#protocol/bytes";
import type { Cause, FactData } from "#protocol/diagnosis";
import { chipPrint, cryptogramData, parseIad } from "#protocol/emv";
import { findTag, parseTlv, type Tlv } from "#protocol/tlv";
import { type PayingToken, readChip } from "./core.ts";

/** Why a payment was refused, as precisely as the message and the token allow. */
export interface RefusalCause {
  readonly cause: Cause;
  readonly data: FactData;
}

type Verify = (keyClass: KeyClass, request: ArqcRequest) => boolean;

/** Total: a new refusal without a cause does not compile. What is looked into further is looked into below. */
const CAUSE_OF: Readonly<Record<TokenRefusal, Cause>> = {
  unknownToken: "tokenUnknown",
  tokenInactive: "keyNotIssued", // nothing was ever given out for it
  tokenSuspended: "tokenSuspendedByIssuer",
  tokenDeleted: "tokenDeleted",
  expiryMismatch: "tokenExpired",
  tokenExpired: "tokenExpired",
  domain: "domainBroken",
  noChipData: "chipDataIncomplete",
  badChipData: "chipDataIncomplete",
  dataMismatch: "signedDataDiffers",
  badCryptogram: "cryptogramWrong",
  notArqc: "cryptogramWrong",
  atcReplayed: "counterReplayed",
  atcOutsideWindow: "counterOutOfWindow",
  keyNotIssued: "keyNotIssued",
  holderNotVerified: "verificationNotProven",
};

/** Chip data that look so may have been changed on the way: what came is kept beside what the till sent. */
const MAY_BE_CHANGED: ReadonlySet<Cause> = new Set(["cryptogramWrong", "verificationNotProven"]);

/** Pure but for `verify`, which only computes. Asked for refused payments alone. */
export function causeOf(
  reason: TokenRefusal,
  token: PayingToken | undefined,
  request: TokenRequest,
  verify: Verify,
): RefusalCause {
  const found = causeIn(reason, token, request, verify);
  const chip = MAY_BE_CHANGED.has(found.cause) ? chipPrint(hexBytes(request.chipData)) : undefined;
  return chip === undefined ? found : { ...found, data: { ...found.data, chip } };
}

function causeIn(
  reason: TokenRefusal,
  token: PayingToken | undefined,
  request: TokenRequest,
  verify: Verify,
): RefusalCause {
  const data: FactData = { token: request.tokenPan.slice(-4), reason };
  const cause = CAUSE_OF[reason];
  if (token === undefined) return { cause, data };
  switch (reason) {
    case "tokenSuspended":
      return { cause: suspension(token), data: { ...data, by: suspenders(token).join(",") } };
    case "domain":
      // The cryptogram shows that a chip was read without contact: only the entry mode says otherwise.
      return signedAsIs(token, request, verify)
        ? { cause: "entryModeWrong", data: { ...data, field: "F22" } }
        : { cause, data };
    case "dataMismatch":
    case "badCryptogram":
      return { ...whatDiffers(token, request, verify, data) };
    case "badChipData":
      return { cause, data: { ...data, field: missingTag(request) ?? "F55" } };
    default:
      return { cause, data };
  }
}

function suspenders({ state }: PayingToken): readonly string[] {
  return state.kind === "suspended" ? state.by : [];
}

function suspension(token: PayingToken): Cause {
  const by = suspenders(token);
  if (by.includes("issuer")) return "tokenSuspendedByIssuer";
  // The TSP itself suspends a token only for wrong cryptograms.
  return by.includes("wallet") || by.includes("holder") ? "tokenSuspendedByWallet" : "cryptogramWrong";
}

function signedAsIs(token: PayingToken, request: TokenRequest, verify: Verify): boolean {
  const chip = readChip(request);
  if (typeof chip === "string") return false;
  const { keyClass, atc, data, arqc } = chip;
  return verify(keyClass, { pan: token.tokenPan, psn: token.psn, atc, data, arqc });
}

const ZEROS = (length: number) => new Uint8Array(length);

/** A value that the message carries elsewhere, or that stands where nothing was filled in. */
interface Variant {
  readonly tag: string;
  /** The field of the message the value is from. */
  readonly field: string;
  readonly value: Uint8Array;
}

function variantsOf(request: TokenRequest, items: readonly Tlv[]): readonly Variant[] {
  const date = findTag(items, "9A");
  const year = date === undefined ? undefined : toHex(date).slice(0, 2);
  return [
    { tag: "9F02", field: "F4", value: hexBytes(request.amountMinor.padStart(12, "0")) },
    { tag: "5F2A", field: "F49", value: hexBytes(request.currency.padStart(4, "0")) },
    { tag: "9C", field: "F3", value: hexBytes(request.processingCode.slice(0, 2)) },
    ...(request.localDate === undefined || year === undefined
      ? []
      : [{ tag: "9A", field: "F13", value: hexBytes(`${year}${request.localDate}`) }]),
    { tag: "95", field: "F55", value: ZEROS(5) },
    { tag: "9F03", field: "F55", value: ZEROS(6) },
  ];
}

/**
 * A cryptogram that does not fit what the message says: looks for the values that it does fit. When one is found, that is
 * what was signed, and what stands in the message was changed on the way. Else the key or the card's profile is another.
 */
function whatDiffers(token: PayingToken, request: TokenRequest, verify: Verify, data: FactData): RefusalCause {
  try {
    const items = parseTlv(hexBytes(request.chipData));
    const need = (tag: string) => findTag(items, tag);
    const [iadBytes, arqc, counter] = [need("9F10"), need("9F26"), need("9F36")];
    if (iadBytes === undefined || arqc === undefined || counter === undefined)
      return { cause: "chipDataIncomplete", data };
    const { cvr } = parseIad(iadBytes);
    const atc = counter.reduce((sum, byte) => sum * 256 + byte, 0);
    const card = { pan: token.tokenPan, psn: token.psn };
    const classes: readonly KeyClass[] =
      token.keySource === "secureElement" ? ["secureElement", "user", "device"] : ["user", "device", "secureElement"];
    const fits = (keyClass: KeyClass, changed: Variant | undefined, at: number) => {
      const values = (tag: string) =>
        tag === changed?.tag ? changed.value : tag === "9F36" ? fromUint(at, 2) : need(tag);
      const signed = cryptogramData(values, cvr);
      return signed !== undefined && verify(keyClass, { ...card, atc: at, data: signed, arqc });
    };

    const variants = variantsOf(request, items);
    for (const keyClass of classes) {
      // As the chip data stand: right for themselves, so the message around them was changed.
      if (fits(keyClass, undefined, atc)) {
        const fields = variants
          .filter(({ tag, field, value }) => field !== "F55" && toHex(need(tag) ?? ZEROS(0)) !== toHex(value))
          .map(({ field }) => field);
        if (fields.length > 0 && keyClass === classes[0])
          return { cause: "signedDataDiffers", data: { ...data, fields: fields.join(","), changed: "message" } };
        return { cause: "cryptogramWrong", data: { ...data, fits: `key class ${keyClass}` } };
      }
      const found = variants.find((variant) => fits(keyClass, variant, atc));
      if (found !== undefined)
        return {
          cause: "signedDataDiffers",
          data: { ...data, fields: found.tag, changed: "chip data", as: found.field },
        };
    }
    const neighbour = [atc - 1, atc + 1].find((at) => at > 0 && at <= 0xffff && fits(classes[0]!, undefined, at));
    if (neighbour !== undefined)
      return { cause: "signedDataDiffers", data: { ...data, fields: "9F36", changed: "chip data" } };
    return { cause: "cryptogramWrong", data: { ...data, tried: variants.map(({ tag }) => tag).join(",") } };
  } catch (error) {
    if (error instanceof DecodeError) return { cause: "chipDataIncomplete", data };
    throw error;
  }
}

const NEEDED = ["9F26", "9F10", "9F36", "9F37", "95", "9A", "9C", "9F02", "9F03", "5F2A", "82", "9F1A"];

function missingTag(request: TokenRequest): string | undefined {
  try {
    const items = parseTlv(hexBytes(request.chipData));
    const missing = NEEDED.find((tag) => findTag(items, tag) === undefined);
    return missing === undefined ? undefined : `F55.${missing}`;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
