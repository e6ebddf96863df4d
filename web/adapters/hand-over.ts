import * as v from "valibot";
import type { PushInvitation, PushPass } from "#contracts/tsp-api";
import { FromBank, FromWallet, Offer, type OfferedCard, Ready, WALLET_FROM_BANK } from "../hand-over/messages.ts";
import { createStore, type Store } from "../store.ts";

/** A card that the bank's app holds out to this wallet. */
export interface CardOffer {
  readonly card: OfferedCard;
  /** The sealed card for an invitation; undefined: the bank refused, or its app is gone. */
  ask(invitation: PushInvitation): Promise<PushPass | undefined>;
  end(added: boolean): void;
}

const ANSWER_WITHIN_MS = 20_000;

/** The wallet's end: the card that is held out by the app that opened this page, if one did. */
export function hearCardOffer(): Store<CardOffer | undefined> {
  const offer = createStore<CardOffer | undefined>(undefined);
  const opener = window.opener as Window | null;
  if (opener === null || !WALLET_FROM_BANK.endsWith(location.hash) || location.hash === "") return offer;
  window.addEventListener("message", (event) => {
    const [line] = event.ports;
    const said = v.safeParse(Offer, event.data);
    if (event.origin !== location.origin || event.source !== opener || line === undefined || !said.success) return;
    offer.set({
      card: said.output.card,
      ask: (invitation) =>
        new Promise((resolve) => {
          const timer = setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS);
          line.onmessage = ({ data }) => {
            const answer = v.safeParse(FromBank, data);
            clearTimeout(timer);
            resolve(answer.success && answer.output.kind === "pass" ? answer.output.pass : undefined);
          };
          line.postMessage({ kind: "invitation", invitation });
        }),
      end(added) {
        line.postMessage({ kind: "ended", added });
        offer.set(undefined);
      },
    });
  });
  opener.postMessage({ kabao: "walletReady" }, location.origin);
  return offer;
}

/**
 * The bank's app's end: opens the wallet and holds the card out to it.
 *
 * @param seal the bank's answer to the wallet's invitation; undefined: it refused.
 * @returns how it ended; `closed`: the wallet's page did not open, or was closed.
 */
export function offerCard(
  card: OfferedCard,
  seal: (invitation: PushInvitation) => Promise<PushPass | undefined>,
): Promise<"added" | "notAdded" | "closed"> {
  const wallet = window.open(WALLET_FROM_BANK, "_blank");
  if (wallet === null) return Promise.resolve("closed");
  return new Promise((resolve) => {
    const { port1: line, port2: theirs } = new MessageChannel();
    const watch = setInterval(() => wallet.closed && finish("closed"), 500);
    function onReady(event: MessageEvent): void {
      if (event.origin !== location.origin || event.source !== wallet || !v.is(Ready, event.data)) return;
      window.removeEventListener("message", onReady);
      wallet!.postMessage({ kabao: "cardOffer", card }, location.origin, [theirs]);
    }
    function finish(how: "added" | "notAdded" | "closed"): void {
      clearInterval(watch);
      window.removeEventListener("message", onReady);
      line.close();
      resolve(how);
    }
    line.onmessage = async ({ data }) => {
      const said = v.safeParse(FromWallet, data);
      if (!said.success) return;
      if (said.output.kind === "ended") return finish(said.output.added ? "added" : "notAdded");
      const pass = await seal(said.output.invitation);
      line.postMessage(pass === undefined ? { kind: "refused" } : { kind: "pass", pass });
    };
    window.addEventListener("message", onReady);
  });
}
