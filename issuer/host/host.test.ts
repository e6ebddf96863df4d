import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Db } from "#contracts/ports";
import { type ManualClock, manualClock } from "#platform/clock";
import { groupCommit } from "#platform/group-commit";
import { openPglite } from "#platform/pglite";
import { shardOf } from "#protocol/bytes";
import { instant } from "#protocol/time";
import { auditLedger } from "../ledger/audit.ts";
import { migrations } from "../migrations.ts";
import { DEFAULT_POLICY } from "../policy.ts";
import type { FinancialRequest, HostAnswer, HostRequest } from "./core.ts";
import { createHostLanes } from "./lanes.ts";
import { remembering } from "./memory.ts";
import { createHostStore } from "./store.ts";

const START = instant(Date.UTC(2026, 5, 1, 2)); // 10:00 in China
const DAY_MS = 24 * 3_600_000;

let db: Db & { close(): Promise<void> };
let clock: ManualClock;
let host: (request: HostRequest) => Promise<HostAnswer>;

beforeAll(async () => {
  db = await openPglite("issuer", migrations);
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query({ text: "truncate account, card, authorisation, posting, outbox" });
  clock = manualClock(START);
  const store = remembering(createHostStore(db));
  host = createHostLanes({ store, clock, groupCommit, lanes: 2, policy: DEFAULT_POLICY.payment });
  await openAccount("a", 100_00n);
});

async function openAccount(id: string, openingMinor: bigint, creditLimitMinor = 0n): Promise<void> {
  const b = shardOf(id);
  const kind = creditLimitMinor > 0n ? "credit" : "debit";
  await db.query({ text: "insert into account values ($1, $2, 'c', $3, '156', $4, $5, 0, 0, 0, null, 0)" }, [
    b,
    id,
    kind,
    creditLimitMinor,
    openingMinor,
  ]);
  await db.query({ text: "insert into posting values ($1, $2, 0, 'opening', $3, $3, 'opening', 'opening', '', 0)" }, [
    b,
    id,
    openingMinor,
  ]);
  await db.query(
    { text: "insert into card values ($1, $2, $3, 0, 'c', 'p', '', '0000', '01', '3012', null, 'active', 0)" },
    [b, `card-${id}`, id],
  );
}

let serial = 0;
function request(
  kind: FinancialRequest["kind"],
  more: Partial<FinancialRequest> & { on?: string } = {},
): FinancialRequest {
  const { on = "a", ...rest } = more;
  serial++;
  return {
    b: shardOf(on),
    accountId: on,
    cardId: `card-${on}`,
    kind,
    journeyId: `j${serial}`,
    originalId: null,
    amountMinor: 10_00n,
    currency: "156",
    expiry: null,
    freshAuthCode: String(serial).padStart(6, "0"),
    originalAuthCode: null,
    tokenPan: null,
    merchantName: "示范商户",
    mcc: "5814",
    ...rest,
  };
}

async function balances(id = "a"): Promise<{ posted: bigint; held: bigint }> {
  const rows = await db.query<{ posted_minor: bigint; held_minor: bigint }>(
    { text: "select posted_minor, held_minor from account where id = $1" },
    [id],
  );
  return { posted: rows[0]!.posted_minor, held: rows[0]!.held_minor };
}

async function expectBalanced(): Promise<void> {
  const audit = await auditLedger(db);
  expect(audit.entriesSumMinor).toBe(0n);
  expect(audit.accountsAgree).toBe(true);
}

const code = async (r: HostRequest) => (await host(r)).responseCode;

