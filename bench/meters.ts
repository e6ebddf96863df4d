import { readdirSync, readFileSync } from "node:fs";
import type { Db } from "#contracts/ports";

/** Clock ticks of /proc are hundredths of a second on every Linux that Node runs on. */
const TICK_MICROS = 10_000;

/** User and system time, µs; undefined where there is no /proc. */
export function cpuOf(pid: number): number | undefined {
  const fields = statOf(pid);
  return fields === undefined ? undefined : (fields.own + fields.reaped) * TICK_MICROS;
}

/** A server with all its processes, those that have ended included. */
export function cpuOfFamily(parent: number): number | undefined {
  const root = cpuOf(parent);
  if (root === undefined) return undefined;
  let sum = root;
  for (const name of readdirSync("/proc")) {
    const fields = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (fields?.parent === parent) sum += (fields.own + fields.reaped) * TICK_MICROS;
  }
  return sum;
}

/** Of processes we started that have ended. */
export function cpuOfEnded(): number | undefined {
  const fields = statOf(process.pid);
  return fields === undefined ? undefined : fields.reaped * TICK_MICROS;
}

function statOf(pid: number): { parent: number; own: number; reaped: number } | undefined {
  let line: string;
  try {
    line = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The name in parentheses may hold spaces; the third field follows it.
  const fields = line
    .slice(line.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const at = (field: number) => fields[field - 3] ?? 0;
  return { parent: at(4), own: at(14) + at(15), reaped: at(16) + at(17) };
}

/** Bytes of write-ahead log since the cluster was made. */
export async function walBytes(db: Db): Promise<number> {
  const rows = await db.query<{ bytes: bigint }>({
    text: "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint as bytes",
  });
  return Number(rows[0]!.bytes);
}
