import { type Brand, err, ok, type Result } from "#protocol/bytes";

/** A mainland mobile number, 11 digits without country code. */
export type Mobile = Brand<string, "Mobile">;

/** Parses 11 digits as people type them: spaces, hyphens and a leading +86, 0086 or 86 are dropped. */
export function parseMobile(text: string): Result<Mobile, "badMobile"> {
  const packed = text.normalize("NFKC").replace(/[\s-]/gu, "");
  const match = /^(?:\+86|0086|86)?(1[3-9]\d{9})$/.exec(packed);
  return match === null ? err("badMobile") : ok(match[1] as Mobile);
}

/** 138****8000. */
export function maskMobile(mobile: Mobile): string {
  return `${mobile.slice(0, 3)}****${mobile.slice(-4)}`;
}
