import type { LinkServerHandlers, Log, Peer, Random } from "#contracts/ports";
import { DecodeError } from "#protocol/bytes";
import {
  answerHeader,
  answerTo,
  type CupsFrame,
  encodeAvailableBalance,
  encodeCupsFrame,
  type FieldValue,
  type IsoMessage,
  journeyIdOf,
  keyOf,
  messageClass,
  NETWORK_CODE,
  panOf,
  parseCupsFrame,
  parseF90,
  parseTokenBlock,
  text,
} from "#protocol/iso8583";
import { currency } from "#protocol/money";
import type { Pan } from "#protocol/pan";
import { parseExpiry } from "#protocol/time";
import type { FinancialRequest, HostAnswer, HostRequest, Target } from "./core.ts";
import { merchantName } from "./merchant-name.ts";

/** A request that has its answer without anybody deciding. */
interface Refused {
  readonly responseCode: string;
}
type Asked = Omit<FinancialRequest, keyof Target> | { readonly kind: "balance" };

/**
 * The bank's door to the network: CUPS frames in, answers out on the link they came by. Bytes that are no message get
 * no answer, messages that lack a field get 30. When a decision may or may not have become durable nothing is
 * answered: the network then reverses.
 */
export function createIsoDoor(ports: {
  readonly find: (pan: Pan) => Promise<Target | undefined>;
  readonly host: (request: HostRequest) => Promise<HostAnswer>;
  /** Called when a decision may have left a notice in the outbox. */
  readonly nudge: () => void;
  readonly random: Random;
  readonly log: Log;
}): LinkServerHandlers {
  const { find, host, nudge, random, log } = ports;

  async function answer(message: IsoMessage): Promise<HostAnswer> {
    const kind = messageClass(message);
    if (kind === "network") return { responseCode: NETWORK_CODES.has(text(message, 70) ?? "") ? "00" : "40" };
    const asked = parseRequest(message, random);
    if ("responseCode" in asked) return asked;
    const pan = panOf(message);
    if (!pan.ok) return { responseCode: "14" };
    const target = await find(pan.value);
    if (target === undefined) return { responseCode: "14" };
    const decided = await host({ ...asked, ...target });
    if ("tokenPan" in asked && asked.tokenPan !== null) nudge();
    return decided;
  }

  async function serve(peer: Peer, frame: CupsFrame): Promise<void> {
    const { header, message } = frame;
    try {
      const { responseCode, authCode, balance } = await answer(message);
      const extra: Record<number, FieldValue> = {};
      if (authCode !== undefined) extra[38] = authCode;
      const code = balance === undefined ? undefined : currency(balance.currency);
      if (balance !== undefined && code !== undefined) {
        extra[54] = encodeAvailableBalance({ minor: balance.availableMinor, currency: code });
      }
      peer.send(encodeCupsFrame(answerHeader(header), answerTo(message, responseCode, extra)));
    } catch (error) {
      log.error("issuer.undecided", { mti: message.mti, error: error instanceof Error ? error.name : "unknown" });
    }
  }

  return {
    onOpen(peer) {
      log.info("issuer.networkUp", { peer: peer.id });
    },
    onFrame(peer, bytes) {
      let frame: CupsFrame;
      try {
        frame = parseCupsFrame(bytes);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        log.warn("issuer.badFrame", { peer: peer.id, code: error.code, at: error.at, path: error.path.join(".") });
        return;
      }
      const isRequest = Number(frame.message.mti[2]) % 2 === 0;
      if (!isRequest || frame.header.rejectCode !== "00000") {
        log.warn("issuer.unasked", { peer: peer.id, mti: frame.message.mti, reject: frame.header.rejectCode });
        return;
      }
      void serve(peer, frame);
    },
    onClose(peer) {
      log.info("issuer.networkDown", { peer: peer.id });
    },
  };
}

const NETWORK_CODES: ReadonlySet<string> = new Set(Object.values(NETWORK_CODE));

const REFUSED_FORMAT: Refused = { responseCode: "30" };
const REFUSED_INVALID: Refused = { responseCode: "12" };

function parseRequest(message: IsoMessage, random: Random): Asked | Refused {
  const kind = kindOf(message);
  if (kind === undefined) return REFUSED_INVALID;
  const key = keyOf(message);
  if (key === undefined || text(message, 2) === undefined) return REFUSED_FORMAT;
  if (kind === "balance") return { kind };
  const amount = text(message, 4);
  const currencyCode = text(message, 49);
  const token = tokenOf(message);
  const expiry = expiryOf(message);
  if (amount === undefined || currencyCode === undefined || token === "bad" || expiry === "bad") return REFUSED_FORMAT;
  const original = parseF90(text(message, 90));
  if (kind === "reversal") {
    if (original === undefined) return REFUSED_FORMAT;
    // Advices and reversals themselves are not reversed (iso8583 §7).
    if (!/^0[12]0/.test(original.mti)) return REFUSED_INVALID;
  }
  return {
    kind,
    journeyId: journeyIdOf(key),
    originalId: original === undefined ? null : journeyIdOf(original),
    amountMinor: BigInt(amount),
    currency: currencyCode,
    expiry: token === null ? expiry : null,
    freshAuthCode: random.below(1_000_000).toString().padStart(6, "0"),
    originalAuthCode: kind === "completion" ? (text(message, 38) ?? null) : null,
    tokenPan: token,
    merchantName: merchantName(text(message, 43)),
    mcc: text(message, 18) ?? null,
  };
}

function kindOf(message: IsoMessage): Asked["kind"] | undefined {
  const kind = messageClass(message);
  switch (kind) {
    case "preAuthorisationVoid":
      return "void";
    case "network":
    case "unknown":
      return undefined;
    default:
      return kind;
  }
}

/** F63 TK tag 02, null when there is no token in this payment. */
function tokenOf(message: IsoMessage): string | null | "bad" {
  try {
    return parseTokenBlock(text(message, 63))?.tokenPan ?? null;
  } catch (error) {
    if (error instanceof DecodeError) return "bad";
    throw error;
  }
}

function expiryOf(message: IsoMessage): FinancialRequest["expiry"] | "bad" {
  const f14 = text(message, 14);
  if (f14 === undefined) return null;
  const expiry = parseExpiry(f14);
  return expiry.ok ? expiry.value : "bad";
}
