import { createServer as createTcpServer, type Socket } from "node:net";
import { compactDecrypt, exportJWK, generateKeyPair } from "jose";
import { answerHeader, answerTo, encodeCupsFrame, type IsoMessage, parseCupsFrame } from "#protocol/iso8583";
import { readFrames, sendFrame } from "./four-digit-frames.ts";
import { openJsonDoor } from "./json-door.ts";

/** An issuer that somebody else wrote: plain sockets and plain HTTP, none of our links, doors or tables. */
export interface OwnIssuer {
  /** Requests that were not network management, as they came. */
  readonly got: IsoMessage[];
  /** Card data as the binding brought it, opened with the bank's own key. */
  readonly cards: { readonly pan: string; readonly holderName: string }[];
  /** What the token service told it of its tokens. */
  readonly told: { readonly tokenRef: string; readonly status: string }[];
  /** F39 of the next answers; the last one stays. */
  answers: string[];
  stop(): Promise<void>;
}

/** What it would send to the holder's phone. */
export const OWN_CODE = "246810";
const FAR_OFF = Date.UTC(2099, 0, 1);

const PRODUCT = {
  id: "own-debit",
  bank: { zh: "自建银行", en: "Own Bank" },
  name: { zh: "自建借记卡", en: "Own Debit Card" },
  kind: "debit",
  art: "own-debit",
};

export async function openOwnIssuer(isoPort: number, httpPort: number): Promise<OwnIssuer> {
  const { publicKey, privateKey } = await generateKeyPair("ECDH-ES+A256KW", { crv: "P-256", extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "own", use: "enc", alg: "ECDH-ES+A256KW" };
  const issuer: Omit<OwnIssuer, "stop"> = { got: [], cards: [], told: [], answers: ["00"] };
  const sockets = new Set<Socket>();

  const host = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    readFrames(socket, (frame) => {
      const { header, message } = parseCupsFrame(frame);
      const isManagement = message.mti === "0820";
      if (!isManagement) issuer.got.push(message);
      const code = isManagement ? "00" : issuer.answers.length > 1 ? issuer.answers.shift()! : issuer.answers[0]!;
      const extra = code === "00" && !isManagement ? { 38: "123456" } : {};
      sendFrame(socket, encodeCupsFrame(answerHeader(header), answerTo(message, code, extra)));
    });
  });

  const door = await openJsonDoor(httpPort, {
    "/issuer/tsp/v1/publicKey": () => jwk,
    async "/issuer/tsp/v1/checkEligibility"({ cardJwe }) {
      const { plaintext } = await compactDecrypt(cardJwe as string, privateKey);
      const card = JSON.parse(new TextDecoder().decode(plaintext)) as { pan: string; holderName: string };
      issuer.cards.push(card);
      const terms = { version: "own-1", text: { zh: "自建银行的条款", en: "The own bank's terms" } };
      return { product: PRODUCT, terms, panSuffix: card.pan.slice(-4) };
    },
    // Green, with a way to prove oneself all the same: wallet or token service may want one.
    "/issuer/tsp/v1/decideBinding": () => ({
      decision: "green",
      causes: [],
      methods: [{ methodId: "own-sms", kind: "smsCode", sentTo: "138****8001", open: true }],
      psn: "01",
    }),
    "/issuer/tsp/v1/sendCode": () => ({ sentTo: "138****8001", expiresAt: FAR_OFF, resendAt: 1, codesLeft: 2 }),
    async "/issuer/tsp/v1/checkCode"({ codeJwe }) {
      const { plaintext } = await compactDecrypt(codeJwe as string, privateKey);
      const { code } = JSON.parse(new TextDecoder().decode(plaintext)) as { code: string };
      return code === OWN_CODE ? { outcome: "passed" } : { outcome: "wrong", triesLeft: 2 };
    },
    "/issuer/tsp/v1/notifyToken"({ tokenRef, status }) {
      issuer.told.push({ tokenRef: tokenRef as string, status: status as string });
      return {};
    },
  });
  await new Promise<void>((resolve) => host.listen(isoPort, "127.0.0.1", resolve));
  return Object.assign(issuer, {
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => host.close(resolve));
      await door.stop();
    },
  });
}
