import type { FactLog } from "#party";
import { KeyServiceDown } from "../key-service.ts";

/** A payment on which nothing could be decided: the call, and what failed where we know it. */
export async function noteFailure(facts: FactLog, journeyId: string, error: unknown): Promise<void> {
  const hop = { peer: "network", operation: "authoriseToken", hop: journeyId } as const;
  const noted = { journeyId, stage: "authorise", outcome: "noted" } as const;
  await facts.state(
    { ...noted, code: "received", data: hop },
    ...(error instanceof KeyServiceDown ? [{ ...noted, code: "keyServiceDown", outcome: "failed" } as const] : []),
    { ...noted, code: "decided", data: { ...hop, answer: "internal" } },
  );
}
