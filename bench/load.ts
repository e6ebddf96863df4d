import { seededRandom } from "#platform/random";
import { percentile } from "./median.ts";

export interface LoadFigures {
  readonly perSecond: number;
  readonly count: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

/** Keeps `inFlight` calls going until the time is up or `next` has nothing more; what comes in the warm-up is not counted. */
export async function closedLoad(
  next: () => (() => Promise<void>) | undefined,
  options: { readonly inFlight: number; readonly warmUpMs: number; readonly forMs: number },
): Promise<LoadFigures> {
  const begin = nowMs() + options.warmUpMs;
  const end = begin + options.forMs;
  const latencies: number[] = [];
  let last = begin;
  async function one(): Promise<void> {
    for (;;) {
      const start = nowMs();
      const call = start < end ? next() : undefined;
      if (call === undefined) return;
      await call();
      const now = nowMs();
      if (now < begin || now > end) continue;
      latencies.push(now - start);
      last = now;
    }
  }
  await Promise.all(Array.from({ length: options.inFlight }, one));
  return figures(latencies, last - begin);
}

/**
 * Calls that come when they come, as a Poisson process, however the ones before them fare. Latency counts from the moment
 * a call was due, so that a late generator makes the figures worse and not better.
 */
export async function openLoad(
  next: () => (() => Promise<void>) | undefined,
  options: { readonly perSecond: number; readonly warmUpMs: number; readonly forMs: number },
): Promise<LoadFigures> {
  const random = seededRandom(11);
  const meanMs = 1000 / options.perSecond;
  const gap = () => -Math.log((random.below(2 ** 32) + 1) / 2 ** 32) * meanMs;
  const start = nowMs();
  const begin = start + options.warmUpMs;
  const end = begin + options.forMs;
  const latencies: number[] = [];
  const open = new Set<Promise<void>>();
  let failure: unknown;
  let due = start + gap();
  for (let now = start; now < end && failure === undefined; now = nowMs()) {
    for (; due <= now; due += gap()) {
      const call = next();
      if (call === undefined) throw new Error("open load: ran out of taps");
      const dueAt = due;
      const done: Promise<void> = call().then(
        () => {
          open.delete(done);
          if (dueAt >= begin && dueAt < end) latencies.push(nowMs() - dueAt);
        },
        (error: unknown) => {
          open.delete(done);
          failure = error;
        },
      );
      open.add(done);
    }
    await new Promise((resume) => setTimeout(resume, 1));
  }
  await Promise.all(open);
  if (failure !== undefined) throw failure;
  return figures(latencies, options.forMs);
}

function figures(latencies: readonly number[], ms: number): LoadFigures {
  const sorted = Float64Array.from(latencies).sort();
  return {
    count: sorted.length,
    seconds: ms / 1000,
    perSecond: (sorted.length / ms) * 1000,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
}
