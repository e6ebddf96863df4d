import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TokenView } from "#contracts/common";
import { isCause } from "#protocol/diagnosis";
import { context, must, openTsp, type TspAlone } from "../../test/parties/tsp-alone.ts";
import { DEFAULT_POLICY } from "../policy.ts";

let one: TspAlone;
let bindingId: string;
let token: TokenView;
beforeEach(async () => {
  one = await openTsp();
  const request = await one.request();
  bindingId = request.bindingId;
  token = must(await one.wallet.requestToken(request, context(bindingId))).token!;
});
afterEach(() => one.stop());

const ctx = (key?: string) => context(bindingId, key);
const status = async () => must(await one.wallet.token({ tokenRef: token.tokenRef }, ctx())).status;
const submit = async (key?: string) =>
  one.wallet.submitCode({ tokenRef: token.tokenRef, codeJwe: await one.seal({ code: "123456" }) }, ctx(key));
const proof = { method: "bankApp", deviceId: "device-1", panSuffix: "0017" } as const;
const activate = (more: Partial<typeof proof> & object = {}, key?: string) =>
  one.bank.activate({ bindingId, ...proof, ...more }, ctx(key));
const causes = async () =>
  (await one.facts(bindingId))
    .filter(({ code, outcome }) => isCause(code) && outcome === "failed")
    .map(({ code }) => code);

test("methods, the choice, not my number: relayed, and answered from the bank", async () => {
  const { tokenRef } = token;
  expect(must(await one.wallet.methods({ tokenRef }, ctx())).methods).toHaveLength(1);
  expect(
    must(await one.wallet.chooseMethod({ tokenRef, methodId: "sms", caseCode: "K7F-3QM" }, ctx())).methods,
  ).toHaveLength(1);
  expect(must(await one.wallet.notMyNumber({ tokenRef }, ctx())).methods).toEqual([]);
  const asked = one.script.calls.map(({ operation }) => operation);
  expect(asked).toEqual(expect.arrayContaining(["methods", "chooseMethod", "notMyNumber"]));
  const { request } = one.script.calls.find(({ operation }) => operation === "chooseMethod")!;
  expect(request).toEqual({ bindingId, methodId: "sms", caseCode: "K7F-3QM" });
});

test("a wrong code leaves it inactive, the right one makes it active, and both are told", async () => {
  one.script.code = "wrong";
  expect(must(await submit())).toMatchObject({ result: { outcome: "wrong" }, token: { status: "inactive" } });
  one.script.code = "passed";
  expect(must(await submit())).toMatchObject({ result: { outcome: "passed" }, token: { status: "active" } });
  await one.settle();
  expect(one.told.map(({ operation, journeyId }) => [operation, journeyId])).toEqual([["notifyToken", bindingId]]);
  expect(one.script.calls.filter(({ operation }) => operation === "notifyToken")).toHaveLength(1);
  const codes = (await one.facts(bindingId)).map(({ code }) => code);
  expect(codes).toEqual(expect.arrayContaining(["tokenIssued", "tokenActivated", "tokenChanged", "tokenState"]));
});

describe("verified by the bank", () => {
  test("active; said twice, nothing more", async () => {
    expect(must(await activate()).status).toBe("active");
    expect(must(await activate()).status).toBe("active");
    await one.settle();
    expect(one.told.filter(({ operation }) => operation === "notifyToken")).toHaveLength(1);
  });

  test.each([
    ["another device", { deviceId: "device-2" }],
    ["another card", { panSuffix: "0018" }],
  ])("a proof over %s: refused, on record, and the token stays inactive", async (_name, more) => {
    expect(await activate(more as object)).toMatchObject({
      error: { code: "forbidden", cause: "proofForOtherJourney" },
    });
    expect(await status()).toBe("inactive");
    expect(await causes()).toEqual(["proofForOtherJourney"]);
  });

  test("a binding that there is not", async () => {
    expect(await one.bank.activate({ bindingId: "nobody", ...proof }, ctx())).toMatchObject({
      error: { code: "notFound", at: "bindingId" },
    });
  });

  test("saying it again after a suspension lifts nothing", async () => {
    must(await activate());
    must(await one.bank.changeToken({ tokenRef: token.tokenRef, change: "suspend" }, ctx()));
    expect(must(await activate())).toMatchObject({ status: "suspended", suspendedBy: ["issuer"] });
  });
});