describe("purchase", () => {
  test("takes the money at once and gives an authorisation code", async () => {
    const sale = request("purchase");
    expect(await host(sale)).toEqual({ responseCode: "00", authCode: sale.freshAuthCode });
    expect(await balances()).toEqual({ posted: 90_00n, held: 0n });
    await expectBalanced();
  });

  test.each<[string, Partial<FinancialRequest>, string]>([
    ["over the balance", { amountMinor: 100_01n }, "51"],
    ["nothing", { amountMinor: 0n }, "13"],
    ["another currency", { currency: "840" }, "12"],
    ["over the single limit", { amountMinor: 20_000_01n }, "61"],
    ["another card expiry", { expiry: "2912" as never }, "54"],
    ["an account that is not there", { on: "nobody" } as never, "14"],
    ["a card that is not there", { cardId: "card-x" }, "14"],
  ])("%s is refused with its code, and moves nothing", async (_what, more, expected) => {
    expect(await code(request("purchase", more))).toBe(expected);
    expect(await balances()).toEqual({ posted: 100_00n, held: 0n });
    await expectBalanced();
  });

  test.each([
    ["notActivated", "21"],
    ["lost", "41"],
    ["frozenByBank", "62"],
    ["frozenByHolder", "57"],
    ["replaced", "14"],
    ["closed", "14"],
  ])("a card that is %s is refused with %s", async (status, expected) => {
    await db.query({ text: "update card set status = $1" }, [status]);
    expect(await code(request("purchase"))).toBe(expected);
    expect(await code({ ...request("purchase"), kind: "balance" })).toBe(expected);
  });

  test("from a restricted account nothing goes out, and the way says no more than to ask the bank; money comes back in", async () => {
    const [sale, hold] = [request("purchase"), request("preAuthorisation", { amountMinor: 20_00n })];
    expect([await code(sale), await code(hold)]).toEqual(["00", "00"]);
    await db.query({ text: "update account set restricted = true, version = version + 1" });
    expect(await code(request("purchase"))).toBe("01");
    expect(await code(request("preAuthorisation"))).toBe("01");
    expect(await code(request("refund", { originalId: sale.journeyId, amountMinor: 3_00n }))).toBe("00");
    expect(await code(request("reversal", { originalId: hold.journeyId, amountMinor: 20_00n }))).toBe("00");
    expect(await balances()).toEqual({ posted: 93_00n, held: 0n });
    await db.query({ text: "update account set restricted = false" });
    expect(await code(request("purchase"))).toBe("00");
    await expectBalanced();
  });

  test("a product does not pay at kinds of shops that the bank has shut to it, and its refunds come back from there", async () => {
    const payment = { ...DEFAULT_POLICY.payment, blockedShops: { p: ["5921"], other: ["5814"] } };
    const sale = request("purchase", { mcc: "5921" });
    expect(await code(sale)).toBe("00");
    host = createHostLanes({ store: remembering(createHostStore(db)), clock, groupCommit, lanes: 2, policy: payment });
    for (const kind of ["purchase", "preAuthorisation"] as const)
      expect(await code(request(kind, { mcc: "5921" }))).toBe("58");
    expect(await code(request("purchase", { mcc: "5814" }))).toBe("00");
    expect(await code(request("purchase", { mcc: null }))).toBe("00");
    expect(await code(request("refund", { mcc: "5921", originalId: sale.journeyId }))).toBe("00");
    expect(await balances()).toEqual({ posted: 80_00n, held: 0n });
  });

  test("an expired card is refused, from the first moment after its month", async () => {
    await db.query({ text: "update card set expiry = '2606'" });
    expect(await code(request("purchase"))).toBe("00");
    clock.advance(Date.UTC(2026, 6, 1) - 8 * 3_600_000 - START);
    expect(await code(request("purchase"))).toBe("54");
  });

  test("a credit card spends up to its limit", async () => {
    await openAccount("credit", 0n, 50_00n);
    expect(await code(request("purchase", { on: "credit", amountMinor: 50_00n }))).toBe("00");
    expect(await code(request("purchase", { on: "credit", amountMinor: 1n }))).toBe("51");
    expect((await balances("credit")).posted).toBe(-50_00n);
  });

  test("the day's limit ends with the day in China, and a void gives room back", async () => {
    await openAccount("rich", 1_000_000_00n);
    const pay = (minor: bigint) => request("purchase", { on: "rich", amountMinor: minor });
    expect(await code(pay(20_000_00n))).toBe("00");
    const second = pay(20_000_00n);
    expect(await code(second)).toBe("00");
    expect(await code(pay(10_000_01n))).toBe("61");
    expect(await code(request("void", { on: "rich", originalId: second.journeyId, amountMinor: 20_000_00n }))).toBe(
      "00",
    );
    expect(await code(pay(20_000_00n))).toBe("00");
    expect(await code(pay(10_000_01n))).toBe("61");
    clock.advance(DAY_MS);
    expect(await code(pay(10_000_01n))).toBe("00");
  });

  test("several payments on one account in one batch are decided one after the other", async () => {
    const codes = await Promise.all(Array.from({ length: 15 }, () => code(request("purchase"))));
    expect(codes).toEqual([...Array<string>(10).fill("00"), ...Array<string>(5).fill("51")]);
    expect(await balances()).toEqual({ posted: 0n, held: 0n });
    await expectBalanced();
  });

  test("a repeat gets its first answer, in the same batch and later, and takes no money", async () => {
    const sale = request("purchase", { tokenPan: "6229990100000000017" });
    const again = { ...sale, freshAuthCode: "999999" };
    const [first, second] = await Promise.all([host(sale), host(again)]);
    expect(second).toEqual(first);
    expect(await host(again)).toEqual(first);
    expect((await balances()).posted).toBe(90_00n);
    const refused = request("purchase", { amountMinor: 500_00n });
    expect(await code(refused)).toBe("51");
    await db.query({ text: "update account set credit_limit_minor = 100000" });
    expect(await code(refused)).toBe("51");
    expect(await code({ ...sale, amountMinor: 11_00n })).toBe("94");
    expect(await db.query({ text: "select id from outbox" })).toHaveLength(1);
  });

  test("another writer in between: the account is read and decided again, once", async () => {
    let races = 2;
    const store = createHostStore(db);
    const raced = createHostLanes({
      store: remembering({
        read: (requests, now) => store.read(requests, now),
        async write(book, now) {
          if (races-- > 0) await db.query({ text: "update account set version = version + 1 where id = 'a'" });
          return store.write(book, now);
        },
      }),
      clock,
      groupCommit,
      lanes: 1,
      policy: DEFAULT_POLICY.payment,
    });
    await openAccount("other", 50_00n);
    const codes = await Promise.all(
      [request("purchase"), request("purchase", { on: "other" }), request("purchase")].map(
        async (r) => (await raced(r)).responseCode,
      ),
    );
    expect(codes).toEqual(["00", "00", "00"]);
    expect((await balances()).posted).toBe(80_00n);
    expect((await balances("other")).posted).toBe(40_00n);
    await expectBalanced();
  });
});

