import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { isIP } from "node:net";
import webPush from "web-push";
import type { PushTarget } from "#contracts/push";
import { publicLookup } from "./addresses.ts";
import type { PushKeys } from "./keys.ts";

export interface PushOptions {
  readonly keys: PushKeys;
  /** Whom a push service may write to: mailto: or https:. */
  readonly contact: string;
  /** Of tests alone: a push service on this machine, without TLS. */
  readonly allowLoopback?: boolean;
}

/** What the wallet server asks of it. */
interface Sender {
  readonly publicKey: string;
  accepts(endpoint: string): boolean;
  send(target: PushTarget, text: string, about: About): Promise<Outcome>;
}
interface About {
  readonly topic: string;
  readonly ttlSeconds: number;
}
type Outcome = { readonly kind: "taken" | "gone" | "refused" } | { readonly kind: "later"; readonly afterMs?: number };

const ANSWER_WITHIN_MS = 10_000;

/**
 * Web Push: encrypted for one browser (RFC 8291), signed by our key (RFC 8292). A browser names the address, so it may be
 * anybody's: only names on the internet over https are asked, each at an address that was looked at, and no redirect is followed.
 */
export function webPushSender({ keys, contact, allowLoopback = false }: PushOptions): Sender {
  const { publicKey, privateKey } = keys;

  function addressOf(endpoint: string): URL | undefined {
    if (!URL.canParse(endpoint)) return undefined;
    const url = new URL(endpoint);
    if (url.username !== "" || url.password !== "") return undefined;
    if (allowLoopback && url.protocol === "http:" && url.hostname === "127.0.0.1") return url;
    const named = url.hostname.includes(".") && isIP(url.hostname.replace(/^\[|\]$/g, "")) === 0;
    return url.protocol === "https:" && url.port === "" && named ? url : undefined;
  }

  return {
    publicKey,
    accepts: (endpoint) => addressOf(endpoint) !== undefined,

    async send(target, text, about) {
      const url = addressOf(target.endpoint);
      if (url === undefined) return { kind: "refused" };
      let details: ReturnType<typeof webPush.generateRequestDetails>;
      try {
        const { endpoint, p256dh, auth } = target;
        details = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, text, {
          vapidDetails: { subject: contact, publicKey, privateKey },
          TTL: about.ttlSeconds,
          topic: about.topic,
          urgency: "high",
          contentEncoding: "aes128gcm",
        });
      } catch {
        // A point that is not on the curve: no try will change it.
        return { kind: "gone" };
      }
      const { headers, body } = details;
      return new Promise((done) => {
        const send = url.protocol === "https:" ? tlsRequest : plainRequest;
        const request = send(url, {
          method: "POST",
          headers: headers as Record<string, string>,
          lookup: allowLoopback ? undefined : publicLookup,
          timeout: ANSWER_WITHIN_MS,
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
          agent: false,
        });
        request.once("response", (response) => {
          response.resume();
          done(outcomeOf(response));
        });
        request.on("error", () => done({ kind: "later" }));
        request.end(body);
      });
    },
  };
}

function outcomeOf({ statusCode = 0, headers }: IncomingMessage): Outcome {
  if (statusCode >= 200 && statusCode < 300) return { kind: "taken" };
  // RFC 8030 §7.3: the subscription is over.
  if (statusCode === 404 || statusCode === 410) return { kind: "gone" };
  if (statusCode === 429 || statusCode >= 500) {
    const seconds = Number(headers["retry-after"]);
    return { kind: "later", ...(seconds > 0 ? { afterMs: seconds * 1000 } : {}) };
  }
  return { kind: "refused" };
}
