import type { Hono } from "hono";
import type { Api, Calls } from "#contracts/operation";
import type { Clock, Link, LinkServer, LinkServerHandlers, Log, Timers } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { WireTap } from "#contracts/wire";
import { httpCalls, memoryCalls } from "#platform/calls";
import { serveApi } from "#platform/http";
import { memoryLink } from "#platform/memory-link";
import { FRAMINGS, tcpLink, tcpLinkServer } from "#platform/tcp";
import { err, toBase64url } from "#protocol/bytes";
import type { ServeConfig } from "./config.ts";
import type { Environment } from "./environment.ts";
import { EDGES, type EdgeName, pathOf, wiringOf } from "./topology.ts";
import { callTap, tapLink } from "./wire/tap.ts";

/** Makes each edge of the topology as this process needs it: in memory, a door, or a call. */
export interface Edges {
  /** The calling end of a frame edge. */
  link(name: FrameEdge): Link;
  /** Serves the far end of a frame edge, when it is here. */
  serve(name: FrameEdge, handlers: LinkServerHandlers): Promise<void>;
  /** The calling end of a JSON edge. */
  calls<A extends Api>(name: JsonEdge, api: A): Calls<A>;
  /** Gives the far end of a JSON edge what it offers. `door` is where it listens when it must. */
  offer<A extends Api>(name: JsonEdge, api: A, calls: Calls<A>, door: () => Hono): void;
  stop(): Promise<void>;
}

export type FrameEdge = "acquirerToNetwork" | "networkToTsp" | "networkToIssuer";
export type JsonEdge = Exclude<EdgeName, FrameEdge>;

/** Stands on every edge of a sandbox, and does to what passes what it was told to. */
export interface EdgeFaults {
  link(name: FrameEdge, link: Link): Link;
  calls<A extends Api>(name: JsonEdge, calls: Calls<A>): Calls<A>;
}

export function createEdges(
  config: ServeConfig,
  environment: Pick<Environment, "linkSecret">,
  ports: {
    readonly clock: Clock & Timers;
    readonly log: Log;
    readonly tap: WireTap;
    readonly faults?: EdgeFaults | undefined;
  },
): Edges {
  const { clock, log, tap, faults } = ports;
  const pairs = new Map<FrameEdge, { link: Link; server: LinkServer }>();
  const offered = new Map<JsonEdge, Calls<Api>>();
  const servers: LinkServer[] = [];

  function pair(name: FrameEdge) {
    const known = pairs.get(name);
    if (known !== undefined) return known;
    const made = memoryLink();
    pairs.set(name, made);
    return made;
  }
  const framingOf = (name: FrameEdge) => FRAMINGS[EDGES[name].kind === "token" ? "length32" : "cups"];
  /** A party of someone else's in place of ours speaks plain CUPS: it has no secret of ours. */
  const secretOf = (name: FrameEdge) => {
    const { from, to } = EDGES[name];
    const strange = config.strangers.has(from) || config.strangers.has(to);
    return strange ? {} : { secret: environment.linkSecret(name) };
  };
  const bearerOf = (name: JsonEdge) => toBase64url(environment.linkSecret(name));

  return {
    link(name) {
      const edge = EDGES[name];
      const address = config.addresses[name];
      const link =
        wiringOf(edge, config.hosted) === "memory" || address === undefined
          ? pair(name).link
          : tcpLink({
              host: address.hostname,
              port: Number(address.port),
              framing: framingOf(name),
              timers: clock,
              log,
              ...secretOf(name),
            });
      return tapLink(
        faults === undefined ? link : faults.link(name, link),
        tap,
        { from: edge.from, to: edge.to, kind: edge.kind === "token" ? "token" : "iso8583" },
        clock,
      );
    },
    async serve(name, handlers) {
      const edge = EDGES[name];
      if (wiringOf(edge, config.hosted) === "memory") return pair(name).server.start(handlers);
      const server = tcpLinkServer({
        host: "127.0.0.1",
        port: config.port + edge.portOffset,
        framing: framingOf(name),
        log,
        ...secretOf(name),
      });
      servers.push(server);
      await server.start(handlers);
    },
    calls<A extends Api>(name: JsonEdge, api: A): Calls<A> {
      const edge = EDGES[name];
      const address = config.addresses[name];
      const seen = (calls: Calls<A>) =>
        callTap(tap, edge, clock).around(api, faults === undefined ? calls : faults.calls(name, calls));
      if (wiringOf(edge, config.hosted) !== "memory" && address !== undefined)
        return seen(
          httpCalls(api, {
            baseUrl: `${address.origin}${address.pathname.replace(/\/$/, "")}${pathOf(edge)}`,
            bearer: bearerOf(name),
          }),
        );
      // The far end is made later than its caller: they know each other by name only.
      const late = Object.fromEntries(
        Object.keys(api).map((operation) => [
          operation,
          async (request: never, context: never) =>
            offered.get(name)?.[operation]?.(request, context) ?? err(problem("peerUnavailable")),
        ]),
      ) as unknown as Calls<A>;
      const onFailure = (operation: string, error: unknown) =>
        log.error("call.failed", { edge: name, operation, error });
      return seen(memoryCalls(api, { calls: late, onFailure }));
    },
    offer(name, api, calls, door) {
      offered.set(name, calls as unknown as Calls<Api>);
      if (wiringOf(EDGES[name], config.hosted) !== "listen") return;
      const bearer = bearerOf(name);
      serveApi(door(), pathOf(EDGES[name]), {
        api,
        log,
        callsFor: (context): typeof calls | Problem =>
          context.req.header("authorization") === `Bearer ${bearer}` ? calls : problem("notSignedIn"),
      });
    },
    async stop() {
      for (const server of servers) await server.stop();
    },
  };
}
