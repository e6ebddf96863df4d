import { CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { callDoor, openJsonDoor } from "./json-door.ts";

/** A wallet provider that somebody else wrote, with a device whose one card lives in memory. */
export interface OwnWallet {
  /** Binds a card; `readCode` reads the text message. Gives the data of the card on the device. */
  bind(card: Readonly<Record<string, string>>, readCode: () => Promise<string>): Promise<OwnCard>;
  /** What the token service told it: bodies, and the Authorization they came with. */
  readonly payments: {
    readonly tokenRef: string;
    readonly notice: { readonly kind: string; readonly amount: object };
  }[];
  readonly authorizations: ReadonlyMap<string, string>;
  stop(): Promise<void>;
}

export interface OwnCard {
  readonly tokenRef: string;
  readonly tokenPan: string;
  readonly udkHex: string;
}

const DEVICE = "own-device";

/** @param tsp The token service's door for its wallet, up to /v1. @param key The key of that link. */
export async function openOwnWallet(at: { port: number; tsp: string; key: string }): Promise<OwnWallet> {
  const { publicKey, privateKey } = await generateKeyPair("ECDH-ES+A256KW", { crv: "P-256", extractable: true });
  const { kty, crv, x, y } = await exportJWK(publicKey);
  const payments: OwnWallet["payments"] = [];
  const door = await openJsonDoor(at.port, {
    "/wallet/tsp/v1/notifyToken": () => ({}),
    "/wallet/tsp/v1/notifyPayment"(body) {
      payments.push(body as unknown as OwnWallet["payments"][number]);
      return {};
    },
  });
  async function ask(name: string, body: object): Promise<Record<string, unknown>> {
    const { status, json } = await callDoor(`${at.tsp}/${name}`, at.key, body);
    if (status !== 200) throw new Error(`${name}: ${status} ${String(json["code"])}`);
    return json;
  }

  return {
    payments,
    authorizations: door.authorizations,
    async bind(card, readCode) {
      const tspKey = await importJWK((await ask("publicKey", {})) as JWK, "ECDH-ES+A256KW");
      const seal = (plain: object) =>
        new CompactEncrypt(new TextEncoder().encode(JSON.stringify(plain)))
          .setProtectedHeader({ alg: "ECDH-ES+A256KW", enc: "A256GCM" })
          .encrypt(tspKey);
      const cardJwe = await seal(card);
      const { terms } = (await ask("checkEligibility", { cardJwe })) as { terms: { version: string } };
      const { token, methods } = (await ask("requestToken", {
        bindingId: "own-binding",
        cardJwe,
        walletAccount: "own-account",
        device: {
          deviceId: DEVICE,
          name: "自建手机",
          kind: "phone",
          keySource: "secureElement",
          publicKey: { kty, crv, x, y },
        },
        terms: { version: terms.version, acceptedAt: 1, language: "zh" },
        source: "typed",
        wallet: { colour: "green", deviceScore: 5, accountScore: 5, reasons: [] },
      })) as { token: { tokenRef: string }; methods: { methodId: string }[] };
      const { tokenRef } = token;
      await ask("sendCode", { tokenRef, methodId: methods[0]!.methodId, language: "zh" });
      await ask("submitCode", { tokenRef, codeJwe: await seal({ code: await readCode() }) });
      const { dataJwe } = (await ask("personalise", { tokenRef, deviceId: DEVICE })) as { dataJwe: string };
      const { plaintext } = await compactDecrypt(dataJwe, privateKey);
      return JSON.parse(new TextDecoder().decode(plaintext)) as OwnCard;
    },
    stop: door.stop,
  };
}
