/** How much of everything a run does. */
export interface Plan {
  readonly cards: number;
  readonly taps: number;
  readonly codec: { readonly blocks: number; readonly blockMs: number };
  /** Pairs of a baseline and the parties. */
  readonly rounds: number;
  readonly warmUpMs: number;
  readonly baselineMs: number;
  readonly step: { readonly warmUpMs: number; readonly forMs: number; readonly atMost: number };
  readonly chainMs: number;
  readonly open: { readonly warmUpMs: number; readonly forMs: number };
}

export const FULL: Plan = {
  cards: 100_000,
  taps: 600_000,
  codec: { blocks: 9, blockMs: 400 },
  rounds: 5,
  warmUpMs: 8000,
  baselineMs: 6000,
  step: { warmUpMs: 1000, forMs: 3000, atMost: 70_000 },
  chainMs: 6000,
  open: { warmUpMs: 2000, forMs: 15_000 },
};

/** Within 50 seconds from the command to its last line. */
export const QUICK: Plan = {
  cards: 25_000,
  taps: 125_000,
  codec: { blocks: 5, blockMs: 120 },
  rounds: 2,
  warmUpMs: 2500,
  baselineMs: 3000,
  step: { warmUpMs: 500, forMs: 1200, atMost: 24_000 },
  chainMs: 2500,
  open: { warmUpMs: 500, forMs: 3500 },
};

/** Setting up takes as long as the machine is busy: what is measured then takes the time that is left, shorter but whole. */
export function fitted(plan: Plan, leftMs: number): Plan {
  const rounds = plan.rounds * (plan.baselineMs + 2 * (plan.step.warmUpMs + plan.step.forMs) + plan.chainMs);
  const wanted = plan.warmUpMs + rounds + plan.open.warmUpMs + plan.open.forMs;
  const share = Math.min(1, Math.max(0.25, leftMs / wanted));
  const cut = (ms: number) => Math.round(ms * share);
  return {
    ...plan,
    warmUpMs: cut(plan.warmUpMs),
    baselineMs: cut(plan.baselineMs),
    step: { ...plan.step, warmUpMs: cut(plan.step.warmUpMs), forMs: cut(plan.step.forMs) },
    chainMs: cut(plan.chainMs),
    open: { warmUpMs: cut(plan.open.warmUpMs), forMs: cut(plan.open.forMs) },
  };
}
