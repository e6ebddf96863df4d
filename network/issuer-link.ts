import type { Cancel, Clock, Link, Log, Timers } from "#contracts/ports";
import { createWaits } from "#contracts/waits";
import { DecodeError } from "#protocol/bytes";
import {
  answerHeader,
  answerMti,
  answerTo,
  encodeCupsFrame,
  type IsoMessage,
  journeyIdOf,
  keyOf,
  NETWORK_CODE,
  nextStan,
  parseCupsFrame,
  stanText,
  text,
} from "#protocol/iso8583";
import { toF7 } from "#protocol/time";

export type IssuerAnswer =
  | { readonly kind: "answer"; readonly message: IsoMessage }
  | { readonly kind: "notSent" }
  | { readonly kind: "silent" };

/** What was sent may have been booked: a wait that is cut short ends in silence, not in "not sent". */
const SILENT: IssuerAnswer = { kind: "silent" };

/** One issuer: its link, its session, and the requests that wait for its answers. */
export interface IssuerLink {
  readonly id: string;
  start(): void;
  stop(): Promise<void>;
  readonly up: boolean;
  /** `notSent`: nothing left us. `silent`: it left, and no answer came in time. */
  ask(request: IsoMessage, timeoutMs: number): Promise<IssuerAnswer>;
}

export function createIssuerLink(ports: {
  readonly id: string;
  readonly institution: string;
  readonly link: Link;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly echoMs: number;
  /** The link came up: what is owed can be sent. */
  readonly onUp: () => void;
}): IssuerLink {
  const { id, institution, link, clock, timers, log } = ports;
  const waits = createWaits<IssuerAnswer>(timers, SILENT);
  let up = false;
  let stan = clock.now() % 999_999;
  let cancelEcho: Cancel = () => {};

  const slot = (mti: string, message: IsoMessage) => {
    const key = keyOf(message);
    return key === undefined ? undefined : `${mti}|${journeyIdOf(key)}`;
  };
  const send = (message: IsoMessage) =>
    link.send(encodeCupsFrame({ test: true, destination: id, source: institution, rejectCode: "00000" }, message));

  function ask(request: IsoMessage, timeoutMs: number): Promise<IssuerAnswer> {
    const wait = waits.begin(slot(answerMti(request.mti), request)!, timeoutMs);
    if (!send(request)) wait.settle({ kind: "notSent" });
    return wait.answer;
  }

  function management(code: string): IsoMessage {
    stan = nextStan(stan);
    return {
      mti: "0820",
      fields: { 7: toF7(clock.now()), 11: stanText(stan), 32: institution, 33: institution, 70: code },
    };
  }

  function echoLater(): void {
    cancelEcho();
    cancelEcho = timers.after(ports.echoMs, () => {
      void ask(management(NETWORK_CODE.echo), ports.echoMs).then((answer) => {
        if (answer.kind === "silent") log.warn("network.issuerEchoSilent", { issuer: id });
        if (up) echoLater();
      });
    });
  }

  return {
    id,
    get up() {
      return up;
    },
    ask,
    start() {
      link.start({
        onUp() {
          up = true;
          void ask(management(NETWORK_CODE.signOn), ports.echoMs).then(() => up && echoLater());
          ports.onUp();
        },
        onDown() {
          up = false;
          cancelEcho();
          waits.settleAll(SILENT);
        },
        onFrame(frame) {
          try {
            const { header, message } = parseCupsFrame(frame);
            if (message.mti === "0820") {
              link.send(encodeCupsFrame(answerHeader(header), answerTo(message, "00")));
              return;
            }
            const key = slot(message.mti, message);
            if (key === undefined || !waits.settle(key, { kind: "answer", message }))
              log.warn("network.lateAnswer", { issuer: id, mti: message.mti, code: text(message, 39) });
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
            log.warn("network.badIssuerFrame", { issuer: id, cause: error.message });
          }
        },
      });
    },
    async stop() {
      cancelEcho();
      await link.stop();
      waits.settleAll(SILENT);
    },
  };
}
