import { generateKeyPairSync } from "node:crypto";
import { compactDecrypt, importJWK } from "jose";
import type { CallContext } from "#contracts/operation";
import type { Log, PublicJwk } from "#contracts/ports";
import type { Result } from "#protocol/bytes";
import { type Instant, instant } from "#protocol/time";

export const START: Instant = instant(Date.UTC(2026, 10, 24, 2));
export const ORIGIN = "http://localhost:8620";

/** Keeps everything that was logged as text: event, fields, errors with their stacks. */
export function recordingLog(lines: string[]): Log {
  const plain = (_key: string, value: unknown) =>
    value instanceof Error
      ? `${value.stack} ${JSON.stringify({ ...value })}`
      : typeof value === "bigint"
        ? `${value}`
        : value;
  const write = (event: string, fields?: object) => void lines.push(`${event} ${JSON.stringify(fields ?? {}, plain)}`);
  const log: Log = { info: write, warn: write, error: write, with: () => log };
  return log;
}

let serial = 0;
/** Each call its own idempotency key, unless a test says which. */
export function context(idempotencyKey = `key-${++serial}`): CallContext {
  return { journeyId: `journey-${serial}`, idempotencyKey };
}

export function must<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

export async function eventually(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 5000; turn++) {
    if (await done()) return;
    await new Promise((next) => setTimeout(next, 2));
  }
  throw new Error("it never came to that");
}

/** A device's key pair. */
export function deviceKey(): { readonly publicKey: PublicJwk; open(jwe: string): Promise<unknown> } {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = privateKey.export({ format: "jwk" }) as { x: string; y: string };
  const key = importJWK(privateKey.export({ format: "jwk" }), "ECDH-ES+A256KW");
  return {
    publicKey: { kty: "EC", crv: "P-256", x, y },
    async open(jwe) {
      return JSON.parse(Buffer.from((await compactDecrypt(jwe, await key)).plaintext).toString());
    },
  };
}
