import { generateKeyPairSync } from "node:crypto";
import type { TokenView, VerificationMethod } from "#contracts/common";
import type { DevicePackage } from "#contracts/device-package";
import type { CallContext, Calls } from "#contracts/operation";
import type { PublicJwk } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { type TspWalletApi, tspWalletApi } from "#contracts/tsp-api";
import { memoryCalls } from "#platform/calls";
import { err, ok, type Result } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";

/*
 * A TSP with a bank behind it that a test plays by hand: what it decides is scripted, and so is its silence. It keeps its
 * promises (one answer a key, one token a binding), because the wallet relies on them.
 */

export type Silence =
  | "none"
  /** The request never comes. */
  | "before"
  /** It comes, is done, and the answer is lost. */
  | "after"
  /** The TSP is there; the bank behind it does not answer. */
  | "bank";

/** What the bank says the next time it is asked. */
export interface Script {
  readonly decision: "green" | "yellow" | "orange" | "red";
  readonly causes?: Cause[];
  readonly retryAt?: number;
}

export interface ScriptedTsp {
  readonly calls: Calls<TspWalletApi>;
  silence: Silence;
  script: Script;
  /** What the next call of this name is refused with. */
  readonly refuse: Map<keyof TspWalletApi, Problem>;
  /** Journeys by the counter that was spent on them. */
  readonly payments: Map<number, string>;
  /** The next answer to a call of this name stays on its way until what this gives, once it is made, is called. */
  holdAnswer(name: keyof TspWalletApi): Promise<() => void>;
  termsVersion: string;
  code: string;
  /** Every call that arrived, with its context and its request. */
  readonly heard: { readonly name: string; readonly context: CallContext; readonly request: unknown }[];
  tokenOf(bindingId: string): TokenView | undefined;
  setToken(bindingId: string, more: Partial<TokenView>): TokenView;
  /** What it seals to a device for a token. */
  packageOf(tokenRef: string): Promise<DevicePackage>;
  /** Holdings of it and of the bank behind it, as evidence answers. */
  holdings: Awaited<ReturnType<Calls<TspWalletApi>["holdings"]>>;
}

const product = (credit: boolean) => ({
  id: credit ? "credit" : "debit",
  bank: { zh: "示范银行", en: "Demo Bank" },
  name: { zh: "示范卡", en: "Demo Card" },
  kind: credit ? ("credit" as const) : ("debit" as const),
  art: "a",
});
const METHODS: VerificationMethod[] = [
  { methodId: "sms", kind: "smsCode", sentTo: "138****8001", open: true },
  { methodId: "app", kind: "bankApp", open: true },
  { methodId: "call", kind: "callCentre", open: true },
];

/** A card as this TSP reads it: its name stands where the ciphertext would. */
export const sealedCard = (name: string): string => `e30.e30.e30.${Buffer.from(name).toString("base64url")}.e30`;
export const sealedCode = sealedCard;
const opened = (jwe: string) => Buffer.from(jwe.split(".")[3]!, "base64url").toString();

