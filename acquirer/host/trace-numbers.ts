import type { Db } from "#contracts/ports";
import { stanText } from "#protocol/iso8583";

const BLOCK = 2000;
const STANS = 999_999;

/** F11 for each request, 000001 to 999999 and around. Blocks are taken durably: after a crash numbers are left out, none is repeated. */
export function traceNumbers(db: Db): () => Promise<string> {
  let next = 0n;
  let end = 0n;
  let taking: Promise<void> | undefined;

  async function takeBlock(): Promise<void> {
    const rows = await db.query<{ next_block: bigint }>({
      text: `insert into trace_number (one, next_block) values (true, 1)
        on conflict (one) do update set next_block = trace_number.next_block + 1 returning next_block`,
    });
    next = (rows[0]!.next_block - 1n) * BigInt(BLOCK);
    end = next + BigInt(BLOCK);
  }

  return async () => {
    while (next >= end) {
      taking ??= takeBlock().finally(() => {
        taking = undefined;
      });
      await taking;
    }
    const number = next;
    next += 1n;
    return stanText(Number(number % BigInt(STANS)) + 1);
  };
}
