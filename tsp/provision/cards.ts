import * as v from "valibot";
import { CardData } from "#contracts/common";
import type { IssuerApi } from "#contracts/issuer-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Db, KeyStore, Queries, Sealer } from "#contracts/ports";
import { type Problem, type ProblemCode, problem } from "#contracts/problem";
import { err, fromUtf8, ok, type Result, toUtf8 } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import { IIN_VERSION, iinRangeOf, networkOf, Pan, SERVED_NETWORKS } from "#protocol/pan";
import { TOKEN_RANGES } from "#protocol/paytoken";
import type { TspPolicy } from "../policy.ts";
import { KEYS } from "../ports.ts";
import { cardOf, panRefOf, type VaultCard } from "../vault.ts";

export interface OpenedCard {
  readonly pan: Pan;
  readonly data: CardData;
}

/** A number that cannot become a token here, with why. Pure. Undefined: its bank may be asked. */
export function unfit(pan: Pan, policy: Pick<TspPolicy, "enrolled">): { code: ProblemCode; cause: Cause } | undefined {
  const digits = pan.expose();
  if (Object.values(TOKEN_RANGES).some(({ prefix }) => digits.startsWith(prefix)))
    return { code: "badCard", cause: "numberIsToken" };
  const network = networkOf(digits);
  if (network === undefined) return { code: "cardNotSupported", cause: "iinUnknown" };
  if (!SERVED_NETWORKS.has(network)) return { code: "cardNotSupported", cause: "networkUnsupported" };
  const ranges = policy.enrolled.filter(({ prefix }) => digits.startsWith(prefix));
  if (ranges.length === 0)
    return { code: "cardNotSupported", cause: iinRangeOf(digits) === undefined ? "iinUnknown" : "issuerNotEnrolled" };
  return ranges.some(({ length }) => digits.length === length) ? undefined : { code: "badCard", cause: "panMistyped" };
}

/** Cards on their way from the wallet to their bank. */
export interface Cards {
  /** Opens a sealed card and says why it cannot become a token, before any bank is asked. */
  open(cardJwe: string): Promise<Result<OpenedCard, Problem>>;
  openJson<T>(jwe: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined>;
  /** With the bank's key of now: asking for it is a step of the journey, and may be the one at which it stops. */
  sealToIssuer(value: unknown, context: CallContext): Promise<Result<string, Problem>>;
  /** The card a number leads to: a renewed card's new number leads to the card it was. */
  find(pan: Pan): Promise<VaultCard>;
}

export function createCards(ports: {
  readonly db: Db;
  readonly keys: KeyStore;
  readonly sealer: Sealer;
  readonly issuer: Calls<IssuerApi>;
  readonly policy: TspPolicy;
}): Cards {
  const { db, keys, sealer, issuer, policy } = ports;

  async function openJson<T>(jwe: string, schema: v.GenericSchema<unknown, T>): Promise<T | undefined> {
    const plain = await keys.openJwe(KEYS.cardData, jwe);
    const text = plain === undefined ? undefined : toUtf8(plain);
    if (text === undefined) return undefined;
    try {
      const parsed = v.safeParse(schema, JSON.parse(text));
      return parsed.success ? parsed.output : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    openJson,
    async open(cardJwe) {
      const data = await openJson(cardJwe, CardData);
      if (data === undefined) return err(problem("badCiphertext", { at: "cardJwe", cause: "sealedCardUnreadable" }));
      const pan = Pan.parse(data.pan);
      if (!pan.ok) return err(problem("badCard", { at: "cardJwe", cause: "panMistyped" }));
      const fault = unfit(pan.value, policy);
      if (fault === undefined) return ok({ pan: pan.value, data });
      const detail = fault.cause === "iinUnknown" ? { detail: `card table ${IIN_VERSION}` } : {};
      return err(problem(fault.code, { at: "cardJwe", cause: fault.cause, ...detail }));
    },
    async sealToIssuer(value, context) {
      const key = await issuer.publicKey({}, context);
      return key.ok ? ok(await sealer.sealTo(key.value, fromUtf8(JSON.stringify(value)))) : err(key.error);
    },
    find: (pan) => findCard(db, keys, pan),
  };
}

export async function findCard(db: Queries, keys: KeyStore, pan: Pan): Promise<VaultCard> {
  const rows = await db.query<{ card_ref: string }>({ text: "select card_ref from card_number where pan_ref = $1" }, [
    panRefOf(keys, pan),
  ]);
  return cardOf(keys, pan, rows[0]?.card_ref);
}

/** The bank that the table names says "not mine". What it says more exactly stays. */
export function misrouted(error: Problem): Problem {
  return error.code === "cardNotSupported" && error.cause === undefined ? { ...error, cause: "rangeMisrouted" } : error;
}
