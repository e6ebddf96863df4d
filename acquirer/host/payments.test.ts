import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { CallContext } from "#contracts/operation";
import type { Db } from "#contracts/ports";
import { type ManualClock, manualClock } from "#platform/clock";
import { groupCommit } from "#platform/group-commit";
import { silentLog } from "#platform/log";
import { openPglite } from "#platform/pglite";
import { seededRandom } from "#platform/random";
import { hexBytes } from "#protocol/bytes";
import { type IsoMessage, isApproved, keyOf, messageClass, parseCupsFrame, parseF90, text } from "#protocol/iso8583";
import { money } from "#protocol/money";
import { type ExpiryYymm, instant } from "#protocol/time";
import { rest, until } from "../../test/peers/mailbox.ts";
import { Life } from "../../test/peers/mortal.ts";
import { ScriptedHost } from "../../test/peers/scripted.ts";
import { type Acquirer, createAcquirer, DEFAULT_ACQUIRER, migrations } from "../index.ts";

const { answerMs, reversalRepeatMs } = DEFAULT_ACQUIRER;
const chip = {
  tokenPan: "6299900000000000018",
  expiry: "3105" as ExpiryYymm,
  psn: "001",
  field55: hexBytes("9F2608AD03EE811AFAD484"),
  cardClaimsVerification: true,
};

let db: Db & { close(): Promise<void> };
let clock: ManualClock;
let network: ScriptedHost;
let acquirer: Acquirer;
let alive: Life | undefined;
let serial = 0;

beforeAll(async () => {
  db = await openPglite("acquirer", migrations);
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.query({ text: "truncate sale" });
  clock = manualClock(instant(Date.UTC(2026, 10, 24, 4)));
  await open();
  await network.signOn();
});

/** An acquirer over the same tables; the one before is killed. */
async function open(life = new Life()): Promise<void> {
  alive?.kill();
  alive = life;
  network = new ScriptedHost("network");
  acquirer = createAcquirer({
    db: life.db(db),
    clock,
    timers: life.timers(clock),
    random: seededRandom(++serial),
    log: silentLog,
    groupCommit,
    network: network.link,
    config: DEFAULT_ACQUIRER,
  });
  let started = false;
  const starting = acquirer.start().then(() => {
    started = true;
  });
  await until(() => started || life.dead, "the acquirer's start");
  if (started) await starting;
}

const context = (idempotencyKey = `key-${++serial}`): CallContext => ({ journeyId: "j", idempotencyKey });
const buy = () => acquirer.purchase("T0000001", money(10_00n), chip);
const refund = (saleId: string, minor: bigint, key?: string) =>
  acquirer.till.refund({ saleId, amount: { minor: `${minor}`, currency: "156" } }, context(key));
const voidSale = (saleId: string, key?: string) => acquirer.till.voidSale({ saleId }, context(key));
async function view(saleId: string) {
  const found = await acquirer.till.sale({ saleId }, context());
  if (!found.ok) throw new Error(found.error.code);
  return found.value;
}
async function sold(): Promise<string> {
  const selling = buy();
  network.answer(await network.next("0200"), "00");
  return (await selling).saleId;
}
const states = async () =>
  (await db.query<{ state: string }>({ text: "select state from sale order by at, id" })).map((row) => row.state);
const inState = (state: string, count: number) =>
  until(async () => (await states()).filter((one) => one === state).length === count, `${count} ${state}`);

describe("no answer", () => {
  test("in time: reversed by the sale's own key; the answer that comes late changes nothing", async () => {
    const selling = buy();
    const request = await network.next("0200");
    clock.advance(answerMs);
    expect((await selling).state).toBe("reversing");
    const reversal = await network.next("0420");
    network.answer(request, "00");
    await rest();
    expect((await view((await selling).saleId)).state).toBe("reversing");
    expect(parseF90(text(reversal, 90))).toEqual(keyOf(request));
    expect([text(reversal, 4), text(reversal, 39)]).toEqual([text(request, 4), "98"]);
    network.answer(reversal, "00");
    await inState("reversed", 1);
  });

  test("'try again later' does not acknowledge a reversal", async () => {
    const selling = buy();
    network.answer(await network.next("0200"), "98");
    await selling;
    network.answer(await network.next("0420"), "96");
    await rest();
    expect(await states()).toEqual(["reversing"]);
    clock.advance(reversalRepeatMs);
    network.answer(await network.next("0420"), "25");
    await inState("reversed", 1);
  });

  test("one reversal that nobody acknowledges holds up none of the others", async () => {
    const selling = [buy(), buy(), buy()];
    for (const _ of selling) network.answer(await network.next("0200"), "98");
    for (const one of selling) expect((await one).state).toBe("reversing");
    const reversals: IsoMessage[] = [];
    for (const _ of selling) reversals.push(await network.next("0420"));
    for (const reversal of reversals.slice(1)) network.answer(reversal, "00");
    await inState("reversed", 2);
    expect((await states()).sort()).toEqual(["reversed", "reversed", "reversing"]);
  });

  test("the database away while the link comes up: no fall, and what is owed goes later", async () => {
    const selling = buy();
    network.answer(await network.next("0200"), "98");
    await selling;
    await network.next("0420");
    let away = true;
    const flaky: Db = {
      query: (statement, parameters) =>
        away && !statement.text.includes("merchant")
          ? Promise.reject(new Error("gone"))
          : db.query(statement, parameters),
      transaction: (work) => db.transaction(work),
    };
    network = new ScriptedHost("network");
    acquirer = createAcquirer({
      db: flaky,
      clock,
      timers: clock,
      random: seededRandom(++serial),
      log: silentLog,
      groupCommit,
      network: network.link,
      config: DEFAULT_ACQUIRER,
    });
    await acquirer.start();
    network.up();
    await rest();
    away = false;
    clock.advance(reversalRepeatMs);
    network.answer(await network.next("0420"), "00");
    await inState("reversed", 1);
  });
});