describe("the bank ends it", () => {
  test("with its cause: the wallet is told, and nothing brings it back", async () => {
    must(await one.bank.refuse({ bindingId, cause: "hotlineRefused" }, ctx()));
    must(await one.bank.refuse({ bindingId, cause: "hotlineRefused" }, ctx()));
    await one.settle();
    expect(one.told.filter(({ operation }) => operation === "notifyBinding").map(({ request }) => request)).toEqual([
      { bindingId, ended: true, cured: false, cause: "hotlineRefused" },
    ]);
    expect(await activate()).toMatchObject({ error: { code: "wrongState", cause: "hotlineRefused" } });
    expect(await submit()).toMatchObject({ error: { code: "wrongState", cause: "hotlineRefused" } });
    expect(await status()).toBe("deleted");
  });

  test("an active token is not refused any more", async () => {
    must(await activate());
    expect(await one.bank.refuse({ bindingId, cause: "hotlineRefused" }, ctx())).toMatchObject({
      error: { code: "wrongState" },
    });
  });

  test("a step failed: the wallet looks again, the binding goes on", async () => {
    must(await one.bank.methodsChanged({ bindingId, cause: "bankAppDeclined" }, ctx()));
    await one.settle();
    expect(one.told).toEqual([
      {
        operation: "notifyBinding",
        request: { bindingId, ended: false, cured: false, cause: "bankAppDeclined" },
        journeyId: bindingId,
      },
    ]);
    expect(await status()).toBe("inactive");
  });
});

describe("time", () => {
  test("verification that came a moment too late ends the binding", async () => {
    // The sweep has not come round yet: the call itself finds that it is late.
    await one.tsp.stop();
    one.clock.advance(DEFAULT_POLICY.verifyMs + 1);
    expect(await activate()).toMatchObject({ error: { code: "wrongState", cause: "verificationExpired" } });
    expect(await status()).toBe("deleted");
    expect(await causes()).toEqual(["verificationExpired"]);
  });

  test("nobody comes: the sweep ends it, and the wallet is told", async () => {
    one.clock.advance(DEFAULT_POLICY.verifyMs - 1);
    await one.settle();
    expect(await status()).toBe("inactive");
    for (let i = 0; i < 3 && (await status()) === "inactive"; i++) {
      one.clock.advance(60_001);
      await one.settle();
    }
    expect(await status()).toBe("deleted");
    await one.settle();
    expect(one.told).toContainEqual({
      operation: "notifyBinding",
      request: { bindingId, ended: true, cured: false, cause: "verificationExpired" },
      journeyId: bindingId,
    });
    expect(await submit()).toMatchObject({ error: { cause: "verificationExpired" } });
  });
});

describe("a hop's four facts", () => {
  const hop = async (operation: string) =>
    (await one.facts(bindingId)).filter(({ data }) => data["operation"] === operation).map(({ code }) => code);

  test("on both sides of the TSP; the decision is written with what it decides", async () => {
    must(await submit("try-1"));
    expect(await hop("submitCode")).toEqual(["received", "decided"]);
    expect(await hop("checkCode")).toEqual(["sent", "answered"]);
  });

  test("a bank that gives no answer leaves the call undecided", async () => {
    one.script.silent.add("checkCode");
    expect(await submit("try-1")).toMatchObject({ error: { code: "peerUnavailable" } });
    expect(await hop("submitCode")).toEqual(["received"]);
    expect(await hop("checkCode")).toEqual(["sent", "unanswered"]);
  });

  test("a refusal is a decision, with its cause", async () => {
    await activate({ deviceId: "device-2" } as object);
    const facts = (await one.facts(bindingId)).filter(({ data }) => data["operation"] === "activate");
    expect(facts.map(({ code, data }) => [code, data["answer"], data["cause"]])).toEqual([
      ["received", undefined, undefined],
      ["decided", "forbidden", "proofForOtherJourney"],
    ]);
  });
});
