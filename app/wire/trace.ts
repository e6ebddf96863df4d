import type { WireEvent, WireOutcome, WireRow } from "#contracts/wire";
import { DecodeError, toHex, toUtf8 } from "#protocol/bytes";
import { PPSE, parseCommand, parseResponse, QUICS_PDOL, SW } from "#protocol/emv";
import { type IsoMessage, journeyIdOf, keyOf, messageClass, parseCupsFrame, parseF90, text } from "#protocol/iso8583";
import { findTag, parseDol, parseTlv } from "#protocol/tlv";

/** A message with all that follows from those before it: what it answers, and to which journey it belongs. */
export interface Traced {
  readonly event: WireEvent;
  /** Of a frame with many requests or answers: the one that this row is about. */
  readonly value?: unknown;
  readonly message?: IsoMessage;
  /** What the card asked the terminal for, when this is its command or answer. */
  readonly pdol?: Uint8Array;
  readonly part: WireRow["part"];
  readonly operation: string;
  readonly exchange: string;
  readonly outcome: WireOutcome;
  readonly links: readonly string[];
}

interface AtTerminal {
  commands: number;
  operation: string;
  pdol: Uint8Array;
  /** Of the tap or the sale that is going on there. */
  link: string;
}

const MEMORY = 500;

/** Follows messages in the order in which they passed. What it remembers is bounded, and names things only. */
export interface Tracer {
  trace(event: WireEvent): readonly Traced[];
}

