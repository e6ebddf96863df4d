import { createServer, type Socket } from "node:net";
import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { nodeCipher } from "#platform/keystore";
import { hexBytes, toHex } from "#protocol/bytes";
import { applicationCryptogram, cryptogramData, parseIad } from "#protocol/emv";
import { luhnDigit } from "#protocol/pan";
import { findTag, parseTlv } from "#protocol/tlv";
import { callDoor, openJsonDoor } from "./json-door.ts";

/** A token service that somebody else wrote: one card, one token, one key, and a cryptogram check. */
export interface OwnTsp {
  readonly tokenPan: string;
  /** What it decided on each payment. */
  readonly decisions: string[];
  stop(): Promise<void>;
}

const BODY = "629990123456789012";
const TOKEN_PAN = BODY + luhnDigit(BODY);
const TOKEN_EXPIRY = "3512";
const PAR = "OWN1".padEnd(29, "A");
const UDK = "0123456789abcdeffedcba9876543210";
const TOKEN_REF = "own-token";

/** @param at Its ports, and the wallet server's door with the key of that link. */
export async function openOwnTsp(at: {
  readonly frames: number;
  readonly http: number;
  readonly wallet: string;
  readonly walletKey: () => string;
}): Promise<OwnTsp> {
  const { publicKey, privateKey } = await generateKeyPair("ECDH-ES+A256KW", { crv: "P-256", extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "own", use: "enc", alg: "ECDH-ES+A256KW" };
  const decisions: string[] = [];
  let pan = "";
  let deviceKey: JWK = {};
  let status = "inactive";
  const view = () => ({
    tokenRef: TOKEN_REF,
    status,
    suspendedBy: [],
    tokenSuffix: TOKEN_PAN.slice(-4),
    panSuffix: pan.slice(-4),
    changedAt: 1,
  });

  const door = await openJsonDoor(at.http, {
    "/tsp/wallet/v1/publicKey": () => jwk,
    async "/tsp/wallet/v1/checkEligibility"({ cardJwe }) {
      const { plaintext } = await compactDecrypt(cardJwe as string, privateKey);
      pan = (JSON.parse(new TextDecoder().decode(plaintext)) as { pan: string }).pan;
      const words = { zh: "自建", en: "Own" };
      const product = { id: "own", bank: words, name: words, kind: "debit", art: "own" };
      return { panRef: "own-card", panSuffix: pan.slice(-4), product, terms: { version: "own-1", text: words } };
    },
    "/tsp/wallet/v1/requestToken"({ device }) {
      deviceKey = (device as { publicKey: JWK }).publicKey;
      status = "active";
      return { decision: "green", causes: [], methods: [], token: view() };
    },
    async "/tsp/wallet/v1/personalise"() {
      const data = {
        tokenRef: TOKEN_REF,
        tokenPan: TOKEN_PAN,
        tokenExpiry: TOKEN_EXPIRY,
        psn: "01",
        par: PAR,
        panSuffix: pan.slice(-4),
        trid: "99900000009",
        aid: "a000000333010101",
        label: "OWN",
        udkHex: UDK,
      };
      const dataJwe = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(data)))
        .setProtectedHeader({ alg: "ECDH-ES+A256KW", enc: "A256GCM" })
        .encrypt(await importJWK(deviceKey, "ECDH-ES+A256KW"));
      return { dataJwe };
    },
    // The bank's notice goes on to the wallet under the token's reference.
    async "/tsp/issuer/v1/notifyPayment"({ notice }) {
      const { json } = await callDoor(`${at.wallet}/notifyPayment`, at.walletKey(), { tokenRef: TOKEN_REF, notice });
      return json;
    },
  });

  function authorise(request: { id: number; tokenPan: string; chipData: string }): object {
    const items = parseTlv(hexBytes(request.chipData));
    const value = (tag: string) => findTag(items, tag)!;
    const data = cryptogramData(value, parseIad(value("9F10")).cvr)!;
    const atc = Number.parseInt(toHex(value("9F36")), 16);
    const made = applicationCryptogram("pboc", hexBytes(UDK), atc, data, nodeCipher);
    const accepted = request.tokenPan === TOKEN_PAN && toHex(made) === toHex(value("9F26"));
    decisions.push(accepted ? "accepted" : "refused");
    if (!accepted) return { id: request.id, outcome: "refused", reason: "badCryptogram" };
    return {
      id: request.id,
      outcome: "accepted",
      pan,
      par: PAR,
      trid: "99900000009",
      tokenExpiry: TOKEN_EXPIRY,
      assurance: "11",
      holderVerified: true,
    };
  }

  const sockets = new Set<Socket>();
  const frames = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      const requests = JSON.parse(chunk.subarray(4).toString("utf8")) as Parameters<typeof authorise>[0][];
      const body = Buffer.from(JSON.stringify(requests.map(authorise)));
      const head = Buffer.alloc(4);
      head.writeUInt32BE(body.length);
      socket.write(Buffer.concat([head, body]));
    });
  });
  await new Promise<void>((resolve) => frames.listen(at.frames, "127.0.0.1", resolve));
  return {
    tokenPan: TOKEN_PAN,
    decisions,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => frames.close(resolve));
      await door.stop();
    },
  };
}
