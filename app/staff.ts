import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "#contracts/ports";
import type { Staff } from "#issuer";
import { toBase64url } from "#protocol/bytes";

interface KeyHolder extends Staff {
  readonly key: string;
}

/** Invented people at the demo bank's desk. */
const DEMO_STAFF: readonly Staff[] = [
  { staffId: "teller-1", name: "周敏", role: "teller" },
  { staffId: "agent-1", name: "何强", role: "agent" },
  { staffId: "agent-2", name: "罗兰", role: "agent" },
  { staffId: "supervisor-1", name: "沈静", role: "supervisor" },
];
const isDemo = ({ staffId }: Staff) => DEMO_STAFF.some((one) => one.staffId === staffId);

/** Whose key opens the desk to a machine. People come in by passkey. */
export interface StaffKeys {
  readonly file: string;
  staffOf(bearer: string): Staff | undefined;
  keyOf(staffId: string): string | undefined;
  /** The invented ones; none in a production profile. */
  readonly demo: readonly Staff[];
  readonly others: readonly Staff[];
}

/**
 * Keys from `staff.json` in the data folder, which only its owner reads. A demo makes it at its first start; elsewhere it is
 * there if somebody put it there, and the demo's people are nobody.
 */
export function openStaffKeys(dataDir: string, random: Random, demo: boolean): StaffKeys {
  const file = join(dataDir, "staff.json");
  if (demo && !existsSync(file)) {
    const made = DEMO_STAFF.map((staff) => ({ ...staff, key: toBase64url(random.bytes(32)) }));
    writeFileSync(file, `${JSON.stringify(made, null, 1)}\n`, { mode: 0o600 });
  }
  const all = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as readonly KeyHolder[]) : [];
  const holders = demo ? all : all.filter((one) => !isDemo(one));
  const staff = holders.map(({ staffId, name, role }) => ({ staffId, name, role }));
  const byKey = new Map(holders.map(({ key }, i) => [key, staff[i]!]));
  return {
    file,
    staffOf: (bearer) => byKey.get(bearer),
    keyOf: (staffId) => holders.find((one) => one.staffId === staffId)?.key,
    demo: staff.filter(isDemo),
    others: staff.filter((one) => !isDemo(one)),
  };
}

/** The key of those who run the system: for `kabao explain` and the wallet's support. */
export function openOpsKey(dataDir: string, random: Random): string {
  const file = join(dataDir, "ops.key");
  if (!existsSync(file)) writeFileSync(file, `${toBase64url(random.bytes(32))}\n`, { mode: 0o600 });
  return readFileSync(file, "utf8").trim();
}
