import type { NetworkTspApi } from "#contracts/evidence-api";
import type { Calls } from "#contracts/operation";
import type { LinkServerHandlers, Peer } from "#contracts/ports";
import { createFactLog } from "#party";
import { DecodeError } from "#protocol/bytes";
import {
  answerHeader,
  answerTo,
  CUPS,
  type CupsHeader,
  cupsFrame,
  encodeCupsFrame,
  encodeMessage,
  type IsoMessage,
  journeyIdOf,
  keyOf,
  parseCupsFrame,
  parseHeader,
  responseFact,
  text,
} from "#protocol/iso8583";
import { createAnswers, type Outcome } from "./answers.ts";
import { evidence } from "./evidence.ts";
import { createIssuerLink } from "./issuer-link.ts";
import { createJournal } from "./journal.ts";
import { ensureKeys, type NetworkPorts } from "./ports.ts";
import { createSafeStore } from "./safe-store.ts";
import { createSwitch } from "./switch.ts";
import { createTspClient } from "./tsp-client.ts";

export { DEFAULT_TIMING, type NetworkConfig, type Route } from "./config.ts";
export { migrations } from "./migrations.ts";
export type { NetworkPorts } from "./ports.ts";

/** SWITCH: sign-on, routing by card and token ranges, detokenisation, time-outs and reversals. */
export interface Network {
  readonly acquirers: LinkServerHandlers;
  /** What the network holds of a payment, and the acquirer behind it. */
  readonly evidenceApi: Calls<NetworkTspApi>;
  start(): void;
  stop(): Promise<void>;
}

/** Why a message is sent back unread. The list of the header's own codes is published; this one for the body is ours. UNVERIFIED. */
const REJECT_BODY = "00065";

export function createNetwork(ports: NetworkPorts): Network {
  const { db, clock, timers, log, keys, config } = ports;
  ensureKeys(keys);
  const tsp = createTspClient(ports.tsp, timers, log, config.timing.tspAnswerMs);
  const issuers = new Map(
    ports.issuers.map(({ id, link }) => [
      id,
      createIssuerLink({
        id,
        link,
        institution: config.institution,
        clock,
        timers,
        log,
        echoMs: config.timing.echoMs,
        onUp: () => safeStore.wake(),
      }),
    ]),
  );
  const journal = createJournal({ db, clock, timers, keys, log });
  const { reversalRepeatMs: repeatMs, issuerAnswerMs: answerMs } = config.timing;
  const facts = createFactLog({ db, clock, party: "network" });
  const safeStore = createSafeStore({ facts, db, clock, timers, keys, log, issuers, repeatMs, answerMs });
  const handle = createSwitch({ facts, clock, log, config, tsp, issuers, journal, safeStore });
  const answers = createAnswers(clock, config.timing.answerKeptMs);

  async function carryOut(request: IsoMessage): Promise<Outcome | undefined> {
    const answer = await handle(request);
    if (answer === undefined) return undefined;
    // "Try again later" invites an advice or a reversal to come again as it is. A payment that had it was declined: its
    // acquirer has told the shop so, and a straggler must not be carried out behind its back.
    const again = request.mti[2] === "2" && responseFact(text(answer, 39) ?? "").act === "retry";
    return { payload: encodeMessage(CUPS, answer), final: !again };
  }

  /** A request by its own key, once; without a key it is nobody's repeat. */
  function once(request: IsoMessage): Promise<Outcome | undefined> {
    const key = keyOf(request);
    if (key === undefined) return carryOut(request);
    return answers.once(`${request.mti}|${journeyIdOf(key)}|${text(request, 2)}`, () => carryOut(request));
  }

  function receive(peer: Peer, header: CupsHeader, request: IsoMessage): void {
    // Answers nobody asked for, and our own messages sent back as unreadable: to answer them would go on for ever.
    if (Number(request.mti[2]) % 2 === 1 || header.rejectCode !== "00000") {
      log.warn("network.unasked", { mti: request.mti, reject: header.rejectCode });
      return;
    }
    if (request.mti === "0820") {
      peer.send(encodeCupsFrame(answerHeader(header), answerTo(request, "00")));
      return;
    }
    once(request)
      .then((outcome) => outcome !== undefined && peer.send(cupsFrame(answerHeader(header), outcome.payload)))
      // Nobody knows how far it came: no answer, and the acquirer's reversal will put it right.
      .catch((error: unknown) => log.error("network.requestFailed", { error }));
  }

  return {
    evidenceApi: evidence({ ...ports, facts, journal }),
    acquirers: {
      onOpen() {},
      onClose() {},
      onFrame(peer, frame) {
        try {
          const { header, message } = parseCupsFrame(frame);
          receive(peer, header, message);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          log.warn("network.badFrame", { cause: "messageMalformed", at: error.message });
          reject(peer, frame);
        }
      },
    },
    start() {
      tsp.start();
      for (const issuer of issuers.values()) issuer.start();
      safeStore.start();
    },
    async stop() {
      for (const issuer of issuers.values()) await issuer.stop();
      await tsp.stop();
      await safeStore.stop();
      await journal.flushed();
    },
  };
}

/** A readable header before an unreadable body: the message goes back as it came, with the reason in the header. */
function reject(peer: Peer, frame: Uint8Array): void {
  try {
    parseHeader(frame);
  } catch {
    peer.close();
    return;
  }
  const back = frame.slice();
  back.copyWithin(6, 17, 28);
  back.set(frame.subarray(6, 17), 17);
  for (let i = 0; i < REJECT_BODY.length; i++) back[41 + i] = REJECT_BODY.charCodeAt(i);
  peer.send(back);
}
