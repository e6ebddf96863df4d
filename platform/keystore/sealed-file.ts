import { createCipheriv, createDecipheriv } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Random } from "#contracts/ports";

/** Where a key store keeps its keys: all of them at once, each save durable before it returns. */
export interface KeyVault {
  load(): Readonly<Record<string, StoredKey>>;
  save(keys: Readonly<Record<string, StoredKey>>): void;
}

export interface StoredKey {
  readonly use: string;
  readonly version: number;
  /** Base64 of the raw bytes, or of the PKCS#8 form of a key pair. */
  readonly secret: string;
}

export function memoryVault(): KeyVault {
  let held: Readonly<Record<string, StoredKey>> = {};
  return {
    load: () => held,
    save: (keys) => {
      held = keys;
    },
  };
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Keys sealed by AES-256-GCM under a master key that lies in a file of its own beside it, readable by its owner alone.
 * Whoever has both files has the keys: a hardware module takes the place of this adapter where that is not enough.
 */
export function sealedFile(file: string, random: Random): KeyVault {
  const masterFile = join(dirname(file), "master.key");
  const missing = () => new Error(`key store: ${masterFile} is missing, so ${file} cannot be opened`);
  return {
    load() {
      if (!existsSync(masterFile)) {
        if (existsSync(file)) throw missing();
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        writeDurably(masterFile, random.bytes(32));
      }
      if (!existsSync(file)) return {};
      const key = readFileSync(masterFile);
      const sealed = readFileSync(file);
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, NONCE_BYTES));
        decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
        const plain = Buffer.concat([
          decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)),
          decipher.final(),
        ]);
        return JSON.parse(plain.toString("utf8")) as Record<string, StoredKey>;
      } catch {
        throw new Error(`key store: ${file} does not open under ${masterFile}`);
      }
    },
    save(keys) {
      // Never a new master key for keys that are in use.
      if (!existsSync(masterFile)) throw missing();
      const nonce = random.bytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", readFileSync(masterFile), nonce);
      const body = Buffer.concat([cipher.update(JSON.stringify(keys), "utf8"), cipher.final()]);
      writeDurably(file, Buffer.concat([nonce, body, cipher.getAuthTag()]));
    },
  };
}

/** The old file or the new one, never half of either, also after a power cut. */
function writeDurably(path: string, bytes: Uint8Array): void {
  const draft = `${path}.new`;
  const handle = openSync(draft, "w", 0o600);
  writeSync(handle, bytes);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(draft, path);
  const folder = openSync(dirname(path), "r");
  fsyncSync(folder);
  closeSync(folder);
}
