import * as v from "valibot";
import { At, Empty, Id, Language, Name } from "./common.ts";
import { CaseCode, FindingView } from "./facts.ts";
import { operation } from "./operation.ts";

const OpsAccount = v.object({
  accountId: Id,
  name: Name,
  region: v.string(),
  birthYear: v.optional(v.number()),
  locked: v.boolean(),
  /** Why, as the one who locked it wrote it. Never told to the holder. */
  lockReason: v.optional(v.string()),
  createdAt: At,
  devices: v.array(v.object({ deviceId: Id, name: Name, model: v.string(), lost: v.boolean(), cards: v.number() })),
});
export type OpsAccount = v.InferOutput<typeof OpsAccount>;

/** What the wallet provider's own staff may do (`Authorization: Bearer` is the key in the data folder). */
export const walletOpsApi = {
  account: operation({
    summary: "An account as the wallet's support sees it",
    request: v.object({ accountId: Id }),
    answer: OpsAccount,
    readOnly: true,
  }),
  lockAccount: operation({
    summary: "No card is added, and no journey goes on, until it is unlocked",
    request: v.object({ accountId: Id, reason: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)) }),
    answer: OpsAccount,
  }),
  unlockAccount: operation({
    summary: "The account is its holder's again",
    request: v.object({ accountId: Id }),
    answer: OpsAccount,
  }),
  setBirthYear: operation({
    summary: "The holder's year of birth, as a document showed it",
    request: v.object({
      accountId: Id,
      birthYear: v.pipe(v.number(), v.integer(), v.minValue(1900), v.maxValue(2100)),
    }),
    answer: OpsAccount,
  }),
  case: operation({
    summary: "The journey behind a case code of this wallet, as an agent reads it",
    request: v.object({ caseCode: CaseCode, language: Language }),
    answer: v.object({ accountId: Id, deviceId: Id, finding: FindingView }),
    readOnly: true,
  }),
  /** A journey that waits for the bank is asked at once instead of at its time. */
  askAgain: operation({
    summary: "Try everything now that waits for another party",
    request: Empty,
    answer: v.object({ asked: v.number() }),
  }),
} as const;
export type WalletOpsApi = typeof walletOpsApi;
