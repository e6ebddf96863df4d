import type { WalletAdvice } from "#contracts/common";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { BindingView } from "#contracts/wallet-api";
import type { FactNote } from "#party";
import { err, ok, type Result } from "#protocol/bytes";
import { caseOf } from "../cases.ts";
import type { Desk } from "../desk.ts";
import { type BindingEvent, stepBinding, wantsCase } from "./core.ts";

/** The request for a decision, but for what stands elsewhere: kept word for word, so that it can be asked again. */
export interface Asked {
  readonly terms: { readonly version: string; readonly acceptedAt: number; readonly language: "zh" | "en" };
  readonly wallet: WalletAdvice;
}

export interface Binding {
  readonly view: BindingView;
  readonly accountId: string;
  readonly cardJwe: string | null;
  readonly panRef: string | null;
  readonly tokenRef: string | null;
  readonly activationData: string | null;
  /** Decisions asked for so far. */
  readonly attempt: number;
  readonly asked: Asked | null;
  /** Tries of the present attempt that nobody answered. */
  readonly tries: number;
  /** Handed over from another device of the account. */
  readonly sameAccount: boolean;
  readonly version: bigint;
  /** The device is in lost mode, taken off the account, or the account is locked: nobody goes on. */
  readonly held: "deviceInLostMode" | "accountLocked" | "removed" | undefined;
}

interface Row {
  readonly view: BindingView;
  readonly account_id: string;
  readonly card_jwe: string | null;
  readonly pan_ref: string | null;
  readonly token_ref: string | null;
  readonly activation_data: string | null;
  readonly attempt: number;
  readonly asked: Asked | null;
  readonly tries: number;
  readonly same_account: boolean;
  readonly version: bigint;
  readonly lost: boolean;
  readonly removed: boolean;
  readonly locked: boolean;
}

/** What changes with a step besides the view. */
export interface BindingChange {
  readonly cardJwe?: string;
  readonly panRef?: string;
  readonly tokenRef?: string;
  readonly activationData?: string | null;
  readonly attempt?: number;
  readonly asked?: Asked;
  readonly tries?: number;
  readonly notes?: readonly FactNote[];
  /** One that fails has a case code anyway; this one may be spoken of although it does not. */
  readonly withCase?: boolean;
  /** In the same transaction, before the journey itself is saved. */
  readonly also?: (tx: Queries) => Promise<void>;
}

/** Another writer was first this often in a row: something is wrong. */
const TRIES_MAX = 8;

export interface BindingStore {
  load(id: string): Promise<Result<Binding, Problem>>;
  byToken(tokenRef: string): Promise<Binding | undefined>;
  /** Undefined: it is there already. */
  insert(tx: Queries, accountId: string, view: BindingView, sameAccount: boolean): Promise<BindingView | undefined>;
  /** Steps a journey and saves it with the version that was read; a journey that fails gets its case code. */
  advance(
    id: string,
    event: BindingEvent | ((before: Binding) => BindingEvent),
    change?: BindingChange,
  ): Promise<Result<BindingView, Problem>>;
}

