import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { deviceStorageContract } from "../../test/contracts/device-storage.ts";
import { seededRandom } from "../random/index.ts";
import { type FileDeviceStorage, openDeviceStorage } from "./index.ts";

// In memory where there is such a folder: thousands of journals are opened, and what is looked at is their content.
const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "kabao-device-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** One with a card key that counts, one with single-use keys: a token is the one or the other. */
const TOKENS = ["counting", "keys"] as const;
const NOW = 1000;
let serial = 0;
const freshFile = () => join(folder, `${++serial}`, "cards.journal");

/** What a device must remember of one token: which counters are gone, and which keys are left. */
interface Remembered {
  readonly taken: ReadonlySet<number>;
  readonly highest: number;
  readonly left: number;
}

/** One random change, as a phone makes them. Gives the ATC when one was taken. */
async function change(storage: FileDeviceStorage, token: (typeof TOKENS)[number], pick: number, from: number) {
  switch (pick) {
    case 0:
      await storage.saveCard({ tokenRef: token, passId: `卡-${token}`, dataJwe: "a.b.c.d.e" });
      return undefined;
    case 1:
    case 3:
      if (token === "counting") return storage.takeCounter(token);
      await storage.addKeys(
        token,
        [from, from + 1, from + 2].map((atc) => ({ keyClass: "user", atc, keyJwe: "k", expiresAt: NOW + 1 })),
      );
      return undefined;
    case 2:
      await storage.removeCard(token);
      return undefined;
    default:
      return token === "counting" ? storage.takeCounter(token) : (await storage.takeKey(token, "user", NOW))?.atc;
  }
}

describe("a journal file as a device's storage", () => {
  const storage = openDeviceStorage(freshFile());
  afterAll(() => storage.close());
  deviceStorageContract(
    () => storage,
    () => storage,
  );
});

describe("the journal of a headless device", () => {
  test("cut at every byte: what was taken stays taken, what was not whole never happened", async () => {
    const random = seededRandom(5);
    const file = freshFile();
    const storage = openDeviceStorage(file);
    const taken = new Map<string, Set<number>>(TOKENS.map((token) => [token, new Set<number>()]));
    /** Journal length and what it promises, after each change. */
    const promises: { readonly length: number; readonly of: ReadonlyMap<string, Remembered> }[] = [];
    const note = async () => {
      const of = new Map<string, Remembered>();
      for (const token of TOKENS) {
        const atcs = taken.get(token)!;
        of.set(token, {
          taken: new Set(atcs),
          highest: Math.max(0, ...atcs),
          left: await storage.keysLeft(token, NOW),
        });
      }
      promises.push({ length: statSync(file).size, of });
    };
    await note();
    for (let i = 0; i < 60; i++) {
      const token = TOKENS[random.below(2)]!;
      const highest = Math.max(0, ...taken.get(token)!);
      const atc = await change(storage, token, random.below(9), highest + 1 + random.below(3));
      if (atc !== undefined) {
        expect(taken.get(token)!.has(atc)).toBe(false);
        taken.get(token)!.add(atc);
      }
      await note();
    }
    storage.close();
    expect([...taken.values()].every((atcs) => atcs.size >= 5)).toBe(true);

    const journal = readFileSync(file);
    const cut = freshFile();
    openDeviceStorage(cut).close();
    for (let length = 0; length <= journal.length; length++) {
      writeFileSync(cut, journal.subarray(0, length));
      const held = promises.filter((promise) => promise.length <= length).at(-1)!;
      const reopened = openDeviceStorage(cut);
      for (const token of TOKENS) {
        const { taken: gone, highest, left } = held.of.get(token)!;
        expect(await reopened.keysLeft(token, NOW), `${length} bytes`).toBe(left);
        const next = await change(reopened, token, 9, 0);
        if (next !== undefined) expect(gone.has(next), `${length} bytes: ATC ${next} again`).toBe(false);
        expect(await reopened.takeCounter(token), `${length} bytes`).toBeGreaterThan(highest);
      }
      reopened.close();
    }
  });

  test("a card that was removed and comes back goes on counting where it stopped", async () => {
    const file = freshFile();
    const storage = openDeviceStorage(file);
    expect(await storage.takeCounter("t")).toBe(1);
    await storage.removeCard("t");
    await storage.saveCard({ tokenRef: "t", passId: "p", dataJwe: "d" });
    expect(await storage.takeCounter("t")).toBe(2);
    storage.close();
    const reopened = openDeviceStorage(file);
    expect(await reopened.takeCounter("t")).toBe(3);
    reopened.close();
  });

  test("a disk that fills up in the middle of a line spoils nothing: the storage opens, and no ATC repeats", async () => {
    const file = freshFile();
    // The shell's limit makes the write that crosses 1 KiB stop half way.
    const script = `
      import { openDeviceStorage } from ${JSON.stringify(join(import.meta.dirname, "index.ts"))};
      const storage = openDeviceStorage(${JSON.stringify(file)});
      let full = 0;
      for (let i = 0; i < 60; i++) await storage.takeCounter("t").then((atc) => console.log(atc), () => full++);
      console.log("full", full);
    `;
    const shell = `ulimit -f 1; exec "$0" --import tsx --input-type=module -e "$1"`;
    const run = spawnSync("bash", ["-c", shell, process.execPath, script], {
      encoding: "utf8",
      env: { ...process.env, TSX_DISABLE_CACHE: "1" },
    });
    expect(run.stderr).toBe("");
    const lines = run.stdout.trim().split("\n");
    const answered = lines.slice(0, -1).map(Number);
    expect(Number(lines.at(-1)!.split(" ")[1])).toBeGreaterThan(0);
    expect(answered.length).toBeGreaterThan(5);
    expect(new Set(answered).size).toBe(answered.length);
    const reopened = openDeviceStorage(file);
    expect(await reopened.takeCounter("t")).toBe(Math.max(...answered) + 1);
    reopened.close();
  });
});
