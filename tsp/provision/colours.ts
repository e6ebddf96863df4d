import type * as v from "valibot";
import type { Decision, WalletAdvice } from "#contracts/common";
import type { TspPolicy } from "../policy.ts";

type Colour = v.InferOutput<typeof Decision>;
const BAD_TO_WORST: readonly Colour[] = ["green", "yellow", "orange", "red"];

export function worstOf(...colours: readonly Colour[]): Colour {
  return colours.reduce((worst, one) => (BAD_TO_WORST.indexOf(one) > BAD_TO_WORST.indexOf(worst) ? one : worst));
}

export function colourOfScore(score: number, policy: Pick<TspPolicy, "yellowFrom" | "refuseFrom">): Colour {
  if (score >= policy.refuseFrom) return "red";
  return score >= policy.yellowFrom ? "yellow" : "green";
}

/**
 * The worst of three. One thing lifts a yellow of wallet or TSP: the bank's own statement, made in its app a moment ago,
 * which is the step-up that yellow would have asked for. It never lifts the bank's own colour, nor any red.
 */
export function combined(
  said: {
    readonly wallet: v.InferOutput<typeof WalletAdvice>["colour"];
    readonly tsp: Colour;
    readonly bank: Colour;
  },
  vouched: boolean,
): Colour {
  const lifted = (colour: Colour) => (vouched && colour === "yellow" ? "green" : colour);
  return worstOf(lifted(said.wallet), lifted(said.tsp), said.bank);
}
