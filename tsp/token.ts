import type * as v from "valibot";
import type { KeySource, Suspender, TokenView } from "#contracts/common";
import type { PublicJwk } from "#contracts/ports";
import type { AtcWindow, TokenState } from "#protocol/paytoken";
import { type ExpiryYymm, type Instant, instant } from "#protocol/time";

/** Single-use keys that were issued: `from` to `to`, until `expiresAt`. */
export interface KeyRange {
  readonly from: number;
  readonly to: number;
  readonly keyClass: "user" | "device";
  readonly expiresAt: number;
}

/** A token as the vault holds it. */
export interface Token {
  readonly b: number;
  readonly tokenPan: string;
  readonly tokenRef: string;
  readonly panRef: string;
  readonly panSuffix: string;
  readonly bindingId: string;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly deviceKey: PublicJwk;
  readonly walletAccount: string;
  readonly keySource: v.InferOutput<typeof KeySource>;
  readonly state: TokenState;
  readonly tokenExpiry: ExpiryYymm;
  readonly psn: string;
  readonly cardKind: "debit" | "credit";
  readonly keyRanges: readonly KeyRange[];
  readonly nextAtc: number;
  readonly window: AtcWindow;
  readonly cryptogramFailures: number;
  readonly version: bigint;
  readonly changedAt: Instant;
  /** Until when its holder may prove to be entitled to it; null for those that never had to. */
  readonly verifyBy: Instant | null;
  /** Before its renewal: accepted beside the new one, until its own end. */
  readonly previousExpiry: ExpiryYymm | null;
}

/** The row of `token` joined with its card's suffix. */
export interface TokenRow {
  readonly b: number;
  readonly token_pan: string;
  readonly token_ref: string;
  readonly pan_ref: string;
  readonly pan_suffix: string;
  readonly binding_id: string;
  readonly device_id: string;
  readonly device_name: string;
  readonly device_key: PublicJwk;
  readonly wallet_account: string;
  readonly key_source: string;
  readonly status: string;
  readonly suspended_by: readonly string[];
  readonly token_expiry: string;
  readonly psn: string;
  readonly card_kind: string;
  readonly key_ranges: readonly KeyRange[];
  readonly next_atc: number;
  readonly atc_high: number;
  readonly atc_seen: bigint;
  readonly cryptogram_failures: number;
  readonly version: bigint;
  readonly changed_at: bigint;
  readonly verify_by: bigint | null;
  readonly previous_expiry: string | null;
}

export function tokenOf(row: TokenRow): Token {
  return {
    b: row.b,
    tokenPan: row.token_pan,
    tokenRef: row.token_ref,
    panRef: row.pan_ref,
    panSuffix: row.pan_suffix,
    bindingId: row.binding_id,
    deviceId: row.device_id,
    deviceName: row.device_name,
    deviceKey: row.device_key,
    walletAccount: row.wallet_account,
    keySource: row.key_source as Token["keySource"],
    state:
      row.status === "suspended"
        ? { kind: "suspended", by: row.suspended_by as Suspender[] }
        : { kind: row.status as "active" },
    tokenExpiry: row.token_expiry as ExpiryYymm,
    psn: row.psn,
    cardKind: row.card_kind as Token["cardKind"],
    keyRanges: row.key_ranges,
    nextAtc: row.next_atc,
    window: { high: row.atc_high, seen: row.atc_seen },
    cryptogramFailures: row.cryptogram_failures,
    version: row.version,
    changedAt: instant(Number(row.changed_at)),
    verifyBy: row.verify_by === null ? null : instant(Number(row.verify_by)),
    previousExpiry: row.previous_expiry as ExpiryYymm | null,
  };
}

export function viewOf(token: Token): TokenView {
  return {
    tokenRef: token.tokenRef,
    status: token.state.kind,
    suspendedBy: token.state.kind === "suspended" ? [...token.state.by] : [],
    tokenSuffix: token.tokenPan.slice(-4),
    panSuffix: token.panSuffix,
    expiry: token.tokenExpiry,
    changedAt: token.changedAt,
  };
}
