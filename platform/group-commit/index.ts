import type { GroupCommit, GroupCommitOptions } from "#contracts/ports";

interface Waiting<Item, Answer> {
  readonly item: Item;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** See the port: items that arrive while a lane's batch is in flight go together in the next one. */
export const groupCommit: GroupCommit = {
  create<Item, Answer>(options: GroupCommitOptions<Item, Answer>): (item: Item) => Promise<Answer> {
    const lanes = Array.from({ length: options.lanes }, () => ({ queue: [] as Waiting<Item, Answer>[], busy: false }));

    const drain = async (lane: (typeof lanes)[number]) => {
      if (lane.busy) return;
      lane.busy = true;
      // What was asked for in the same turn of the event loop goes into one batch.
      await Promise.resolve();
      while (lane.queue.length > 0) {
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
    };

    return (item: Item): Promise<Answer> =>
      new Promise<Answer>((resolve, reject) => {
        const lane = lanes[options.shardOf(item) % lanes.length]!;
        lane.queue.push({ item, resolve, reject });
        void drain(lane);
      });
  },
};
