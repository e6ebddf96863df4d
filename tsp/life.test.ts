import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { context, must, openTsp, type TspAlone } from "../test/parties/tsp-alone.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const DAY_MS = 86_400_000;

let one: TspAlone;
beforeEach(async () => {
  one = await openTsp();
});
afterEach(() => one.stop());

type Request = Awaited<ReturnType<TspAlone["request"]>>;
const bind = async (more: Partial<Request> = {}, card: object = {}) => {
  const request = await one.request(more, card as Record<string, unknown>);
  const { token } = must(await one.wallet.requestToken(request, context(request.bindingId)));
  return { bindingId: request.bindingId, request, ...token! };
};
const green = () => {
  one.script.decision = { decision: "green", methods: [] };
};
const on = async (deviceId: string) => ({ device: { ...(await one.request()).device, deviceId } });
const viewOf = async (tokenRef: string) => must(await one.wallet.token({ tokenRef }, context("life")));
const device = (deviceId: string, change: "suspend" | "resume" | "delete", by: "holder" | "wallet" = "wallet") =>
  one.wallet.changeDevice({ deviceId, change, by }, context("life"));
const activate = ({ bindingId }: { bindingId: string }, deviceId = "device-1") =>
  one.bank.activate({ bindingId, method: "bankApp", deviceId, panSuffix: "0017" }, context(bindingId));

describe("a lost device", () => {
  test("what is verified there comes out suspended, with the reason; found again, it is active", async () => {
    const token = await bind();
    must(await device("device-1", "suspend"));
    expect(must(await activate(token))).toMatchObject({ status: "suspended", suspendedBy: ["wallet"] });
    const codes = (await one.facts(token.bindingId)).filter(({ outcome }) => outcome === "failed");
    expect(codes.map(({ code }) => code)).toEqual(["deviceInLostMode"]);
    expect(
      await one.wallet.personalise({ tokenRef: token.tokenRef, deviceId: "device-1" }, context(token.bindingId)),
    ).toMatchObject({ error: { cause: "deviceInLostMode" } });
    must(await device("device-1", "resume"));
    expect((await viewOf(token.tokenRef)).status).toBe("active");
  });

  test("a green one too", async () => {
    must(await device("device-1", "suspend"));
    green();
    expect(await bind()).toMatchObject({ status: "suspended", suspendedBy: ["wallet"] });
  });

  test("verified in the very moment: never active in the end", async () => {
    for (let round = 0; round < 6; round++) {
      const id = `device-r${round}`;
      const token = await bind(await on(id));
      await Promise.all(
        round % 2 === 0 ? [activate(token, id), device(id, "suspend")] : [device(id, "suspend"), activate(token, id)],
      );
      expect((await viewOf(token.tokenRef)).status).toBe("suspended");
    }
  });
});

describe("no order of events reaches what must not be", () => {
  const EVENTS = [
    "bind",
    "bindGreen",
    "verify",
    "lost",
    "found",
    "issuerSuspend",
    "issuerResume",
    "holderSuspend",
    "holderResume",
    "delete",
    "refuse",
    "wipe",
    "late",
  ] as const;

  test("two live tokens of one card on one device, an active one on a lost device, an active one nobody verified", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...EVENTS), fc.nat(1)), { maxLength: 14 }), async (events) => {
        await one.stop();
        one = await openTsp({ policy: { attemptsMax: { card: 99, device: 99 }, rules: [] } });
        const made: { bindingId: string; tokenRef: string; deviceId: string }[] = [];
        const verified = new Set<string>();
        const lost = new Set<string>();
        for (const [event, which] of events) {
          const deviceId = `device-${which}`;
          const last = made.findLast((token) => token.deviceId === deviceId);
          const change = (by: "issuer" | "holder", kind: "suspend" | "resume" | "delete") =>
            by === "issuer"
              ? one.bank.changeToken({ tokenRef: last!.tokenRef, change: kind }, context("life"))
              : one.wallet.changeToken({ tokenRef: last!.tokenRef, change: kind, by }, context("life"));
          if (event === "bind" || event === "bindGreen") {
            one.script.decision = event === "bind" ? {} : { decision: "green", methods: [] };
            const request = await one.request(await on(deviceId));
            const { token } = must(await one.wallet.requestToken(request, context(request.bindingId)));
            if (token === undefined) continue;
            made.push({ bindingId: request.bindingId, tokenRef: token.tokenRef, deviceId });
            if (event === "bindGreen") verified.add(token.tokenRef);
          } else if (event === "lost" || event === "found" || event === "wipe") {
            const kind = event === "lost" ? "suspend" : event === "found" ? "resume" : "delete";
            must(await device(deviceId, kind));
            if (event === "lost") lost.add(deviceId);
            else lost.delete(deviceId);
          } else if (event === "late") one.clock.advance(DEFAULT_POLICY.verifyMs + 1);
          else if (last !== undefined) {
            if (event === "verify" && (await activate(last, deviceId)).ok) verified.add(last.tokenRef);
            if (event === "refuse")
              await one.bank.refuse({ bindingId: last.bindingId, cause: "withdrawnByBank" }, context("life"));
            if (event === "issuerSuspend") await change("issuer", "suspend");
            if (event === "issuerResume") await change("issuer", "resume");
            if (event === "holderSuspend") await change("holder", "suspend");
            if (event === "holderResume") await change("holder", "resume");
            if (event === "delete") await change("holder", "delete");
          }
          const live = new Set<string>();
          for (const { tokenRef, deviceId: where } of made) {
            const { status, suspendedBy } = await viewOf(tokenRef);
            if (status === "deleted") continue;
            expect([where, live.has(where)]).toEqual([where, false]);
            live.add(where);
            if (status === "active") expect([where, lost.has(where)]).toEqual([where, false]);
            if (status !== "inactive") expect(verified.has(tokenRef)).toBe(true);
            expect(status === "suspended").toBe(suspendedBy.length > 0);
          }
        }
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});

