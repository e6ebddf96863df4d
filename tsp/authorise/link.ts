import type { LinkServerHandlers, Log, Peer } from "#contracts/ports";
import {
  encodeTokenAnswers,
  parseTokenRequests,
  type TokenAnswer,
  type TokenRequest,
} from "#contracts/token-authorisation";
import { DecodeError } from "#protocol/bytes";

/** The network's door: frames of many requests in, frames of many answers out, as they are decided. */
export function tokenLink(
  authorise: (request: TokenRequest) => Promise<TokenAnswer>,
  log: Log,
  failed: (journeyId: string, error: unknown) => Promise<void>,
): LinkServerHandlers {
  const ready = new Map<Peer, TokenAnswer[]>();

  /** Answers of one turn leave in one frame. */
  function answer(peer: Peer, one: TokenAnswer): void {
    const waiting = ready.get(peer);
    if (waiting === undefined) return;
    waiting.push(one);
    if (waiting.length > 1) return;
    queueMicrotask(() => {
      const frame = waiting.splice(0);
      if (frame.length > 0) peer.send(encodeTokenAnswers(frame));
    });
  }

  return {
    onOpen: (peer) => void ready.set(peer, []),
    onClose: (peer) => void ready.delete(peer),
    onFrame(peer, frame) {
      let requests: readonly TokenRequest[];
      try {
        requests = parseTokenRequests(frame);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        log.warn("tsp.badFrame", { cause: error.message });
        peer.close();
        return;
      }
      for (const request of requests) {
        authorise(request).then(
          (decided) => answer(peer, decided),
          async (error: unknown) => {
            log.error("tsp.authoriseFailed", { error });
            await failed(request.journeyId, error).catch((also: unknown) =>
              log.error("tsp.failureUnnoted", { error: also }),
            );
            answer(peer, { id: request.id, outcome: "failed" });
          },
        );
      }
    },
  };
}
