import type { CardSource, Decision, Language, TokenStatus } from "#contracts/common";
import type { Queries } from "#contracts/ports";
import { shardOf } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import { type Instant, instant } from "#protocol/time";
import type { AppState, CallState, Verification, VerifiedBy } from "./verification.ts";

export interface BindingRow {
  readonly id: string;
  /** The journey it is part of: its own id, unless its asker says otherwise. */
  readonly journeyId: string;
  /** Of the number that was asked about. */
  readonly panHmac: Uint8Array;
  /** Follows the card when it is renewed under another number. */
  readonly cardId: string | null;
  readonly accountId: string | null;
  readonly walletAccount: string;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly trid: string;
  readonly terms: { readonly version: string; readonly acceptedAt: number; readonly language: Language };
  readonly decision: Decision;
  readonly psn: string;
  readonly decidedAt: Instant;
  /** Key of the request whose decision stands. */
  readonly askedKey: string;
  readonly verifiedAt: Instant | null;
  readonly verifiedBy: VerifiedBy | null;
  readonly endedAt: Instant | null;
  readonly endedBecause: Cause | null;
  readonly appState: AppState;
  readonly appAskedAt: Instant | null;
  readonly facesFailed: number;
  readonly callState: CallState;
  readonly disowned: boolean;
  readonly codesBefore: number;
  readonly caseCode: string | null;
  readonly token: {
    readonly ref: string;
    readonly suffix: string;
    readonly status: TokenStatus;
    readonly changedAt: Instant;
  } | null;
  readonly suspendedFor: readonly SuspendedFor[];
}
export type SuspendedFor = "card" | "desk";
export type Source = (typeof CardSource.options)[number];

/** Where a binding stands in its life. */
export function verificationOf(row: BindingRow): Verification {
  if (row.endedAt !== null) return { kind: "ended", because: row.endedBecause ?? "withdrawnByBank" };
  if (row.token?.status === "deleted") return { kind: "over" };
  if (row.token !== null && row.token.status !== "inactive")
    return { kind: "live", by: row.verifiedBy ?? (row.decision === "green" ? "green" : "smsCode") };
  if (row.verifiedAt !== null) return { kind: "verified", by: row.verifiedBy ?? "smsCode" };
  if (row.decision === "red") return { kind: "refused" };
  return { kind: "waiting", app: row.appState, call: row.callState, disowned: row.disowned };
}

/** The row after a step of its life. */
export function withVerification(row: BindingRow, next: Verification, now: Instant): BindingRow {
  switch (next.kind) {
    case "waiting":
      return { ...row, appState: next.app, callState: next.call, disowned: next.disowned };
    case "verified":
    case "live":
      return { ...row, verifiedAt: row.verifiedAt ?? now, verifiedBy: row.verifiedBy ?? next.by };
    case "ended":
      return { ...row, endedAt: row.endedAt ?? now, endedBecause: next.because };
    case "refused":
    case "over":
      return row;
  }
}

interface BindingColumns {
  readonly id: string;
  readonly journey_id: string;
  readonly pan_hmac: Uint8Array;
  readonly card_id: string | null;
  readonly account_id: string | null;
  readonly wallet_account: string;
  readonly device_id: string;
  readonly device_name: string;
  readonly trid: string;
  readonly terms_version: string;
  readonly terms_accepted_at: bigint;
  readonly terms_language: Language;
  readonly decision: Decision;
  readonly psn: string;
  readonly decided_at: bigint;
  readonly asked_key: string;
  readonly verified_at: bigint | null;
  readonly verified_by: VerifiedBy | null;
  readonly ended_at: bigint | null;
  readonly ended_because: Cause | null;
  readonly app_state: AppState;
  readonly app_asked_at: bigint | null;
  readonly faces_failed: number;
  readonly call_state: CallState;
  readonly disowned: boolean;
  readonly codes_before: number;
  readonly case_code: string | null;
  readonly token_ref: string | null;
  readonly token_suffix: string | null;
  readonly token_status: TokenStatus | null;
  readonly token_changed_at: bigint | null;
  readonly suspended_for: readonly SuspendedFor[];
}

/** `hold`: no other transaction changes it until this one ends. */
export async function readBinding(tx: Queries, id: string, hold: boolean): Promise<BindingRow | undefined> {
  const rows = await tx.query<BindingColumns>(
    { text: `select * from binding where b = $1 and id = $2${hold ? " for update" : ""}` },
    [shardOf(id), id],
  );
  return rows[0] === undefined ? undefined : rowOf(rows[0]);
}

