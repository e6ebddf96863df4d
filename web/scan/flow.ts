import type { Cancel, Timers } from "#contracts/ports";
import { createStore, type Store } from "../store.ts";
import { type AgreedCard, createAgreement } from "./agreement.ts";
import type { Camera, CameraFault, LiveCamera, OpenScanner, Scanner } from "./ports.ts";

export type ScanState =
  | { readonly step: "closed" }
  | { readonly step: "opening" }
  | {
      readonly step: "looking";
      readonly camera: LiveCamera;
      /** The models are there: frames are being read. */
      readonly ready: boolean;
      /** Absent: there is no lamp to switch. */
      readonly torch?: boolean;
      /** `nothing`: nothing was found in the time that one holds a card still; it goes on looking. */
      readonly hint?: "otherCard" | "nothing";
    }
  | { readonly step: "failed"; readonly why: CameraFault | "noReader" };

/** What comes of a scan, for whoever opened it. */
export interface ScanOutcome {
  /** Two frames agree. The scan is over. */
  onCard(card: AgreedCard): void;
  /** What stood in the way; typing goes on. */
  onTrouble(cause: "cameraRefused" | "scanUnreadable"): void;
}

export interface ScanFlow {
  readonly state: Store<ScanState>;
  open(outcome: ScanOutcome): Promise<void>;
  switchTorch(): Promise<void>;
  /** Ends the camera and the reader, and forgets every frame. */
  close(): void;
}

export interface ScanPorts {
  readonly camera: Camera;
  readonly openScanner: OpenScanner;
  readonly timers: Timers;
}

const NOTHING_AFTER_MS = 10_000;
/** A camera that has not yet sent its first picture. */
const LOOK_AGAIN_MS = 80;
/** Frames that a credit card's number waits for its expiry date before it goes without. */
const DATE_WAITS = 4;

type Looking = Extract<ScanState, { step: "looking" }>;

export function createScanFlow({ camera, openScanner, timers }: ScanPorts): ScanFlow {
  const state = createStore<ScanState>({ step: "closed" });
  /** Counts openings: what belongs to an earlier one has ended. */
  let session = 0;
  let closers: (() => void)[] = [];

  function patch(change: Partial<Looking>): void {
    const now = state.get();
    if (now.step === "looking") state.set({ ...now, ...change });
  }

  function end(next: ScanState): void {
    session += 1;
    for (const close of closers) close();
    closers = [];
    state.set(next);
  }

  async function look(live: LiveCamera, scanner: Scanner, outcome: ScanOutcome): Promise<void> {
    const mine = session;
    const agreement = createAgreement();
    const late: Cancel = timers.after(NOTHING_AFTER_MS, () => {
      patch({ hint: "nothing" });
      outcome.onTrouble("scanUnreadable");
    });
    closers.push(late);
    let waited = 0;
    for (let turn = 0; session === mine; turn++) {
      const picture = live.grab(turn);
      if (picture === undefined) {
        await new Promise<void>((resolve) => timers.after(LOOK_AGAIN_MS, resolve));
        continue;
      }
      const reading = await scanner.read(picture);
      if (session !== mine) return;
      if (reading === undefined) return end({ step: "failed", why: "noReader" });
      const agreed = agreement.hear(reading);
      if (agreed?.kind === "card") {
        // Its date is wanted too, where the form will ask for it; but not for long.
        const { credit, expiry } = agreed.card;
        if (credit && expiry === undefined && waited++ < DATE_WAITS) continue;
        end({ step: "closed" });
        return outcome.onCard(agreed.card);
      }
      if (agreed?.kind === "otherCard") patch({ hint: "otherCard" });
    }
  }

  return {
    state,

    async open(outcome) {
      end({ step: "opening" });
      const mine = session;
      const opened = await camera.open(() => session === mine && end({ step: "failed", why: "none" }));
      if (session !== mine) {
        if (opened.ok) opened.value.close();
        return;
      }
      if (!opened.ok) {
        end({ step: "failed", why: opened.error });
        if (opened.error === "refused") outcome.onTrouble("cameraRefused");
        return;
      }
      const live = opened.value;
      closers.push(() => live.close());
      state.set({ step: "looking", camera: live, ready: false, ...(live.torch === undefined ? {} : { torch: false }) });
      const scanner = await openScanner();
      if (session !== mine) return scanner?.close();
      if (scanner === undefined) return end({ step: "failed", why: "noReader" });
      closers.push(() => scanner.close());
      patch({ ready: true });
      await look(live, scanner, outcome);
    },

    async switchTorch() {
      const now = state.get();
      if (now.step !== "looking" || now.torch === undefined) return;
      const on = !now.torch;
      await now.camera.torch?.(on);
      patch({ torch: on });
    },

    close: () => end({ step: "closed" }),
  };
}
