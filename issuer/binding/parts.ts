import * as v from "valibot";
import type { Clock, Db, KeyStore, Queries, Random } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import { problem } from "#contracts/problem";
import type { FactLog, FactNote } from "#party";
import { err, ok, type Result, toUtf8 } from "#protocol/bytes";
import { CAUSES, type Cause, type FactData } from "#protocol/diagnosis";
import type { Instant } from "#protocol/time";
import { type HeldCard, holdCard } from "../cards/store.ts";
import type { Hops } from "../hops.ts";
import type { Target } from "../host/core.ts";
import type { Outbox } from "../outbox/row.ts";
import type { IssuerPolicy } from "../policy.ts";
import { KEYS } from "../ports.ts";
import { voidCodes } from "./code-store.ts";
import { type BindingRow, readBinding, saveBinding, verificationOf, withVerification } from "./store.ts";
import { type StepFault, stepVerification, type VerificationEvent, type VerifiedBy } from "./verification.ts";

/** What all that happens to bindings needs. */
export interface BindingParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly keys: KeyStore;
  readonly policy: IssuerPolicy;
  readonly facts: FactLog;
  readonly hops: Hops;
  readonly outbox: Outbox;
  /** Called after something was left in the outbox. */
  readonly nudge: () => void;
}

/** JSON sealed to the bank; undefined when it does not open or is something else. */
export async function openJson<T>(
  keys: KeyStore,
  jwe: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<T | undefined> {
  const bytes = await keys.openJwe(KEYS.cardData, jwe);
  const text = bytes === undefined ? undefined : toUtf8(bytes);
  if (text === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(schema, json);
  return parsed.success ? parsed.output : undefined;
}

/** Runs `work` on a binding with its card, both held. A binding that names no card has nothing to do. */
export async function withBinding<T>(
  db: Db,
  bindingId: string,
  work: (tx: Queries, binding: BindingRow, card: HeldCard) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  return db.transaction((tx) => onBinding(tx, bindingId, work));
}

/** The same inside a transaction that the caller holds; nothing of this card may be held yet. */
export async function onBinding<T>(
  tx: Queries,
  bindingId: string,
  work: (tx: Queries, binding: BindingRow, card: HeldCard) => Promise<Result<T, Problem>>,
): Promise<Result<T, Problem>> {
  const found = await readBinding(tx, bindingId, false);
  if (found === undefined) return err(problem("notFound", { at: "bindingId" }));
  const target = await targetOf(tx, found);
  if (target === undefined) return err(problem("wrongState", { at: "bindingId" }));
  const card = await holdCard(tx, target);
  const binding = await readBinding(tx, bindingId, true);
  return work(tx, binding!, card);
}

/** The card that a binding is about now. */
export async function targetOf(tx: Queries, binding: BindingRow): Promise<Target | undefined> {
  if (binding.cardId === null) return undefined;
  const rows = await tx.query<{ b: number; account_id: string }>(
    { text: "select b, account_id from card where id = $1" },
    [binding.cardId],
  );
  const row = rows[0];
  return row === undefined ? undefined : { b: row.b, accountId: row.account_id, cardId: binding.cardId };
}

/** Which proof the TSP hears of when it has to activate. */
const TOLD_METHODS: Readonly<Record<VerifiedBy, "bankApp" | "callCentre" | "branch" | undefined>> = {
  bankApp: "bankApp",
  callCentre: "callCentre",
  branch: "branch",
  green: undefined,
  smsCode: undefined,
};

/** One step of a binding's life: state and what follows from it, in one transaction. The row must be held. */
export async function step(
  parts: Pick<BindingParts, "outbox">,
  tx: Queries,
  binding: BindingRow,
  card: Pick<HeldCard, "panSuffix">,
  event: VerificationEvent,
  now: Instant,
  /** Told with `methodsChanged`: what failed. */
  cause?: Cause,
): Promise<Result<BindingRow, StepFault>> {
  const stepped = stepVerification(verificationOf(binding), event);
  if (!stepped.ok) return stepped;
  const row = withVerification(binding, stepped.value.state, now);
  await saveBinding(tx, row, true);
  const about = { bindingId: row.id, journeyId: row.journeyId };
  for (const effect of stepped.value.effects) {
    switch (effect) {
      case "activate": {
        const method = row.verifiedBy === null ? undefined : TOLD_METHODS[row.verifiedBy];
        if (method === undefined) break;
        const request = { bindingId: row.id, method, deviceId: row.deviceId, panSuffix: card.panSuffix };
        await parts.outbox.call(tx, "activate", about, request, now);
        break;
      }
      case "refuse":
        await parts.outbox.call(
          tx,
          "refuse",
          about,
          { bindingId: row.id, cause: row.endedBecause ?? "withdrawnByBank" },
          now,
        );
        break;
      case "methodsChanged":
        await parts.outbox.call(
          tx,
          "methodsChanged",
          about,
          { bindingId: row.id, ...(cause === undefined ? {} : { cause }) },
          now,
        );
        break;
      case "voidCodes":
        await voidCodes(tx, row.id);
        break;
    }
  }
  return ok(row);
}

/** A cause as this bank states it, at the stage that it belongs to. */
export function stopped(journeyId: string, cause: Cause, data: FactData = {}): FactNote {
  return { journeyId, stage: CAUSES[cause].stage, code: cause, outcome: "failed", data };
}
