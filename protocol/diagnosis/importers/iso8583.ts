import { DecodeError, hexBytes } from "#protocol/bytes";
import {
  CUPS,
  HEADER_BYTES,
  type IsoMessage,
  isApproved,
  journeyIdOf,
  keyOf,
  messageClass,
  POS_BCD,
  parseCupsFrame,
  parseF90,
  parseMessage,
  text,
} from "#protocol/iso8583";
import type { Instant } from "#protocol/time";
import { isWitness, type Witness } from "../cause.ts";
import type { FactData } from "../fact.ts";
import { createCollector, type ImportedFact, type ImportedJourney, journeyIdFrom } from "./journeys.ts";
import { momentOf, parseMoment, readEntries, textOf } from "./json.ts";

export interface Iso8583Options {
  readonly dialect: "cups" | "bcd";
  /** Whose log it is, and who is at the other end of its line, where the lines do not say. */
  readonly log: Witness;
  readonly peer: Witness;
}
export const ISO8583_DEFAULTS: Iso8583Options = { dialect: "cups", log: "acquirer", peer: "network" };

interface Line {
  readonly at: Instant;
  readonly log: Witness;
  readonly from: Witness;
  readonly to: Witness;
  readonly message: IsoMessage;
}

/**
 * A log of ISO 8583 messages, one a line:
 *
 *     2026-11-24T08:00:00.123Z acquirer>network 30323030…
 *     2026-11-24T08:00:00.456Z in 30323130…
 *
 * or JSON objects `{"at", "from", "to" | "direction", "hex", "log"}`. Times are ISO 8601 or epoch milliseconds. The hex is
 * the message, with its header of 46 bytes (CUPS) or TPDU and header of 11 (BCD), or without. Of card numbers only the
 * last four digits are kept.
 *
 * @throws {DecodeError} with the line, and where in its message
 */
export function importIso8583(log: string, options: Iso8583Options = ISO8583_DEFAULTS): readonly ImportedJourney[] {
  const collector = createCollector();
  const unanswered = new Map<string, ImportedFact>();
  for (const line of readLines(log, options)) {
    const { at, log: keeper } = line;
    collector.seen(keeper, at);
    const kind = messageClass(line.message);
    if (kind === "network" || kind === "unknown") continue;
    const journeyId = journeyOf(line.message);
    const facts = factsOf(line);
    if (kind === "reversal") {
      // Whoever takes a payment back has stopped waiting for its answer.
      const open = unanswered.get(`${keeper} ${journeyId}`);
      if (open !== undefined && line.from === keeper) collector.add(journeyId, { ...open, at, code: "unanswered" });
      unanswered.delete(`${keeper} ${journeyId}`);
    } else {
      for (const fact of facts) {
        if (fact.code === "sent") unanswered.set(`${keeper} ${journeyId}`, fact);
        if (fact.code === "answered") unanswered.delete(`${keeper} ${journeyId}`);
      }
    }
    collector.add(journeyId, ...facts);
  }
  return collector.journeys();
}

function factsOf({ at, log, from, to, message }: Line): readonly ImportedFact[] {
  const answer = isAnswer(message);
  const [asking, asked] = answer ? [to, from] : [from, to];
  const peer = log === asking ? asked : asking;
  const code = log === asking ? (answer ? "answered" : "sent") : answer ? "decided" : "received";
  const kind = messageClass(message);
  const hop: ImportedFact = {
    keeper: log,
    at,
    stage: kind === "reversal" ? "complete" : "authorise",
    code,
    data: {
      peer,
      operation: `${message.mti.slice(0, 2)}${kind === "reversal" ? "20" : "00"}`,
      hop: text(message, 11) ?? "",
      ...masked(message),
    },
  };
  const approved = isApproved(text(message, 39));
  const step = (stepCode: ImportedFact["code"]): ImportedFact => ({
    keeper: log,
    at,
    stage: "complete",
    code: stepCode,
  });
  if (kind === "reversal") {
    if (!answer) return log === from ? [hop, step("reversalSent")] : [hop];
    return approved ? [hop, step("reversalDone")] : [hop];
  }
  if (!answer || !approved) return [hop];
  return log === "issuer" ? [hop, step("authorised")] : log === "acquirer" ? [hop, step("saleApproved")] : [hop];
}

