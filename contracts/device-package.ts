import * as v from "valibot";
import { At, Atc, Id, Jwe, Suffix, Yymm } from "./common.ts";

/*
 * From the TSP to one device: every secret is a JWE to that device's own key. Hex is lower case.
 */

/** Derivation key index (IAD byte 2) tells key source and class; the TSP has one issuer master key for each. */
export const DKI = { secureElement: 0, user: 1, device: 2 } as const;
export type KeyClass = keyof typeof DKI;

/** Plain text of `keyJwe`, UTF-8 JSON: one PBOC session key, good for one ATC of one token. */
export const SingleUseKey = v.object({
  tokenRef: Id,
  atc: Atc,
  keyHex: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
});
export type SingleUseKey = v.InferOutput<typeof SingleUseKey>;

/** Each key is sealed on its own, so that it can lie on the device unopened and be deleted when its ATC is taken. */
export const SealedKeyBatch = v.object({
  keyClass: v.picklist(["user", "device"]),
  expiresAt: At,
  keys: v.array(v.object({ atc: Atc, keyJwe: Jwe })),
});
export type SealedKeyBatch = v.InferOutput<typeof SealedKeyBatch>;

/** Plain text of `dataJwe`, UTF-8 JSON: what the card application needs besides single-use keys. */
export const DeviceData = v.object({
  tokenRef: Id,
  /** DPAN. */
  tokenPan: v.pipe(v.string(), v.regex(/^\d{12,19}$/)),
  tokenExpiry: Yymm,
  psn: v.pipe(v.string(), v.regex(/^\d{2}$/)),
  par: v.pipe(v.string(), v.regex(/^[0-9A-Z]{29}$/)),
  panSuffix: Suffix,
  trid: v.pipe(v.string(), v.regex(/^\d{11}$/)),
  aid: v.picklist(["a000000333010101", "a000000333010102"]),
  label: v.pipe(v.string(), v.maxLength(16)),
  /** For key source `secureElement` only: the card key, 16 bytes. */
  udkHex: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
});
export type DeviceData = v.InferOutput<typeof DeviceData>;

/** For a device that keeps no keys: one key and the card's data for one payment, sealed to a key pair that lives as long. */
export const OneTimePackage = v.object({
  dataJwe: Jwe,
  atc: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff)),
  keyJwe: Jwe,
  expiresAt: At,
});
export type OneTimePackage = v.InferOutput<typeof OneTimePackage>;

/** What a device fetches after its token became active. `batch` for key source `hce`. */
export const DevicePackage = v.object({ dataJwe: Jwe, batch: v.optional(SealedKeyBatch) });
export type DevicePackage = v.InferOutput<typeof DevicePackage>;
