import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KeyClass } from "#contracts/device-package";
import { keyName } from "#contracts/ports";
import {
  encodeTokenRequests,
  parseTokenAnswers,
  type TokenAnswer,
  type TokenRequest,
} from "#contracts/token-authorisation";
import { hexBytes, toHex } from "#protocol/bytes";
import { encodeTlv, parseTlv } from "#protocol/tlv";
import { field55, tokenRequest } from "../../test/parties/chip.ts";
import { context, must, openTsp, type TspAlone } from "../../test/parties/tsp-alone.ts";

const MASTER: Readonly<Record<KeyClass, string>> = {
  secureElement: "tsp.imk-ac.secure-element",
  user: "tsp.imk-ac.user",
  device: "tsp.imk-ac.device",
};

let one: TspAlone;
let tokenRef: string;
let tokenPan: string;
beforeEach(async () => {
  one = await openTsp();
  one.script.decision = { decision: "green", methods: [] };
  const asked = await one.request();
  const request = { ...asked, device: { ...asked.device, keySource: "secureElement" as const } };
  tokenRef = must(await one.wallet.requestToken(request, context(request.bindingId))).token!.tokenRef;
  const rows = await one.db.query<{ token_pan: string }>({ text: "select token_pan from token" });
  tokenPan = rows[0]!.token_pan;
});
afterEach(() => one.stop());

function chip(atc: number, keyClass: KeyClass = "secureElement"): Uint8Array {
  const [sessionKey] = one.keys.deriveSessionKeys(keyName(MASTER[keyClass]), { pan: tokenPan, psn: "01" }, [atc]);
  return field55({ sessionKey: sessionKey!, atc, keyClass: "secureElement" });
}

/** Chip data with one object taken out or put in another's place. */
function edited(bytes: Uint8Array, tag: string, value?: string): string {
  const items = parseTlv(bytes).flatMap((item) =>
    item.tag !== tag ? [item] : value === undefined ? [] : [{ tag, value: hexBytes(value) }],
  );
  return toHex(encodeTlv(items));
}

async function ask(request: TokenRequest): Promise<TokenAnswer> {
  return new Promise((resolve) => {
    const peer = {
      id: "network",
      send(frame: Uint8Array) {
        resolve(parseTokenAnswers(frame)[0]!);
        return true;
      },
      close() {},
    };
    one.tsp.tokens.onOpen(peer);
    one.tsp.tokens.onFrame(peer, encodeTokenRequests([request]));
  });
}

const pay = (more: Partial<TokenRequest> = {}, bytes = chip(1)) => tokenRequest(tokenPan, bytes, more);
const change = (kind: "suspend" | "resume" | "delete", by: "holder" | "wallet") =>
  one.wallet.changeToken({ tokenRef, change: kind, by }, context("life"));

/** What is on record of a refused payment. */
async function stopped(request: TokenRequest) {
  expect((await ask(request)).outcome).toBe("refused");
  const facts = await one.facts(request.journeyId);
  const failed = facts.filter(({ outcome }) => outcome === "failed");
  expect(failed).toHaveLength(1);
  return failed[0]!;
}