describe("what is remembered", () => {
  /** The host of another process over the same database, and how often it reads. */
  function another() {
    let reads = 0;
    const store = createHostStore(db);
    const ask = createHostLanes({
      store: remembering({
        read(requests, now) {
          reads += 1;
          return store.read(requests, now);
        },
        write: store.write,
      }),
      clock,
      groupCommit,
      lanes: 1,
      policy: DEFAULT_POLICY.payment,
    });
    return { pay: async (one: HostRequest) => (await ask(one)).responseCode, ask, reads: () => reads };
  }

  test("an account that paid is not read again for its next purchase", async () => {
    const { pay, reads } = another();
    for (let i = 0; i < 5; i++) expect(await pay(request("purchase"))).toBe("00");
    expect(reads()).toBe(1);
    expect((await balances()).posted).toBe(50_00n);
    await expectBalanced();
  });

  test("a refusal is made on what is read, and takes nothing of its batch with it", async () => {
    await openAccount("other", 50_00n);
    const { pay, ask, reads } = another();
    expect(await pay(request("purchase"))).toBe("00");
    const batch = [
      request("purchase", { amountMinor: 500_00n }),
      request("purchase", { on: "other" }),
      request("purchase"),
    ];
    expect((await Promise.all(batch.map(ask))).map(({ responseCode }) => responseCode)).toEqual(["51", "00", "00"]);
    expect(reads()).toBe(3);
    expect(await balances()).toEqual({ posted: 80_00n, held: 0n });
    await expectBalanced();
  });

  test("what others wrote is seen: their payments, a card's state, a hold that ran out", async () => {
    const { pay } = another();
    expect(await pay(request("purchase"))).toBe("00");
    expect(await code(request("purchase", { amountMinor: 85_00n }))).toBe("00");
    expect(await pay(request("purchase"))).toBe("51");
    expect(await code(request("refund", { originalId: `j${serial - 1}`, amountMinor: 85_00n }))).toBe("00");
    expect(await pay(request("preAuthorisation", { amountMinor: 60_00n }))).toBe("00");
    expect(await pay(request("purchase", { amountMinor: 40_00n }))).toBe("51");
    clock.advance(40 * DAY_MS);
    expect(await pay(request("purchase", { amountMinor: 40_00n }))).toBe("00");
    await db.query({ text: "update card set status = 'lost'" });
    await db.query({ text: "update account set version = version + 1" });
    expect(await pay(request("purchase"))).toBe("41");
    await expectBalanced();
  });

  test("a repeat, also of what was reversed before it came, gets its first answer in the middle of a batch", async () => {
    const { pay, ask } = another();
    const first = request("purchase");
    const answer = await ask(first);
    const early = request("purchase");
    expect(await code(request("reversal", { originalId: early.journeyId }))).toBe("00");
    expect(await pay(request("purchase"))).toBe("00");
    const batch = [request("purchase"), { ...first, freshAuthCode: "999999" }, request("purchase"), early];
    const answers = await Promise.all(batch.map(ask));
    expect(answers[1]).toEqual(answer);
    expect(answers.map(({ responseCode }) => responseCode)).toEqual(["00", "00", "00", "22"]);
    expect((await balances()).posted).toBe(60_00n);
    await expectBalanced();
  });

  test("a write that fails is not answered; when it was kept all the same, the next try finds it", async () => {
    const store = createHostStore(db);
    let lost = 0;
    const ask = createHostLanes({
      store: remembering({
        read: store.read,
        async write(book, now) {
          const stale = await store.write(book, now);
          if (lost-- > 0) throw new Error("the line broke after the commit");
          return stale;
        },
      }),
      clock,
      groupCommit,
      lanes: 1,
      policy: DEFAULT_POLICY.payment,
    });
    expect((await ask(request("purchase"))).responseCode).toBe("00");
    lost = 1;
    expect((await ask(request("purchase"))).responseCode).toBe("00");
    lost = 2;
    await expect(ask(request("preAuthorisation"))).rejects.toThrow("the line broke");
    expect((await balances()).posted).toBe(80_00n);
    await expectBalanced();
  });
});

