import type { CallContext, Calls } from "#contracts/operation";
import type { Db, Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { WalletDeviceApi } from "#contracts/wallet-api";
import { err, type Result } from "#protocol/bytes";
import { deviceOf } from "../devices.ts";
import type { Session } from "../session.ts";

/*
 * A session acts for its own device alone: those that it enrolled, or, where it enrolled none, the first that it acts for
 * and that its passkey enrolled. So a token that was stolen from one device is worth nothing for the cards of another.
 */

type Name = keyof WalletDeviceApi;
type Reads = (db: Queries, request: Readonly<Record<string, unknown>>) => Promise<string | undefined>;

const named =
  (field: string): Reads =>
  async (_db, request) =>
    request[field] as string;
const stored =
  (text: string, field: string): Reads =>
  async (db, request) =>
    (await db.query<{ device_id: string }>({ text }, [String(request[field])]))[0]?.device_id;

const BY_DEVICE = { at: "deviceId", device: named("deviceId") };
const BY_BINDING = {
  at: "bindingId",
  device: stored("select device_id from binding where id = $1", "bindingId"),
};
const BY_PASS = { at: "passId", device: stored("select device_id from pass where id = $1", "passId") };
/** What the account as a whole may do: look, find and stop its devices and cards, let another device in. */
const ACCOUNT = undefined;

/** For which device each call acts. Total: nothing new is open to every device by oversight. */
const ACTS_FOR: Readonly<Record<Name, { readonly at: string; readonly device: Reads } | undefined>> = {
  me: ACCOUNT,
  account: ACCOUNT,
  setRegion: ACCOUNT,
  enrolDevice: ACCOUNT,
  makeRecoveryCodes: ACCOUNT,
  makeJoinCode: ACCOUNT,
  endSession: ACCOUNT,
  signOut: ACCOUNT,
  removeDevice: ACCOUNT,
  setLost: ACCOUNT,
  wipeDevice: ACCOUNT,
  passes: ACCOUNT,
  changePass: ACCOUNT,
  binding: ACCOUNT,
  openBindings: ACCOUNT,
  notices: ACCOUNT,
  noticeSettings: ACCOUNT,
  explain: ACCOUNT,
  explainPayment: ACCOUNT,
  cardRequests: ACCOUNT,
  startBinding: BY_DEVICE,
  openPush: BY_DEVICE,
  takePush: BY_DEVICE,
  reportFacts: BY_DEVICE,
  setNoticeChoice: BY_DEVICE,
  subscribePush: BY_DEVICE,
  unsubscribePush: BY_DEVICE,
  askForCards: BY_DEVICE,
  submitCard: BY_BINDING,
  acceptTerms: BY_BINDING,
  declineTerms: BY_BINDING,
  resume: BY_BINDING,
  abandon: BY_BINDING,
  chooseMethod: BY_BINDING,
  notMyNumber: BY_BINDING,
  sendCode: BY_BINDING,
  submitCode: BY_BINDING,
  collectPackage: BY_PASS,
  confirmProvisioned: BY_PASS,
  replenish: BY_PASS,
  beginPayment: BY_PASS,
  keyForPayment: {
    at: "ceremonyId",
    device: stored(
      "select p.device_id from webauthn_ceremony c join pass p on p.id = c.subject->>'passId' where c.id = $1",
      "ceremonyId",
    ),
  },
  setDefault: BY_PASS,
  addCardsFrom: { at: "fromDeviceId", device: named("fromDeviceId") },
  answerCardRequest: {
    at: "requestId",
    device: stored("select from_device_id as device_id from card_request where id = $1", "requestId"),
  },
};

/** The calls of a session, each for the session's own device or for the account. */
export function forOwnDevice(db: Db, calls: Calls<WalletDeviceApi>, session: Session): Calls<WalletDeviceApi> {
  const gated = (Object.keys(ACTS_FOR) as Name[]).map((name) => {
    const call = calls[name] as (request: never, context: CallContext) => Promise<Result<unknown, Problem>>;
    const acts = ACTS_FOR[name];
    if (acts === undefined) return [name, call];
    return [
      name,
      async (request: never, context: CallContext) => {
        const deviceId = await acts.device(db, request);
        // What is not there, or another account's, the call itself says.
        const owner = deviceId === undefined ? undefined : await deviceOf(db, session.accountId, deviceId);
        if (owner?.ok === true && !(await isOwn(db, session, owner.value)))
          return err(
            problem("forbidden", { at: acts.at, detail: "this session is another device's: sign in on that one" }),
          );
        return call(request, context);
      },
    ];
  });
  return Object.fromEntries(gated) as Calls<WalletDeviceApi>;
}

/** In the transaction that enrols it. */
export async function keepOwn(tx: Queries, { tokenHash }: Session, deviceId: string): Promise<void> {
  await tx.query(
    { text: "insert into session_device (token_hash, device_id) values ($1, $2) on conflict do nothing" },
    [tokenHash, deviceId],
  );
}

async function devicesOfSession(db: Queries, { tokenHash }: Session): Promise<readonly string[]> {
  const rows = await db.query<{ device_id: string }>(
    { name: "wallet.own-devices", text: "select device_id from session_device where token_hash = $1" },
    [tokenHash],
  );
  return rows.map((row) => row.device_id);
}

async function isOwn(
  db: Db,
  session: Session,
  device: { readonly id: string; readonly keyId: string | null },
): Promise<boolean> {
  const own = await devicesOfSession(db, session);
  if (own.length > 0) return own.includes(device.id);
  if (device.keyId !== null && device.keyId !== session.keyId) return false;
  return db.transaction(async (tx) => {
    // Two first calls at once: the second one waits here, and finds the first one's device.
    await tx.query({ text: "select 1 from session where token_hash = $1 for update" }, [session.tokenHash]);
    const meanwhile = await devicesOfSession(tx, session);
    if (meanwhile.length > 0) return meanwhile.includes(device.id);
    await keepOwn(tx, session, device.id);
    return true;
  });
}
