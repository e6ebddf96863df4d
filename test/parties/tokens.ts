import type { KeyClass } from "#contracts/device-package";
import { keyName } from "#contracts/ports";
import type { TokenAnswer, TokenRequest } from "#contracts/token-authorisation";
import { encodeTokenRequests, parseTokenAnswers } from "#contracts/token-authorisation";
import { context, demo, deviceKey, eventually, must, type Parties, typed } from "./bank-and-tsp.ts";
import { type ChipOptions, field55 } from "./chip.ts";

/** A token that its holder has proved to be entitled to, and the chip data a card of it makes. */
export interface LiveToken {
  readonly tokenRef: string;
  readonly tokenPan: string;
  readonly deviceId: string;
  /** Field 55 under the right session key of an ATC. */
  chip(atc: number, more?: Partial<ChipOptions>): Uint8Array;
}

const MASTER: Readonly<Record<KeyClass, string>> = {
  secureElement: "tsp.imk-ac.secure-element",
  user: "tsp.imk-ac.user",
  device: "tsp.imk-ac.device",
};

const { publicKey } = deviceKey();

/** Bound by SMS through the TSP's own calls. */
export async function liveToken(
  parties: Parties,
  cardId: string,
  keySource: "hce" | "secureElement",
  deviceId = `device-${cardId}`,
): Promise<LiveToken> {
  const { tspCalls: tsp, clock, random, db, keys } = parties;
  const card = demo(cardId);
  const decided = must(
    await tsp.requestToken(
      {
        bindingId: random.uuid(),
        cardJwe: await parties.seal(typed(card)),
        walletAccount: `account-${cardId}`,
        device: { deviceId, name: "手机", kind: "phone", keySource, publicKey },
        terms: { version: "2026-01", acceptedAt: clock.now(), language: "zh" },
        source: "typed",
        wallet: { colour: "green", deviceScore: 5, accountScore: 5, reasons: [] },
      },
      context(),
    ),
  );
  const { tokenRef } = decided.token!;
  must(await tsp.sendCode({ tokenRef, methodId: "sms", language: "zh" }, context()));
  await parties.quiet();
  const codeJwe = await parties.seal({ code: await parties.code(card.mobile) });
  must(await tsp.submitCode({ tokenRef, codeJwe }, context()));
  const rows = await db.tsp.query<{ token_pan: string; psn: string }>(
    { text: "select token_pan, psn from token where token_ref = $1" },
    [tokenRef],
  );
  const { token_pan: tokenPan, psn } = rows[0]!;
  return {
    tokenRef,
    tokenPan,
    deviceId,
    chip(atc, more = {}) {
      const keyClass = more.keyClass ?? (keySource === "hce" ? "user" : "secureElement");
      const [sessionKey] = keys.tsp.deriveSessionKeys(keyName(MASTER[keyClass]), { pan: tokenPan, psn }, [atc]);
      return field55({ sessionKey: sessionKey!, atc, keyClass, ...more });
    },
  };
}

/** Asks the TSP over its link, all in one frame; answers in the order of the questions. */
export async function askTsp(parties: Parties, requests: readonly TokenRequest[]): Promise<readonly TokenAnswer[]> {
  const got = new Map<number, TokenAnswer>();
  const peer = {
    id: "network",
    send(frame: Uint8Array) {
      for (const answer of parseTokenAnswers(frame)) got.set(answer.id, answer);
      return true;
    },
    close: () => {
      throw new Error("the TSP closed the link");
    },
  };
  const numbered = requests.map((request, id) => ({ ...request, id }));
  parties.tsp.tokens.onOpen(peer);
  parties.tsp.tokens.onFrame(peer, encodeTokenRequests(numbered));
  await eventually(() => got.size === requests.length);
  parties.tsp.tokens.onClose(peer);
  return numbered.map(({ id }) => got.get(id)!);
}