describe("an approval that comes late", () => {
  test("of a sale the shop was told is declined: reversed; any other late answer changes nothing", async () => {
    const selling = buy();
    const request = await network.next("0200");
    network.answer(request, "96");
    expect((await selling).state).toBe("declined");
    for (const code of ["51", "96"]) network.answer(request, code);
    expect(await network.surprises()).toEqual([]);
    network.answer(request, "00");
    const reversal = await network.next("0420");
    expect(parseF90(text(reversal, 90))).toEqual(keyOf(request));
    network.answer(request, "00");
    network.answer(reversal, "00");
    await inState("reversed", 1);
    network.answer(request, "00");
    expect(await network.surprises()).toEqual([]);
    expect(await states()).toEqual(["reversed"]);
  });

  test("of a void: it takes its sale again until it is undone", async () => {
    const saleId = await sold();
    const voiding = [];
    for (const code of ["12", "96"]) {
      const asked = voidSale(saleId);
      voiding.push(await network.next("0200"));
      network.answer(voiding.at(-1)!, code);
      await asked;
    }
    expect((await view(saleId)).refundedMinor).toBe("0");
    network.answer(voiding[1]!, "00");
    const reversal = await network.next("0420");
    expect(parseF90(text(reversal, 90))).toEqual(keyOf(voiding[1]!));
    expect((await view(saleId)).refundedMinor).toBe("1000");
    network.answer(reversal, "00");
    await inState("reversed", 1);
    expect((await view(saleId)).refundedMinor).toBe("0");
    await expectSound();
  });

  test("of an approved sale, or of a refund: nothing", async () => {
    const selling = buy();
    const request = await network.next("0200");
    network.answer(request, "00");
    const { saleId } = await selling;
    network.answer(request, "00");
    const refunding = refund(saleId, 1_00n);
    const asked = await network.next("0220");
    network.answer(asked, "12");
    await refunding;
    network.answer(asked, "00");
    expect(await network.surprises()).toEqual([]);
    expect((await states()).sort()).toEqual(["approved", "declined"]);
  });
});

describe("refund and void", () => {
  test("never more than the sale", async () => {
    const saleId = await sold();
    const first = refund(saleId, 6_00n);
    network.answer(await network.next("0220"), "00");
    expect(await first).toMatchObject({ ok: true, value: { state: "approved" } });
    expect(await refund(saleId, 4_01n)).toMatchObject({ ok: false, error: { code: "wrongState", at: "amount" } });
    expect(await voidSale(saleId)).toMatchObject({ ok: false, error: { code: "wrongState" } });
    const second = refund(saleId, 4_00n);
    network.answer(await network.next("0220"), "00");
    await second;
    expect(await refund(saleId, 1n)).toMatchObject({ ok: false, error: { code: "wrongState" } });
    expect((await view(saleId)).refundedMinor).toBe("1000");
    expect(await network.surprises()).toEqual([]);
  });

  test("a voided sale is not voided again, nor refunded; a refund is no sale", async () => {
    const saleId = await sold();
    const voiding = voidSale(saleId);
    const asked = await network.next("0200");
    expect(messageClass(asked)).toBe("void");
    network.answer(asked, "00");
    const done = await voiding;
    expect(await voidSale(saleId)).toMatchObject({ ok: false, error: { code: "wrongState" } });
    expect(await refund(saleId, 1n)).toMatchObject({ ok: false, error: { code: "wrongState" } });
    expect(await voidSale(done.ok ? done.value.saleId : "")).toMatchObject({
      ok: false,
      error: { code: "wrongState" },
    });
    expect(await network.surprises()).toEqual([]);
  });

  test("refused by the bank: the sale has all of its sum again", async () => {
    const saleId = await sold();
    const refused = refund(saleId, 10_00n);
    network.answer(await network.next("0220"), "64");
    expect(await refused).toMatchObject({ ok: true, value: { state: "declined", responseCode: "64" } });
    const voiding = voidSale(saleId);
    const asked = await network.next("0200");
    expect((await view(saleId)).refundedMinor).toBe("1000");
    clock.advance(answerMs);
    expect(await voiding).toMatchObject({ ok: true, value: { state: "reversing" } });
    const reversal = await network.next("0420");
    expect(parseF90(text(reversal, 90))).toEqual(keyOf(asked));
    expect((await view(saleId)).refundedMinor).toBe("1000");
    network.answer(reversal, "00");
    await inState("reversed", 1);
    expect((await view(saleId)).refundedMinor).toBe("0");
  });

  test("pressed twice at once: one refund, one answer; the key with another request is refused", async () => {
    const saleId = await sold();
    const both = [refund(saleId, 7_00n, "same"), refund(saleId, 7_00n, "same")];
    const other = buy();
    network.answer(await network.next("0200"), "00");
    network.answer(await network.next("0220"), "00");
    for (const one of await Promise.all(both)) expect(one).toMatchObject({ ok: true, value: { saleId: "same" } });
    // A key that is taken must not drag others down that were written in the same moment.
    expect((await other).state).toBe("approved");
    expect((await view(saleId)).refundedMinor).toBe("700");
    expect(await refund(saleId, 7_00n, "same")).toMatchObject({ ok: true, value: { state: "approved" } });
    expect(await refund(saleId, 1_00n, "same")).toMatchObject({ ok: false, error: { code: "idempotencyMismatch" } });
    expect(await voidSale(saleId, "same")).toMatchObject({ ok: false, error: { code: "idempotencyMismatch" } });
    expect(await network.surprises()).toEqual([]);
  });
});

