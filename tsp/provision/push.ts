import * as v from "valibot";
import { CardData } from "#contracts/common";
import type { Calls } from "#contracts/operation";
import type { Db, KeyStore } from "#contracts/ports";
import { problem } from "#contracts/problem";
import type { TspWalletApi } from "#contracts/tsp-api";
import { err, fromAscii, fromBase64, fromBase64url, fromUtf8, ok, toBase64, toHex, toUtf8 } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import { encodeCertificate, type PassData } from "#protocol/paytoken";
import { type Instant, instant } from "#protocol/time";
import { KEYS, PUSH_KEYS } from "../ports.ts";
import type { Desk } from "./desk.ts";

const NONCE_BYTES = 8;
/** From the wallet's invitation to the bank app's answer. */
const NONCE_LIFE_MS = 5 * 60_000;
/** The longest that a bank's statement may hold. Source: spec payment-tokens §2.1. */
const STATEMENT_MS = 5 * 60_000;
/** A bank's clock may be ahead of ours by so much. */
const CLOCK_SKEW_MS = 30_000;
const DAY_MS = 86_400_000;
/** Root and authority hold for twenty years, a leaf for a month from the day it is asked for. */
const FOUNDED = instant(Date.UTC(2026, 0, 1));
const AUTHORITY_MS = 20 * 365 * DAY_MS;
const LEAF_MS = 30 * DAY_MS;
const NAMES = { root: "Kabao Push Root", authority: "Kabao Push Authority", leaf: "Kabao Push Provisioning" } as const;

const Pass: v.GenericSchema<unknown, PassData> = v.object({
  primaryAccountNumber: CardData.entries.pan,
  expiration: v.pipe(v.string(), v.regex(/^(0[1-9]|1[0-2])\/\d{2}$/)),
  name: CardData.entries.holderName,
  nonce: v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{8,64}$/)),
  nonceSignature: v.pipe(v.string(), v.regex(/^[0-9a-fA-F]{8,256}$/)),
  mobile: v.string(),
});
/** What lies open in the bank's statement; its signature is the bank's to check, when it decides. */
const Statement = v.object({ nonce: v.string(), issuedAt: v.number(), exp: v.number() });

export function rootCertificate(keys: KeyStore): Uint8Array {
  return authorityCertificate(keys, "root");
}

function authorityCertificate(keys: KeyStore, subject: "root" | "authority"): Uint8Array {
  const until = instant(FOUNDED + AUTHORITY_MS);
  const point = keys.publicPoint(PUSH_KEYS[subject]);
  return encodeCertificate(
    {
      serial: subject === "root" ? 1 : 2,
      issuer: NAMES.root,
      subject: NAMES[subject],
      from: FOUNDED,
      until,
      point,
      kind: "authority",
    },
    (data) => keys.sign(PUSH_KEYS.root, data),
  );
}

function leafCertificate(keys: KeyStore, now: Instant): Uint8Array {
  const today = now - (now % DAY_MS) - DAY_MS;
  return encodeCertificate(
    {
      serial: 3,
      issuer: NAMES.authority,
      subject: NAMES.leaf,
      from: instant(today),
      until: instant(today + LEAF_MS),
      point: keys.publicPoint(PUSH_KEYS.leaf),
      kind: "provisioning",
    },
    (data) => keys.sign(PUSH_KEYS.authority, data),
  );
}

