import { afterAll, afterEach, beforeAll, describe, test } from "vitest";
import { openStage, type Stage } from "./stage.ts";
import type { World } from "./world.ts";

/** Something that happens between people and parties; a promise that rejects when it went otherwise. */
export interface Scenario {
  readonly name: string;
  play(stage: Stage): Promise<void>;
}

/** Plays the scenarios one after the other in one world, and sees after each that the money is right. */
export function runScenarios(title: string, open: () => Promise<World>, scenarios: readonly Scenario[]): void {
  describe(title, () => {
    let stage: Stage;
    let world: World;
    beforeAll(async () => {
      world = await open();
      stage = await openStage(world);
    });
    afterAll(async () => {
      await stage?.close();
      await world?.close();
    });
    afterEach(async () => {
      await world.processes?.startMissing();
      await stage.expectSquare();
    });
    for (const { name, play } of scenarios) test(name, () => play(stage));
  });
}
