import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TokenAnswer, TokenRequest } from "#contracts/token-authorisation";
import { groupCommit } from "#platform/group-commit";
import { hexBytes, toHex } from "#protocol/bytes";
import { ATC_GAP_MAX, acceptAtc, EMPTY_WINDOW } from "#protocol/paytoken";
import { encodeTlv, parseTlv } from "#protocol/tlv";
import { context, demo, must, openParties, type Parties } from "../../test/parties/bank-and-tsp.ts";
import { tokenRequest } from "../../test/parties/chip.ts";
import { digestOf, digestWithout, startTestDatabase, type TestDatabase } from "../../test/parties/database.ts";
import { askTsp, type LiveToken, liveToken } from "../../test/parties/tokens.ts";
import { CRYPTOGRAM_FAILURES_MAX } from "./core.ts";
import { createAuthoriser } from "./service.ts";

let database: TestDatabase;
let parties: Parties;
/** A secure element's token and a phone's with single-use keys 1 to 10. */
let element: LiveToken;
let phone: LiveToken;

beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  parties = await openParties(database);
  element = await liveToken(parties, "zhang", "secureElement");
  phone = await liveToken(parties, "li", "hce");
  must(await parties.tspCalls.personalise({ tokenRef: phone.tokenRef, deviceId: phone.deviceId }, context()));
  await parties.quiet();
});
afterEach(() => parties.stop());

const pay = (token: LiveToken, atc: number, more: Partial<TokenRequest> = {}) =>
  tokenRequest(token.tokenPan, token.chip(atc), more);
const shown = (answer: TokenAnswer) => (answer.outcome === "refused" ? answer.reason : answer.outcome);
const ask = async (...requests: TokenRequest[]) => (await askTsp(parties, requests)).map(shown);
/** Where a refusal leaves its cause, and the holder's notice of it. */
const TOLD = ["fact", "refusal", "outbox"];
const spent = async (token: LiveToken) =>
  (
    await parties.db.tsp.query<{ atc: number }>({ text: "select atc from spent where token_pan = $1 order by atc" }, [
      token.tokenPan,
    ])
  ).map(({ atc }) => atc);
const change = async (token: LiveToken, kind: "suspend" | "resume" | "delete") =>
  must(await parties.tspIssuerCalls.changeToken({ tokenRef: token.tokenRef, change: kind }, context()));

/** Chip data with one object taken out or put in another's place. */
function edited(chip: Uint8Array, tag: string, value?: string): string {
  return toHex(
    encodeTlv(
      parseTlv(chip).flatMap((item) =>
        item.tag !== tag ? [item] : value === undefined ? [] : [{ tag, value: hexBytes(value) }],
      ),
    ),
  );
}

describe("what is remembered", () => {
  /** The authoriser of another process over the same database, and how often it reads tokens. */
  function another() {
    let reads = 0;
    const db = parties.db.tsp;
    const authorise = createAuthoriser({
      db: {
        ...db,
        query: (statement, parameters) => {
          if (statement.name === "tsp.read-tokens") reads += 1;
          return db.query(statement, parameters);
        },
      },
      clock: parties.clock,
      keys: parties.keys.tsp,
      random: parties.random,
      groupCommit,
      nudge: () => {},
      lanes: 1,
    });
    return {
      ask: async (...requests: TokenRequest[]) => (await Promise.all(requests.map(authorise))).map(shown),
      reads: () => reads,
    };
  }

  test("a token that paid is not read again for the next payment", async () => {
    const { ask: askIt, reads } = another();
    expect(await askIt(pay(element, 1))).toEqual(["accepted"]);
    expect(await askIt(pay(element, 2), pay(element, 3))).toEqual(["accepted", "accepted"]);
    expect(reads()).toBe(1);
    expect(await spent(element)).toEqual([1, 2, 3]);
  });

  test("whatever anybody else writes is seen: payments of another process, a suspension", async () => {
    const { ask: askIt, reads } = another();
    expect(await askIt(pay(element, 1))).toEqual(["accepted"]);
    expect(await ask(pay(element, 2))).toEqual(["accepted"]);
    expect(await askIt(pay(element, 2))).toEqual(["atcReplayed"]);
    expect(await askIt(pay(element, 3))).toEqual(["accepted"]);
    await change(element, "suspend");
    expect(await askIt(pay(element, 4))).toEqual(["tokenSuspended"]);
    await change(element, "resume");
    expect(await askIt(pay(element, 5))).toEqual(["accepted"]);
    expect(reads()).toBeGreaterThan(3);
    expect(await spent(element)).toEqual([1, 2, 3, 5]);
  });

  test("a refusal is never made from memory, and takes nothing with it", async () => {
    const { ask: askIt, reads } = another();
    expect(await askIt(pay(element, 1))).toEqual(["accepted"]);
    const before = reads();
    expect(await askIt(pay(element, 2), pay(element, 1), pay(phone, 1), pay(element, 3))).toEqual([
      "accepted",
      "atcReplayed",
      "accepted",
      "accepted",
    ]);
    expect(reads()).toBeGreaterThan(before);
    expect(await spent(element)).toEqual([1, 2, 3]);
    expect(await spent(phone)).toEqual([1]);
  });
});