describe("pre-authorisation and completion", () => {
  test("a hold, then its completion for less: the rest is free again", async () => {
    const held = request("preAuthorisation", { amountMinor: 80_00n });
    expect(await code(held)).toBe("00");
    expect(await balances()).toEqual({ posted: 100_00n, held: 80_00n });
    expect(await code(request("purchase", { amountMinor: 20_01n }))).toBe("51");
    const complete = (minor: bigint, more = {}) =>
      request("completion", { originalId: held.journeyId, amountMinor: minor, ...more });
    expect(await code(complete(80_01n))).toBe("64");
    expect(await code(complete(1n, { originalAuthCode: "nope  " }))).toBe("25");
    expect(await code(complete(1n, { originalId: "never" }))).toBe("25");
    await db.query({ text: "update card set status = 'lost'" });
    expect(await code(complete(60_00n, { originalAuthCode: held.freshAuthCode }))).toBe("00");
    expect(await balances()).toEqual({ posted: 40_00n, held: 0n });
    expect(await code(complete(1n))).toBe("12");
    await expectBalanced();
  });

  test("a hold ends by itself: lazily when somebody asks, or by the sweep", async () => {
    const first = request("preAuthorisation", { amountMinor: 30_00n });
    expect(await code(first)).toBe("00");
    clock.advance(DAY_MS);
    expect(await code(request("preAuthorisation", { amountMinor: 70_00n }))).toBe("00");
    clock.advance(29 * DAY_MS);
    expect(await code(request("purchase", { amountMinor: 30_00n }))).toBe("00");
    expect(await balances()).toEqual({ posted: 70_00n, held: 70_00n });
    expect(await code(request("completion", { originalId: first.journeyId, amountMinor: 1n }))).toBe("12");
    clock.advance(DAY_MS);
    expect(await code({ kind: "sweep", b: shardOf("a"), accountId: "a" })).toBe("00");
    expect(await balances()).toEqual({ posted: 70_00n, held: 0n });
    await expectBalanced();
  });

  test("cancelling gives the hold back; undoing a completion restores it", async () => {
    const held = request("preAuthorisation", { amountMinor: 50_00n });
    await host(held);
    const completion = request("completion", { originalId: held.journeyId, amountMinor: 40_00n });
    await host(completion);
    expect(await code(request("reversal", { originalId: completion.journeyId, amountMinor: 40_00n }))).toBe("00");
    expect(await balances()).toEqual({ posted: 100_00n, held: 50_00n });
    const second = request("completion", { originalId: held.journeyId, amountMinor: 45_00n });
    expect(await code(second)).toBe("00");
    const voiding = request("void", { originalId: second.journeyId, amountMinor: 45_00n });
    expect(await code(voiding)).toBe("00");
    expect(await balances()).toEqual({ posted: 100_00n, held: 50_00n });
    expect(await code(request("reversal", { originalId: voiding.journeyId, amountMinor: 45_00n }))).toBe("00");
    expect(await balances()).toEqual({ posted: 55_00n, held: 0n });
    const third = request("preAuthorisation", { amountMinor: 5_00n });
    await host(third);
    expect(await code(request("void", { originalId: third.journeyId, amountMinor: 5_00n }))).toBe("00");
    expect(await balances()).toEqual({ posted: 55_00n, held: 0n });
    await expectBalanced();
  });
});

