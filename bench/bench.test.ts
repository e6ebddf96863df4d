import { expect, test } from "vitest";
import { median, percentile } from "./median.ts";
import { FULL, fitted, type Plan, QUICK } from "./plan.ts";

const planned = (plan: Plan) =>
  plan.warmUpMs +
  plan.rounds * (plan.baselineMs + 2 * (plan.step.warmUpMs + plan.step.forMs) + plan.chainMs) +
  plan.open.warmUpMs +
  plan.open.forMs;

test("median and percentile", () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([5])]).toEqual([2, 2.5, 5]);
  const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile(hundred, 1)]).toEqual([51, 100, 100]);
});

test("a plan takes the time that is left: as it is when there is enough, shorter all over when there is not", () => {
  expect(fitted(FULL, 10 * planned(FULL))).toEqual(FULL);
  const half = fitted(QUICK, planned(QUICK) / 2);
  expect(planned(half)).toBeGreaterThan(planned(QUICK) * 0.49);
  expect(planned(half)).toBeLessThan(planned(QUICK) * 0.51);
  expect(half.rounds).toBe(QUICK.rounds);
  // However late it is, something is measured.
  expect(planned(fitted(QUICK, -1))).toBeGreaterThan(planned(QUICK) * 0.24);
});