export function createTracer(): Tracer {
  const terminals = new Map<string, AtTerminal>();
  const terminalOfSale = new Map<string, string>();
  /** Sale, refund or void that a till waits for at a terminal: what the acquirer sends next is about it. */
  const atTill = new Map<string, string>();
  const journeyOfRequest = new Map<number, string>();
  let taps = 0;
  let texts = 0;
  /** The call by which a bank was asked for a text: the text belongs to its journey. */
  let codeAsked: readonly string[] = [];

  function traceApdu(event: WireEvent & { kind: "apdu" }): Traced {
    const { terminalId, bytes } = event;
    const known = terminals.get(terminalId) ?? { commands: 0, operation: "", pdol: QUICS_PDOL, link: "" };
    remember(terminals, terminalId, known);
    const base = { event, links: [known.link] };
    if (event.from === "terminal") {
      const operation = commandName(bytes);
      if (operation === "SELECT PPSE" || known.link === "") {
        known.link = atTill.get(terminalId) ?? `tap-${terminalId}-${++taps}`;
        known.pdol = QUICS_PDOL;
      }
      known.operation = operation;
      known.commands += 1;
      const exchange = `apdu-${terminalId}-${known.commands}`;
      return { ...base, links: [known.link], part: "request", operation, exchange, outcome: "ok", pdol: known.pdol };
    }
    const pdol = pdolOf(bytes);
    if (pdol !== undefined) known.pdol = pdol;
    return {
      ...base,
      part: "answer",
      operation: known.operation,
      exchange: `apdu-${terminalId}-${known.commands}`,
      outcome: bytes.length >= 2 && statusOf(bytes) === SW.ok ? "ok" : "refused",
      pdol: known.pdol,
    };
  }

  function traceIso(event: WireEvent & { kind: "iso8583" }): readonly Traced[] {
    let message: IsoMessage;
    try {
      message = parseCupsFrame(event.bytes).message;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const base = { event, part: "request", operation: "?", exchange: `unreadable-${event.at}` } as const;
      return [{ ...base, outcome: "unreadable", links: [] }];
    }
    // Sign-on and echo run by themselves: they would drown what the visitor did.
    if (message.mti.startsWith("08")) return [];
    const answer = message.mti[2] === "1" || message.mti[2] === "3";
    const kind = messageClass(message);
    // A reversal names its original; a void or refund is a journey of its own, beside the sale's.
    const key = kind === "reversal" ? (parseF90(text(message, 90)) ?? keyOf(message)) : keyOf(message);
    const journey = key === undefined ? undefined : journeyIdOf(key);
    const terminalId = text(message, 41);
    const fresh = !answer && event.from === "acquirer" && kind !== "reversal" && terminalId !== undefined;
    const sale = fresh ? (atTill.get(terminalId) ?? terminals.get(terminalId)?.link) : undefined;
    if (fresh && sale !== undefined) atTill.delete(terminalId);
    const code = text(message, 39);
    const line = [event.from, event.to].sort().join("-");
    return [
      {
        event,
        message,
        part: answer ? "answer" : "request",
        operation: message.mti,
        exchange: `iso-${line}-${message.mti.slice(0, 2)}-${kind}-${journey ?? ""}`,
        outcome: event.notSent ? "notSent" : answer && code !== undefined && code !== "00" ? "refused" : "ok",
        links: [journey, sale].filter((one): one is string => one !== undefined && one !== ""),
      },
    ];
  }

  /** A frame carries many: each is a row. Answers name their request only. */
  function traceToken(event: WireEvent & { kind: "token" }): readonly Traced[] {
    const items = jsonOf(event.bytes);
    if (!Array.isArray(items)) {
      const base = { event, part: "request", operation: "authoriseToken", exchange: `unreadable-${event.at}` } as const;
      return [{ ...base, outcome: "unreadable", links: [] }];
    }
    return items.map((value) => {
      const fields = recordOf(value);
      const id = Number(fields["id"]);
      const answer = event.from === "tsp";
      if (!answer) remember(journeyOfRequest, id, String(fields["journeyId"]));
      const journey = journeyOfRequest.get(id);
      const refused = answer && fields["outcome"] !== "accepted";
      return {
        event,
        value,
        part: answer ? "answer" : "request",
        operation: "authoriseToken",
        exchange: `token-${id}-${journey ?? ""}`,
        outcome: event.notSent ? "notSent" : refused ? "refused" : "ok",
        links: journey === undefined ? [] : [journey],
      };
    });
  }

  function traceJson(event: WireEvent & { kind: "json" }): Traced {
    const { operation, part, call, context, from, to, value } = event;
    const [asker, asked] = part === "answer" ? [to, from] : [from, to];
    const exchange = `${asker}-${asked}-${call}`;
    const links = [...new Set([...journeysIn(event), ...(part === "event" ? [] : [exchange])])];
    if (operation === "sendCode" || operation === "deliverCode") codeAsked = links;
    if (asked === "acquirer" && asker === "terminal") tillCall(operation, part, value, exchange);
    const sale = asker === "terminal" ? saleIn(operation, value) : undefined;
    const code = recordOf(value)["code"];
    return {
      event,
      value,
      part,
      operation,
      exchange,
      outcome: event.refused !== true ? "ok" : code === "peerUnavailable" ? "noAnswer" : "refused",
      links: [
        ...links,
        ...(sale === undefined ? [] : [sale]),
        ...(context === undefined || APART.has(operation) ? [] : [context.journeyId]),
      ].filter((link, i, all) => all.indexOf(link) === i),
    };
  }

  /** What is asked at a till shows in the next message that its acquirer sends for that terminal. */
  function tillCall(operation: string, part: string, value: unknown, exchange: string): void {
    const sale = recordOf(recordOf(value)["sale"]);
    if (operation === "startSale" && part === "answer" && typeof sale["saleId"] === "string") {
      const terminalId = String(sale["terminalId"]);
      remember(terminalOfSale, sale["saleId"], terminalId);
      remember(atTill, terminalId, `sale-${sale["saleId"]}`);
    }
    if ((operation === "refund" || operation === "voidSale") && part === "request") {
      const terminalId = terminalOfSale.get(String(recordOf(value)["saleId"]));
      if (terminalId !== undefined) remember(atTill, terminalId, exchange);
    }
  }

  return {
    trace(event) {
      switch (event.kind) {
        case "apdu":
          return [traceApdu(event)];
        case "iso8583":
          return traceIso(event);
        case "token":
          return traceToken(event);
        case "json":
          return [traceJson(event)];
        case "sms": {
          const exchange = `sms-${++texts}`;
          return [{ event, part: "event", operation: "sms", exchange, outcome: "ok", links: [...codeAsked] }];
        }
      }
    },
  };
}

function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MEMORY) map.delete(map.keys().next().value!);
}

/** Calls in which a pass is still part of the binding that made it. */
const OF_BINDING: ReadonlySet<string> = new Set(["collectPackage", "confirmProvisioned", "personalise"]);