describe("void, refund, reversal", () => {
  test("void: the whole sale, once", async () => {
    const sale = request("purchase");
    await host(sale);
    const voiding = (minor: bigint) => request("void", { originalId: sale.journeyId, amountMinor: minor });
    expect(await code(voiding(9_99n))).toBe("64");
    expect(await code(request("void", { originalId: "never" }))).toBe("25");
    expect(await code(request("void"))).toBe("25");
    const done = voiding(10_00n);
    expect(await code(done)).toBe("00");
    expect(await code(done)).toBe("00");
    expect(await code(voiding(10_00n))).toBe("12");
    expect((await balances()).posted).toBe(100_00n);
    await expectBalanced();
  });

  test("refunds add up to the sale at most", async () => {
    const sale = request("purchase");
    await host(sale);
    const refund = (minor: bigint) => request("refund", { originalId: sale.journeyId, amountMinor: minor });
    expect(await code(refund(6_00n))).toBe("00");
    expect(await code(refund(4_01n))).toBe("64");
    expect(await code(request("void", { originalId: sale.journeyId }))).toBe("12");
    expect(await Promise.all([code(refund(3_00n)), code(refund(3_00n))])).toEqual(["00", "64"]);
    expect((await balances()).posted).toBe(99_00n);
    expect(await code(request("refund", { originalId: "never" }))).toBe("25");
    expect(await code(request("refund"))).toBe("25");
    // A reversal after refunds gives back only what is left of the sale.
    expect(await code(request("reversal", { originalId: sale.journeyId }))).toBe("00");
    expect((await balances()).posted).toBe(100_00n);
    expect(await code(refund(1n))).toBe("12");
    await expectBalanced();
  });

  test("reversal: exactly once, whatever comes again, and a late repeat of the sale is declined", async () => {
    const sale = request("purchase");
    await host(sale);
    const reversal = request("reversal", { originalId: sale.journeyId });
    expect(await code({ ...reversal, amountMinor: 9_00n })).toBe("64");
    expect(
      await Promise.all([code(reversal), code(reversal), code(request("reversal", { originalId: sale.journeyId }))]),
    ).toEqual(["00", "00", "00"]);
    expect((await balances()).posted).toBe(100_00n);
    expect(await code(sale)).toBe("22");
    expect((await balances()).posted).toBe(100_00n);
    await expectBalanced();
  });

  test("a reversal before its original leaves a tombstone: the late original moves nothing", async () => {
    const sale = request("purchase");
    expect(await code(request("reversal", { originalId: sale.journeyId }))).toBe("00");
    expect(await code(sale)).toBe("22");
    expect(
      await Promise.all([
        code(request("reversal", { originalId: "late" })),
        code(request("purchase", { journeyId: "late" })),
      ]),
    ).toEqual(["00", "22"]);
    expect(await balances()).toEqual({ posted: 100_00n, held: 0n });
    expect(await code(request("refund", { originalId: "late", amountMinor: 1n }))).toBe("25");
    await expectBalanced();
  });

  test("a reversed void puts the sale in force again; refunds are not reversed; a decline reverses to nothing", async () => {
    const sale = request("purchase");
    await host(sale);
    const voiding = request("void", { originalId: sale.journeyId });
    await host(voiding);
    expect(await code(request("reversal", { originalId: voiding.journeyId }))).toBe("00");
    expect((await balances()).posted).toBe(90_00n);
    const refund = request("refund", { originalId: sale.journeyId, amountMinor: 1_00n });
    expect(await code(refund)).toBe("00");
    expect(await code(request("reversal", { originalId: refund.journeyId, amountMinor: 1_00n }))).toBe("12");
    const declined = request("purchase", { amountMinor: 999_00n });
    expect(await code(declined)).toBe("51");
    expect(await code(request("reversal", { originalId: declined.journeyId, amountMinor: 999_00n }))).toBe("00");
    expect((await balances()).posted).toBe(91_00n);
    expect(await code(request("reversal"))).toBe("30");
    await expectBalanced();
  });

  test("a sale reversed after its void stays undone when the void is reversed too", async () => {
    const sale = request("purchase");
    await host(sale);
    const voiding = request("void", { originalId: sale.journeyId });
    await host(voiding);
    expect(await code(request("reversal", { originalId: sale.journeyId }))).toBe("00");
    expect(await code(request("reversal", { originalId: voiding.journeyId }))).toBe("00");
    expect((await balances()).posted).toBe(100_00n);
    await expectBalanced();
  });
});

