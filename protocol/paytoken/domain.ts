import { ENTRY_MODE } from "#protocol/iso8583";

/** Where a token may be used. */
export interface TokenDomain {
  /** First two digits of F22. */
  readonly entryModes: readonly string[];
}

export const DEVICE_DOMAIN: TokenDomain = { entryModes: [ENTRY_MODE.contactless] };

/** Merchant categories in which an express (device-class) key may pay without the holder: local transport, rail, bus, tolls. */
export const TRANSIT_MCCS: ReadonlySet<string> = new Set(["4111", "4112", "4131", "4784"]);

export function domainAllows(domain: TokenDomain, entryMode: string): boolean {
  return domain.entryModes.includes(entryMode.slice(0, 2));
}