/** What a bank's statement says of itself, or undefined when it is none. */
function statementOf(activationData: string): v.InferOutput<typeof Statement> | undefined {
  // Base64 around it, as the contract of passes has it, or bare.
  const wrapped = activationData.includes(".") ? undefined : fromBase64(activationData);
  const jws = wrapped === undefined ? activationData : toUtf8(wrapped);
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(jws ?? "")?.[1];
  const text = payload === undefined ? undefined : toUtf8(fromBase64url(payload) ?? new Uint8Array());
  if (text === undefined) return undefined;
  try {
    const parsed = v.safeParse(Statement, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

function statementFault(activationData: string, now: Instant): Cause | undefined {
  const said = statementOf(activationData);
  if (said === undefined || said.issuedAt > now + CLOCK_SKEW_MS || said.exp - said.issuedAt > STATEMENT_MS)
    return "pushDataInvalid";
  return now < said.exp ? undefined : "pushDataExpired";
}

/**
 * Why a card that came from the bank's app cannot be taken up: its statement is none, too old, another device's, or was
 * used for another binding. A typed card has no statement, and no fault.
 */
export async function pushFault(
  db: Db,
  request: {
    readonly bindingId: string;
    readonly activationData?: string | undefined;
    readonly device: { readonly deviceId: string };
  },
  now: Instant,
): Promise<Cause | undefined> {
  const { activationData, bindingId, device } = request;
  if (activationData === undefined) return undefined;
  const fault = statementFault(activationData, now);
  if (fault !== undefined) return fault;
  const first = await db.query(
    {
      text: `update push_nonce set binding_id = $3 where nonce = $1 and device_id = $2 and taken_by is not null
        and (binding_id is null or binding_id = $3) returning nonce`,
    },
    [statementOf(activationData)!.nonce, device.deviceId, bindingId],
  );
  return first.length === 0 ? "pushDataInvalid" : undefined;
}

/** Push provisioning: the bank's app adds a card to this wallet without anybody typing it. Source: spec payment-tokens §2. */
export function pushing(desk: Desk): Pick<Calls<TspWalletApi>, "openPush" | "takePush"> {
  const { db, clock, keys, random, sealer } = desk;

  const invalid = (at: string) => err(problem("badCiphertext", { at, cause: "pushDataInvalid" }));

  return {
    async openPush({ deviceId }) {
      const now = clock.now();
      const nonce = toHex(random.bytes(NONCE_BYTES));
      const nonceSignature = toHex(keys.sign(PUSH_KEYS.nonce, fromAscii(nonce)));
      await db.query(
        { text: "insert into push_nonce (nonce, signature, device_id, expires_at) values ($1, $2, $3, $4)" },
        [nonce, nonceSignature, deviceId, now + NONCE_LIFE_MS],
      );
      return ok({
        certificates: [leafCertificate(keys, now), authorityCertificate(keys, "authority")].map(toBase64),
        nonce,
        nonceSignature,
      });
    },

    async takePush({ deviceId, pass }, { idempotencyKey }) {
      const sealed = fromBase64(pass.encryptedPassData);
      const point = fromBase64(pass.ephemeralPublicKey);
      if (sealed === undefined || point === undefined) return invalid("pass");
      const plain = keys.openPass(PUSH_KEYS.leaf, point, sealed);
      const data = plain === undefined ? undefined : passOf(plain);
      if (data === undefined) return invalid("pass.encryptedPassData");
      const now = clock.now();
      const nonce = data.nonce.toLowerCase();
      const rows = await db.query<{ expires_at: bigint; taken_by: string | null }>(
        {
          text: `update push_nonce set taken_by = coalesce(taken_by, $3)
            where nonce = $1 and device_id = $2 and signature = $4 returning expires_at, taken_by`,
        },
        [nonce, deviceId, idempotencyKey, data.nonceSignature.toLowerCase()],
      );
      // Not ours, another device's, or used before by another call.
      if (rows[0] === undefined || rows[0].taken_by !== idempotencyKey) return invalid("pass.encryptedPassData");
      const fault = now > Number(rows[0].expires_at) ? "pushDataExpired" : statementFault(pass.activationData, now);
      if (fault === "pushDataExpired") return err(problem("wrongState", { at: "pass", cause: fault }));
      if (fault !== undefined || statementOf(pass.activationData)!.nonce.toLowerCase() !== nonce)
        return invalid("pass.activationData");
      const [month, year] = data.expiration.split("/") as [string, string];
      const card = v.safeParse(CardData, {
        pan: data.primaryAccountNumber,
        holderName: data.name,
        mobile: data.mobile,
        expiry: `${year}${month}`,
      });
      if (!card.success) return invalid("pass.encryptedPassData");
      const plainCard = fromUtf8(JSON.stringify(card.output));
      return ok({
        cardJwe: await sealer.sealTo(keys.publicJwk(KEYS.cardData), plainCard),
        activationData: pass.activationData,
      });
    },
  };

  function passOf(plain: Uint8Array): PassData | undefined {
    const text = toUtf8(plain);
    if (text === undefined) return undefined;
    try {
      const parsed = v.safeParse(Pass, JSON.parse(text));
      return parsed.success ? parsed.output : undefined;
    } catch {
      return undefined;
    }
  }
}
