import type { Clock, Link, Log, Timers } from "#contracts/ports";
import { DecodeError } from "#protocol/bytes";
import {
  answerHeader,
  answerMti,
  answerTo,
  CUPS,
  cupsFrame,
  encodeCupsFrame,
  encodeMessage,
  type IsoMessage,
  journeyIdOf,
  keyOf,
  NETWORK_CODE,
  parseCupsFrame,
} from "#protocol/iso8583";
import { toF7 } from "#protocol/time";
import type { AcquirerConfig } from "./ports.ts";

export type NetworkAnswer =
  | { readonly kind: "answer"; readonly message: IsoMessage }
  | { readonly kind: "notSent" }
  | { readonly kind: "silent" };

/** The acquirer's session with the network. */
export interface NetworkLink {
  start(): void;
  stop(): Promise<void>;
  /**
   * `notSent`: nothing left us. `silent`: it left, and what came of it is not known.
   *
   * @param payload the request's bytes, where they have been made before.
   */
  ask(request: IsoMessage, payload?: Uint8Array): Promise<NetworkAnswer>;
}

export function createNetworkLink(ports: {
  readonly link: Link;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly config: AcquirerConfig;
  readonly stan: () => Promise<string>;
  readonly onUp: () => void;
}): NetworkLink {
  const { link, clock, timers, log, config } = ports;
  const header = { test: true, destination: config.network, source: config.institution, rejectCode: "00000" };
  /** Who waits for one answer: a request that goes twice gets it twice. */
  const waiting = new Map<string, readonly ((answer: NetworkAnswer) => void)[]>();
  const slot = (mti: string, message: IsoMessage) => {
    const key = keyOf(message);
    return key === undefined ? undefined : `${mti}|${journeyIdOf(key)}`;
  };

  function ask(request: IsoMessage, payload = encodeMessage(CUPS, request)): Promise<NetworkAnswer> {
    return new Promise((resolve) => {
      const key = slot(answerMti(request.mti), request)!;
      function settle(answer: NetworkAnswer): void {
        cancel();
        const others = waiting.get(key)?.filter((other) => other !== settle) ?? [];
        if (others.length === 0) waiting.delete(key);
        else waiting.set(key, others);
        resolve(answer);
      }
      const cancel = timers.after(config.answerMs, () => settle({ kind: "silent" }));
      waiting.set(key, [...(waiting.get(key) ?? []), settle]);
      if (!link.send(cupsFrame(header, payload))) settle({ kind: "notSent" });
    });
  }

  /** What was sent may have been booked: a wait that is cut short ends in silence. */
  function giveUpWaiting(): void {
    for (const settle of [...waiting.values()].flat()) settle({ kind: "silent" });
  }

  /** What is owed goes also when the sign-on does not come off: a peer that wants one first refuses it. */
  async function signOn(): Promise<void> {
    const { institution } = config;
    try {
      const fields = { 7: toF7(clock.now()), 11: await ports.stan(), 32: institution, 33: institution };
      await ask({ mti: "0820", fields: { ...fields, 70: NETWORK_CODE.signOn } });
    } catch (error) {
      log.error("acquirer.signOnFailed", { error });
    }
    ports.onUp();
  }

  return {
    ask,
    async stop() {
      await link.stop();
      giveUpWaiting();
    },
    start() {
      link.start({
        onUp() {
          void signOn();
        },
        onDown: giveUpWaiting,
        onFrame(frame) {
          try {
            const { header, message } = parseCupsFrame(frame);
            if (message.mti === "0820") {
              link.send(encodeCupsFrame(answerHeader(header), answerTo(message, "00")));
              return;
            }
            const key = slot(message.mti, message);
            const together = key === undefined ? undefined : waiting.get(key);
            if (together === undefined) log.warn("acquirer.lateAnswer", { mti: message.mti });
            else for (const settle of together) settle({ kind: "answer", message });
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
            log.warn("acquirer.badFrame", { cause: error.message });
          }
        },
      });
    },
  };
}
