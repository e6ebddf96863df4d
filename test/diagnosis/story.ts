import type { Cause, Fact, FactCode, FactData, Holding, Stage, Witness } from "#protocol/diagnosis";
import { CAUSES, isCause } from "#protocol/diagnosis";
import { instant } from "#protocol/time";

/*
 * Evidence written as a story, one thing after the other on one clock. Every party stamps with its own clock, which may
 * be off; parties keep what others say through them.
 */

const KEEPER: Readonly<Partial<Record<Witness, Witness>>> = {
  device: "wallet",
  bankApp: "issuer",
  carrier: "issuer",
  terminal: "acquirer",
  gate: "acquirer",
  merchant: "acquirer",
};
export const BINDING_PARTIES: readonly Witness[] = ["wallet", "tsp", "issuer"];
export const PAYMENT_PARTIES: readonly Witness[] = ["acquirer", "network", "tsp", "issuer", "wallet"];

export type UpTo = "sent" | "received" | "decided" | "answered";

export interface Call {
  readonly from: Witness;
  readonly to: Witness;
  readonly operation: string;
  readonly stage: Stage;
  readonly key?: string;
}

export interface Story {
  now(): number;
  wait(ms: number): void;
  /** Sets a party's clock ahead of the story's. */
  skew(party: Witness, ms: number): void;
  note(party: Witness, code: FactCode, data?: FactData, more?: { stage?: Stage; outcome?: Fact["outcome"] }): void;
  fails(party: Witness, cause: Cause, data?: FactData, stage?: Stage): void;
  /** One side's fact of a hop. */
  side(call: Call, code: "sent" | "received" | "decided" | "answered" | "unanswered", data?: FactData): void;
  /** A whole call: its four facts, with what happens meanwhile at the other party. */
  call(call: Call, answer?: FactData, inside?: () => void): void;
  /** A call that gets as far as `upTo` and is given up by its caller. */
  lost(call: Call, upTo: UpTo, inside?: () => void): void;
  holdings(parties?: readonly Witness[], more?: Partial<Record<Witness, Partial<Holding>>>): readonly Holding[];
}

export function story(journeyId = "binding-1"): Story {
  let clock = 1_790_000_000_000;
  const began = clock;
  const skews = new Map<Witness, number>();
  const facts: { readonly keeper: Witness; readonly fact: Fact }[] = [];
  let keys = 0;

  const note: Story["note"] = (party, code, data = {}, more = {}) => {
    clock += 7;
    const keeper = KEEPER[party] ?? party;
    const stage = more.stage ?? (isCause(code) ? CAUSES[code].stage : "decision");
    facts.push({
      keeper,
      fact: {
        journeyId,
        at: instant(clock + (skews.get(party === "device" ? "device" : keeper) ?? 0)),
        party,
        stage,
        code,
        outcome: more.outcome ?? "noted",
        data,
      },
    });
  };
  const keyOf = (call: Call) => call.key ?? `key-${keys}`;
  const side: Story["side"] = (call, code, data = {}) => {
    const caller = code === "sent" || code === "answered" || code === "unanswered";
    const [party, peer] = caller ? [call.from, call.to] : [call.to, call.from];
    note(party, code, { peer, operation: call.operation, hop: keyOf(call), ...data }, { stage: call.stage });
  };
  const keyed = (call: Call): Call => {
    keys += 1;
    return { ...call, key: call.key ?? `key-${keys}` };
  };

  return {
    now: () => clock,
    wait: (ms) => {
      clock += ms;
    },
    skew: (party, ms) => {
      skews.set(party, ms);
    },
    note,
    side,
    fails: (party, cause, data = {}, stage) =>
      note(party, cause, data, { outcome: "failed", ...(stage === undefined ? {} : { stage }) }),
    call: (given, answer = { answer: "ok" }, inside) => {
      const call = keyed(given);
      side(call, "sent");
      side(call, "received");
      inside?.();
      side(call, "decided", answer);
      side(call, "answered", answer);
    },
    lost: (given, upTo, inside) => {
      const call = keyed(given);
      side(call, "sent");
      if (upTo !== "sent") {
        side(call, "received");
        inside?.();
        if (upTo !== "received") side(call, "decided", { answer: "ok" });
      }
      clock += 10_000;
      side(call, "unanswered", { answer: "peerUnavailable" });
    },
    holdings: (parties = journeyId.startsWith("iso-") ? PAYMENT_PARTIES : BINDING_PARTIES, more = {}) =>
      parties.map((party) => ({
        party,
        reachable: true,
        askedAt: instant(clock + (skews.get(party) ?? 0)),
        upSince: instant(began - 3_600_000),
        facts: facts.filter(({ keeper }) => keeper === party).map(({ fact }) => fact),
        ...more[party],
      })),
  };
}

/** The same evidence when one party can't be read. */
export function without(holdings: readonly Holding[], party: Witness): readonly Holding[] {
  return holdings.map((holding) =>
    holding.party === party ? { party, reachable: false, askedAt: holding.askedAt, facts: [] } : holding,
  );
}

export const WALLET_TSP = { from: "wallet", to: "tsp" } as const;
export const TSP_ISSUER = { from: "tsp", to: "issuer" } as const;
export const ISSUER_TSP = { from: "issuer", to: "tsp" } as const;
export const TSP_WALLET = { from: "tsp", to: "wallet" } as const;
