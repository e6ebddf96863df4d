import { createHash } from "node:crypto";
import type { Calls } from "#contracts/operation";
import {
  type BindingView,
  type DeviceFacts,
  type PassView,
  type WalletDeviceApi,
  type WalletEvent,
  type WalletSignInApi,
  walletDeviceApi,
  walletSignInApi,
  walletTspApi,
} from "#contracts/wallet-api";
import { type WalletOpsApi, walletOpsApi } from "#contracts/wallet-ops-api";
import { memoryCalls } from "#platform/calls";
import { type ManualClock, manualClock } from "#platform/clock";
import type { PostgresDb } from "#platform/postgres";
import { seededRandom } from "#platform/random";
import {
  createWalletServer,
  migrations,
  type PushSender,
  type Session,
  type WalletPolicy,
  type WalletServer,
} from "#wallet-server";
import { type ScriptedTsp, scriptedTsp, sealedCard, sealedCode } from "../peers/scripted-tsp.ts";
import { context, deviceKey, must, ORIGIN, recordingLog, START } from "./basics.ts";
import type { TestDatabase } from "./database.ts";
import { testPasskey } from "./passkey.ts";

/** The wallet provider alone, with a TSP that the test plays. */
export interface WalletAlone {
  readonly clock: ManualClock;
  readonly db: PostgresDb;
  readonly tsp: ScriptedTsp;
  readonly server: WalletServer;
  readonly signIn: Calls<WalletSignInApi>;
  readonly ops: Calls<WalletOpsApi>;
  readonly fromTsp: ReturnType<typeof memoryCalls<typeof walletTspApi>>;
  readonly lines: readonly string[];
  /** The same tables, another process. */
  restart(): Promise<WalletAlone>;
  holder(name?: string, more?: { readonly birthYear?: number; readonly codes?: boolean }): Promise<Holder>;
  /** Somebody who is signed in by a token. */
  as(accessToken: string): Promise<{ readonly session: Session; readonly calls: Calls<WalletDeviceApi> }>;
  stop(): Promise<void>;
}

export interface Holder {
  readonly session: Session;
  readonly accessToken: string;
  readonly passkey: ReturnType<typeof testPasskey>;
  readonly recoveryCodes: readonly string[];
  readonly calls: Calls<WalletDeviceApi>;
}

const thrown = (_name: string, error: unknown) => {
  throw error;
};

export async function openWallet(
  database: TestDatabase,
  policy: Partial<WalletPolicy> = {},
  kept?: { readonly db: PostgresDb; readonly tsp: ScriptedTsp; readonly clock: ManualClock; readonly seed: number },
  push?: PushSender,
): Promise<WalletAlone> {
  const clock = kept?.clock ?? manualClock(START);
  const tsp = kept?.tsp ?? scriptedTsp(() => clock.now());
  const db = kept?.db ?? (await database.open("wallet", migrations));
  const seed = (kept?.seed ?? 0) + 1;
  const lines: string[] = [];
  const server = createWalletServer({
    db,
    clock,
    timers: clock,
    random: seededRandom(seed),
    log: recordingLog(lines),
    tsp: tsp.calls,
    sha256: (bytes) => new Uint8Array(createHash("sha256").update(bytes).digest()),
    webAuthn: { rpId: new URL(ORIGIN).hostname, origins: [ORIGIN] },
    push,
    policy,
  });
  const signIn = memoryCalls(walletSignInApi, { calls: server.signIn, onFailure: thrown });

  async function as(accessToken: string) {
    const session = (await server.session(accessToken))!;
    return { session, calls: memoryCalls(walletDeviceApi, { calls: server.deviceApi(session), onFailure: thrown }) };
  }

  return {
    clock,
    db,
    tsp,
    server,
    signIn,
    ops: memoryCalls(walletOpsApi, { calls: server.ops, onFailure: thrown }),
    fromTsp: memoryCalls(walletTspApi, { calls: server.tspApi, onFailure: thrown }),
    lines,
    as,
    async restart() {
      await server.stop();
      return openWallet(database, policy, { db, tsp, clock, seed }, push);
    },
    async holder(name = "张伟", { birthYear, codes = true } = {}) {
      const passkey = testPasskey();
      const asked = { name, ...(birthYear === undefined ? {} : { birthYear }) };
      const begun = must(await signIn.registerOptions(asked, context()));
      const response = passkey.register(begun.options);
      const { accessToken } = must(await signIn.register({ ceremonyId: begun.ceremonyId, response }, context()));
      const { session, calls } = await as(accessToken);
      const recoveryCodes = codes ? must(await calls.makeRecoveryCodes({}, context())).codes : [];
      return { session, accessToken, passkey, recoveryCodes, calls };
    },
    stop: () => server.stop(),
  };
}

export const FACTS: DeviceFacts = {
  model: "phone-10",
  osVersion: "18.0",
  passcodeOn: true,
  biometricOn: true,
  integrity: true,
  online: true,
  use: "store",
};
const key = deviceKey();

type Caller = Pick<Holder, "calls">;

export async function enrolled({ calls }: Caller, model = "phone-10"): Promise<string> {
  const request = { name: "手机", kind: "phone", model, keySource: "hce", publicKey: key.publicKey } as const;
  return must(await calls.enrolDevice(request, context())).deviceId;
}

export async function started(
  { calls }: Caller,
  deviceId: string,
  more: Partial<DeviceFacts> = {},
): Promise<BindingView> {
  const asked = { deviceId, facts: { ...FACTS, ...more }, language: "zh" } as const;
  return must(await calls.startBinding(asked, context())).binding;
}

export const cardOf = (bindingId: string, card = "debit-1") =>
  ({ bindingId, cardJwe: sealedCard(card), source: "typed" }) as const;
export const acceptanceOf = (bindingId: string, version = "2026-01") =>
  ({ bindingId, version, language: "zh" }) as const;

/** A journey whose card is known and whose terms lie before the holder. */
export async function awaitingTerms(who: Caller, deviceId: string, card = "debit-1"): Promise<string> {
  const { bindingId } = await started(who, deviceId);
  must(await who.calls.submitCard(cardOf(bindingId, card), context()));
  return bindingId;
}

export async function decided(who: Caller, deviceId: string, card = "debit-1"): Promise<BindingView> {
  const bindingId = await awaitingTerms(who, deviceId, card);
  return must(await who.calls.acceptTerms(acceptanceOf(bindingId), context()));
}

export async function bound(wallet: WalletAlone, who: Caller, deviceId: string, card = "debit-1"): Promise<PassView> {
  const { bindingId } = await decided(who, deviceId, card);
  must(await who.calls.sendCode({ bindingId, methodId: "sms", language: "zh" }, context()));
  const done = must(await who.calls.submitCode({ bindingId, codeJwe: sealedCode(wallet.tsp.code) }, context()));
  const { passes } = must(await who.calls.passes({ deviceId }, context()));
  return passes.find((pass) => pass.passId === done.binding.passId)!;
}

/** What a device hears from now on. */
export async function listening(wallet: WalletAlone, { session }: Holder, deviceId: string): Promise<WalletEvent[]> {
  const heard: WalletEvent[] = [];
  await wallet.server.subscribe(session, deviceId, (event) => heard.push(event));
  return heard;
}
