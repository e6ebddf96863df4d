import { type DeviceData, DKI, type KeyClass } from "#contracts/device-package";
import { concat, DecodeError, equalBytes, fromAscii, fromUint, hexBytes, packDigits } from "#protocol/bytes";
import type { CardCipher } from "#protocol/crypto";
import {
  type Command,
  type CryptogramType,
  CTQ,
  cryptogramData,
  cryptogramUnder,
  cvrOf,
  encodeIad,
  encodeResponse,
  PPSE,
  parseCommand,
  QUICS_PDOL,
  SW,
  TTQ,
} from "#protocol/emv";
import { encodeTlv, parseDol, splitDol, type TlvInput } from "#protocol/tlv";
import type { KeySource } from "./key-source.ts";

/** The card that is held to the reader now, opened for one transaction. */
export interface ArmedCard {
  readonly data: DeviceData;
  readonly keyClass: KeyClass;
  readonly keys: KeySource;
  /** The holder proved himself for this transaction. Shown in CTQ; the host reads it from the key class. */
  readonly holderVerified: boolean;
  /** Asked before anything is given to a reader; absent: it always is. */
  readonly stillConfirmed?: () => boolean;
  /** A reader came after that: the card has been taken out of reach. */
  readonly onTooLate?: () => Promise<void>;
}

export interface Applet {
  arm(card: ArmedCard): void;
  /** Takes the card out of reach and wipes its keys. */
  disarm(): void;
  /** One command APDU in, one response APDU out. Never throws on what a reader sends. */
  process(apdu: Uint8Array): Promise<Uint8Array>;
  /** The last cryptogram made since `arm`: the payment has left the device. */
  readonly lastAtc: number | undefined;
}

const ENTRIES = parseDol(QUICS_PDOL);
/** AIP of the UnionPay debit and credit template; no offline data authentication of its own keys yet, so no ODA bit. */
const AIP_ONLINE = hexBytes("0000");
const APPLICATION_VERSION = hexBytes("0030");
const LANGUAGE = fromAscii("zhen");
const SERVICE_CODE = "201";
const RECORD_SFI = 1;
const NOTHING = new Uint8Array();

/**
 * A contactless UnionPay card (qUICS, online). Answers SELECT PPSE and AID, GET PROCESSING OPTIONS, READ RECORD and GET DATA.
 * One cryptogram an arming: what a phone shows for one hold to the reader.
 */
