import { existsSync, readFileSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { acquirerTillApi } from "#contracts/acquirer-api";
import { bankAppApi, bankSignInApi } from "#contracts/bank-app-api";
import { bankViewApi, issuerDeskApi } from "#contracts/desk-api";
import { explainApi } from "#contracts/explain-api";
import type { Log } from "#contracts/ports";
import { problem } from "#contracts/problem";
import { sandboxApi } from "#contracts/sandbox-api";
import { walletDeviceApi, walletSignInApi } from "#contracts/wallet-api";
import { walletOpsApi } from "#contracts/wallet-ops-api";
import { wireApi } from "#contracts/wire-api";
import { type MovableClock, systemClock } from "#platform/clock";
import {
  type Context,
  doorGuard,
  eventStream,
  Hono,
  type Listening,
  listen,
  problemAnswer,
  serveApi,
} from "#platform/http";
import { DEMO_CARDS } from "#protocol/pan";
import { sandboxCalls } from "../sandbox/door.ts";
import type { FaultBoard } from "../sandbox/faults.ts";
import type { System } from "../system.ts";
import { wireCalls } from "../wire/door.ts";
import type { WireHub } from "../wire/hub.ts";
import { callTap } from "../wire/tap.ts";
import { attachField } from "./field.ts";

const CARD_ANSWERS_WITHIN_MS = 10_000;
const ID = /^[A-Za-z0-9_-]{1,64}$/;

export interface StageOptions {
  readonly host: string;
  readonly port: number;
  readonly system: System;
  readonly hub: WireHub;
  readonly log: Log;
  /** Demo pages and helpers; never in a production profile. */
  readonly demo: boolean;
  /** Of a sandbox: its controls. */
  readonly sandbox?: { readonly faults: FaultBoard; readonly clock: MovableClock };
  /** Built pages, when this process serves them. */
  readonly pages?: string;
}

/** The faces of the parties hosted here, on one port: wallet, till, bank desk, and in the demo the page itself. */
export async function openStage(options: StageOptions): Promise<Listening> {
  const { port, system, log } = options;
  const app = new Hono();
  const names = ["localhost", "127.0.0.1", "[::1]"];
  const hosts = new Set(names.map((name) => `${name}:${port}`));
  const origins = new Set([...hosts].map((host) => `http://${host}`));
  app.use("*", doorGuard(hosts, origins));

  const { wallet, acquirer, issuer } = system;
  const clock = options.sandbox?.clock ?? systemClock;
  // What a page changes is part of the journey; what it only reads would drown it.
  const tap = options.demo ? options.hub : { record() {} };
  const fromPhone = callTap(tap, { from: "phone", to: "wallet" }, clock, { changesOnly: true });
  const fromTill = callTap(tap, { from: "terminal", to: "acquirer" }, clock, { changesOnly: true });
  if (wallet !== undefined) {
    serveApi(app, "/wallet", { api: walletSignInApi, log, callsFor: () => wallet.signIn });
    serveApi(app, "/wallet", {
      api: walletDeviceApi,
      log,
      async callsFor(context) {
        const session = await wallet.session(bearerOf(context.req.header("authorization")));
        return session === undefined
          ? problem("notSignedIn")
          : fromPhone.around(walletDeviceApi, wallet.deviceApi(session));
      },
    });
    app.get("/wallet/v1/events", async (context) => {
      const session = await wallet.session(bearerOf(context.req.header("authorization")));
      if (session === undefined) return problemAnswer(context, problem("notSignedIn"));
      let forward: (event: unknown) => void = () => {};
      const deviceId = context.req.query("deviceId") ?? "";
      const stop = ID.test(deviceId)
        ? await wallet.subscribe(session, deviceId, (event) => {
            fromPhone.event(event.type, event);
            forward(event);
          })
        : undefined;
      if (stop === undefined) return problemAnswer(context, problem("notFound", { at: "deviceId" }));
      return eventStream(context, (stream) => {
        forward = (event) => stream.send("wallet", event);
        return stop;
      });
    });
  }
  if (acquirer !== undefined) {
    const till = fromTill.around(acquirerTillApi, acquirer.till);
    serveApi(app, "/acquirer", { api: acquirerTillApi, log, callsFor: () => till });
  }
  if (issuer !== undefined) {
    serveApi(app, "/desk", {
      api: issuerDeskApi,
      log,
      callsFor: (context) => issuer.desk(bearerOf(context.req.header("authorization"))) ?? problem("notSignedIn"),
    });
    serveApi(app, "/bank", { api: bankSignInApi, log, callsFor: () => issuer.bankSignIn });
    serveApi(app, "/bank", {
      api: bankAppApi,
      log,
      callsFor: async (context) =>
        (await issuer.bankApp(bearerOf(context.req.header("authorization")))) ?? problem("notSignedIn"),
    });
  }
  const isOps = (context: Context) => bearerOf(context.req.header("authorization")) === system.opsKey;
  if (wallet !== undefined)
    serveApi(app, "/ops", {
      api: walletOpsApi,
      log,
      callsFor: (context) => (isOps(context) ? wallet.ops : problem("notSignedIn")),
    });
  serveApi(app, "/explain", {
    api: explainApi,
    log,
    callsFor: (context) =>
      isOps(context) ? { finding: (asked) => system.caseBook.explain(asked, asked.role) } : problem("notSignedIn"),
  });
  if (options.demo) demoRoutes(app, options);
  if (options.demo && options.sandbox !== undefined) {
    const controls = sandboxCalls(options.sandbox);
    serveApi(app, "/sandbox", { api: sandboxApi, log, callsFor: () => controls });
  }
  if (options.pages !== undefined) pageRoutes(app, options.pages);
  app.onError((error, context) => {
    log.error("http.failed", { error });
    return problemAnswer(context, problem("internal"));
  });
  app.notFound((context) => problemAnswer(context, problem("notFound")));

  const listening = await listen(app, { host: options.host, port });
  if (acquirer !== undefined) {
    attachField(listening.server, {
      hosts,
      origins,
      answerWithinMs: CARD_ANSWERS_WITHIN_MS,
      present: (terminalId, code, card) => acquirer.presentCard(terminalId, code, card),
    });
  }
  return listening;
}

function bearerOf(header: string | undefined): string {
  return /^Bearer ([\w-]{1,128})$/.exec(header ?? "")?.[1] ?? "";
}

/** The demo's own helpers: printed cards, the phones' inbox, the wire view. */
function demoRoutes(app: Hono, { system, hub, log }: StageOptions): void {
  const { issuer, staff } = system;
  const looker = issuer?.desk(staff?.keyOf("supervisor-1") ?? "");
  if (looker !== undefined) serveApi(app, "/demo/bank", { api: bankViewApi, log, callsFor: () => looker });
  app.get("/demo/v1/cards", (context) =>
    context.json({
      cards: DEMO_CARDS.map(({ id, pan, kind, holderName, mobile, expiry, cvn2, status }) => ({
        id,
        pan,
        kind,
        holderName,
        mobile,
        expiry,
        cvn2,
        status,
      })),
    }),
  );
  const wire = wireCalls(hub, system.explainCryptogram);
  serveApi(app, "/demo/wire", { api: wireApi, log, callsFor: () => wire });
  app.get("/demo/v1/inbox", (context) => context.json({ messages: system.inbox?.list() ?? [] }));
  app.get("/demo/v1/wire", (context) => context.json({ rows: hub.rows() }));
  app.get("/demo/v1/events", (context) =>
    eventStream(context, (stream) => {
      for (const message of [...(system.inbox?.list() ?? [])].reverse()) stream.send("sms", message);
      for (const row of hub.rows()) stream.send("wire", row);
      const stops = [
        system.inbox?.subscribe((message) => stream.send("sms", message)),
        hub.subscribe((row) => stream.send("wire", row)),
      ];
      return () => {
        for (const stop of stops) stop?.();
      };
    }),
  );
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".woff2": "font/woff2",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".png": "image/png",
};

function pageRoutes(app: Hono, folder: string): void {
  app.get("*", (context) => {
    // Paths of the pages are plain: whatever is written with % names no file.
    const path = normalize(context.req.path).replace(/^([/\\.])+/, "");
    const file = join(folder, path === "" ? "index.html" : path);
    const found = file.startsWith(folder) && extname(file) !== "" && existsSync(file);
    const shown = found ? file : join(folder, "index.html");
    if (!found && extname(path) !== "") return context.notFound();
    const hashed = /\/assets\//.test(shown);
    const host = context.req.header("host") ?? "";
    return context.body(new Uint8Array(readFileSync(shown)), 200, {
      "content-type": TYPES[extname(shown)] ?? "application/octet-stream",
      "cache-control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
      "content-security-policy": `default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws://${host}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'`,
    });
  });
}
