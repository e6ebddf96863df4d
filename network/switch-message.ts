import type { TokenAnswer, TokenRequest } from "#contracts/token-authorisation";
import { DecodeError, toHex } from "#protocol/bytes";
import {
  binary,
  encodePar,
  encodeTokenBlock,
  type FieldValue,
  type IsoMessage,
  journeyIdOf,
  keyOf,
  messageClass,
  parseF90,
  text,
} from "#protocol/iso8583";
import { encodeTlv, parseTlv } from "#protocol/tlv";

/** Tags that carry the card's number: they stay on the acquirer's side. */
const NUMBER_TAGS: ReadonlySet<string> = new Set(["57", "5A"]);

/** Messages in which the token itself must be checked and its counter spent; all others only change the number. */
export function needsAuthorisation(message: IsoMessage): boolean {
  const kind = messageClass(message);
  return kind === "purchase" || kind === "preAuthorisation" || kind === "balance";
}

/** The journey a message belongs to: its own key, or for a reversal the original's (F90). */
export function journeyOf(message: IsoMessage): string | undefined {
  const key = messageClass(message) === "reversal" ? parseF90(text(message, 90)) : keyOf(message);
  return key === undefined ? undefined : journeyIdOf(key);
}

export function tokenRequestOf(message: IsoMessage, journeyId: string): Omit<TokenRequest, "id"> {
  const expiry = text(message, 14);
  const chip = binary(message, 55);
  const localDate = text(message, 13);
  // Country and place of the shop stand before its name.
  const place = text(message, 43)?.slice(8).trim();
  const merchantName = place !== undefined && /^[\x20-\x7e]{1,40}$/.test(place) ? place : undefined;
  return {
    kind: needsAuthorisation(message) ? "authorise" : "translate",
    journeyId,
    tokenPan: text(message, 2) ?? "",
    ...(expiry === undefined ? {} : { expiry }),
    amountMinor: text(message, 4) ?? "0",
    currency: text(message, 49) ?? "156",
    entryMode: text(message, 22) ?? "000",
    ...(localDate === undefined ? {} : { localDate }),
    ...(merchantName === undefined ? {} : { merchantName }),
    mcc: text(message, 18) ?? "0000",
    processingCode: text(message, 3) ?? "000000",
    chipData: chip === undefined ? "" : toHex(chip),
  };
}

/** The message as the issuer gets it: the real number, the token beside it, no track and no number in the chip data. */
export function towardsIssuer(message: IsoMessage, answer: Extract<TokenAnswer, { outcome: "accepted" }>): IsoMessage {
  const fields: Record<number, FieldValue> = { ...message.fields };
  delete fields[35];
  delete fields[36];
  delete fields[45];
  delete fields[14];
  const chip = binary(message, 55);
  if (chip !== undefined) fields[55] = withoutNumber(chip);
  fields[2] = answer.pan;
  if (answer.panExpiry !== undefined) fields[14] = answer.panExpiry;
  fields[56] = encodePar(answer.par);
  fields[63] = encodeTokenBlock({
    tokenPan: text(message, 2)!,
    tokenExpiry: answer.tokenExpiry,
    assurance: answer.assurance,
    trid: answer.trid,
  });
  return { mti: message.mti, fields };
}

function withoutNumber(chip: Uint8Array): Uint8Array {
  try {
    const items = parseTlv(chip);
    const kept = items.filter((item) => !NUMBER_TAGS.has(item.tag));
    return kept.length === items.length ? chip : encodeTlv(kept);
  } catch (error) {
    if (error instanceof DecodeError) return new Uint8Array();
    throw error;
  }
}

/** Fields that must not travel back to an acquirer that knows only the token. */
const ISSUER_ONLY = [14, 35, 36, 45, 56, 63] as const;

export function towardsAcquirer(answer: IsoMessage, request: IsoMessage): IsoMessage {
  const fields: Record<number, FieldValue> = { ...answer.fields };
  if (text(request, 2) !== text(answer, 2)) for (const field of ISSUER_ONLY) delete fields[field];
  const pan = text(request, 2);
  if (pan === undefined) delete fields[2];
  else fields[2] = pan;
  return { mti: answer.mti, fields };
}
