import { DecodeError, fromAscii, hexBytes, packDigits, toHex } from "#protocol/bytes";
import {
  type CardResponse,
  type CryptogramType,
  CTQ,
  cidOf,
  cryptogramTypeOf,
  encodeCommand,
  FIELD_55_TAGS,
  PPSE,
  parseIad,
  parseResponse,
  SW,
  TTQ,
  type TtqBit,
  UNIONPAY_AIDS,
} from "#protocol/emv";
import { type Money, toN12 } from "#protocol/money";
import { type ExpiryYymm, type Instant, parseExpiry, toYymmdd } from "#protocol/time";
import { buildDol, encodeTlv, findTag, parseDol, parseTlv, type Tlv } from "#protocol/tlv";

/** Which way an APDU went. */
export type ApduDirection = "command" | "response";

/** A card in the field. Rejects when the card has left it. */
export interface ApduChannel {
  transmit(apdu: Uint8Array): Promise<Uint8Array>;
}

export interface TerminalConfig {
  readonly terminalId: string;
  /** ISO 3166 numeric, three digits. */
  readonly country: string;
  /** At and above: the card is asked for a cardholder verification. Minor units. */
  readonly cvmLimitMinor: bigint;
  /** Above: decline without asking anyone. */
  readonly contactlessLimitMinor: bigint;
  /** AIDs it knows, in lower-case hex; absent: all of UnionPay's. */
  readonly aids?: readonly string[];
  /** It asks for EMV mode in 9F66; a wrongly loaded one does not. Absent: it does. */
  readonly emvMode?: boolean;
}

export interface TapRequest {
  readonly amount: Money;
  /** Tag 9C: 00 purchase, 20 refund. */
  readonly type: "00" | "20";
  readonly at: Instant;
  /** 4 random bytes, tag 9F37. */
  readonly unpredictableNumber: Uint8Array;
  /** Tag 9F41. */
  readonly sequence: number;
}

/** What a tap came to. Every bad card is a value here: garbage never throws. */
export type TapResult =
  | { readonly outcome: "online"; readonly chip: ChipData }
  | { readonly outcome: "declined"; readonly reason: "cardDeclined" | "overLimit" }
  /** `cardRemovedLate`: the card may have made its cryptogram already. */
  | { readonly outcome: "tryAgain"; readonly reason: "cardRemoved" | "cardRemovedLate" }
  | {
      readonly outcome: "tryAnotherCard";
      /** `nothingArmed`: its directory is empty. `modeRefused`: 6985 by each application that it has for us. */
      readonly reason:
        | "nothingArmed"
        | "noCommonApplication"
        | "modeRefused"
        | "cardRefused"
        | "badCardData"
        | "offlineCard";
      readonly at?: string;
    };

/** All the host needs of the card. */
export interface ChipData {
  readonly tokenPan: string;
  readonly expiry: ExpiryYymm;
  /** Tag 5F34 as three digits, F23. */
  readonly psn: string;
  /** F55. */
  readonly field55: Uint8Array;
  /** The terminal's own view: a card that says the holder was verified is not believed by any host. */
  readonly cardClaimsVerification: boolean;
}

class CardRemoved extends Error {}
/** A card that breaks the rules; `at` names the step. */
class BadCard extends Error {
  readonly at: string;
  constructor(at: string) {
    super(`card data: ${at}`);
    this.at = at;
  }
}

const TERMINAL_TYPE = hexBytes("22");
const TERMINAL_CAPABILITIES = hexBytes("E0E9C8");
const APPLICATION_VERSION = hexBytes("0030");
/** 9F34: no CVM performed by the terminal; result unknown to it. */
const NO_TERMINAL_CVM = hexBytes("3F0000");

/**
 * One contactless transaction in qUICS: pre-processing, selection, GET PROCESSING OPTIONS, checks, field 55.
 * Offline data authentication has its place between the checks and the outcome; an online terminal of this version asks for none.
 */