describe("one payment", () => {
  test("accepted: the real number, the PAR, and how sure the TSP is", async () => {
    const asked = pay(element, 1);
    const [answer] = await askTsp(parties, [asked]);
    expect(answer).toEqual({
      id: 0,
      outcome: "accepted",
      pan: demo("zhang").pan,
      par: expect.stringMatching(/^KB00[0-9A-Z]{25}$/),
      trid: "99900000001",
      tokenExpiry: "3111",
      assurance: "11",
      holderVerified: true,
    });
    expect(await spent(element)).toEqual([1]);
    const journeyOf = async (atc: number) =>
      must(await parties.tspCalls.journeyOfPayment({ tokenRef: element.tokenRef, atc }, context()));
    expect([await journeyOf(1), await journeyOf(2)]).toEqual([{ journeyId: asked.journeyId }, {}]);
  });

  test.each<[string, (token: LiveToken) => TokenRequest, string]>([
    ["a number that is no token", () => pay(element, 1, { tokenPan: "6299900000000000009" }), "unknownToken"],
    ["another expiry", () => pay(element, 1, { expiry: "3112" }), "expiryMismatch"],
    ["the right expiry", () => pay(element, 1, { expiry: "3111" }), "accepted"],
    ["typed by hand", () => pay(element, 1, { entryMode: "012" }), "domain"],
    ["inserted", () => pay(element, 1, { entryMode: "051" }), "domain"],
    ["by QR code", () => pay(element, 1, { entryMode: "032" }), "domain"],
    ["in an app", () => pay(element, 1, { entryMode: "812" }), "domain"],
    ["without chip data", () => pay(element, 1, { chipData: "" }), "noChipData"],
    ["chip data that is none", () => pay(element, 1, { chipData: "9f26" }), "badChipData"],
    ["without a cryptogram", () => pay(element, 1, { chipData: edited(element.chip(1), "9F26") }), "badChipData"],
    ["a short cryptogram", () => pay(element, 1, { chipData: edited(element.chip(1), "9F26", "0102") }), "badChipData"],
    ["without a counter", () => pay(element, 1, { chipData: edited(element.chip(1), "9F36") }), "badChipData"],
    ["a long counter", () => pay(element, 1, { chipData: edited(element.chip(1), "9F36", "00000001") }), "badChipData"],
    [
      "a very long counter",
      () => pay(element, 1, { chipData: edited(element.chip(1), "9F36", "0000000000000001") }),
      "badChipData",
    ],
    [
      "IAD of another form",
      () => pay(element, 1, { chipData: edited(element.chip(1), "9F10", "06011203A0B800") }),
      "badChipData",
    ],
    ["another amount than F4", () => pay(element, 1, { amountMinor: "1235" }), "dataMismatch"],
    ["another currency than F49", () => pay(element, 1, { currency: "840" }), "dataMismatch"],
    ["the card declined", () => tokenRequest(element.tokenPan, element.chip(1, { type: "AAC" })), "notArqc"],
    ["an offline approval", () => tokenRequest(element.tokenPan, element.chip(1, { type: "TC" })), "notArqc"],
    [
      "a flipped cryptogram",
      () => pay(element, 1, { chipData: edited(element.chip(1), "9F26", "0011223344556677") }),
      "badCryptogram",
    ],
    [
      "another unpredictable number",
      () => pay(element, 1, { chipData: edited(element.chip(1), "9F37", "A1B2C3D5") }),
      "badCryptogram",
    ],
    [
      "another ATC than was signed",
      () => pay(element, 1, { chipData: edited(element.chip(1), "9F36", "0002") }),
      "badCryptogram",
    ],
    ["another token's chip", () => tokenRequest(element.tokenPan, phone.chip(1)), "badChipData"],
    ["a counter that ran ahead", () => pay(element, ATC_GAP_MAX + 1), "atcOutsideWindow"],
    ["a key that was never issued", () => pay(phone, 11), "keyNotIssued"],
    [
      "a key of the other class",
      () => tokenRequest(phone.tokenPan, phone.chip(1, { keyClass: "secureElement" })),
      "badChipData",
    ],
    [
      "an express key at a café",
      () => tokenRequest(phone.tokenPan, phone.chip(1, { keyClass: "device" })),
      "holderNotVerified",
    ],
    [
      "an express key that was not issued",
      () => tokenRequest(phone.tokenPan, phone.chip(1, { keyClass: "device" }), { mcc: "4111" }),
      "keyNotIssued",
    ],
  ])("%s", async (_name, request, expected) => {
    const before = await digestWithout(parties.db.tsp, TOLD);
    expect(await ask(request(element))).toEqual([expected]);
    if (expected !== "accepted") expect(await spent(element)).toEqual([]);
    // A wrong cryptogram is counted; all else that is refused changes nothing, and is only told.
    if (expected !== "accepted" && expected !== "badCryptogram")
      expect(await digestWithout(parties.db.tsp, TOLD)).toBe(before);
    const refused = await parties.db.tsp.query({ text: "select 1 as one from refusal" });
    expect(refused).toHaveLength(expected === "accepted" ? 0 : 1);
  });

  test("a token that does not live pays nothing", async () => {
    await change(element, "suspend");
    expect(await ask(pay(element, 1))).toEqual(["tokenSuspended"]);
    await change(element, "resume");
    expect(await ask(pay(element, 1))).toEqual(["accepted"]);
    await change(element, "delete");
    expect(await ask(pay(element, 2))).toEqual(["tokenDeleted"]);
    await parties.db.tsp.query({ text: "update token set status = 'inactive'" });
    expect(await ask(pay(phone, 1))).toEqual(["tokenInactive"]);
  });

  test("a token expires with its month; a single-use key with its time", async () => {
    parties.clock.advance(31 * 86_400_000);
    expect(await ask(pay(element, 1), pay(phone, 1))).toEqual(["accepted", "keyNotIssued"]);
    parties.clock.advance(Date.UTC(2031, 10, 30, 15, 59) - parties.clock.now());
    expect(await ask(pay(element, 2))).toEqual(["accepted"]);
    parties.clock.advance(60_000);
    expect(await ask(pay(element, 3))).toEqual(["tokenExpired"]);
  });

  test("single-use keys may be left out and used out of order", async () => {
    expect(await ask(pay(phone, 9), pay(phone, 2), pay(phone, 2), pay(phone, 10))).toEqual([
      "accepted",
      "accepted",
      "atcReplayed",
      "accepted",
    ]);
    // Keys that were lost in number do not lock the token: what counts is that the next one was issued.
    await parties.db.tsp.query({ text: "update token set next_atc = 500 where token_pan = $1" }, [phone.tokenPan]);
    must(
      await parties.tspCalls.replenishKeys({ tokenRef: phone.tokenRef, deviceId: phone.deviceId, count: 2 }, context()),
    );
    expect(await ask(pay(phone, 501))).toEqual(["accepted"]);
  });

  test("an express key pays at gates only, and says that nobody was verified", async () => {
    const ranges = [{ from: 1, to: 5, keyClass: "device", expiresAt: parties.clock.now() + 1000 }];
    await parties.db.tsp.query({ text: "update token set key_ranges = $1::jsonb where token_pan = $2" }, [
      JSON.stringify(ranges),
      phone.tokenPan,
    ]);
    const ride = tokenRequest(phone.tokenPan, phone.chip(1, { keyClass: "device" }), { mcc: "4111" });
    const [first] = await askTsp(parties, [ride]);
    expect(first).toMatchObject({ outcome: "accepted", holderVerified: false });
    expect(await askTsp(parties, [ride])).toEqual([first]);
  });
});