export function scriptedTsp(now: () => number): ScriptedTsp {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = publicKey.export({ format: "jwk" }) as { x: string; y: string };
  const key: PublicJwk = { kty: "EC", crv: "P-256", x, y };
  const bindings = new Map<string, { key: string; answer: Awaited<ReturnType<Calls<TspWalletApi>["requestToken"]>> }>();
  const tokens = new Map<
    string,
    { token: TokenView; bindingId: string; deviceId: string; methods: VerificationMethod[] }
  >();
  const first = new Map<string, Result<unknown, Problem>>();
  const onItsWay = new Map<string, (release: () => void) => void>();
  let serial = 0;

  const far: ScriptedTsp = {
    silence: "none",
    script: { decision: "yellow" },
    refuse: new Map(),
    payments: new Map(),
    holdAnswer: (name) => new Promise((made) => onItsWay.set(name, made)),
    termsVersion: "2026-01",
    code: "123456",
    heard: [],
    packageOf: async () => ({ dataJwe: "e30.e30.e30.e30.e30" }),
    holdings: ok({ holdings: [] }),
    tokenOf: (bindingId) => [...tokens.values()].find((one) => one.bindingId === bindingId)?.token,
    setToken(bindingId, more) {
      const one = [...tokens.values()].find((held) => held.bindingId === bindingId)!;
      one.token = { ...one.token, changedAt: now(), ...more };
      return one.token;
    },
    calls: {} as Calls<TspWalletApi>,
  };

  const held = (tokenRef: string) => tokens.get(tokenRef);
  const change = (tokenRef: string, what: "suspend" | "resume" | "delete", by: "holder" | "wallet") => {
    const one = held(tokenRef)!;
    const others = one.token.suspendedBy.filter((who) => who !== by);
    const suspendedBy = what === "suspend" ? [...others, by] : others;
    const status = what === "delete" ? "deleted" : suspendedBy.length > 0 ? "suspended" : "active";
    if (one.token.status !== "deleted") one.token = { ...one.token, status, suspendedBy, changedAt: now() };
    return one.token;
  };

  const behind: Calls<TspWalletApi> = {
    publicKey: async () => ok(key),
    holdings: async () => far.holdings,
    journeyOfCase: async () => ok({}),
    journeyOfPayment: async ({ atc }) => {
      const journeyId = far.payments.get(atc);
      return ok(journeyId === undefined ? {} : { journeyId });
    },
    async checkEligibility({ cardJwe }) {
      const card = opened(cardJwe);
      return ok({
        panRef: `ref-${card.split("/")[0]}`,
        panSuffix: "0017",
        product: product(card.startsWith("credit")),
        terms: { version: far.termsVersion, text: { zh: "条款", en: "Terms" } },
      });
    },
    async requestToken(request, context) {
      const before = bindings.get(request.bindingId);
      const red = before?.answer.ok === true && before.answer.value.decision === "red";
      if (before !== undefined && !(red && before.key !== context.idempotencyKey)) {
        const token = far.tokenOf(request.bindingId);
        return before.answer.ok
          ? ok({ ...before.answer.value, ...(token === undefined ? {} : { token }) })
          : before.answer;
      }
      const { decision, causes = [], retryAt } = far.script;
      let token: TokenView | undefined;
      if (decision !== "red") {
        const tokenRef = `token-${++serial}`;
        const status = decision === "green" ? ("active" as const) : ("inactive" as const);
        token = { tokenRef, status, suspendedBy: [], tokenSuffix: "9999", panSuffix: "0017", changedAt: now() };
        tokens.set(tokenRef, {
          token,
          bindingId: request.bindingId,
          deviceId: request.device.deviceId,
          methods: METHODS,
        });
      }
      const answer = ok({
        decision,
        causes,
        methods: decision === "yellow" ? METHODS : [],
        ...(retryAt === undefined ? {} : { retryAt }),
        ...(token === undefined ? {} : { token, verifyBy: now() + 86_400_000 }),
      });
      bindings.set(request.bindingId, { key: context.idempotencyKey, answer });
      return answer;
    },
    async methods({ tokenRef }) {
      const one = held(tokenRef)!;
      return ok({ methods: one.methods, token: one.token });
    },
    async chooseMethod({ tokenRef }) {
      return ok({ methods: held(tokenRef)!.methods });
    },
    async notMyNumber({ tokenRef }) {
      const one = held(tokenRef)!;
      one.methods = one.methods.map((method) =>
        method.kind === "smsCode" ? { ...method, open: false, closedBecause: "reservedPhoneMismatch" } : method,
      );
      return ok({ methods: one.methods });
    },
    openPush: async () => ok({ certificates: ["AA=="], nonce: "00112233", nonceSignature: "aabbccdd" }),
    takePush: async () => ok({ cardJwe: sealedCard("debit-pushed"), activationData: "vouched" }),
    async sendCode() {
      const at = now();
      return ok({ sentTo: "138****8001", expiresAt: at + 1_800_000, resendAt: at + 60_000, codesLeft: 2 });
    },
    async submitCode({ tokenRef, codeJwe }) {
      const one = held(tokenRef)!;
      if (opened(codeJwe) !== far.code) return ok({ result: { outcome: "wrong", triesLeft: 2 }, token: one.token });
      one.token = { ...one.token, status: "active", changedAt: now() };
      return ok({ result: { outcome: "passed" }, token: one.token });
    },
    async personalise({ tokenRef }) {
      return held(tokenRef)?.token.status === "active" ? ok(await far.packageOf(tokenRef)) : err(problem("wrongState"));
    },
    replenishKeys: async () => err(problem("wrongState")),
    async keyForPayment({ tokenRef, sealTo }) {
      if (held(tokenRef)?.token.status !== "active") return err(problem("wrongState"));
      const { dataJwe } = await far.packageOf(tokenRef);
      return ok({ dataJwe, atc: 7, keyJwe: `key.for.${sealTo.x}.a.b`, expiresAt: now() + 60_000 });
    },
    changeToken: async ({ tokenRef, change: what, by }) =>
      held(tokenRef) === undefined ? err(problem("notFound")) : ok(change(tokenRef, what, by)),
    async changeDevice({ deviceId, change: what, by }) {
      const own = [...tokens.values()].filter((one) => one.deviceId === deviceId && one.token.status !== "deleted");
      return ok({ tokens: own.map((one) => change(one.token.tokenRef, what, by)) });
    },
    token: async ({ tokenRef }) => ok(held(tokenRef)!.token),
  };

  const answering = Object.entries(behind).map(([name, answer]) => [
    name,
    async (request: never, context: CallContext) => {
      if (far.silence === "before") return err(problem("peerUnavailable"));
      if (far.silence === "bank" && name !== "publicKey") return err(problem("peerUnavailable"));
      far.heard.push({ name, context, request });
      const refusal = far.refuse.get(name as keyof TspWalletApi);
      far.refuse.delete(name as keyof TspWalletApi);
      const keyed = tspWalletApi[name as keyof TspWalletApi].readOnly !== true && name !== "requestToken";
      const id = `${name}/${context.idempotencyKey}`;
      const answered =
        refusal === undefined
          ? ((keyed ? first.get(id) : undefined) ?? (await answer(request, context)))
          : err(refusal);
      if (keyed && answered.ok) first.set(id, answered);
      const made = onItsWay.get(name);
      onItsWay.delete(name);
      if (made !== undefined) await new Promise<void>((release) => made(release));
      return far.silence === "after" ? err(problem("peerUnavailable")) : answered;
    },
  ]);
  const calls = memoryCalls(tspWalletApi, {
    calls: Object.fromEntries(answering) as Calls<TspWalletApi>,
    onFailure: (name, error) => {
      throw new Error(`the scripted TSP failed at ${name}`, { cause: error });
    },
  });
  return Object.assign(far, { calls });
}
