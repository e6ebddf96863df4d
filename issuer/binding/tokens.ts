import type { TokenStatus } from "#contracts/common";
import type { IssuerApi } from "#contracts/issuer-api";
import type { Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { err, ok, type Result } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import { instant } from "#protocol/time";
import { findCardById, holdCard } from "../cards/store.ts";
import { cure } from "./curing.ts";
import type { BindingParts } from "./parts.ts";
import { readBinding, saveBinding, verificationOf, withVerification } from "./store.ts";
import { followCard } from "./suspending.ts";
import { stepVerification } from "./verification.ts";

const ROOM: readonly Cause[] = ["boundElsewhere", "cardDeviceLimit", "customerTokenLimit"];

/** What the TSP says of the tokens of the bank's cards. */
export function tokenNotices(parts: BindingParts): Pick<Calls<IssuerApi>, "notifyToken"> {
  const { db, hops, nudge } = parts;

  return {
    async notifyToken({ bindingId, tokenRef, status, tokenSuffix, at }, context) {
      const answer = await db.transaction(async (tx) => {
        const kept = await keepToken(parts, tx, bindingId, { ref: tokenRef, suffix: tokenSuffix, status, at });
        if (!kept.ok) return kept;
        await hops.decided(tx, "notifyToken", context);
        return ok({});
      });
      if (answer.ok) nudge();
      return answer;
    },
  };
}

/** A token as the TSP says it stands, by notice or by an answer. Late and doubled word changes nothing. */
export async function keepToken(
  parts: Pick<BindingParts, "clock" | "facts" | "outbox" | "policy">,
  tx: Queries,
  bindingId: string,
  said: { readonly ref: string; readonly suffix: string; readonly status: TokenStatus; readonly at: number },
): Promise<Result<void, Problem>> {
  const { clock, facts, outbox } = parts;
  const found = await readBinding(tx, bindingId, false);
  if (found === undefined) return err(problem("notFound", { at: "bindingId" }));
  const target = found.cardId === null ? undefined : await findCardById(tx, found.cardId);
  const card = target === undefined ? undefined : await holdCard(tx, target);
  const binding = (await readBinding(tx, bindingId, true))!;
  if (binding.decision === "red" || card === undefined) return err(problem("wrongState", { at: "bindingId" }));
  const now = clock.now();
  const { token } = binding;
  const { ref: tokenRef, suffix, status, at } = said;
  // The newest word counts, and deleted is for good.
  const older = token !== null && at < token.changedAt;
  if (token?.status === "deleted" || (older && status !== "deleted")) return ok(undefined);
  const lives = status === "active" || status === "suspended";
  const by = binding.decision === "green" ? ("green" as const) : ("smsCode" as const);
  const event = lives ? ({ kind: "tokenLives", by } as const) : ({ kind: "tokenGone" } as const);
  const next = status === "inactive" ? undefined : stepVerification(verificationOf(binding), event);
  const row = {
    ...(next?.ok === true ? withVerification(binding, next.value.state, now) : binding),
    token: { ref: tokenRef, suffix, status, changedAt: instant(at) },
  };
  await saveBinding(tx, row, true);
  const { journeyId } = row;
  const data = { status, token: suffix };
  await facts.note(tx, { journeyId, stage: "issue", code: "tokenState", outcome: "noted", data });
  const about = { bindingId, journeyId };
  // The bank had ended it, or the card was stopped, while the token was on its way.
  if (lives && row.endedAt !== null) await outbox.call(tx, "changeToken", about, { tokenRef, change: "delete" }, now);
  else if (lives) await followCard(parts, tx, row, card.state, now);
  // A token that is gone makes room.
  else if (status === "deleted") await cure(parts, tx, card.customer.customerId, ROOM, "limits", now);
  return ok(undefined);
}
