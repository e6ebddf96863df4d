import { acquirerTillApi } from "#contracts/acquirer-api";
import { bankAppApi, bankSignInApi } from "#contracts/bank-app-api";
import { demoApi } from "#contracts/demo-api";
import { bankViewApi, issuerDeskApi } from "#contracts/desk-api";
import { explainApi } from "#contracts/explain-api";
import type { Log } from "#contracts/ports";
import { problem } from "#contracts/problem";
import { sandboxApi } from "#contracts/sandbox-api";
import { bankOpsApi, demoStaffApi, deskSignInApi } from "#contracts/staff-api";
import { walletDeviceApi, walletSignInApi } from "#contracts/wallet-api";
import { walletOpsApi } from "#contracts/wallet-ops-api";
import { wireApi } from "#contracts/wire-api";
import { systemClock } from "#platform/clock";
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
import { type Controls, sandboxCalls } from "../sandbox/door.ts";
import type { FaultBoard } from "../sandbox/faults.ts";
import type { Theatre } from "../sandbox/theatre.ts";
import type { System } from "../system.ts";
import { wireCalls } from "../wire/door.ts";
import type { WireHub } from "../wire/hub.ts";
import { callTap } from "../wire/tap.ts";
import { demoCalls, deskRoutes } from "./demo.ts";
import { demoStaffCalls } from "./demo-staff.ts";
import { attachField } from "./field.ts";
import { pageRoutes } from "./page-files.ts";

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
  /** Of a sandbox or the demo: its controls. */
  readonly sandbox?: Controls;
  /** Of the demo: what stands on the lines of the visitor's own phone, to the wallet server and in a terminal's field. */
  readonly faultyDoors?: FaultBoard;
  /** Of the demo: where scenarios are played. */
  readonly theatre?: Theatre;
  /** Built pages, when this process serves them. */
  readonly pages?: string;
}

/** The faces of the parties hosted here, on one port: wallet, till, bank desk, and in the demo the page itself. */
export async function openStage(options: StageOptions): Promise<Listening> {
  const { port, system, log, faultyDoors } = options;
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
  const isOps = (context: Context) => bearerOf(context.req.header("authorization")) === system.opsKey;
  if (wallet !== undefined) {
    serveApi(app, "/wallet", { api: walletSignInApi, log, callsFor: () => wallet.signIn });
    serveApi(app, "/wallet", {
      api: walletDeviceApi,
      log,
      async callsFor(context) {
        const session = await wallet.session(bearerOf(context.req.header("authorization")));
        if (session === undefined) return problem("notSignedIn");
        const calls = wallet.deviceApi(session);
        return fromPhone.around(
          walletDeviceApi,
          faultyDoors === undefined ? calls : faultyDoors.calls("deviceToWallet", calls),
        );
      },
    });
    app.get("/wallet/v1/events", async (context) => {
      const session = await wallet.session(bearerOf(context.req.header("authorization")));
      if (session === undefined) return problemAnswer(context, problem("notSignedIn"));
      let forward: (event: unknown) => void = () => {};
      const deviceId = context.req.query("deviceId") ?? "";
      if (faultyDoors?.isCut("deviceToWallet") === true) return problemAnswer(context, problem("peerUnavailable"));
      const stop = ID.test(deviceId)
        ? await wallet.subscribe(session, deviceId, (event) => {
            fromPhone.event(event.type, event);
            forward(event);
          })
        : undefined;
      if (stop === undefined) return problemAnswer(context, problem("notFound", { at: "deviceId" }));
      return eventStream(context, (stream) => {
        forward = (event) => stream.send("wallet", event);
        const stopWatching = faultyDoors?.subscribe(() => {
          if (faultyDoors.isCut("deviceToWallet")) stream.close();
        });
        return () => {
          stopWatching?.();
          stop();
        };
      });
    });
  }
  if (acquirer !== undefined) {
    const till = fromTill.around(acquirerTillApi, acquirer.till);
    serveApi(app, "/acquirer", { api: acquirerTillApi, log, callsFor: () => till });
  }
  if (issuer !== undefined) {
    serveApi(app, "/desk", { api: deskSignInApi, log, callsFor: () => issuer.deskSignIn });
    serveApi(app, "/desk", {
      api: issuerDeskApi,
      log,
      async callsFor(context) {
        const bearer = bearerOf(context.req.header("authorization"));
        return issuer.desk(bearer) ?? (await issuer.deskSession(bearer)) ?? problem("notSignedIn");
      },
    });
    serveApi(app, "/bank-ops", {
      api: bankOpsApi,
      log,
      callsFor: (context) => (isOps(context) ? issuer.ops : problem("notSignedIn")),
    });
    serveApi(app, "/bank", { api: bankSignInApi, log, callsFor: () => issuer.bankSignIn });
    serveApi(app, "/bank", {
      api: bankAppApi,
      log,
      callsFor: async (context) =>
        (await issuer.bankApp(bearerOf(context.req.header("authorization")))) ?? problem("notSignedIn"),
    });
  }
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
      present: (terminalId, code, card) => acquirer.presentCard(terminalId, code, faultyDoors?.field(card) ?? card),
    });
  }
  return listening;
}

function bearerOf(header: string | undefined): string {
  return /^Bearer ([\w-]{1,128})$/.exec(header ?? "")?.[1] ?? "";
}

/** The demo's own helpers: printed cards, the phones' inbox, the wire view. */
function demoRoutes(app: Hono, { system, hub, log, sandbox, theatre }: StageOptions): void {
  const { issuer, staff } = system;
  const looker = issuer?.desk(staff?.keyOf("supervisor-1") ?? "");
  if (looker !== undefined) serveApi(app, "/demo/bank", { api: bankViewApi, log, callsFor: () => looker });
  if (issuer !== undefined && staff !== undefined) {
    const demoStaff = demoStaffCalls(staff.demo, issuer.ops);
    serveApi(app, "/demo/desk", { api: demoStaffApi, log, callsFor: () => demoStaff });
  }
  deskRoutes(app, system, log);
  const demo = demoCalls(theatre);
  serveApi(app, "/demo", { api: demoApi, log, callsFor: () => demo });
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
      const stops = [system.inbox?.subscribe((message) => stream.send("sms", message))];
      // A phone alone in a window shows no wire.
      if (context.req.query("only") !== "sms") {
        for (const row of hub.rows()) stream.send("wire", row);
        const tellFaults = () => stream.send("faults", sandbox?.faults.list() ?? []);
        tellFaults();
        stops.push(
          hub.subscribe((row) => stream.send("wire", row)),
          sandbox?.faults.subscribe(tellFaults),
        );
      }
      return () => {
        for (const stop of stops) stop?.();
      };
    }),
  );
}