/** All bindings of a card, newest first; held when the caller is about to change them. */
export async function bindingsOfCard(tx: Queries, cardId: string, hold: boolean): Promise<readonly BindingRow[]> {
  const rows = await tx.query<BindingColumns>(
    { text: `select * from binding where card_id = $1 order by decided_at desc, id${hold ? " for update" : ""}` },
    [cardId],
  );
  return rows.map(rowOf);
}

export async function bindingOfCase(db: Queries, caseCode: string): Promise<BindingRow | undefined> {
  const rows = await db.query<BindingColumns>(
    { text: "select * from binding where case_code = $1 order by decided_at desc limit 1" },
    [caseCode],
  );
  return rows[0] === undefined ? undefined : rowOf(rows[0]);
}

/** The newest binding of a journey. */
export async function bindingOfJourney(db: Queries, journeyId: string): Promise<BindingRow | undefined> {
  const rows = await db.query<BindingColumns>(
    { text: "select * from binding where journey_id = $1 order by decided_at desc limit 1" },
    [journeyId],
  );
  return rows[0] === undefined ? undefined : rowOf(rows[0]);
}

function rowOf(row: BindingColumns): BindingRow {
  const at = (value: bigint | null) => (value === null ? null : instant(Number(value)));
  return {
    id: row.id,
    journeyId: row.journey_id,
    panHmac: row.pan_hmac,
    cardId: row.card_id,
    accountId: row.account_id,
    walletAccount: row.wallet_account,
    deviceId: row.device_id,
    deviceName: row.device_name,
    trid: row.trid,
    terms: {
      version: row.terms_version,
      acceptedAt: Number(row.terms_accepted_at),
      language: row.terms_language,
    },
    decision: row.decision,
    psn: row.psn,
    decidedAt: instant(Number(row.decided_at)),
    askedKey: row.asked_key,
    verifiedAt: at(row.verified_at),
    verifiedBy: row.verified_by,
    endedAt: at(row.ended_at),
    endedBecause: row.ended_because,
    appState: row.app_state,
    appAskedAt: at(row.app_asked_at),
    facesFailed: row.faces_failed,
    callState: row.call_state,
    disowned: row.disowned,
    codesBefore: row.codes_before,
    caseCode: row.case_code,
    token:
      row.token_ref === null || row.token_status === null
        ? null
        : {
            ref: row.token_ref,
            suffix: row.token_suffix ?? "",
            status: row.token_status,
            changedAt: instant(Number(row.token_changed_at)),
          },
    suspendedFor: row.suspended_for,
  };
}

/** Writes the whole row: a new one, or over one that the caller holds. False: the id is taken and `over` was not said. */
export async function saveBinding(tx: Queries, row: BindingRow, over: boolean): Promise<boolean> {
  const columns: Readonly<Record<string, string | number | boolean | Uint8Array | null | readonly string[]>> = {
    b: shardOf(row.id),
    id: row.id,
    journey_id: row.journeyId,
    pan_hmac: row.panHmac,
    card_id: row.cardId,
    account_id: row.accountId,
    wallet_account: row.walletAccount,
    device_id: row.deviceId,
    device_name: row.deviceName,
    trid: row.trid,
    terms_version: row.terms.version,
    terms_accepted_at: row.terms.acceptedAt,
    terms_language: row.terms.language,
    decision: row.decision,
    psn: row.psn,
    decided_at: row.decidedAt,
    asked_key: row.askedKey,
    verified_at: row.verifiedAt,
    verified_by: row.verifiedBy,
    ended_at: row.endedAt,
    ended_because: row.endedBecause,
    app_state: row.appState,
    app_asked_at: row.appAskedAt,
    faces_failed: row.facesFailed,
    call_state: row.callState,
    disowned: row.disowned,
    codes_before: row.codesBefore,
    case_code: row.caseCode,
    token_ref: row.token?.ref ?? null,
    token_suffix: row.token?.suffix ?? null,
    token_status: row.token?.status ?? null,
    token_changed_at: row.token?.changedAt ?? null,
    suspended_for: [...row.suspendedFor],
  };
  const names = Object.keys(columns);
  const conflict = over
    ? `on conflict (b, id) do update set ${names.map((name) => `${name} = excluded.${name}`).join(", ")}`
    : "on conflict do nothing";
  const rows = await tx.query(
    {
      text: `insert into binding (${names.join(", ")}) values (${names.map((_, i) => `$${i + 1}`).join(", ")})
        ${conflict} returning id`,
    },
    Object.values(columns),
  );
  return rows.length === 1;
}