describe("several devices", () => {
  test("each its own number, one PAR; released here, it binds there", async () => {
    green();
    const first = await bind(await on("device-1"));
    const second = await bind(await on("device-2"));
    const rows = await one.db.query<{ token_pan: string; pan_ref: string }>({
      text: "select token_pan, pan_ref from token",
    });
    expect(new Set(rows.map(({ token_pan }) => token_pan)).size).toBe(2);
    expect(new Set(rows.map(({ pan_ref }) => pan_ref)).size).toBe(1);
    must(await one.wallet.changeToken({ tokenRef: first.tokenRef, change: "delete", by: "holder" }, context("life")));
    expect((await bind(await on("device-1"))).status).toBe("active");
    expect((await viewOf(second.tokenRef)).status).toBe("active");
  });
});

describe("renewal", () => {
  const OLD = "6229990100000000017";
  const NEW = "6229990100000000033";
  const renew = async (from: string, to: string) =>
    one.bank.renewCard(
      { cardJwe: await one.seal({ pan: from }), newCardJwe: await one.seal({ pan: to }) },
      context("renew"),
    );

  test("a new number: token, reference and PAR stay; both numbers lead to the card; the wallet shows the new one", async () => {
    green();
    const token = await bind();
    const par = async () =>
      (await one.db.query<{ par: string }>({ text: "select par from card" })).map((row) => row.par);
    const before = await par();
    expect(must(await renew(OLD, NEW)).tokens).toBe(1);
    expect(await par()).toEqual(before);
    expect(await viewOf(token.tokenRef)).toMatchObject({ status: "active", panSuffix: "0033" });
    await one.settle();
    expect(one.told.at(-1)).toMatchObject({ operation: "notifyToken", request: { token: { panSuffix: "0033" } } });
    const eligible = async (pan: string) =>
      must(
        await one.wallet.checkEligibility(
          { cardJwe: await one.seal({ pan, holderName: "张伟", mobile: "13800138001" }) },
          context("e"),
        ),
      );
    expect((await eligible(NEW)).panRef).toBe((await eligible(OLD)).panRef);
    // The same card, whatever number is typed: it is here already.
    const again = await one.request({}, { pan: NEW });
    expect(must(await one.wallet.requestToken(again, context(again.bindingId))).causes).toEqual([
      "alreadyOnThisDevice",
    ]);
    expect(must(await renew(OLD, NEW)).tokens).toBe(1);
  });

  test("the new number was added by hand before: on that device the older token goes, elsewhere it lives on", async () => {
    green();
    const here = await bind(await on("device-1"));
    const there = await bind(await on("device-2"));
    const typed = await bind(await on("device-1"), { pan: NEW });
    must(await renew(OLD, NEW));
    expect((await viewOf(here.tokenRef)).status).toBe("deleted");
    expect(await viewOf(there.tokenRef)).toMatchObject({ status: "active", panSuffix: "0033" });
    expect((await viewOf(typed.tokenRef)).status).toBe("active");
  });

  test("a token near its end is renewed by itself: new expiry, wallet told, and its package shows it", async () => {
    green();
    const token = await bind();
    expect((await viewOf(token.tokenRef)).expiry).toBe("3111");
    one.clock.advance(5 * 365 * DAY_MS - DEFAULT_POLICY.renewAheadMs + 10 * DAY_MS);
    for (let i = 0; i < 5 && (await viewOf(token.tokenRef)).expiry === "3111"; i++) {
      one.clock.advance(60_001);
      await one.settle();
    }
    expect((await viewOf(token.tokenRef)).expiry).toBe("3610");
    await one.settle();
    expect(one.told.at(-1)).toMatchObject({ request: { token: { expiry: "3610", status: "active" } } });
    const kept = await one.db.query({ text: "select token_expiry, previous_expiry from token" });
    expect(kept).toEqual([{ token_expiry: "3610", previous_expiry: "3111" }]);
  });
});

describe("states that differ", () => {
  test("a wallet that refused to hear of a change is told again, on record, until both are together", async () => {
    green();
    const token = await bind();
    await one.settle();
    // As after a wallet that answered with nonsense: what it holds is older than what we hold.
    await one.db.query({ text: "update told set acknowledged = -1 where peer = 'wallet'" });
    one.told.length = 0;
    one.walletAway = true;
    const differs = async () =>
      (await one.facts(token.bindingId)).filter(({ code }) => code === "statesDiffer").map(({ outcome }) => outcome);
    const pass = async () => {
      for (let i = 0; i < 4; i++) {
        one.clock.advance(60_001);
        await one.settle();
      }
    };
    one.clock.advance(DEFAULT_POLICY.reconcileMs);
    await pass();
    expect(await differs()).toEqual(["failed"]);
    one.walletAway = false;
    await pass();
    expect(await differs()).toEqual(["failed", "passed"]);
    expect(one.told).toMatchObject([{ operation: "notifyToken", request: { token: { status: "active" } } }]);
    one.clock.advance(DEFAULT_POLICY.reconcileMs);
    await pass();
    expect(one.told).toHaveLength(1);
  });
});