test("notices for token payments lie in the outbox, with the decision; none without a token", async () => {
  const sale = request("purchase", { tokenPan: "6229990100000000017" });
  await host(sale);
  await host(request("purchase", { tokenPan: "6229990100000000017", amountMinor: 500_00n }));
  await host(request("refund", { tokenPan: "6229990100000000017", originalId: sale.journeyId, amountMinor: 1n }));
  await host(request("purchase"));
  const rows = await db.query<{ payload: Uint8Array }>({ text: "select payload from outbox order by id" });
  const notices = rows.map((row) => JSON.parse(new TextDecoder().decode(row.payload)).notice);
  expect(notices.map((n) => [n.kind, n.responseCode, n.amount.minor])).toEqual([
    ["payment", "00", "1000"],
    ["declined", "51", "50000"],
    ["refund", "00", "1"],
  ]);
});

test("balance inquiry: what is there and what can be spent", async () => {
  await host(request("preAuthorisation", { amountMinor: 30_00n }));
  expect(await host({ kind: "balance", b: shardOf("a"), accountId: "a", cardId: "card-a" })).toEqual({
    responseCode: "00",
    balance: { kind: "debit", currency: "156", postedMinor: 100_00n, availableMinor: 70_00n },
  });
});

/*
 * A model with sums only: what each sale still has with the shop. It knows nothing of rows, batches or versions.
 */
