import fc from "fast-check";
import { expect, test } from "vitest";
import { CARD_EVENTS, type CardBlock, type CardEvent, type CardState, stateOf, statusOf, stepCard } from "./status.ts";

const BLOCKS: readonly CardBlock[] = ["lost", "frozenByBank", "frozenByHolder"];
const STATES: readonly CardState[] = (["active", "notActivated", "replaced", "closed"] as const).flatMap((base) =>
  [[], ["lost"], ["frozenByBank"], ["frozenByHolder"], ["frozenByHolder", "lost"]].map((blocks) => ({
    base,
    blocks: blocks as CardBlock[],
  })),
);
/** Who sets and who lifts each block. */
const OWN: Readonly<Record<CardBlock, readonly [CardEvent, CardEvent]>> = {
  lost: ["reportLost", "liftLost"],
  frozenByBank: ["freeze", "unfreeze"],
  frozenByHolder: ["lock", "unlock"],
};

test("over all pairs of state and event: each lifts his own block and nobody else's, and what is over stays over", () => {
  for (const state of STATES) {
    for (const event of CARD_EVENTS) {
      const stepped = stepCard(state, event);
      const over = state.base === "closed" || state.base === "replaced";
      if (over) {
        const closes = state.base === "replaced" && event === "close";
        expect([event, stepped.ok]).toEqual([event, closes]);
        continue;
      }
      const block = BLOCKS.find((one) => OWN[one].includes(event));
      if (block === undefined) {
        expect(stepped.ok).toBe(event !== "activate" || state.base === "notActivated");
        continue;
      }
      const [sets, lifts] = OWN[block];
      if (event === sets) {
        expect(stepped).toMatchObject({ ok: true, value: { base: state.base } });
        expect(stepped.ok && new Set(stepped.value.blocks)).toEqual(new Set([...state.blocks, block]));
      } else if (event === lifts && state.blocks.includes(block)) {
        expect(stepped.ok && stepped.value).toEqual({ ...state, blocks: state.blocks.filter((one) => one !== block) });
      } else expect(stepped.ok).toBe(false);
    }
  }
});

test("one word for all of it: over, then the gravest block, then what the card is", () => {
  expect(statusOf({ base: "active", blocks: ["frozenByHolder", "frozenByBank", "lost"] })).toBe("lost");
  expect(statusOf({ base: "notActivated", blocks: ["frozenByHolder", "frozenByBank"] })).toBe("frozenByBank");
  expect(statusOf({ base: "notActivated", blocks: [] })).toBe("notActivated");
  expect(statusOf({ base: "closed", blocks: ["lost"] })).toBe("closed");
  for (const status of [
    "active",
    "notActivated",
    "lost",
    "frozenByBank",
    "frozenByHolder",
    "replaced",
    "closed",
  ] as const)
    expect(statusOf(stateOf(status))).toBe(status);
});

test("in whatever order people come, a card is free only when everybody who stopped it has let go", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...CARD_EVENTS), { maxLength: 30 }), (events) => {
      let state: CardState = { base: "active", blocks: [] };
      const holding = new Set<CardBlock>();
      for (const event of events) {
        const stepped = stepCard(state, event);
        if (!stepped.ok) continue;
        for (const block of BLOCKS) {
          if (event === OWN[block][0]) holding.add(block);
          if (event === OWN[block][1]) holding.delete(block);
        }
        state = stepped.value;
        if (state.base === "closed" || state.base === "replaced") return;
        expect(new Set(state.blocks)).toEqual(holding);
        expect(statusOf(state) === "active").toBe(holding.size === 0);
      }
    }),
  );
});
