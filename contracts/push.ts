import * as v from "valibot";
import { Amount, Id, Language, Suffix } from "./common.ts";

/**
 * What a push carries to a phone that is closed: no more than a notice must say. It is encrypted for that browser
 * (RFC 8291), so the push service in between reads none of it.
 */
export const PushMessage = v.object({
  noticeId: Id,
  kind: v.picklist(["payment", "refund", "reversal", "declined"]),
  /** Absent: the holder wants no amount on a locked screen. */
  amount: v.optional(Amount),
  merchantName: v.pipe(v.string(), v.maxLength(80)),
  panSuffix: Suffix,
  language: Language,
  at: v.number(),
});
export type PushMessage = v.InferOutput<typeof PushMessage>;

/** Where one browser's push service takes messages for it, and the two keys it wants them under (RFC 8291). */
export const PushTarget = v.object({
  endpoint: v.pipe(
    v.string(),
    v.maxLength(1024),
    v.regex(/^https?:\/\/[!-~]+$/, "wants the address of a push service"),
  ),
  /** P-256 point, uncompressed, base64url. */
  p256dh: v.pipe(v.string(), v.regex(/^[\w-]{87}$/, "wants 65 bytes in base64url")),
  auth: v.pipe(v.string(), v.regex(/^[\w-]{22}$/, "wants 16 bytes in base64url")),
});
export type PushTarget = v.InferOutput<typeof PushTarget>;

/** What the holder wants to be told of while the wallet is closed. */
export const NoticeChoice = v.object({
  which: v.picklist(["all", "declines", "none"]),
  amounts: v.picklist(["shown", "hidden"]),
  language: Language,
});
export type NoticeChoice = v.InferOutput<typeof NoticeChoice>;