export function createApplet(cipher: CardCipher): Applet {
  let card: ArmedCard | undefined;
  let selected = false;
  let busy = false;
  let lastAtc: number | undefined;

  function disarm(): void {
    card?.keys.wipe();
    card = undefined;
    selected = false;
  }

  /** What the holder confirmed holds for a while only: after that there is no card, as if he had not. */
  async function dropStale(): Promise<void> {
    const stale = card;
    if (stale === undefined || stale.stillConfirmed?.() !== false) return;
    disarm();
    await stale.onTooLate?.();
  }

  const answer = (sw: number, data: Uint8Array = NOTHING) => encodeResponse(data, sw);

  function select(command: Command): Uint8Array {
    if (command.p1 !== 0x04) return answer(SW.wrongParameters);
    selected = false;
    const next = command.p2 === 0x02;
    if (command.p2 !== 0x00 && !next) return answer(SW.wrongParameters);
    // There is one application: after it comes none, or some readers would ask for ever.
    if (card === undefined || next) return answer(SW.fileNotFound);
    if (equalBytes(command.data, PPSE)) return answer(SW.ok, encodeTlv([directory(card.data)]));
    const aid = hexBytes(card.data.aid);
    const partial =
      command.data.length >= 5 &&
      command.data.length <= aid.length &&
      equalBytes(command.data, aid.subarray(0, command.data.length));
    if (!partial) return answer(SW.fileNotFound);
    selected = true;
    return answer(SW.ok, encodeTlv([application(card.data)]));
  }

  async function processingOptions(command: Command): Promise<Uint8Array> {
    if (card === undefined || !selected || lastAtc !== undefined || busy) return answer(SW.conditionsNotSatisfied);
    if (command.p1 !== 0 || command.p2 !== 0) return answer(SW.wrongParameters);
    const [template, length] = command.data;
    if (template !== 0x83 || length !== command.data.length - 2) return answer(SW.wrongData);
    if (length !== ENTRIES.reduce((sum, entry) => sum + entry.length, 0)) return answer(SW.wrongLength);
    const asked = splitDol(ENTRIES, command.data.subarray(2));
    const qualifiers = TTQ.parse(asked.get("9F66")!);
    if (!qualifiers.has("quicsSupported")) return answer(SW.conditionsNotSatisfied);
    const type: CryptogramType = qualifiers.has("offlineOnly") ? "AAC" : "ARQC";
    busy = true;
    try {
      const armed = card;
      const key = await armed.keys.reserve();
      if (key === undefined || card !== armed) return answer(SW.conditionsNotSatisfied);
      lastAtc = key.atc;
      const atc = fromUint(key.atc, 2);
      const cvr = cvrOf(type);
      const known = new Map([...asked, ["82", AIP_ONLINE], ["9F36", atc]] as const);
      const data = cryptogramData((tag) => known.get(tag), cvr)!;
      const cryptogram = cryptogramUnder(key.sessionKey, data, "pboc", cipher);
      key.sessionKey.fill(0);
      const iad = encodeIad({ dki: DKI[armed.keyClass], cvn: 1, cvr, algorithm: 1, discretionary: NOTHING });
      return answer(
        SW.ok,
        encodeTlv([
          {
            tag: "77",
            value: [
              { tag: "82", value: AIP_ONLINE },
              { tag: "9F36", value: atc },
              { tag: "57", value: track2(armed.data) },
              { tag: "9F10", value: iad },
              { tag: "9F26", value: cryptogram },
              { tag: "5F34", value: packDigits(armed.data.psn) },
              { tag: "9F6C", value: CTQ.encode(armed.holderVerified ? ["deviceCvmPerformed"] : []) },
            ],
          },
        ]),
      );
    } finally {
      busy = false;
    }
  }

  function readRecord(command: Command): Uint8Array {
    if (card === undefined || !selected) return answer(SW.conditionsNotSatisfied);
    if ((command.p2 & 0x07) !== 0x04) return answer(SW.wrongParameters);
    if (command.p2 >> 3 !== RECORD_SFI) return answer(SW.fileNotFound);
    if (command.p1 !== 1) return answer(SW.recordNotFound);
    const { data } = card;
    return answer(
      SW.ok,
      encodeTlv([
        {
          tag: "70",
          value: [
            { tag: "5F24", value: concat(packDigits(data.tokenExpiry), hexBytes("31")) },
            { tag: "9F08", value: APPLICATION_VERSION },
            { tag: "9F19", value: packDigits(data.trid.padStart(12, "0")) },
            { tag: "9F24", value: fromAscii(data.par) },
            { tag: "9F25", value: packDigits(data.panSuffix) },
          ],
        },
      ]),
    );
  }

  function getData(command: Command): Uint8Array {
    if (card === undefined || !selected) return answer(SW.conditionsNotSatisfied);
    const tag = (command.p1 << 8) | command.p2;
    // Only the counter of the last cryptogram may be told: the next one is nobody's business.
    if (tag === 0x9f36) return answer(SW.ok, encodeTlv([{ tag: "9F36", value: fromUint(lastAtc ?? 0, 2) }]));
    return answer(SW.dataObjectNotFound);
  }

  return {
    get lastAtc() {
      return lastAtc;
    },
    arm(next) {
      card?.keys.wipe();
      card = next;
      selected = false;
      lastAtc = undefined;
    },
    disarm,
    async process(apdu) {
      let command: Command;
      try {
        command = parseCommand(apdu);
      } catch (error) {
        if (error instanceof DecodeError) return answer(SW.wrongLength);
        throw error;
      }
      await dropStale();
      switch (`${command.cla.toString(16)}/${command.ins.toString(16)}`) {
        case "0/a4":
          return select(command);
        case "80/a8":
          return processingOptions(command);
        case "0/b2":
          return readRecord(command);
        case "80/ca":
          return getData(command);
        default:
          return answer(
            command.cla === 0x00 || command.cla === 0x80 ? SW.instructionNotSupported : SW.classNotSupported,
          );
      }
    },
  };
}

function directory(data: DeviceData): TlvInput {
  const entry: TlvInput = {
    tag: "61",
    value: [
      { tag: "4F", value: hexBytes(data.aid) },
      { tag: "50", value: fromAscii(data.label) },
      { tag: "87", value: Uint8Array.of(1) },
    ],
  };
  return {
    tag: "6F",
    value: [
      { tag: "84", value: PPSE },
      { tag: "A5", value: [{ tag: "BF0C", value: [entry] }] },
    ],
  };
}

function application(data: DeviceData): TlvInput {
  return {
    tag: "6F",
    value: [
      { tag: "84", value: hexBytes(data.aid) },
      {
        tag: "A5",
        value: [
          { tag: "50", value: fromAscii(data.label) },
          { tag: "87", value: Uint8Array.of(1) },
          { tag: "9F38", value: QUICS_PDOL },
          { tag: "5F2D", value: LANGUAGE },
        ],
      },
    ],
  };
}

/** Track 2 equivalent: token PAN, D, expiry, service code, filled with F to whole bytes. */
function track2(data: DeviceData): Uint8Array {
  const text = `${data.tokenPan}d${data.tokenExpiry}${SERVICE_CODE}`;
  return hexBytes(text.length % 2 === 0 ? text : `${text}f`);
}
