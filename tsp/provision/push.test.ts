import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { passSealer } from "#platform/keystore";
import { fromBase64, fromUtf8, toBase64, toBase64url } from "#protocol/bytes";
import { DEMO_CARDS } from "#protocol/pan";
import { context, must, openTsp, type TspAlone } from "../../test/parties/tsp-alone.ts";

const MINUTE = 60_000;
const card = DEMO_CARDS[0]!;

let one: TspAlone;
beforeEach(async () => {
  one = await openTsp();
});
afterEach(() => one.stop());

const open = async (deviceId = "device-1") => must(await one.wallet.openPush({ deviceId }, context("push")));

/** The bank's statement, as its host makes it; only the bank looks at the signature. */
function statement(nonce: string, more: object = {}): string {
  const now = one.clock.now();
  const payload = { panRef: "x", nonce, issuedAt: now, exp: now + 5 * MINUTE, ...more };
  return `e30.${toBase64url(fromUtf8(JSON.stringify(payload)))}.c2ln`;
}

/** What the bank's host makes of an invitation. */
async function passFor(
  invitation: Awaited<ReturnType<typeof open>>,
  more: { data?: object; activationData?: string } = {},
) {
  const root = fromBase64(must(await one.bank.pushRoot({}, context("push"))).certificate)!;
  const chain = invitation.certificates.map((text) => fromBase64(text)!);
  const plain = JSON.stringify({
    primaryAccountNumber: card.pan,
    expiration: "12/35",
    name: card.holderName,
    mobile: card.mobile,
    nonce: invitation.nonce,
    nonceSignature: invitation.nonceSignature,
    ...more.data,
  });
  const made = passSealer.sealPass(root, chain, fromUtf8(plain), one.clock.now())!;
  return {
    encryptedPassData: toBase64(made.sealed),
    ephemeralPublicKey: toBase64(made.ephemeralPoint),
    activationData: more.activationData ?? toBase64(fromUtf8(statement(invitation.nonce))),
  };
}

const take = (pass: Awaited<ReturnType<typeof passFor>>, key: string, deviceId = "device-1") =>
  one.wallet.takePush({ deviceId, pass }, context("push", key));

test("a pushed card becomes a token without a code, and its bank gets its own statement back", async () => {
  const pass = await passFor(await open());
  const taken = must(await take(pass, "k1"));
  expect(taken.activationData).toBe(pass.activationData);
  one.script.decision = { decision: "green", methods: [] };
  const request = await one.request({ source: "bankApp", ...taken });
  const yellow = { ...request, wallet: { ...request.wallet, colour: "yellow" as const } };
  expect(must(await one.wallet.requestToken(yellow, context(request.bindingId)))).toMatchObject({
    decision: "green",
    token: { status: "active", panSuffix: card.pan.slice(-4) },
  });
  const { request: asked } = one.script.calls.find(({ operation }) => operation === "decideBinding")!;
  expect(asked).toMatchObject({ activationData: pass.activationData, source: "bankApp" });
  // The statement has served.
  const again = await one.request({ source: "bankApp", ...taken });
  expect(must(await one.wallet.requestToken(again, context(again.bindingId)))).toMatchObject({
    decision: "red",
    causes: ["pushDataInvalid", "alreadyOnThisDevice"],
  });
});

test("a lost answer: the same call again gives the card again; another call does not", async () => {
  const pass = await passFor(await open());
  must(await take(pass, "k1"));
  must(await take(pass, "k1"));
  expect(await take(pass, "k2")).toMatchObject({ error: { cause: "pushDataInvalid" } });
});

describe("refused", () => {
  test.each<[string, () => Promise<{ pass: Awaited<ReturnType<typeof passFor>>; deviceId?: string }>, string]>([
    [
      "a pass bent on the way",
      async () => {
        const pass = await passFor(await open());
        const bytes = fromBase64(pass.encryptedPassData)!;
        bytes[5]! ^= 1;
        return { pass: { ...pass, encryptedPassData: toBase64(bytes) } };
      },
      "pushDataInvalid",
    ],
    [
      "no base64",
      async () => ({ pass: { ...(await passFor(await open())), ephemeralPublicKey: "?" } }),
      "pushDataInvalid",
    ],
    [
      "a nonce that is not ours",
      async () => ({ pass: await passFor(await open(), { data: { nonce: "00112233" } }) }),
      "pushDataInvalid",
    ],
    [
      "a signature that is not ours",
      async () => ({ pass: await passFor(await open(), { data: { nonceSignature: "00112233" } }) }),
      "pushDataInvalid",
    ],
    ["another device's", async () => ({ pass: await passFor(await open("device-2")) }), "pushDataInvalid"],
    [
      "a statement over another nonce",
      async () => ({ pass: await passFor(await open(), { activationData: statement("00112233") }) }),
      "pushDataInvalid",
    ],
    [
      "a statement that holds too long",
      async () => {
        const invitation = await open();
        const activationData = statement(invitation.nonce, { exp: one.clock.now() + 6 * MINUTE });
        return { pass: await passFor(invitation, { activationData }) };
      },
      "pushDataInvalid",
    ],
    [
      "no statement",
      async () => ({ pass: await passFor(await open(), { activationData: "hello" }) }),
      "pushDataInvalid",
    ],
    [
      "too late",
      async () => {
        const pass = await passFor(await open());
        one.clock.advance(5 * MINUTE + 1);
        return { pass };
      },
      "pushDataExpired",
    ],
    [
      "a statement that has run out",
      async () => {
        const invitation = await open();
        const pass = await passFor(invitation, {
          activationData: statement(invitation.nonce, { exp: one.clock.now() + MINUTE }),
        });
        one.clock.advance(2 * MINUTE);
        return { pass };
      },
      "pushDataExpired",
    ],
  ])("%s", async (_name, make, cause) => {
    const { pass, deviceId } = await make();
    expect(await take(pass, "k1", deviceId)).toMatchObject({ ok: false, error: { cause } });
  });
});

test("a typed card with somebody's statement beside it is refused", async () => {
  const invitation = await open();
  const request = await one.request({ activationData: statement(invitation.nonce) });
  expect(must(await one.wallet.requestToken(request, context(request.bindingId)))).toMatchObject({
    decision: "red",
    causes: ["pushDataInvalid"],
  });
});