/** What a sale's books must say whenever everything has come to rest. */
async function expectSound(): Promise<void> {
  const rows = await db.query<{ id: string; refunded: bigint; given: bigint }>({
    text: `select s.id, s.refunded_minor as refunded, coalesce(sum(r.amount_minor), 0)::bigint as given from sale s
      left join sale r on r.original_id = s.id and r.state in ('sent', 'reversing', 'approved')
      where s.kind = 'sale' group by s.id, s.refunded_minor`,
  });
  for (const row of rows) expect(row.refunded, row.id).toBe(row.given);
}

/** Answers everything that comes until nothing more does; `code` decides once for each journey, as a bank does. */
async function serve(code: (message: IsoMessage) => string | undefined): Promise<void> {
  for (let quiet = 0; quiet < 2; ) {
    const frames = await network.frames.rest();
    quiet = frames.length === 0 ? quiet + 1 : 0;
    for (const frame of frames) {
      const { message } = parseCupsFrame(frame);
      const answer = message.mti === "0820" ? "00" : code(message);
      if (answer !== undefined) network.answer(message, answer);
    }
  }
}

describe.each([
  ["sale", 0n, "00"],
  ["sale", 0n, "51"],
  ["sale", 0n, "98"],
  ["refund", 4_00n, "00"],
  ["refund", 4_00n, "64"],
  ["void", 10_00n, "00"],
  ["void", 10_00n, "12"],
  ["void", 10_00n, "98"],
] as const)("killed at every statement of a %s of %i answered with %s", (kind, minor, code) => {
  test.each(["before", "after"] as const)("%s it: the next start brings it to one sound end", async (how) => {
    let reached = true;
    let cut = 0;
    for (let diesAt = 1; reached; diesAt++) {
      await db.query({ text: "truncate sale" });
      await open();
      await network.signOn();
      const saleId = kind === "sale" ? undefined : await sold();
      const life = new Life(diesAt, how);
      await open(life);
      network.up();
      const decided = new Map<string, string>();
      const bank = (message: IsoMessage) => {
        if (message.mti === "0420") return "00";
        const key = JSON.stringify(keyOf(message));
        decided.set(key, code);
        return code;
      };
      await serve(bank);
      let seen: string | undefined;
      const note = (state: string) => {
        seen = state;
      };
      const acting =
        kind === "sale"
          ? buy().then((sale) => note(sale.state))
          : (kind === "refund" ? refund(saleId!, minor) : voidSale(saleId!)).then(
              (done) => done.ok && note(done.value.state),
            );
      void acting.catch(() => {});
      await serve(bank);
      reached = life.dead;
      if (!reached) await acting;
      else cut += 1;
      clock.advance(1000);
      await open();
      network.up();
      await serve(bank);
      clock.advance(answerMs + 2 * reversalRepeatMs);
      await serve(bank);
      const where = `dies at ${diesAt}`;
      const ended = (await states()).filter((state) => !["approved", "declined", "reversed", "failed"].includes(state));
      expect(ended, where).toEqual([]);
      await expectSound();
      // What the till was shown stays true.
      if (seen === "approved" || seen === "declined") expect(await states(), where).toContain(seen);
      if (isApproved(code) && !reached) expect(seen).toBe("approved");
    }
    expect(cut).toBeGreaterThanOrEqual(3);
  });
});
