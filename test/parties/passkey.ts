import { createHash, createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { ORIGIN } from "./basics.ts";

type Ceremony = Record<string, unknown>;

/** What an authenticator says in one ceremony; a test makes it say something wrong. */
export interface Said {
  readonly origin: string;
  readonly rpId: string;
  readonly challenge: string;
  readonly type: string;
  readonly verified: boolean;
  readonly counter: number;
}

/** An ES256 authenticator that can be made to lie: written beside the headless phone's, which cannot. */
export function testPasskey() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = randomBytes(16);
  let counter = 0;

  const parts = (options: Ceremony, type: string, flags: number, more: Partial<Said>, tail: Buffer) => {
    const said: Said = {
      origin: ORIGIN,
      rpId: new URL(ORIGIN).hostname,
      challenge: String(options["challenge"]),
      type,
      verified: true,
      counter: ++counter,
      ...more,
    };
    const head = Buffer.alloc(5);
    head[0] = flags | 0x01 | (said.verified ? 0x04 : 0);
    head.writeUInt32BE(said.counter, 1);
    const authData = Buffer.concat([createHash("sha256").update(said.rpId).digest(), head, tail]);
    const { challenge, origin } = said;
    return {
      authData,
      client: Buffer.from(JSON.stringify({ type: said.type, challenge, origin, crossOrigin: false })),
    };
  };
  const answer = (response: Ceremony): Ceremony => ({
    id: id.toString("base64url"),
    rawId: id.toString("base64url"),
    type: "public-key",
    clientExtensionResults: {},
    response,
  });

  return {
    id: id.toString("base64url"),
    register(options: Ceremony, more: Partial<Said> = {}): Ceremony {
      const { x, y } = publicKey.export({ format: "jwk" }) as { x: string; y: string };
      // COSE key of ES256, then the attestation object {"fmt": "none", "attStmt": {}, "authData": …}, in CBOR.
      const cose = Buffer.concat([
        Buffer.from("a5010203262001215820", "hex"),
        Buffer.from(x, "base64url"),
        Buffer.from("225820", "hex"),
        Buffer.from(y, "base64url"),
      ]);
      const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, cose]);
      const { authData, client } = parts(options, "webauthn.create", 0x40, { counter: 0, ...more }, credential);
      const attestation = Buffer.concat([
        Buffer.from("a363666d74646e6f6e656761747453746d74a068617574684461746158", "hex"),
        Buffer.from([authData.length]),
        authData,
      ]);
      return answer({
        clientDataJSON: client.toString("base64url"),
        attestationObject: attestation.toString("base64url"),
      });
    },
    signIn(options: Ceremony, more: Partial<Said> = {}): Ceremony {
      const { authData, client } = parts(options, "webauthn.get", 0, more, Buffer.alloc(0));
      const signed = Buffer.concat([authData, createHash("sha256").update(client).digest()]);
      return answer({
        clientDataJSON: client.toString("base64url"),
        authenticatorData: authData.toString("base64url"),
        signature: createSign("sha256").update(signed).sign(privateKey).toString("base64url"),
      });
    },
  };
}
