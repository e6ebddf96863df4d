import { DecodeError } from "#protocol/bytes";
import type { Money } from "#protocol/money";
import { toN12 } from "#protocol/money";
import { BALANCE } from "./unverified.ts";

/** Token data that the switch gives the issuer beside the real PAN: F63 usage TK. */
export interface TokenBlock {
  readonly tokenPan: string;
  readonly tokenExpiry: string;
  readonly assurance: string;
  readonly trid: string;
}

/** Tag 01: the switch has checked the token. */
const TOKEN_VERIFIED = "1";
const TK_TAGS = { tokenPan: "02", tokenExpiry: "03", assurance: "04", trid: "06" } as const;

/** Usage, three-digit length, then tag(2) length(3) value, all ASCII. Source: spec iso8583 §3, F63$TK@TLV. */
export function encodeTokenBlock(block: TokenBlock): string {
  const names = Object.keys(TK_TAGS) as (keyof TokenBlock)[];
  return usage("TK", tlv("01", TOKEN_VERIFIED) + names.map((name) => tlv(TK_TAGS[name], block[name])).join(""));
}

/** @throws {DecodeError} when F63 has a TK block that is not one; undefined when it has none. */
export function parseTokenBlock(f63: string | undefined): TokenBlock | undefined {
  const values = findUsage(f63, "TK", "F63");
  if (values === undefined) return undefined;
  const get = (tag: string) => values.get(tag) ?? "";
  const tokenPan = get(TK_TAGS.tokenPan);
  if (!/^\d{12,19}$/.test(tokenPan)) throw new DecodeError("badValue", 0, ["F63", "TK", "02"]);
  return {
    tokenPan,
    tokenExpiry: get(TK_TAGS.tokenExpiry),
    assurance: get(TK_TAGS.assurance),
    trid: get(TK_TAGS.trid),
  };
}

/** F56 usage PR: the PAR, 29 characters, as tag 01. */
export function encodePar(par: string): string {
  return usage("PR", tlv("01", par));
}

export function parsePar(f56: string | undefined): string | undefined {
  return findUsage(f56, "PR", "F56")?.get("01");
}

/** F54: blocks of 20: account type, balance type, currency, C or D, amount. */
export function encodeAvailableBalance(available: Money): string {
  const sign = available.minor < 0n ? "D" : "C";
  const magnitude = { ...available, minor: available.minor < 0n ? -available.minor : available.minor };
  return `${BALANCE.accountType}${BALANCE.available}${available.currency}${sign}${toN12(magnitude)}`;
}

export interface BalanceBlock {
  readonly accountType: string;
  readonly balanceType: string;
  readonly currency: string;
  readonly minor: bigint;
}

/** @throws {DecodeError} */
export function parseBalances(f54: string): readonly BalanceBlock[] {
  if (f54.length % 20 !== 0) throw new DecodeError("badLength", 0, ["F54"]);
  return Array.from({ length: f54.length / 20 }, (_, i) => {
    const block = f54.slice(20 * i, 20 * i + 20);
    if (!/^\d{4}\w{3}[CD]\d{12}$/.test(block)) throw new DecodeError("badDigit", 20 * i, ["F54"]);
    const minor = BigInt(block.slice(8));
    return {
      accountType: block.slice(0, 2),
      balanceType: block.slice(2, 4),
      currency: block.slice(4, 7),
      minor: block[7] === "D" ? -minor : minor,
    };
  });
}

function usage(name: string, body: string): string {
  return name + String(body.length).padStart(3, "0") + body;
}

function tlv(tag: string, value: string): string {
  return tag + String(value.length).padStart(3, "0") + value;
}

/** Usages stand one after the other; strangers' usages are stepped over. */
function findUsage(field: string | undefined, wanted: string, name: string): ReadonlyMap<string, string> | undefined {
  if (field === undefined) return undefined;
  for (let at = 0; at < field.length; ) {
    const part = readPart(field, at, field.length, [name]);
    if (part.id === wanted) return partsOf(field, at + HEAD, part.end, [name, part.id]);
    at = part.end;
  }
  return undefined;
}

function partsOf(field: string, from: number, to: number, path: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (let at = from; at < to; ) {
    const { id, end } = readPart(field, at, to, path);
    values.set(id, field.slice(at + HEAD, end));
    at = end;
  }
  return values;
}

/** Two characters of name, three digits of length. */
const HEAD = 5;

function readPart(field: string, at: number, to: number, path: readonly string[]): { id: string; end: number } {
  if (at + HEAD > to) throw new DecodeError("truncated", to, path);
  const id = field.slice(at, at + 2);
  const digits = field.slice(at + 2, at + HEAD);
  if (!/^\d{3}$/.test(digits)) throw new DecodeError("badLength", at + 2, path);
  const end = at + HEAD + Number(digits);
  if (end > to) throw new DecodeError("truncated", to, [...path, PRINTABLE.test(id) ? id : "?"]);
  return { id, end };
}

/** A name that came from outside is repeated in an error only when it can be one. */
const PRINTABLE = /^[0-9A-Z]{2}$/;