export async function runContactless(
  card: ApduChannel,
  terminal: TerminalConfig,
  request: TapRequest,
): Promise<TapResult> {
  if (request.amount.minor > terminal.contactlessLimitMinor) return { outcome: "declined", reason: "overLimit" };
  const qualifiers = qualifiersFor(terminal, request.amount);
  let cryptogramAsked = false;
  let modeRefused = false;
  try {
    const directory = await candidates(card, terminal.aids ?? Object.keys(UNIONPAY_AIDS));
    if (directory === undefined) return { outcome: "tryAnotherCard", reason: "nothingArmed" };
    for (const aid of directory) {
      const fci = await send(card, { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x00, data: aid, le: 256 });
      if (fci.sw !== SW.ok) continue;
      const values = terminalValues(terminal, request, qualifiers);
      const pdol = findTag(tlvs(fci.data, "FCI"), "9F38");
      const data = pdol === undefined ? new Uint8Array() : buildDol(dol(pdol), (tag) => values.get(tag));
      cryptogramAsked = true;
      const options = await send(card, {
        cla: 0x80,
        ins: 0xa8,
        p1: 0,
        p2: 0,
        data: encodeTlv([{ tag: "83", value: data }]),
        le: 256,
      });
      // 6985: this application does not want this transaction; the next one may.
      if (options.sw === SW.conditionsNotSatisfied) {
        modeRefused = true;
        cryptogramAsked = false;
        continue;
      }
      if (options.sw !== SW.ok) return { outcome: "tryAnotherCard", reason: "cardRefused" };
      return conclude(tlvs(options.data, "GPO"), aid, values);
    }
    return { outcome: "tryAnotherCard", reason: modeRefused ? "modeRefused" : "noCommonApplication" };
  } catch (error) {
    if (error instanceof CardRemoved)
      return { outcome: "tryAgain", reason: cryptogramAsked ? "cardRemovedLate" : "cardRemoved" };
    if (error instanceof BadCard) return { outcome: "tryAnotherCard", reason: "badCardData", at: error.at };
    throw error;
  }
}

/** The transient bits are set anew for each transaction. */
function qualifiersFor(terminal: TerminalConfig, amount: Money): Uint8Array {
  const bits: TtqBit[] = ["deviceCvmSupported", "onlineCryptogramRequired"];
  if (terminal.emvMode !== false) bits.push("quicsSupported");
  if (amount.minor >= terminal.cvmLimitMinor) bits.push("cvmRequired");
  return TTQ.encode(bits);
}

async function send(card: ApduChannel, command: Parameters<typeof encodeCommand>[0]): Promise<CardResponse> {
  let bytes: Uint8Array;
  try {
    bytes = await card.transmit(encodeCommand(command));
  } catch {
    throw new CardRemoved();
  }
  try {
    return parseResponse(bytes);
  } catch {
    throw new BadCard("response");
  }
}

function tlvs(bytes: Uint8Array, at: string): readonly Tlv[] {
  return decoded(() => parseTlv(bytes), at);
}

function dol(bytes: Uint8Array): ReturnType<typeof parseDol> {
  const entries = decoded(() => parseDol(bytes), "9F38");
  if (entries.reduce((sum, entry) => sum + entry.length, 0) > 252) throw new BadCard("9F38");
  return entries;
}

function decoded<T>(parse: () => T, at: string): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DecodeError) throw new BadCard([at, ...error.path].join(" > "));
    throw error;
  }
}

/** AIDs of the directory that we know, in the card's order of priority. Undefined: there is no directory, or nothing in it. */
async function candidates(card: ApduChannel, ours: readonly string[]): Promise<readonly Uint8Array[] | undefined> {
  const answer = await send(card, { cla: 0x00, ins: 0xa4, p1: 0x04, p2: 0x00, data: PPSE, le: 256 });
  if (answer.sw !== SW.ok) return undefined;
  let listed = false;
  const entries: { aid: Uint8Array; priority: number }[] = [];
  const walk = (items: readonly Tlv[]) => {
    for (const item of items) {
      listed ||= item.tag === "61";
      const aid = item.tag === "61" ? findTag(item.children ?? [], "4F") : undefined;
      if (aid !== undefined && ours.some((known) => toHex(aid).startsWith(known))) {
        entries.push({ aid, priority: (findTag(item.children ?? [], "87")?.[0] ?? 15) & 0x0f || 15 });
      }
      if (item.children !== undefined) walk(item.children);
    }
  };
  walk(tlvs(answer.data, "PPSE"));
  return listed ? entries.sort((a, b) => a.priority - b.priority).map(({ aid }) => aid) : undefined;
}