describe("each refusal leaves its cause", () => {
  test.each<[string, () => TokenRequest, string, object]>([
    ["a number that is no token", () => pay({ tokenPan: "6299900000000000009" }), "tokenUnknown", { token: "0009" }],
    ["another expiry", () => pay({ expiry: "3112" }), "tokenExpired", {}],
    ["typed, without a chip", () => pay({ entryMode: "012", chipData: "" }), "domainBroken", {}],
    ["tapped, but marked as typed", () => pay({ entryMode: "012" }), "entryModeWrong", { field: "F22" }],
    ["no chip data", () => pay({ chipData: "" }), "chipDataIncomplete", {}],
    ["a tag dropped", () => pay({ chipData: edited(chip(1), "9F37") }), "chipDataIncomplete", { field: "F55.9F37" }],
    [
      "the amount changed",
      () => pay({ amountMinor: "9900" }),
      "signedDataDiffers",
      { fields: "F4", changed: "message" },
    ],
    ["the currency changed", () => pay({ currency: "840" }), "signedDataDiffers", { fields: "F49" }],
    [
      "the amount changed in the chip data",
      () => pay({ chipData: edited(chip(1), "9F02", "000000009900") }),
      "signedDataDiffers",
      { fields: "9F02", changed: "chip data", as: "F4" },
    ],
    [
      "the date changed in the chip data",
      () => pay({ localDate: "1124", chipData: edited(chip(1), "9A", "261125") }),
      "signedDataDiffers",
      { fields: "9A", as: "F13" },
    ],
    [
      "the kind of transaction changed in the chip data",
      () => pay({ chipData: edited(chip(1), "9C", "20") }),
      "signedDataDiffers",
      { fields: "9C", as: "F3" },
    ],
    [
      "the verification results changed",
      () => pay({ chipData: edited(chip(1), "95", "0000008000") }),
      "signedDataDiffers",
      { fields: "95" },
    ],
    [
      "the counter changed",
      () => pay({ chipData: edited(chip(1), "9F36", "0002") }),
      "signedDataDiffers",
      { fields: "9F36" },
    ],
    ["a key of another class", () => pay({}, chip(1, "user")), "cryptogramWrong", { fits: "key class user" }],
    [
      "a cryptogram of nothing",
      () => pay({ chipData: edited(chip(1), "9F26", "0011223344556677") }),
      "cryptogramWrong",
      { tried: "9F02,5F2A,9C,95,9F03" },
    ],
    ["a counter far ahead", () => pay({}, chip(5000)), "counterOutOfWindow", {}],
  ])("%s", async (_name, request, cause, data) => {
    const fact = await stopped(request());
    expect(fact).toMatchObject({ party: "tsp", stage: "authorise", code: cause, data });
  });

  test("the same counter again; and an accepted payment leaves only what was spent", async () => {
    const first = pay();
    expect((await ask(first)).outcome).toBe("accepted");
    expect((await one.facts(first.journeyId)).map(({ code }) => code)).toEqual([
      "received",
      "tokenAccepted",
      "decided",
    ]);
    expect(await one.db.query({ text: "select 1 as one from refusal" })).toEqual([]);
    expect(await stopped(pay())).toMatchObject({ code: "counterReplayed" });
    // A retransmission is no repeat: it gets the first answer, and no cause.
    expect((await ask(first)).outcome).toBe("accepted");
    expect(await one.db.query({ text: "select 1 as one from refusal" })).toHaveLength(1);
  });

  test("who suspended it decides the cause", async () => {
    must(await change("suspend", "holder"));
    expect(await stopped(pay())).toMatchObject({ code: "tokenSuspendedByWallet", data: { by: "holder" } });
    must(await one.bank.changeToken({ tokenRef, change: "suspend" }, context("life")));
    expect(await stopped(pay())).toMatchObject({ code: "tokenSuspendedByIssuer", data: { by: "holder,issuer" } });
    must(await change("delete", "holder"));
    expect(await stopped(pay())).toMatchObject({ code: "tokenDeleted" });
  });

  test("no number in clear: neither in what is kept nor in what is told", async () => {
    await ask(pay({ amountMinor: "9900" }));
    const kept = await one.db.query<{ data: object }>({ text: "select data from refusal" });
    expect(JSON.stringify(kept)).not.toContain(tokenPan.slice(0, -4));
  });
});

test("the holder hears of a payment that ended here, once, with its cause", async () => {
  const request = pay({ amountMinor: "9900", merchantName: "DEMO CAFE" });
  await ask(request);
  await ask(request);
  await one.settle();
  const notices = one.told.filter(({ operation }) => operation === "notifyPayment");
  expect(notices).toEqual([
    {
      operation: "notifyPayment",
      journeyId: request.journeyId,
      request: {
        tokenRef,
        notice: {
          noticeId: request.journeyId,
          journeyId: request.journeyId,
          kind: "declined",
          amount: { minor: "9900", currency: "156" },
          merchantName: "DEMO CAFE",
          responseCode: "30",
          cause: "signedDataDiffers",
          at: one.clock.now(),
        },
      },
    },
  ]);
});

test("holdings: own, and the neighbours', except whoever asks; one that is away is not one that is silent", async () => {
  const journeyId = "binding-x";
  const parties = async (calls: Pick<TspAlone["wallet"], "holdings">) =>
    must(await calls.holdings({ journeyId }, context(journeyId))).holdings.map(
      ({ party, reachable }) => `${party} ${reachable}`,
    );
  expect(await parties(one.wallet)).toEqual(["tsp true", "issuer true"]);
  expect(await parties(one.bank)).toEqual(["tsp true", "wallet false", "device false"]);
  one.script.silent.add("holdings");
  expect(await parties(one.wallet)).toEqual(["tsp true", "issuer false", "bankApp false", "carrier false"]);
  const found = await one.bank.journeyOfCase({ caseCode: "K7F-3QM" }, context(journeyId));
  expect(must(found)).toEqual({ journeyId: "binding-of-case" });
});
