import type { Clock, GroupCommit, GroupCommitOptions, Timers } from "#contracts/ports";

interface Waiting<Item, Answer> {
  readonly item: Item;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

interface Lane<Item, Answer> {
  queue: Waiting<Item, Answer>[];
  busy: boolean;
  /** When its last batch left, and how many went with it. */
  leftAt: number;
  crowd: number;
}

/**
 * How far apart the batches of a lane leave while there is traffic. Each batch costs the same at both ends however few it
 * carries: parties that share a machine's cores otherwise spend them on batches of two. One item alone, as most are when it is
 * quiet, never waits, nor does a crowd.
 */
export interface Pace {
  readonly time: Clock & Timers;
  readonly apartMs: number;
  /** So many waiting go at once. */
  readonly enough: number;
}

/** See the port: items that arrive while a lane's batch is in flight go together in the next one. */
export const groupCommit: GroupCommit = create(undefined);

/** As `groupCommit`, and under traffic a lane's batches leave at a pace. Figures: docs/adr/0050. */
export function pacedGroupCommit(time: Clock & Timers): GroupCommit {
  return create({ time, apartMs: 4, enough: 64 });
}

function create(pace: Pace | undefined): GroupCommit {
  return {
    create<Item, Answer>(options: GroupCommitOptions<Item, Answer>): (item: Item) => Promise<Answer> {
      const lanes = Array.from(
        { length: options.lanes },
        (): Lane<Item, Answer> => ({ queue: [], busy: false, leftAt: 0, crowd: 0 }),
      );
      return (item) =>
        new Promise((resolve, reject) => {
          const lane = lanes[options.shardOf(item) % lanes.length]!;
          lane.queue.push({ item, resolve, reject });
          void drain(lane, options, pace);
        });
    },
  };
}

async function drain<Item, Answer>(
  lane: Lane<Item, Answer>,
  options: GroupCommitOptions<Item, Answer>,
  pace: Pace | undefined,
): Promise<void> {
  if (lane.busy) return;
  lane.busy = true;
  // What was asked for in the same turn of the event loop goes into one batch.
  await Promise.resolve();
  while (lane.queue.length > 0) {
    if (pace !== undefined) await turnOf(lane, pace);
    const batch = lane.queue.splice(0, options.maxBatch);
    try {
      const answers = await options.commit(batch.map((waiting) => waiting.item));
      if (answers.length !== batch.length) throw new RangeError("group commit: one answer an item");
      for (let i = 0; i < batch.length; i++) batch[i]!.resolve(answers[i]!);
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
  }
  lane.busy = false;
}

/** Resolves when the lane's next batch may leave. */
async function turnOf(lane: Lane<unknown, never>, { time, apartMs, enough }: Pace): Promise<void> {
  const waitMs = lane.leftAt + apartMs - time.now();
  // A clock that was set back must not hold anybody up.
  if (lane.crowd > 1 && lane.queue.length < enough && waitMs > 0 && waitMs <= apartMs)
    await new Promise<void>((resolve) => time.after(waitMs, resolve));
  lane.leftAt = time.now();
  lane.crowd = lane.queue.length;
}