describe("many at once", () => {
  test("one token, one frame: each ATC once, in order of arrival", async () => {
    const answers = await ask(...[5, 3, 5, 1, 3, 64, 1, 2, 200, 65].map((atc) => pay(element, atc)));
    expect(answers).toEqual([
      "accepted",
      "accepted",
      "atcReplayed",
      "accepted",
      "atcReplayed",
      "accepted",
      "atcOutsideWindow",
      "accepted",
      "atcOutsideWindow",
      "accepted",
    ]);
    expect(await spent(element)).toEqual([1, 2, 3, 5, 64, 65]);
  });

  test("tokens of one card and of several do not disturb each other", async () => {
    const watch = await liveToken(parties, "zhang", "secureElement", "device-watch");
    expect(
      new Set(await ask(...[1, 2, 3].flatMap((atc) => [pay(element, atc), pay(watch, atc), pay(phone, atc)]))),
    ).toEqual(new Set(["accepted"]));
    expect([await spent(element), await spent(watch), await spent(phone)]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test("any order of counters over any batches: what the window alone would say", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 12 }), {
          minLength: 1,
          maxLength: 6,
        }),
        async (batches) => {
          await parties.db.tsp.query({
            text: "update token_use set atc_high = 0, atc_seen = 0, version = version + 1",
          });
          await parties.db.tsp.query({ text: "delete from spent" });
          let window = EMPTY_WINDOW;
          const accepted: number[] = [];
          for (const batch of batches) {
            const expected = batch.map((atc) => {
              const verdict = acceptAtc(window, atc);
              if (verdict.verdict !== "accepted")
                return verdict.verdict === "replayed" ? "atcReplayed" : "atcOutsideWindow";
              window = verdict.window;
              accepted.push(atc);
              return "accepted";
            });
            expect(await ask(...batch.map((atc) => pay(element, atc)))).toEqual(expected);
          }
          expect(await spent(element)).toEqual(accepted.sort((a, b) => a - b));
          const rows = await parties.db.tsp.query<{ high: number; seen: bigint }>(
            { text: "select atc_high as high, atc_seen as seen from token_use where token_pan = $1" },
            [element.tokenPan],
          );
          expect(rows[0]).toEqual({ high: window.high, seen: window.seen });
        },
      ),
      { numRuns: 20 },
    );
  });

  test("a suspension in the middle of a load: every answer is one or the other, and the spent ATCs are the accepted ones", async () => {
    const loads = Array.from({ length: 10 }, (_, i) => ask(...[0, 1, 2].map((k) => pay(element, 1 + i * 3 + k))));
    const answers = (await Promise.all([...loads.slice(0, 5), change(element, "suspend"), ...loads.slice(5)])).flatMap(
      (part) => (Array.isArray(part) ? part : []),
    );
    expect(answers).toHaveLength(30);
    for (const answer of answers) expect(["accepted", "tokenSuspended"]).toContain(answer);
    expect((await spent(element)).length).toBe(answers.filter((answer) => answer === "accepted").length);
    expect(await ask(pay(element, 31))).toEqual(["tokenSuspended"]);
  });

  test("a database that fails: nobody is told yes, nothing is spent, and later it goes through", async () => {
    await parties.db.tsp.query({ text: "alter table spent rename to gone" });
    expect(await ask(pay(element, 1), pay(phone, 1))).toEqual(["failed", "failed"]);
    await parties.db.tsp.query({ text: "alter table gone rename to spent" });
    expect(await ask(pay(element, 1), pay(phone, 1))).toEqual(["accepted", "accepted"]);
  });
});

