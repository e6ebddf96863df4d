import type { WireRow } from "#contracts/wire";
import type { Traced } from "../trace.ts";
import { renderCommand, renderResponse } from "./apdu.ts";
import { renderCall, renderSms } from "./call.ts";
import type { Content } from "./content.ts";
import { renderIso, renderUnreadable } from "./iso.ts";

const RAW_MAX = 64 * 1024;

/** A message as the wire view shows it. `reveal`: with the token's number. */
export function renderRow(traced: Traced, seq: number, reveal: boolean): WireRow {
  const { event, part, operation, exchange, outcome, links } = traced;
  const { at, from, to, kind } = event;
  const { words, why, nodes, raw, ...content } = contentOf(traced, reveal);
  return {
    ...content,
    raw: raw.slice(0, RAW_MAX),
    words: { ...words },
    why: { ...why },
    nodes: [...nodes],
    seq,
    at,
    from,
    to,
    kind,
    part,
    operation,
    exchange,
    outcome,
    links: [...links],
  };
}

function contentOf(traced: Traced, reveal: boolean): Content {
  const { event, message } = traced;
  switch (event.kind) {
    case "apdu":
      return event.from === "terminal"
        ? renderCommand(traced, event.bytes)
        : renderResponse(traced, event.bytes, reveal);
    case "iso8583":
      return message === undefined ? renderUnreadable(event.bytes) : renderIso(event.bytes, message, event.to, reveal);
    case "token":
    case "json":
      return renderCall(traced, reveal);
    case "sms":
      return renderSms(event.text);
  }
}