function terminalValues(
  terminal: TerminalConfig,
  request: TapRequest,
  qualifiers: Uint8Array,
): Map<string, Uint8Array> {
  return new Map([
    ["9F66", qualifiers],
    ["9F02", packDigits(toN12(request.amount))],
    ["9F03", new Uint8Array(6)],
    ["9F1A", packDigits(terminal.country.padStart(4, "0"))],
    ["95", new Uint8Array(5)],
    ["5F2A", packDigits(request.amount.currency.padStart(4, "0"))],
    ["9A", packDigits(toYymmdd(request.at))],
    ["9C", packDigits(request.type)],
    ["9F37", request.unpredictableNumber],
    ["9F33", TERMINAL_CAPABILITIES],
    ["9F34", NO_TERMINAL_CVM],
    ["9F35", TERMINAL_TYPE],
    ["9F1E", fromAscii(terminal.terminalId.padEnd(8, "0").slice(0, 8))],
    ["9F09", APPLICATION_VERSION],
    ["9F41", packDigits(String(request.sequence % 100_000_000).padStart(8, "0"))],
  ]);
}

/** Checks the card's answer and says what happens next. Without 82, 9F36, 57, 9F26 and 9F10 there is no transaction. */
function conclude(items: readonly Tlv[], aid: Uint8Array, values: Map<string, Uint8Array>): TapResult {
  const need = (tag: string, length?: number) => {
    const value = findTag(items, tag);
    if (value === undefined || (length !== undefined && value.length !== length)) throw new BadCard(`GPO > ${tag}`);
    return value;
  };
  const iad = decoded(() => parseIad(need("9F10")), "GPO");
  const type = cryptogramTypeOf(iad.cvr);
  const { tokenPan, expiry } = trackTwo(need("57"));
  const cryptogram: CryptogramType = type ?? "AAC";
  const given = new Map([
    ["82", need("82", 2)],
    ["9F36", need("9F36", 2)],
    ["9F26", need("9F26", 8)],
    ["9F10", need("9F10")],
    ["9F27", cidOf(cryptogram)],
    ["84", aid],
  ]);
  if (type === undefined || type === "AAC") return { outcome: "declined", reason: "cardDeclined" };
  if (type === "TC") return { outcome: "tryAnotherCard", reason: "offlineCard" };
  // The TVR is what the card signed, zeros: in qUICS the terminal knows nothing bad before GPO. The host checks the expiry.
  const psn = findTag(items, "5F34");
  const all = (tag: string) => given.get(tag) ?? values.get(tag);
  const field55 = encodeTlv(
    FIELD_55_TAGS.flatMap((tag) => (all(tag) === undefined ? [] : [{ tag, value: all(tag)! }])),
  );
  const ctq = findTag(items, "9F6C");
  return {
    outcome: "online",
    chip: {
      tokenPan,
      expiry,
      psn: (psn === undefined ? "00" : toHex(psn)).padStart(3, "0"),
      field55,
      cardClaimsVerification: ctq !== undefined && ctq.length === 2 && CTQ.parse(ctq).has("deviceCvmPerformed"),
    },
  };
}

/** Token number and expiry of tag 57. */
function trackTwo(bytes: Uint8Array): { tokenPan: string; expiry: ExpiryYymm } {
  const match = /^(\d{12,19})d(\d{4})\d{3}/.exec(toHex(bytes));
  const expiry = match === null ? undefined : parseExpiry(match[2]!);
  if (match === null || expiry?.ok !== true) throw new BadCard("GPO > 57");
  return { tokenPan: match[1]!, expiry: expiry.value };
}