describe("repeats", () => {
  test("the same payment again gets its first answer, in one frame and later", async () => {
    const once = pay(element, 1);
    const [first, second] = await askTsp(parties, [once, once]);
    expect(first).toMatchObject({ outcome: "accepted" });
    expect({ ...second, id: 0 }).toEqual(first);
    expect(await askTsp(parties, [once])).toEqual([first]);
    expect(await spent(element)).toEqual([1]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["suspended", () => change(element, "suspend")],
    ["deleted", () => change(element, "delete")],
    ["gone far past its counter", () => ask(...[80, 160].map((atc) => pay(element, atc)))],
    ["expired", async () => parties.clock.advance(6 * 365 * 86_400_000)],
  ])("also when the token has been %s since", async (_name, meanwhile) => {
    const once = pay(element, 1);
    const [first] = await askTsp(parties, [once]);
    await meanwhile();
    expect(await askTsp(parties, [once])).toEqual([first]);
    // Another payment does not get through in its name.
    const other = pay(element, 2, { journeyId: once.journeyId });
    expect(await ask(other)).not.toEqual(["accepted"]);
  });

  test("an ATC that another payment spent is not let through under a known journey", async () => {
    const first = pay(element, 1);
    const second = pay(element, 2);
    expect(await ask(first, second)).toEqual(["accepted", "accepted"]);
    expect(await ask({ ...first, journeyId: second.journeyId })).toEqual(["atcReplayed"]);
    expect(await ask({ ...first, chipData: edited(element.chip(1), "9F37", "00000000") })).toEqual(["badCryptogram"]);
  });
});

describe("wrong cryptograms", () => {
  const wrong = (atc: number) => pay(element, atc, { chipData: edited(element.chip(atc), "9F26", "0000000000000000") });
  const tokenNow = async () => must(await parties.tspCalls.token({ tokenRef: element.tokenRef }, context()));

  test("a right one forgives those before it", async () => {
    for (let round = 0; round < 2; round++) {
      for (let i = 1; i < CRYPTOGRAM_FAILURES_MAX; i++) expect(await ask(wrong(1))).toEqual(["badCryptogram"]);
      expect(await ask(pay(element, round + 1))).toEqual(["accepted"]);
    }
    expect((await tokenNow()).status).toBe("active");
  });

  test("too many in a row suspend the token, in one frame or over many, and wallet and bank are told", async () => {
    await parties.quiet();
    parties.cutOff("wallet");
    parties.cutOff("issuer");
    const answers = await ask(...Array.from({ length: CRYPTOGRAM_FAILURES_MAX + 2 }, () => wrong(1)), pay(element, 1));
    expect(answers).toEqual([
      ...Array.from({ length: CRYPTOGRAM_FAILURES_MAX }, () => "badCryptogram"),
      "tokenSuspended",
      "tokenSuspended",
      "tokenSuspended",
    ]);
    expect(await tokenNow()).toMatchObject({ status: "suspended", suspendedBy: ["tsp"] });
    const owed = await parties.db.tsp.query<{ topic: string }>({ text: "select topic from outbox order by topic" });
    // Each refused payment is told to its holder; the change of the token once.
    expect(owed.map(({ topic }) => topic).filter((topic) => topic !== "wallet.notifyPayment")).toEqual([
      "issuer.notifyToken",
      "wallet.notifyToken",
    ]);
    expect(owed.length - 2).toBe(answers.length);
    // Nobody but the TSP lifts it.
    for (const by of ["holder", "wallet"] as const) {
      const resumed = await parties.tspCalls.changeToken(
        { tokenRef: element.tokenRef, change: "resume", by },
        context(),
      );
      expect(resumed).toMatchObject({ error: { code: "forbidden" } });
    }
  });
});

describe("translate", () => {
  test.each(["suspend", "delete"] as const)("reversals and refunds reach the card after %s", async (kind) => {
    await change(element, kind);
    await parties.quiet();
    const before = await digestOf(parties.db.tsp);
    const [answer] = await askTsp(parties, [
      { ...tokenRequest(element.tokenPan, new Uint8Array()), kind: "translate", entryMode: "012" },
    ]);
    expect(answer).toMatchObject({ outcome: "accepted", pan: demo("zhang").pan });
    expect(await digestOf(parties.db.tsp)).toBe(before);
  });

  test("a number that is no token has none", async () => {
    const request = tokenRequest("6299900000000000009", new Uint8Array(), { kind: "translate" });
    expect(await ask(request)).toEqual(["unknownToken"]);
  });
});
