import type { CallContext, Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { TspWalletApi } from "#contracts/tsp-api";
import type { WalletEvent } from "#contracts/wallet-api";
import { createFactLog, type FactLog, once, WALLET_TO_TSP, witnessCalls } from "#party";
import { err, fromUtf8, ok, type Result, toBase64url, toHex } from "#protocol/bytes";
import { DEFAULT_POLICY, type WalletPolicy } from "./policy.ts";
import type { WalletServerPorts } from "./ports.ts";

/** What every part of the wallet provider works with. */
export interface Desk extends Omit<WalletServerPorts, "policy"> {
  readonly policy: WalletPolicy;
  readonly facts: FactLog;
  /** The TSP, with the facts of each hop. */
  readonly tsp: Calls<TspWalletApi>;
  publish(deviceId: string, event: WalletEvent): void;
  hash(text: string): Uint8Array;
  /**
   * A call of an account whose repeat gets the first answer. What it asks of others it asks under `hop.idempotencyKey`,
   * the same each time; so what is done again after a crash is done once in effect. Only a hash of the request is kept.
   */
  remembered<T>(
    call: { readonly accountId: string; readonly operation: string; readonly context: CallContext },
    request: object,
    work: (hopKey: string) => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>>;
  /** The key under which a call asks others: keys of two accounts may be alike, and the TSP sees one caller. */
  hopKey(accountId: string, operation: string, context: CallContext): string;
  /** The id of what a call makes: the same each time it comes, so that it is made once even when both come together. */
  idOf(hopKey: string): string;
  /** As `remembered`, for secrets: the first answer is not kept, and the repeat is refused. */
  shownOnce<T>(
    call: { readonly accountId: string; readonly operation: string; readonly context: CallContext },
    work: (tx: Queries) => Promise<T>,
  ): Promise<Result<T, Problem>>;
}

export function createDesk(ports: WalletServerPorts, publish: Desk["publish"]): Desk {
  const { db, clock, sha256 } = ports;
  const facts = createFactLog({ db, clock, party: "wallet" });
  const hash = (text: string) => sha256(fromUtf8(text));
  const hashText = (text: string) => toBase64url(hash(text));

  const hopKey: Desk["hopKey"] = (accountId, operation, context) =>
    hashText(`${accountId}/${operation}/${context.idempotencyKey}`);

  return {
    ...ports,
    hopKey,
    idOf: (key) => toHex(hash(key).subarray(0, 16)),
    policy: { ...DEFAULT_POLICY, ...ports.policy },
    facts,
    tsp: witnessCalls(ports.tsp, WALLET_TO_TSP, "tsp", facts),
    publish,
    hash,

    remembered({ accountId, operation, context }, request, work) {
      const name = { caller: accountId, operation, key: context.idempotencyKey };
      const asked = { sha256: hashText(JSON.stringify(request)) };
      const key = hopKey(accountId, operation, context);
      return once(db, name, asked, clock.now(), async (remember) => {
        const result = await work(key);
        if (result.ok) await remember(db, result.value);
        return result;
      });
    },

    async shownOnce({ accountId, operation, context }, work) {
      const name = { caller: accountId, operation, key: context.idempotencyKey };
      let made: { readonly value: Awaited<ReturnType<typeof work>> } | undefined;
      const first = await once<object>(db, name, {}, clock.now(), async (remember) => {
        await db.transaction(async (tx) => {
          const value = await work(tx);
          await remember(tx, {});
          made = { value };
        });
        return ok({});
      });
      if (!first.ok) return first;
      return made === undefined
        ? err(problem("wrongState", { detail: "it was shown once; ask for a new one" }))
        : ok(made.value);
    },
  };
}

/** What is asked about a binding belongs to its journey. */
export function about(bindingId: string, idempotencyKey: string): CallContext {
  return { journeyId: bindingId, idempotencyKey };
}
