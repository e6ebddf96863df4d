import type * as v from "valibot";
import type { BankAppApi, FeeQuote, PendingBinding } from "#contracts/bank-app-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Random, Sealer } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { PushInvitation, PushPass } from "#contracts/tsp-api";
import { err, fromUtf8, ok, type Result } from "#protocol/bytes";
import type { OfferedCard } from "../hand-over/messages.ts";
import type { Passkey } from "../phone/ports.ts";
import { createStore, type Store } from "../store.ts";
import { FAULTS, type Fault, passkeyFault, problemFault } from "../text/fault.ts";
import { APP_FAULTS, appFault } from "./words.ts";

type Answer<Name extends keyof BankAppApi> = v.InferOutput<BankAppApi[Name]["answer"]>;
export type AppCard = Answer<"cards">["cards"][number];
export type Line = Answer<"statement">["lines"][number];
export type FeeRule = Answer<"fees">["rules"][number];
export type Transferred = Answer<"transfer">;

export interface AppView {
  readonly cards?: readonly AppCard[];
  readonly pending: readonly PendingBinding[];
  /** The card that is looked at, and what moved on its account. */
  readonly cardId?: string;
  readonly lines?: readonly Line[];
  readonly fees: readonly FeeRule[];
  readonly fault?: Fault;
}

/** A transfer as it is typed. */
export interface Order {
  readonly fromCardId: string;
  readonly toBank: string;
  readonly minor: string;
  readonly toName: string;
  readonly toPan: string;
}

export interface BankApp {
  readonly state: Store<AppView>;
  read(): Promise<void>;
  look(cardId: string | undefined): void;
  approve(bindingId: string, by: "passkey" | "usbKey"): Promise<Result<{ readonly activated: boolean }, Fault>>;
  decline(bindingId: string): Promise<Result<unknown, Fault>>;
  turn(card: AppCard, how: "lockCard" | "unlockCard" | "activateCard"): Promise<Result<unknown, Fault>>;
  /** @param code eight digits, from a teller who saw the document. */
  addUsbKey(name: string, code: string): Promise<Result<unknown, Fault>>;
  addToWallet(card: AppCard): Promise<"added" | "notAdded" | "closed">;
  quote(order: Order): Promise<Result<FeeQuote, Fault>>;
  transfer(order: Order, quote: FeeQuote): Promise<Result<Transferred, Fault>>;
}

export function createBankApp(ports: {
  readonly calls: Calls<BankAppApi>;
  readonly passkey: Pick<Passkey, "create" | "signIn">;
  readonly random: Random;
  readonly sealer: Sealer;
  offerCard(
    card: OfferedCard,
    seal: (invitation: PushInvitation) => Promise<PushPass | undefined>,
  ): Promise<"added" | "notAdded" | "closed">;
}): BankApp {
  const { calls, passkey, random, sealer } = ports;
  const state = createStore<AppView>({ pending: [], fees: [] });
  const context = (): CallContext => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });
  const patch = (change: Partial<AppView>) => state.update((now) => ({ ...now, ...change }));

  async function read(): Promise<void> {
    const [cards, pending] = await Promise.all([calls.cards({}, context()), calls.pending({}, context())]);
    if (cards.ok && pending.ok)
      state.update(({ fault: _, ...now }) => ({
        ...now,
        cards: cards.value.cards,
        pending: pending.value.bindings,
      }));
    else {
      const failed = cards.ok ? pending : cards;
      if (!failed.ok && failed.error.code !== "notSignedIn") patch({ fault: problemFault(failed.error) });
    }
    const { cardId, fees } = state.get();
    if (cardId !== undefined) await readLines(cardId);
    if (fees.length === 0) {
      const table = await calls.fees({}, context());
      if (table.ok) patch({ fees: table.value.rules });
    }
  }

  async function readLines(cardId: string): Promise<void> {
    const found = await calls.statement({ cardId }, context());
    if (found.ok && state.get().cardId === cardId) patch({ lines: found.value.lines });
  }

  /** A change, and how things stand after it. */
  async function done<T>(answer: Result<T, Problem>): Promise<Result<T, Fault>> {
    await read();
    return answer.ok ? answer : err(appFault(answer.error));
  }

  return {
    state,
    read,
    look(cardId) {
      if (state.get().cardId === cardId) return;
      state.update(({ lines: _, cardId: __, ...now }) => ({ ...now, ...(cardId === undefined ? {} : { cardId }) }));
      if (cardId !== undefined) void readLines(cardId);
    },

    async approve(bindingId, by) {
      const begun = await calls.approveOptions({ bindingId, by }, context());
      if (!begun.ok) return done(begun);
      const proof = await passkey.signIn(begun.value.options);
      if (!proof.ok) return err(by === "usbKey" ? APP_FAULTS.usbKey : passkeyFault(proof.error));
      const { ceremonyId } = begun.value;
      return done(await calls.approve({ ceremonyId, response: proof.value.response }, context()));
    },

    decline: async (bindingId) => done(await calls.decline({ bindingId }, context())),

    turn: async ({ cardId }, how) => done(await calls[how]({ cardId }, context())),

    async addUsbKey(name, code) {
      const begun = await calls.usbKeyOptions({ name, code }, context());
      if (!begun.ok) return err(begun.error.at === "code" ? APP_FAULTS.tellerCode : appFault(begun.error));
      const proof = await passkey.create(begun.value.options);
      if (!proof.ok) return err(proof.error === "failed" ? APP_FAULTS.usbKnown : passkeyFault(proof.error));
      const { ceremonyId } = begun.value;
      return done(await calls.addUsbKey({ ceremonyId, response: proof.value.response }, context()));
    },

    addToWallet({ cardId, panSuffix, product }) {
      return ports.offerCard({ panSuffix, product }, async (invitation) => {
        const sealed = await calls.addToWallet({ cardId, invitation }, context());
        if (sealed.ok) return sealed.value;
        patch({ fault: appFault(sealed.error) });
        return undefined;
      });
    },

    async quote({ fromCardId, toBank, minor }) {
      const quoted = await calls.quoteTransfer({ fromCardId, toBank, amount: { minor, currency: "156" } }, context());
      return quoted.ok ? quoted : err(appFault(quoted.error));
    },

    async transfer({ toPan, toName }, { quoteId }) {
      const key = await calls.publicKey({}, context());
      if (!key.ok) return err(appFault(key.error));
      let toPanJwe: string;
      try {
        toPanJwe = await sealer.sealTo(key.value, fromUtf8(JSON.stringify({ pan: toPan })));
      } catch {
        return err(FAULTS.storage);
      }
      const moved = await done(await calls.transfer({ quoteId, toPanJwe, toName }, context()));
      return moved.ok ? ok(moved.value) : moved;
    },
  };
}