export function bindingStore(desk: Desk): BindingStore {
  const { db, clock, random, facts, publish } = desk;

  async function find(where: string, value: string): Promise<Binding | undefined> {
    const rows = await db.query<Row>(
      {
        text: `select b.view, b.account_id, b.card_jwe, b.pan_ref, b.token_ref, b.activation_data, b.attempt, b.asked, b.tries,
            b.same_account, b.version, d.lost, d.removed_at is not null as removed, a.locked
          from binding b join device d on d.id = b.device_id join account a on a.id = b.account_id where ${where}`,
      },
      [value],
    );
    const row = rows[0];
    if (row === undefined) return undefined;
    return {
      view: row.view,
      accountId: row.account_id,
      cardJwe: row.card_jwe,
      panRef: row.pan_ref,
      tokenRef: row.token_ref,
      activationData: row.activation_data,
      attempt: row.attempt,
      asked: row.asked,
      tries: row.tries,
      sameAccount: row.same_account,
      version: row.version,
      held: row.removed ? "removed" : row.lost ? "deviceInLostMode" : row.locked ? "accountLocked" : undefined,
    };
  }

  async function load(id: string): Promise<Result<Binding, Problem>> {
    const found = await find("b.id = $1", id);
    return found === undefined ? err(problem("notFound", { at: "bindingId" })) : ok(found);
  }

  async function withCase(tx: Queries, accountId: string, view: BindingView, due = false): Promise<BindingView> {
    if (!(due || wantsCase(view)) || view.caseCode !== undefined) return view;
    const { bindingId: journeyId, deviceId } = view;
    return { ...view, caseCode: await caseOf(tx, random, { journeyId, accountId, deviceId }, clock.now()) };
  }

  /** The sealed card stays as long as something may still be asked with it. */
  function keptCard(view: BindingView, cardJwe: string | null): string | null {
    switch (view.stage) {
      case "awaitingTerms":
      case "awaitingBank":
        return cardJwe;
      case "refused":
        return view.decision === "red" || view.causes.includes("termsDeclined") ? cardJwe : null;
      case "awaitingVerification":
        // Of a credit card it may hold the check value, which nobody keeps once it was checked.
        return view.product?.kind === "debit" ? cardJwe : null;
      default:
        return null;
    }
  }

  return {
    load,
    byToken: (tokenRef) => find("b.token_ref = $1", tokenRef),

    async insert(tx, accountId, view, sameAccount) {
      const rows = await tx.query(
        {
          text: `insert into binding (id, account_id, device_id, stage, view, version, started_at, same_account)
            values ($1, $2, $3, $4, $5::jsonb, 0, $6, $7) on conflict (id) do nothing returning id`,
        },
        [view.bindingId, accountId, view.deviceId, view.stage, JSON.stringify(view), view.startedAt, sameAccount],
      );
      if (rows.length === 0) return undefined;
      const shown = await withCase(tx, accountId, view);
      await tx.query({ text: "update binding set view = $2::jsonb where id = $1" }, [
        view.bindingId,
        JSON.stringify(shown),
      ]);
      return shown;
    },

    async advance(id, event, change = {}) {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const loaded = await load(id);
        if (!loaded.ok) return loaded;
        const before = loaded.value;
        const next = stepBinding(before.view, typeof event === "function" ? event(before) : event);
        if (!next.ok) return err(problem("wrongState", { at: "bindingId" }));
        const saved = await db.transaction(async (tx) => {
          // Locks the row: whoever comes second waits here and finds another version.
          const mine = await tx.query({ text: "select id from binding where id = $1 and version = $2 for update" }, [
            id,
            before.version,
          ]);
          if (mine.length === 0) return undefined;
          await change.also?.(tx);
          const view = await withCase(tx, before.accountId, next.value, change.withCase);
          await tx.query(
            {
              text: `update binding set stage = $2, view = $3::jsonb, card_jwe = $4, pan_ref = $5, token_ref = $6, pass_id = $7,
                  activation_data = $8, attempt = $9, asked = $10::jsonb, tries = $11, next_try_at = $12, version = version + 1
                where id = $1`,
            },
            [
              id,
              view.stage,
              JSON.stringify(view),
              keptCard(view, change.cardJwe ?? before.cardJwe),
              change.panRef ?? before.panRef,
              change.tokenRef ?? before.tokenRef,
              view.passId ?? null,
              change.activationData === undefined ? before.activationData : change.activationData,
              change.attempt ?? before.attempt,
              JSON.stringify(change.asked ?? before.asked),
              change.tries ?? before.tries,
              view.waitingFor?.nextTryAt ?? null,
            ],
          );
          await facts.note(tx, ...(change.notes ?? []));
          return view;
        });
        if (saved === undefined) continue;
        publish(saved.deviceId, { type: "binding", bindingId: id });
        return ok(saved);
      }
      return err(problem("stale"));
    },
  };
}
