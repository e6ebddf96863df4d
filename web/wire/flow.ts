import type { Calls } from "#contracts/operation";
import type { Clock, Random, Timers } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { WireRow } from "#contracts/wire";
import type { CryptogramExplanation, WireApi } from "#contracts/wire-api";
import { createStore, type Store } from "../store.ts";
import { filtered, type Journey, journeysOf, NO_FILTER, type WireFilter } from "./journeys.ts";
import { decodeWireFile, encodeWireFile, FILE_MAX_BYTES, type ImportFault } from "./transfer.ts";

export interface WirePorts {
  readonly rows: Store<readonly WireRow[]>;
  readonly calls: Calls<WireApi>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly saveText: (name: string, text: string) => void;
  readonly copyText: (text: string) => Promise<boolean>;
}

/** Which journey is looked at: one of them, everything, or whichever is the newest. */
export type Choice = "newest" | "all" | { readonly journeyId: string };

export type Explained =
  | { readonly kind: "asking" }
  | { readonly kind: "told"; readonly explanation: CryptogramExplanation }
  | { readonly kind: "fault"; readonly problem: Problem };

export interface WireState {
  readonly choice: Choice;
  readonly filter: WireFilter;
  /** The row that is open. */
  readonly open: number | undefined;
  /** With the token's number readable; gone when another row is opened. */
  readonly revealed: WireRow | undefined;
  /** Nothing in it was masked that may be shown. */
  readonly nothingToShow: boolean;
  readonly explained: Explained | undefined;
  readonly imported: { readonly name: string; readonly rows: readonly WireRow[] } | undefined;
  readonly importFault: ImportFault | undefined;
  /** When it was last looked at the clock: what has waited too long is lost. */
  readonly now: number;
}

/** What is on the screen, out of the state and the rows. */
export interface WireSight {
  readonly journeys: readonly Journey[];
  readonly journey: Journey | undefined;
  /** Everything of what was chosen, and of that what passes the filter. */
  readonly all: readonly WireRow[];
  readonly shown: readonly WireRow[];
}

export interface WireFlow {
  readonly state: Store<WireState>;
  choose(choice: Choice): void;
  filter(change: Partial<WireFilter>): void;
  open(seq: number | undefined): void;
  reveal(row: WireRow): Promise<void>;
  explain(row: WireRow): Promise<void>;
  closeExplanation(): void;
  copy(row: WireRow): Promise<boolean>;
  exportRows(rows: readonly WireRow[]): void;
  importFile(name: string, size: number, read: () => Promise<string>): Promise<void>;
  closeImported(): void;
  stop(): void;
}

const LOOK_AGAIN_MS = 1_000;

export function createWireFlow(ports: WirePorts): WireFlow {
  const { calls, clock, timers, random } = ports;
  const state = createStore<WireState>({
    choice: "newest",
    filter: NO_FILTER,
    open: undefined,
    revealed: undefined,
    nothingToShow: false,
    explained: undefined,
    imported: undefined,
    importFault: undefined,
    now: clock.now(),
  });
  const change = (more: Partial<WireState>) => state.update((now) => ({ ...now, ...more }));
  const context = () => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });
  const shut = { open: undefined, revealed: undefined, nothingToShow: false, explained: undefined } as const;

  let cancel = () => {};
  function look(): void {
    change({ now: clock.now() });
    cancel = timers.after(LOOK_AGAIN_MS, look);
  }
  look();

  return {
    state,
    choose: (choice) => change({ choice, ...shut }),
    filter: (more) => change({ filter: { ...state.get().filter, ...more } }),
    open: (seq) => change({ ...shut, open: seq }),
    async reveal(row) {
      if (state.get().revealed !== undefined) return change({ revealed: undefined });
      const answer = await calls.reveal({ seq: row.seq }, context());
      if (state.get().open !== row.seq) return;
      if (!answer.ok || answer.value.raw === row.raw) return change({ nothingToShow: true });
      change({ revealed: answer.value });
    },
    async explain(row) {
      change({ explained: { kind: "asking" } });
      const answer = await calls.explain({ seq: row.seq }, context());
      if (state.get().explained === undefined || state.get().open !== row.seq) return;
      change({
        explained: answer.ok ? { kind: "told", explanation: answer.value } : { kind: "fault", problem: answer.error },
      });
    },
    closeExplanation: () => change({ explained: undefined }),
    copy: ({ raw }) => ports.copyText(raw),
    exportRows(rows) {
      const at = clock.now();
      ports.saveText(
        `kabao-wire-${new Date(at).toISOString().slice(0, 19).replaceAll(":", "")}.json`,
        encodeWireFile(rows, at),
      );
    },
    async importFile(name, size, read) {
      if (size > FILE_MAX_BYTES) return change({ importFault: { code: "tooLarge" } });
      const file = decodeWireFile(await read());
      if (!file.ok) return change({ importFault: file.error });
      change({ ...shut, imported: { name, rows: file.value.rows }, importFault: undefined, choice: "newest" });
    },
    closeImported: () => change({ ...shut, imported: undefined, importFault: undefined, choice: "newest" }),
    stop: () => cancel(),
  };
}

/** Pure: the screen of a state. */
export function sightOf({ choice, filter, imported }: WireState, live: readonly WireRow[]): WireSight {
  const rows = imported?.rows ?? live;
  const journeys = journeysOf(rows);
  // What is done beside a payment, such as fetching keys, does not take its place on the screen.
  const newest = journeys.findLast(({ kind }) => kind !== "other") ?? journeys.at(-1);
  const chosen =
    choice === "all"
      ? undefined
      : choice === "newest"
        ? newest
        : (journeys.find(({ id }) => id === choice.journeyId) ?? newest);
  const all = choice === "all" ? rows : (chosen?.rows ?? []);
  return { journeys, journey: chosen, all, shown: filtered(all, filter) };
}