/** What is done with a card later goes by the name of its binding too, and is not part of it. */
const APART: ReadonlySet<string> = new Set([
  "replenish",
  "replenishKeys",
  "beginPayment",
  "keyForPayment",
  "changePass",
  "changeToken",
  "changeDevice",
  "setLost",
  "wipeDevice",
  "setDefault",
]);

/** The journeys that a call speaks of: a binding by its id, a payment by its notice. */
function journeysIn({ operation, value, part }: WireEvent & { kind: "json" }): readonly string[] {
  const fields = recordOf(value);
  const notice = recordOf(fields["notice"]);
  const inner = recordOf(notice["notice"]);
  const binding = recordOf(fields["binding"]);
  const pass = OF_BINDING.has(operation)
    ? fields["passId"]
    : (fields["bindingId"] && fields["passId"]) || binding["passId"];
  const facts = Array.isArray(fields["facts"]) ? fields["facts"].map((fact) => recordOf(fact)["journeyId"]) : [];
  const named = [
    notice["journeyId"],
    inner["journeyId"],
    fields["bindingId"],
    binding["bindingId"],
    ...(operation === "holdings" && part === "request" ? [fields["journeyId"]] : []),
    ...facts.slice(0, 1),
  ];
  return [
    ...named.filter((one): one is string => typeof one === "string"),
    ...(typeof pass === "string" ? [`pass-${pass}`] : []),
  ];
}

function saleIn(operation: string, value: unknown): string | undefined {
  if (operation === "refund" || operation === "voidSale") return undefined; // Journeys of their own.
  const fields = recordOf(value);
  const saleId = recordOf(fields["sale"])["saleId"] ?? fields["saleId"];
  return typeof saleId === "string" ? `sale-${saleId}` : undefined;
}

function commandName(bytes: Uint8Array): string {
  const command = orUndefined(() => parseCommand(bytes));
  if (command === undefined) return "?";
  switch (`${command.cla.toString(16)}/${command.ins.toString(16)}`) {
    case "0/a4":
      return toHex(command.data) === toHex(PPSE) ? "SELECT PPSE" : "SELECT";
    case "80/a8":
      return "GPO";
    case "0/b2":
      return "READ RECORD";
    case "80/ca":
      return "GET DATA";
    default:
      return toHex(bytes.subarray(0, 2)).toUpperCase();
  }
}

const statusOf = (bytes: Uint8Array) => (bytes.at(-2)! << 8) | bytes.at(-1)!;

/** 9F38 of a selected application. */
function pdolOf(bytes: Uint8Array): Uint8Array | undefined {
  const response = orUndefined(() => parseResponse(bytes));
  return response === undefined ? undefined : orUndefined(() => findTag(parseTlv(response.data), "9F38"));
}

/** What card and terminal told each other in a tap, tag by tag: what the card signed. */
export function tagsOfTap(tap: readonly Traced[]): ReadonlyMap<string, Uint8Array> {
  const tags = new Map<string, Uint8Array>();
  for (const { event, operation, part, pdol } of tap) {
    if (event.kind !== "apdu" || operation !== "GPO") continue;
    if (part === "request") {
      const command = orUndefined(() => parseCommand(event.bytes));
      for (const { tag, value } of pdolValues(pdol ?? QUICS_PDOL, command?.data.subarray(2) ?? new Uint8Array()))
        tags.set(tag, value);
    } else {
      const items = orUndefined(() => parseTlv(parseResponse(event.bytes).data)) ?? [];
      for (const tag of ["82", "9F36", "9F10", "9F26", "5F34"]) {
        const value = findTag(items, tag);
        if (value !== undefined) tags.set(tag, value);
      }
    }
  }
  return tags;
}

/** The values of a list, in its order; those that the data lack are left out. */
export function pdolValues(
  pdol: Uint8Array,
  data: Uint8Array,
): readonly { readonly tag: string; readonly at: number; readonly value: Uint8Array }[] {
  const entries = orUndefined(() => parseDol(pdol)) ?? [];
  let at = 0;
  return entries.flatMap(({ tag, length }) => {
    const start = at;
    at += length;
    return at > data.length ? [] : [{ tag, at: start, value: data.subarray(start, at) }];
  });
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(toUtf8(bytes) ?? "");
  } catch {
    return undefined;
  }
}

export function orUndefined<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