interface ModelSale {
  readonly journeyId: string;
  readonly minor: bigint;
  approved: boolean;
  reversed: boolean;
  voidedBy: string | undefined;
  refunded: bigint;
}

describe("any interleaving", () => {
  const step = fc.record({
    kind: fc.constantFrom("purchase", "void", "refund", "reversal", "repeat", "early", "pause") as fc.Arbitrary<
      "purchase" | "void" | "refund" | "reversal" | "repeat" | "early" | "pause"
    >,
    pick: fc.nat(50),
    minor: fc.integer({ min: 1, max: 60_00 }).map(BigInt),
    on: fc.constantFrom("m1", "m2"),
  });

  test("postings balance, and balances are what a simple model says", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await db.query({ text: "truncate account, card, authorisation, posting, outbox" });
        const model: Record<string, bigint> = { m1: 100_00n, m2: 100_00n };
        for (const id of Object.keys(model)) await openAccount(id, 100_00n);
        const sales: (ModelSale & { on: string; request: FinancialRequest; expected: string })[] = [];
        const expected: string[] = [];
        let open: Promise<HostAnswer>[] = [];
        const answers: HostAnswer[] = [];
        const settle = async () => {
          answers.push(...(await Promise.all(open)));
          open = [];
        };
        for (const { kind, pick, minor, on } of steps) {
          const sale = sales[pick % Math.max(sales.length, 1)];
          if (kind === "purchase" || kind === "early") {
            const asked = request("purchase", { on, amountMinor: minor });
            const early = kind === "early";
            if (early) {
              open.push(host(request("reversal", { on, amountMinor: minor, originalId: asked.journeyId })));
              expected.push("00");
            }
            const approved = !early && model[on]! >= minor;
            if (approved) model[on]! -= minor;
            const answer = early ? "22" : approved ? "00" : "51";
            sales.push({
              journeyId: asked.journeyId,
              minor,
              approved,
              reversed: early,
              voidedBy: undefined,
              refunded: 0n,
              on,
              request: asked,
              expected: answer,
            });
            open.push(host(asked));
            expected.push(answer);
          } else if (kind === "pause") await settle();
          else if (sale === undefined) continue;
          else if (kind === "repeat") {
            open.push(host(sale.request));
            expected.push(sale.reversed ? "22" : sale.expected);
          } else if (kind === "void") {
            const fits = sale.approved && !sale.reversed && sale.voidedBy === undefined && sale.refunded === 0n;
            open.push(host(request("void", { on: sale.on, amountMinor: sale.minor, originalId: sale.journeyId })));
            if (fits) {
              sale.voidedBy = "void";
              model[sale.on]! += sale.minor;
            }
            expected.push(fits ? "00" : sale.approved || sale.reversed ? (sale.expected === "22" ? "25" : "12") : "25");
          } else if (kind === "refund") {
            const live = sale.approved && !sale.reversed && sale.voidedBy === undefined;
            const fits = live && sale.refunded + minor <= sale.minor;
            open.push(host(request("refund", { on: sale.on, amountMinor: minor, originalId: sale.journeyId })));
            if (fits) {
              sale.refunded += minor;
              model[sale.on]! += minor;
            }
            expected.push(
              fits ? "00" : live ? "64" : sale.approved || (sale.reversed && sale.expected === "51") ? "12" : "25",
            );
          } else if (kind === "reversal") {
            open.push(host(request("reversal", { on: sale.on, amountMinor: sale.minor, originalId: sale.journeyId })));
            if (sale.approved && !sale.reversed && sale.voidedBy === undefined)
              model[sale.on]! += sale.minor - sale.refunded;
            sale.reversed = true;
            expected.push("00");
          }
        }
        await settle();
        expect(answers.map((answer) => answer.responseCode)).toEqual(expected);
        for (const id of Object.keys(model)) expect((await balances(id)).posted).toBe(model[id]);
        await expectBalanced();
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
