import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import type {
  ArqcExplanation,
  ArqcRequest,
  CardKeyId,
  KeyInfo,
  KeyName,
  KeyStore,
  KeyUse,
  PairUse,
  PublicJwk,
  Random,
} from "#contracts/ports";
import { equalBytes, toHex, wipe } from "#protocol/bytes";
import { type CardCipher, padMethod2 } from "#protocol/crypto";
import { deriveCardKeyA, derivePbocSessionKey, type Explanation, explainCryptogram } from "#protocol/emv";
import { openCompact } from "./jwe.ts";
import { nodeCipher, standingTripleDes } from "./node-cipher.ts";
import { openPass, pointOf } from "./pass.ts";
import { type KeyVault, memoryVault, type StoredKey, sealedFile } from "./sealed-file.ts";

const LENGTH: Readonly<Record<Exclude<KeyUse, PairUse>, number>> = { aead: 32, hmac: 32, imkAc: 16 };
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * A key store in a sealed file, or in memory for tests. Keys leave only where the port says so.
 *
 * @param options `explains`: for demo and sandbox, where people look into cryptograms.
 */
export function openKeyStore(
  where: { readonly file: string } | { readonly memory: true },
  random: Random,
  options: { readonly explains?: boolean } = {},
): KeyStore {
  const vault: KeyVault = "file" in where ? sealedFile(where.file, random) : memoryVault();
  const keys = new Map<string, StoredKey>(Object.entries(vault.load()));
  const secrets = new Map<string, Buffer>();
  const pairs = new Map<string, KeyObject>();
  const masters = new Map<KeyName, CardCipher>();

  const find = (name: KeyName, use: KeyUse): StoredKey => {
    const key = keys.get(name);
    if (key === undefined) throw new RangeError(`key store: no key named ${name}`);
    if (key.use !== use) throw new RangeError(`key store: ${name} is not a key for ${use}`);
    return key;
  };
  const secretOf = (name: KeyName, use: KeyUse): Buffer => {
    const held = secrets.get(name);
    if (held !== undefined && keys.get(name)?.use === use) return held;
    const bytes = Buffer.from(find(name, use).secret, "base64");
    secrets.set(name, bytes);
    return bytes;
  };
  const pairOf = (name: KeyName, use: PairUse = "jwe"): KeyObject => {
    const key = find(name, use);
    const held = pairs.get(name);
    if (held !== undefined) return held;
    const pair = createPrivateKey({
      key: Buffer.from(key.secret, "base64"),
      format: "der",
      type: "pkcs8",
    });
    pairs.set(name, pair);
    return pair;
  };
  const store = (name: KeyName, key: StoredKey): KeyInfo => {
    // A key that could not be written down must not be used: what it sealed would be lost with us.
    vault.save({ ...Object.fromEntries(keys), [name]: key });
    keys.set(name, key);
    return infoOf(name, key);
  };
  const infoOf = (name: KeyName, key: StoredKey): KeyInfo => {
    const use = key.use as KeyUse;
    return { name, use, version: key.version, checkValue: checkValueOf(use, name) };
  };
  const checkValueOf = (use: KeyUse, name: KeyName): string => {
    if (isPair(use)) return thumbprint(jwkOf(name, use));
    const secret = secretOf(name, use);
    if (use === "imkAc") return tripleDesCheckValue(secret);
    return createHmac("sha256", secret).update("kabao check value").digest("hex").slice(0, 10);
  };
  const jwkOf = (name: KeyName, use: PairUse = "jwe"): PublicJwk => {
    const { x, y } = createPublicKey(pairOf(name, use)).export({ format: "jwk" }) as { x: string; y: string };
    return { kty: "EC", crv: "P-256", x, y };
  };
  /** The master key's cipher stands: deriving a card key anew costs less than looking after those in use would. */
  const masterOf = (name: KeyName): CardCipher => {
    const held = masters.get(name);
    if (held !== undefined) return held;
    const tdes = standingTripleDes(secretOf(name, "imkAc"));
    const master: CardCipher = { tdes: (_key, blocks) => tdes(blocks), mac: nodeCipher.mac };
    masters.set(name, master);
    return master;
  };
  const cardKeyOf = (name: KeyName, { pan, psn }: CardKeyId): Uint8Array =>
    deriveCardKeyA(secretOf(name, "imkAc"), pan, psn, masterOf(name));

  function explainArqc(name: KeyName, request: ArqcRequest): ArqcExplanation {
    const cardKey = cardKeyOf(name, request);
    const sessionKey = derivePbocSessionKey(cardKey, request.atc, nodeCipher);
    const explained = {
      master: infoOf(name, find(name, "imkAc")),
      cardCheckValue: tripleDesCheckValue(cardKey),
      sessionCheckValue: tripleDesCheckValue(sessionKey),
      expected: nodeCipher.mac(sessionKey, padMethod2(request.data)),
    };
    wipe(cardKey, sessionKey);
    return explained;
  }
  function searchArqc(name: KeyName, request: ArqcRequest & { readonly iad: Uint8Array }): Explanation {
    const { arqc, ...rest } = request;
    const key = { kind: "imk", bytes: secretOf(name, "imkAc") } as const;
    return explainCryptogram({ ...rest, scheme: "pboc", key, option: "A", expected: arqc }, nodeCipher, "near");
  }

  return {
    list: () => [...keys].map(([name, key]) => infoOf(name as KeyName, key)),
    ensure(name, use) {
      const held = keys.get(name);
      if (held !== undefined) return infoOf(name, find(name, use));
      const secret = isPair(use)
        ? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "der", type: "pkcs8" })
        : Buffer.from(random.bytes(LENGTH[use]));
      return store(name, { use, version: 1, secret: secret.toString("base64") });
    },
    importKey(name, use, bytes) {
      if (bytes.length !== LENGTH[use]) throw new RangeError(`key store: a key for ${use} has ${LENGTH[use]} bytes`);
      const secret = Buffer.from(bytes).toString("base64");
      const held = keys.get(name);
      if (held !== undefined && (held.use !== use || held.secret !== secret))
        throw new RangeError(`key store: another key is named ${name}`);
      return held === undefined ? store(name, { use, version: 1, secret }) : infoOf(name, held);
    },
    seal(name, plain, context) {
      const nonce = random.bytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", secretOf(name, "aead"), nonce).setAAD(Buffer.from(context));
      return new Uint8Array(Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]));
    },
    open(name, sealed, context) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv("aes-256-gcm", secretOf(name, "aead"), sealed.subarray(0, NONCE_BYTES)).setAAD(
        Buffer.from(context),
      );
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
      try {
        return new Uint8Array(
          Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, sealed.length - TAG_BYTES)), decipher.final()]),
        );
      } catch {
        return undefined;
      }
    },
    hmac: (name, data) => new Uint8Array(createHmac("sha256", secretOf(name, "hmac")).update(data).digest()),
    verifyArqc(name, request: ArqcRequest) {
      const cardKey = cardKeyOf(name, request);
      const sessionKey = derivePbocSessionKey(cardKey, request.atc, nodeCipher);
      const expected = nodeCipher.mac(sessionKey, padMethod2(request.data));
      wipe(cardKey, sessionKey);
      return equalBytes(expected, request.arqc);
    },
    ...(options.explains === true ? { explainArqc, searchArqc } : {}),
    deriveSessionKeys(name, card, atcs) {
      const cardKey = cardKeyOf(name, card);
      const sessionKeys = atcs.map((atc) => derivePbocSessionKey(cardKey, atc, nodeCipher));
      wipe(cardKey);
      return sessionKeys;
    },
    deriveCardKey: cardKeyOf,
    publicJwk(name) {
      const jwk = jwkOf(name);
      return { ...jwk, kid: thumbprint(jwk), use: "enc", alg: "ECDH-ES+A256KW" };
    },
    openJwe: (name, compact) => openCompact(compact, pairOf(name)),
    publicPoint(name) {
      const { use } = keys.get(name) ?? find(name, "sign");
      return pointOf(createPublicKey(pairOf(name, use === "pass" ? "pass" : "sign")));
    },
    sign: (name, data) => new Uint8Array(sign("sha256", data, pairOf(name, "sign"))),
    openPass: (name, ephemeralPoint, sealed) => openPass(pairOf(name, "pass"), ephemeralPoint, sealed),
  };
}

/** Three bytes of eight zeros under the key: tells two keys apart, and tells of neither. */
function tripleDesCheckValue(key: Uint8Array): string {
  return toHex(nodeCipher.tdes(key, new Uint8Array(8)).subarray(0, 3));
}

const isPair = (use: KeyUse): use is PairUse => use === "jwe" || use === "pass" || use === "sign";

/** RFC 7638. */
function thumbprint({ crv, kty, x, y }: PublicJwk): string {
  return createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
}
