import type { Link, Log, Timers } from "#contracts/ports";
import {
  encodeTokenRequests,
  parseTokenAnswers,
  type TokenAnswer,
  type TokenRequest,
} from "#contracts/token-authorisation";
import { DecodeError } from "#protocol/bytes";

export interface TspClient {
  start(): void;
  stop(): Promise<void>;
  /** Undefined: the TSP did not answer in time or cannot be reached. */
  ask(request: Omit<TokenRequest, "id">): Promise<TokenAnswer | undefined>;
}

/** Requests of one turn go in one frame; answers are matched by id in any order. */
export function createTspClient(link: Link, timers: Timers, log: Log, timeoutMs: number): TspClient {
  const waiting = new Map<number, (answer: TokenAnswer | undefined) => void>();
  let queue: TokenRequest[] = [];
  let nextId = 1;

  function flush(): void {
    const requests = queue;
    queue = [];
    if (!link.send(encodeTokenRequests(requests))) for (const { id } of requests) settle(id, undefined);
  }
  function settle(id: number, answer: TokenAnswer | undefined): void {
    const resolve = waiting.get(id);
    waiting.delete(id);
    resolve?.(answer);
  }

  return {
    start() {
      link.start({
        onUp() {},
        onDown() {
          for (const id of [...waiting.keys()]) settle(id, undefined);
        },
        onFrame(frame) {
          try {
            for (const answer of parseTokenAnswers(frame)) settle(answer.id, answer);
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
            log.warn("network.badTspFrame", { cause: error.message });
          }
        },
      });
    },
    stop: () => link.stop(),
    ask(request) {
      return new Promise((resolve) => {
        const id = nextId++;
        const cancel = timers.after(timeoutMs, () => settle(id, undefined));
        waiting.set(id, (answer) => {
          cancel();
          resolve(answer);
        });
        queue.push({ ...request, id });
        if (queue.length === 1) queueMicrotask(flush);
      });
    },
  };
}
