import { expect, test } from "vitest";
import type { DeviceStorage, StoredKey } from "#device/secure-element";

const NOW = 1_000;
const keys = (from: number, to: number, more: Partial<StoredKey> = {}): StoredKey[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    keyClass: "user",
    atc: from + i,
    keyJwe: `jwe-${from + i}`,
    expiresAt: NOW + 1,
    ...more,
  }));

/**
 * What every device storage keeps to, whatever it is made of.
 *
 * @param first, second two hands on one storage: two tabs, or one object twice. Given late: they are opened in a hook.
 */
export function deviceStorageContract(first: () => DeviceStorage, second: () => DeviceStorage): void {
  test("cards are kept by token, the last one saved stays", async () => {
    await first().saveCard({ tokenRef: "a", passId: "p1", dataJwe: "old" });
    await first().saveCard({ tokenRef: "a", passId: "p1", dataJwe: "new" });
    await second().saveCard({ tokenRef: "b", passId: "p2", dataJwe: "b" });
    expect(await second().cards()).toEqual([
      { tokenRef: "a", passId: "p1", dataJwe: "new" },
      { tokenRef: "b", passId: "p2", dataJwe: "b" },
    ]);
  });

  test("the unexpired key with the lowest ATC of its class goes out, once", async () => {
    await first().addKeys("lowest", keys(3, 5));
    await first().addKeys("lowest", keys(1, 1, { expiresAt: NOW }));
    await first().addKeys("lowest", keys(2, 2, { keyClass: "device" }));
    expect(await first().keysLeft("lowest", NOW)).toBe(4);
    expect((await first().takeKey("lowest", "user", NOW))?.atc).toBe(3);
    expect(await first().takeKey("lowest", "device", NOW)).toEqual({
      keyClass: "device",
      atc: 2,
      keyJwe: "jwe-2",
      expiresAt: NOW + 1,
    });
    expect((await first().takeKey("lowest", "user", NOW))?.atc).toBe(4);
    expect((await first().takeKey("lowest", "user", NOW))?.atc).toBe(5);
    expect(await first().takeKey("lowest", "user", NOW)).toBeUndefined();
    expect(await first().takeKey("nobody", "user", NOW)).toBeUndefined();
  });

  test("a key that is there, and one whose ATC was ever taken, are left out", async () => {
    await first().addKeys("again", keys(1, 3));
    expect((await first().takeKey("again", "user", NOW))?.atc).toBe(1);
    await first().addKeys("again", keys(1, 4, { keyJwe: "second" }));
    expect(await first().keysLeft("again", NOW)).toBe(3);
    const taken = [];
    for (let i = 0; i < 3; i++) taken.push(await first().takeKey("again", "user", NOW));
    expect(taken.map((key) => [key?.atc, key?.keyJwe])).toEqual([
      [2, "jwe-2"],
      [3, "jwe-3"],
      [4, "second"],
    ]);
  });

  test("a card that was removed takes its keys along and leaves its counter", async () => {
    await first().saveCard({ tokenRef: "gone", passId: "p", dataJwe: "d" });
    await first().addKeys("gone", keys(1, 3));
    expect((await first().takeKey("gone", "user", NOW))?.atc).toBe(1);
    await first().removeCard("gone");
    expect(await first().keysLeft("gone", NOW)).toBe(0);
    expect((await first().cards()).some((card) => card.tokenRef === "gone")).toBe(false);
    await first().addKeys("gone", keys(1, 3));
    expect((await first().takeKey("gone", "user", NOW))?.atc).toBe(2);
  });

  test("two hands that take at once never get the same", async () => {
    const hand = (i: number) => (i % 2 === 0 ? first() : second());
    await first().addKeys("both", keys(1, 40));
    const taken = await Promise.all(Array.from({ length: 50 }, (_, i) => hand(i).takeKey("both", "user", NOW)));
    const atcs = taken.flatMap((key) => (key === undefined ? [] : [key.atc]));
    expect(atcs.toSorted((a, b) => a - b)).toEqual(keys(1, 40).map(({ atc }) => atc));
    const counted = await Promise.all(Array.from({ length: 40 }, (_, i) => hand(i).takeCounter("count")));
    expect(counted.toSorted((a, b) => a - b)).toEqual(keys(1, 40).map(({ atc }) => atc));
  });
}