/** What may be kept of a message: nothing that names the card. */
function masked(message: IsoMessage): FactData {
  const number = text(message, 2) ?? text(message, 35)?.split(/[=D]/)[0];
  const code = text(message, 39);
  const kept = {
    mti: message.mti,
    ...(isAnswer(message) && code !== undefined ? { answer: code } : {}),
    suffix: number === undefined ? undefined : number.slice(-4),
    stan: text(message, 11),
    amount: text(message, 4),
    entryMode: text(message, 22),
    mcc: text(message, 18),
    terminal: text(message, 41)?.trim(),
  };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)) as FactData;
}

function isAnswer({ mti }: IsoMessage): boolean {
  return mti[2] === "1" || mti[2] === "3";
}

/** The journey of the original, for a reversal too. A terminal's message has no F7: terminal and trace number name it. */
function journeyOf(message: IsoMessage): string {
  const original = messageClass(message) === "reversal" ? parseF90(text(message, 90)) : undefined;
  const key = original ?? keyOf(message);
  return key !== undefined
    ? journeyIdOf(key)
    : journeyIdFrom("pos", `${text(message, 41)?.trim() ?? ""}-${text(message, 11) ?? ""}`);
}

function readLines(log: string, options: Iso8583Options): readonly Line[] {
  if (/^\s*[[{]/.test(log)) {
    return readEntries(log).map((entry) => {
      const at = momentOf(entry, "at", "time", "timestamp");
      const hex = textOf(entry, "hex", "message");
      if (at === undefined) throw new DecodeError("missing", entry.at, [...entry.path, "at"]);
      if (hex === undefined) throw new DecodeError("missing", entry.at, [...entry.path, "hex"]);
      const [from, to] = [textOf(entry, "from"), textOf(entry, "to")];
      const direction = from !== undefined && to !== undefined ? `${from}>${to}` : (textOf(entry, "direction") ?? "");
      return lineOf(at, direction, hex, textOf(entry, "log"), entry, options);
    });
  }
  const lines: Line[] = [];
  let offset = 0;
  for (const [i, row] of log.split("\n").entries()) {
    const place = { path: [`line ${i + 1}`], at: offset };
    offset += row.length + 1;
    if (row.trim() === "" || row.startsWith("#")) continue;
    const [time, direction, ...hex] = row.trim().split(/\s+/);
    const at = parseMoment(time!);
    if (at === undefined) throw new DecodeError("badValue", place.at, [...place.path, "time"]);
    if (direction === undefined || hex.length === 0)
      throw new DecodeError("missing", place.at, [...place.path, "message"]);
    lines.push(lineOf(at, direction, hex.join(""), undefined, place, options));
  }
  if (lines.length === 0) throw new DecodeError("missing", 0, ["line 1"]);
  return lines;
}

interface Place {
  readonly path: readonly string[];
  readonly at: number;
}

function lineOf(
  at: Instant,
  direction: string,
  hex: string,
  owner: string | undefined,
  place: Place,
  options: Iso8583Options,
): Line {
  const log = owner ?? options.log;
  if (!isWitness(log)) throw new DecodeError("badValue", place.at, [...place.path, "log"]);
  const ends =
    direction === "out" ? [log, options.peer] : direction === "in" ? [options.peer, log] : direction.split(/->|>/);
  const [from, to] = ends;
  if (!isWitness(from) || !isWitness(to) || from === to || (log !== from && log !== to))
    throw new DecodeError("badValue", place.at, [...place.path, "direction"]);
  return { at, log, from, to, message: parse(hex, place, options) };
}

const TPDU_BYTES = 11;

function parse(hex: string, { path, at }: Place, { dialect }: Iso8583Options): IsoMessage {
  let bytes: Uint8Array;
  try {
    bytes = hexBytes(hex);
  } catch {
    throw new DecodeError("badDigit", at, [...path, "hex"]);
  }
  try {
    if (dialect === "bcd") return parseMessage(POS_BCD, bytes[0] === 0x60 ? bytes.subarray(TPDU_BYTES) : bytes);
    return bytes[0] === HEADER_BYTES ? parseCupsFrame(bytes).message : parseMessage(CUPS, bytes);
  } catch (error) {
    if (error instanceof DecodeError) throw new DecodeError(error.code, error.at, [...path, ...error.path]);
    throw error;
  }
}
