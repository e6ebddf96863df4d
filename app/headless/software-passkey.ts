import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";

/**
 * A passkey in software, for the headless phone of the demo and the tests: it goes through the same WebAuthn door as a
 * finger in a browser. Attestation "none", ES256. Not an authenticator anyone should trust with money.
 */
export interface SoftwarePasskey {
  register(options: Ceremony): Ceremony;
  signIn(options: Ceremony): Ceremony;
}
type Ceremony = Record<string, unknown>;

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const ATTESTED_CREDENTIAL = 0x40;

export function createSoftwarePasskey(origin: string): SoftwarePasskey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const credentialId = randomBytes(32);
  const rpIdHash = createHash("sha256").update(new URL(origin).hostname).digest();
  let userHandle: string | undefined;
  let signCount = 0;

  const authenticatorData = (flags: number, more: Buffer = Buffer.alloc(0)) => {
    const head = Buffer.alloc(5);
    head[0] = flags;
    head.writeUInt32BE(signCount, 1);
    return Buffer.concat([rpIdHash, head, more]);
  };
  const clientData = (type: string, options: Ceremony) =>
    Buffer.from(JSON.stringify({ type, challenge: options["challenge"], origin, crossOrigin: false }));
  const credential = (response: Ceremony): Ceremony => ({
    id: credentialId.toString("base64url"),
    rawId: credentialId.toString("base64url"),
    type: "public-key",
    authenticatorAttachment: "platform",
    clientExtensionResults: {},
    response,
  });

  return {
    register(options) {
      userHandle = (options["user"] as { id: string }).id;
      const jwk = publicKey.export({ format: "jwk" }) as { x: string; y: string };
      const idLength = Buffer.alloc(2);
      idLength.writeUInt16BE(credentialId.length);
      const attested = Buffer.concat([Buffer.alloc(16), idLength, credentialId, coseKey(jwk)]);
      const authData = authenticatorData(USER_PRESENT | USER_VERIFIED | ATTESTED_CREDENTIAL, attested);
      return credential({
        clientDataJSON: clientData("webauthn.create", options).toString("base64url"),
        attestationObject: attestationObject(authData).toString("base64url"),
        transports: ["internal"],
      });
    },
    signIn(options) {
      signCount += 1;
      const authData = authenticatorData(USER_PRESENT | USER_VERIFIED);
      const client = clientData("webauthn.get", options);
      const signed = Buffer.concat([authData, createHash("sha256").update(client).digest()]);
      return credential({
        clientDataJSON: client.toString("base64url"),
        authenticatorData: authData.toString("base64url"),
        signature: createSign("sha256").update(signed).sign(privateKey).toString("base64url"),
        userHandle,
      });
    },
  };
}

/** COSE_Key of an ES256 public key, CBOR: {1: 2, 3: -7, -1: 1, -2: x, -3: y} (RFC 9053 §2.1, §7.1.1). */
function coseKey(jwk: { x: string; y: string }): Buffer {
  const coordinate = (label: number, value: string) =>
    Buffer.concat([Buffer.from([label, 0x58, 0x20]), Buffer.from(value, "base64url")]);
  return Buffer.concat([Buffer.from("a5010203262001", "hex"), coordinate(0x21, jwk.x), coordinate(0x22, jwk.y)]);
}

/** CBOR {"fmt": "none", "attStmt": {}, "authData": bytes} (WebAuthn §6.5). */
function attestationObject(authData: Buffer): Buffer {
  const text = (value: string) => Buffer.concat([Buffer.from([0x60 | value.length]), Buffer.from(value)]);
  const length = Buffer.from([0x59, authData.length >> 8, authData.length & 0xff]);
  return Buffer.concat([
    Buffer.from([0xa3]),
    text("fmt"),
    text("none"),
    text("attStmt"),
    Buffer.from([0xa0]),
    text("authData"),
    length,
    authData,
  ]);
}
