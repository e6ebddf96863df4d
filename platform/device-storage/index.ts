import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

interface Card {
  readonly tokenRef: string;
  readonly passId: string;
  readonly dataJwe: string;
}
interface Key {
  readonly keyClass: "user" | "device";
  readonly atc: number;
  readonly keyJwe: string;
  readonly expiresAt: number;
}
type Change =
  | { readonly do: "card"; readonly card: Card }
  | { readonly do: "remove"; readonly tokenRef: string }
  | { readonly do: "keys"; readonly tokenRef: string; readonly keys: readonly Key[] }
  | { readonly do: "take"; readonly tokenRef: string; readonly atc: number }
  | { readonly do: "count"; readonly tokenRef: string; readonly atc: number };

/** The storage of a headless device; fits `DeviceStorage` by shape. */
export interface FileDeviceStorage {
  cards(): Promise<readonly Card[]>;
  saveCard(card: Card): Promise<void>;
  removeCard(tokenRef: string): Promise<void>;
  addKeys(tokenRef: string, keys: readonly Key[]): Promise<void>;
  keysLeft(tokenRef: string, now: number): Promise<number>;
  takeKey(tokenRef: string, keyClass: Key["keyClass"], now: number): Promise<Key | undefined>;
  takeCounter(tokenRef: string): Promise<number>;
  close(): void;
}

interface State {
  readonly cards: Map<string, Card>;
  readonly keys: Map<string, Key[]>;
  /** Highest ATC ever taken or counted, by token. */
  readonly highest: Map<string, number>;
}

function apply(state: State, change: Change): void {
  switch (change.do) {
    case "card":
      state.cards.set(change.card.tokenRef, change.card);
      break;
    case "remove":
      state.cards.delete(change.tokenRef);
      state.keys.delete(change.tokenRef);
      break;
    case "keys":
      state.keys.set(change.tokenRef, [...(state.keys.get(change.tokenRef) ?? []), ...change.keys]);
      break;
    case "take":
      state.keys.set(
        change.tokenRef,
        (state.keys.get(change.tokenRef) ?? []).filter((key) => key.atc !== change.atc),
      );
      state.highest.set(change.tokenRef, Math.max(state.highest.get(change.tokenRef) ?? 0, change.atc));
      break;
    case "count":
      state.highest.set(change.tokenRef, change.atc);
      break;
  }
}

/** A journal of changes, one JSON line each, written through to the disk before the change counts. */
export function openDeviceStorage(file: string): FileDeviceStorage {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const state: State = { cards: new Map(), keys: new Map(), highest: new Map() };
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const lines = text.split("\n");
  // What follows the last line end was being written when we died: that change never counted.
  for (const line of lines.slice(0, -1)) apply(state, JSON.parse(line) as Change);
  const draft = `${file}.new`;
  const whole = openSync(draft, "w", 0o600);
  writeFileSync(
    whole,
    lines
      .slice(0, -1)
      .map((line) => `${line}\n`)
      .join(""),
  );
  fdatasyncSync(whole);
  closeSync(whole);
  renameSync(draft, file);
  // What we append from now on lies in the new file: its name must outlive a power cut as well.
  const folder = openSync(dirname(file), "r");
  fsyncSync(folder);
  closeSync(folder);
  const handle = openSync(file, "a", 0o600);
  let length = fstatSync(handle).size;

  const commit = (change: Change) => {
    const line = Buffer.from(`${JSON.stringify(change)}\n`);
    try {
      writeFileSync(handle, line);
      fdatasyncSync(handle);
    } catch (error) {
      // A full disk leaves half a line: the next change must not be written behind it.
      ftruncateSync(handle, length);
      throw error;
    }
    length += line.length;
    apply(state, change);
  };
  const keysOf = (tokenRef: string) => state.keys.get(tokenRef) ?? [];

  return {
    cards: async () => [...state.cards.values()],
    saveCard: async (card) => commit({ do: "card", card }),
    removeCard: async (tokenRef) => commit({ do: "remove", tokenRef }),
    async addKeys(tokenRef, keys) {
      const have = new Set(keysOf(tokenRef).map((key) => key.atc));
      const taken = state.highest.get(tokenRef) ?? 0;
      const fresh = keys.filter((key) => key.atc > taken && !have.has(key.atc));
      if (fresh.length > 0) commit({ do: "keys", tokenRef, keys: fresh });
    },
    keysLeft: async (tokenRef, now) => keysOf(tokenRef).filter((key) => key.expiresAt > now).length,
    async takeKey(tokenRef, keyClass, now) {
      const usable = keysOf(tokenRef)
        .filter((key) => key.keyClass === keyClass && key.expiresAt > now)
        .sort((a, b) => a.atc - b.atc)[0];
      if (usable !== undefined) commit({ do: "take", tokenRef, atc: usable.atc });
      return usable;
    },
    async takeCounter(tokenRef) {
      const atc = (state.highest.get(tokenRef) ?? 0) + 1;
      commit({ do: "count", tokenRef, atc });
      return atc;
    },
    close: () => closeSync(handle),
  };
}
