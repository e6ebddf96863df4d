import type { Clock, Link, Log, Timers } from "#contracts/ports";
import { createWaits } from "#contracts/waits";
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

/** What was sent may have been booked: a wait that is cut short ends in silence. */
const SILENT: NetworkAnswer = { kind: "silent" };

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
  /** An answer that nobody waits for any more. */
  readonly onLateAnswer: (answer: IsoMessage) => void;
}): NetworkLink {
  const { link, clock, timers, log, config } = ports;
  const header = { test: true, destination: config.network, source: config.institution, rejectCode: "00000" };
  const waits = createWaits<NetworkAnswer>(timers, SILENT);
  const slot = (mti: string, message: IsoMessage) => {
    const key = keyOf(message);
    return key === undefined ? undefined : `${mti}|${journeyIdOf(key)}`;
  };

  function ask(request: IsoMessage, payload = encodeMessage(CUPS, request)): Promise<NetworkAnswer> {
    const wait = waits.begin(slot(answerMti(request.mti), request)!, config.answerMs);
    if (!link.send(cupsFrame(header, payload))) wait.settle({ kind: "notSent" });
    return wait.answer;
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
      waits.settleAll(SILENT);
    },
    start() {
      link.start({
        onUp() {
          void signOn();
        },
        onDown: () => waits.settleAll(SILENT),
        onFrame(frame) {
          try {
            const { header, message } = parseCupsFrame(frame);
            if (message.mti === "0820") {
              link.send(encodeCupsFrame(answerHeader(header), answerTo(message, "00")));
              return;
            }
            const key = slot(message.mti, message);
            if (key === undefined || !waits.settle(key, { kind: "answer", message })) {
              log.warn("acquirer.lateAnswer", { mti: message.mti });
              ports.onLateAnswer(message);
            }
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
            log.warn("acquirer.badFrame", { cause: error.message });
          }
        },
      });
    },
  };
}
