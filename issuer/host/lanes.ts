import type { Clock, GroupCommit } from "#contracts/ports";
import type { IssuerPolicy } from "../policy.ts";
import { decide, type HostAnswer, type HostRequest } from "./core.ts";
import type { HostMemory } from "./memory.ts";

/** Rounds in which other writers may get in first before a batch is given up: nothing but a fault goes on so long. */
const ROUNDS_MAX = 16;
const APPROVED = "00";

/**
 * Decides requests by batches: one read, a walk over the batch in arrival order, one durable write. Answers only what
 * is durable; when it throws, nobody knows the outcome and nobody may be answered.
 */
export function createHostLanes(ports: {
  readonly store: HostMemory;
  readonly clock: Clock;
  readonly groupCommit: GroupCommit;
  readonly lanes: number;
  readonly policy: IssuerPolicy["payment"];
}): (request: HostRequest) => Promise<HostAnswer> {
  const { store, clock, policy } = ports;

  async function commit(requests: readonly HostRequest[]): Promise<readonly HostAnswer[]> {
    const answers = new Array<HostAnswer>(requests.length);
    let open = requests.map((request, position) => ({ request, position }));
    for (let round = 0; open.length > 0; round++) {
      if (round === ROUNDS_MAX) throw new RangeError("host: an account never stands still");
      const now = clock.now();
      const book = await store.read(
        open.map((item) => item.request),
        now,
      );
      for (const { request, position } of open) answers[position] = decide(book, request, now, policy);
      const doubted = open.filter(
        ({ request, position }) =>
          book.remembered.has(request.accountId) && answers[position]!.responseCode !== APPROVED,
      );
      if (doubted.length > 0) {
        // No refusal is made from memory. Nothing is written yet: all are decided again.
        store.forget(doubted.map(({ request }) => request.accountId));
        continue;
      }
      const stale = await store.write(book, now);
      open = open.filter((item) => stale.has(item.request.accountId));
    }
    return answers;
  }

  return ports.groupCommit.create({ lanes: ports.lanes, maxBatch: 128, shardOf: (request) => request.b, commit });
}
