import type { DemoApi, ScenarioView } from "#contracts/demo-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Random } from "#contracts/ports";
import { createStore, type Store } from "../store.ts";
import { type Fault, problemFault } from "../text/fault.ts";

export type Played = Extract<Awaited<ReturnType<Calls<DemoApi>["play"]>>, { ok: true }>["value"];

export interface ScenesState {
  readonly scenarios: readonly ScenarioView[];
  readonly chosen?: ScenarioView;
  readonly playing: boolean;
  readonly played?: Played;
  readonly fault?: Fault;
}

/** The scenario library: choose by symptom, have it played, see what was found. */
export interface Scenes {
  readonly state: Store<ScenesState>;
  load(): Promise<void>;
  play(scenario: ScenarioView): Promise<void>;
  back(): void;
}

const TRIES = 5;

export function createScenes(ports: { readonly demo: Calls<DemoApi>; readonly random: Random }): Scenes {
  const { demo, random } = ports;
  const state = createStore<ScenesState>({ scenarios: [], playing: false });
  const context = (): CallContext => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });
  return {
    state,
    async load() {
      if (state.get().scenarios.length > 0) return;
      const found = await demo.scenarios({}, context());
      state.update((now) =>
        found.ok ? { ...now, scenarios: found.value.scenarios } : { ...now, fault: problemFault(found.error) },
      );
    },
    async play(chosen) {
      const { scenarios } = state.get();
      state.set({ scenarios, chosen, playing: true });
      let played = await demo.play({ id: chosen.id }, context());
      // A system that is only just starting takes longer than a call waits: who asks again hears of the same play.
      for (let tries = 1; tries < TRIES && !played.ok && played.error.code === "peerUnavailable"; tries++)
        played = await demo.play({ id: chosen.id }, context());
      if (state.get().chosen !== chosen) return;
      state.set({
        scenarios,
        chosen,
        playing: false,
        ...(played.ok ? { played: played.value } : { fault: problemFault(played.error) }),
      });
    },
    back: () => state.set({ scenarios: state.get().scenarios, playing: false }),
  };
}
