import type { Clock, KeyStore } from "#contracts/ports";
import type { Route } from "#network";
import { instant } from "#protocol/time";
import { DEFAULT_POLICY } from "#tsp";
import { ROUTES } from "../system.ts";
import type { Party } from "../topology.ts";

/** What can be wrong inside a party, as opposed to on a line. */
export interface Troubles {
  /** The TSP reads it whenever it gives out a number. */
  readonly numbersMax: Record<"debit" | "credit", number>;
  /** The network looks a number up in them whenever one passes. */
  readonly routes: Route[];
  keysOf(party: Party, keys: KeyStore): KeyStore;
  clockOf(party: Party): Clock;
  keyStore(party: Party, is: "up" | "down"): void;
  clockAhead(party: Party, ms: number): void;
  /** Numbers of this kind have no route, until everything is in order again. */
  loseRoute(of: Route["to"]["kind"]): void;
  /** Everything is in order again. */
  end(): void;
}

/** Answered without the store: known since it was last there. */
const PUBLIC: ReadonlySet<keyof KeyStore> = new Set(["publicJwk", "publicPoint"]);

export function createTroubles(clock: Clock): Troubles {
  const down = new Set<Party>();
  const ahead = new Map<Party, number>();
  const numbersMax = { ...DEFAULT_POLICY.numbersMax };
  const routes = [...ROUTES];
  return {
    numbersMax,
    routes,
    keysOf: (party, keys) =>
      new Proxy(keys, {
        get(store, name: keyof KeyStore) {
          if (down.has(party) && !PUBLIC.has(name)) throw new Error("key store: down");
          return store[name];
        },
      }),
    clockOf: (party) => ({ now: () => instant(clock.now() + (ahead.get(party) ?? 0)) }),
    keyStore(party, is) {
      if (is === "down") down.add(party);
      else down.delete(party);
    },
    clockAhead: (party, ms) => void ahead.set(party, ms),
    loseRoute(of) {
      routes.splice(0, routes.length, ...routes.filter(({ to }) => to.kind !== of));
    },
    end() {
      down.clear();
      ahead.clear();
      Object.assign(numbersMax, DEFAULT_POLICY.numbersMax);
      routes.splice(0, routes.length, ...ROUTES);
    },
  };
}
