import { generateKeyPairSync } from "node:crypto";
import type { PublicJwk } from "#contracts/ports";

/** A key that is nobody's of a scenario. */
export const STRANGERS_KEY = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({
  format: "jwk",
}) as PublicJwk;
