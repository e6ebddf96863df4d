import type { CallContext, Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import { type WalletDeviceApi, walletDeviceApi } from "#contracts/wallet-api";
import { err, type Result } from "#protocol/bytes";
import type { Session } from "../session.ts";

type Name = keyof WalletDeviceApi;

/** A recovery code, used at anybody's machine, locks and wipes: what it can do, a finder of the code may do. */
const FINDS: ReadonlySet<Name> = new Set(["me", "passes", "setLost", "wipeDevice", "endSession"]);

/** What would let the finder of a phone keep hold of the account, or of its cards on another device. */
const NOT_WHILE_LOST: ReadonlySet<Name> = new Set([
  "enrolDevice",
  "setRegion",
  "makeRecoveryCodes",
  "makeJoinCode",
  "addCardsFrom",
  "askForCards",
  "answerCardRequest",
  "removeDevice",
  "subscribePush",
]);

/** The calls of a session, as far as it reaches. */
export function withinReach(calls: Calls<WalletDeviceApi>, { reach }: Session): Calls<WalletDeviceApi> {
  if (reach === "all") return calls;
  const detail =
    reach === "find"
      ? "a recovery code only finds devices: sign in by passkey"
      : "this device was reported lost: sign in by passkey first";
  const refused = async (): Promise<Result<never, Problem>> => err(problem("forbidden", { detail }));
  const open = (name: Name) => (reach === "find" ? FINDS.has(name) : !NOT_WHILE_LOST.has(name));
  const names = Object.keys(walletDeviceApi) as Name[];
  return {
    ...(Object.fromEntries(names.map((name) => [name, open(name) ? calls[name] : refused])) as Calls<WalletDeviceApi>),
    setLost: (request: Parameters<typeof calls.setLost>[0], context: CallContext) =>
      request.lost ? calls.setLost(request, context) : refused(),
  };
}
