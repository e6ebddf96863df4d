import type { Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import type { OpsAccount, WalletOpsApi } from "#contracts/wallet-ops-api";
import { err, ok, type Result } from "#protocol/bytes";
import { accountOf } from "./account/account.ts";
import { caseByCode } from "./cases.ts";
import type { Desk } from "./desk.ts";
import { devicesOf } from "./devices.ts";
import type { Evidence } from "./evidence/explain.ts";
import { passesOf } from "./passes.ts";
import type { Worker } from "./worker.ts";

/** What the wallet provider's own staff may do. */
export function opsCalls(
  desk: Desk,
  parts: { readonly evidence: Evidence; readonly worker: Worker },
): Calls<WalletOpsApi> {
  const { db } = desk;

  async function view(accountId: string): Promise<Result<OpsAccount, Problem>> {
    const account = await accountOf(db, accountId);
    if (account === undefined) return err(problem("notFound", { at: "accountId" }));
    const { name, region, birthYear, locked, lockReason, createdAt } = account;
    const devices: OpsAccount["devices"] = [];
    for (const device of await devicesOf(db, accountId))
      devices.push({
        deviceId: device.id,
        name: device.name,
        model: device.model,
        lost: device.lost,
        cards: (await passesOf(db, device.id)).length,
      });
    return ok({
      accountId,
      name,
      region,
      ...(birthYear === null ? {} : { birthYear }),
      locked,
      ...(lockReason === null ? {} : { lockReason }),
      createdAt,
      devices,
    });
  }

  const change = (
    operation: string,
    request: { readonly accountId: string },
    context: Parameters<Calls<WalletOpsApi>["unlockAccount"]>[1],
    text: string,
    values: readonly (string | number)[],
  ) =>
    desk.remembered({ accountId: "ops", operation, context }, request, async () => {
      await db.query({ text }, [request.accountId, ...values]);
      return view(request.accountId);
    });

  return {
    account: ({ accountId }) => view(accountId),
    lockAccount: (request, context) =>
      change("lockAccount", request, context, "update account set locked = true, lock_reason = $2 where id = $1", [
        request.reason,
      ]),
    unlockAccount: (request, context) =>
      change(
        "unlockAccount",
        request,
        context,
        "update account set locked = false, lock_reason = null where id = $1",
        [],
      ),
    setBirthYear: (request, context) =>
      change("setBirthYear", request, context, "update account set birth_year = $2 where id = $1", [request.birthYear]),
    async case({ caseCode }, context) {
      const found = await caseByCode(db, caseCode);
      if (found === undefined) return err(problem("notFound", { at: "caseCode" }));
      const { accountId, deviceId, journeyId } = found;
      return ok({
        accountId,
        deviceId,
        finding: await parts.evidence.finding({ journeyId, caseCode }, "agent", context),
      });
    },
    async askAgain() {
      return ok({ asked: await parts.worker.askAgain() });
    },
  };
}
