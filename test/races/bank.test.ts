import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { migrations } from "#issuer";
import {
  type Bank,
  bound,
  checkCode,
  context,
  decided,
  MINUTE_MS,
  must,
  notifyToken,
  openBank,
  otherCode,
  printed,
  typedCard,
  underway,
} from "../parties/bank.ts";
import { startTestDatabase, type TestDatabase } from "../parties/database.ts";
import { testPasskey } from "../parties/passkey.ts";

// In memory one transaction runs at a time; here they really run side by side.
const ROUNDS = 8;

let database: TestDatabase;
let bank: Bank;
beforeAll(async () => {
  database = await startTestDatabase();
  bank = await openBank(17, await database.open("issuer", migrations));
});
afterAll(() => database.stop());
beforeEach(() => bank.reset());

const rounds = async (play: (round: number) => Promise<void>) => {
  for (let round = 0; round < ROUNDS; round++) await play(round);
};
const count = async (sql: string) => Number((await bank.db.query<{ n: bigint }>({ text: sql }))[0]!.n);

describe("proofs that come at the same moment", () => {
  test("of two accounts for one card: one has it", async () => {
    await rounds(async (round) => {
      await bank.reset();
      const both = [];
      for (const walletAccount of ["alice", "bob"]) {
        both.push(await underway(bank, "zhang", { walletAccount, deviceId: `${walletAccount}-${round}` }));
        bank.clock.advance(MINUTE_MS);
      }
      const answers = await Promise.all(both.map(({ bindingId, code }) => checkCode(bank, bindingId, code)));
      expect(answers.map((answer) => (answer.ok ? answer.value.outcome : answer.error.cause)).sort()).toEqual([
        "boundElsewhere",
        "passed",
      ]);
    });
  });

  test("of one customer's two cards with room for one device card more: one passes", async () => {
    for (const deviceId of ["a", "b"]) {
      await bound(bank, "jin", { deviceId });
      await bound(bank, "jin-credit", { deviceId });
      bank.clock.advance(24 * 60 * MINUTE_MS);
    }
    await bound(bank, "jin", { deviceId: "c" });
    bank.clock.advance(MINUTE_MS);
    const last = [await underway(bank, "jin", { deviceId: "d" })];
    bank.clock.advance(MINUTE_MS);
    last.push(await underway(bank, "jin-credit", { deviceId: "e" }));
    const answers = await Promise.all(last.map(({ bindingId, code }) => checkCode(bank, bindingId, code)));
    expect(answers.map((answer) => (answer.ok ? answer.value.outcome : answer.error.cause)).sort()).toEqual([
      "customerTokenLimit",
      "passed",
    ]);
  });

  test("a code tried forty times at once: three tries count, and the right one among the rest is dead", async () => {
    const { bindingId, code } = await underway(bank);
    const guesses = Array.from({ length: 40 }, (_, i) => otherCode(code, i + 1));
    const answers = await Promise.all(guesses.map((guess) => checkCode(bank, bindingId, guess)));
    const outcomes = answers.map((answer) => (answer.ok ? answer.value.outcome : "refused"));
    expect([outcomes.filter((one) => one === "wrong").length, outcomes.filter((one) => one === "dead").length]).toEqual(
      [2, 38],
    );
    expect(await checkCode(bank, bindingId, code)).toMatchObject({ value: { outcome: "dead" } });
  });

  test("one request doubled many times: decided once, one binding, one answer", async () => {
    await rounds(async (round) => {
      const answers = await Promise.all(
        Array.from({ length: 6 }, () =>
          decided(bank, typedCard("aili"), { bindingId: `b-${round}`, key: "k" }).catch(() => undefined),
        ),
      );
      const told = new Set(answers.filter((one) => one !== undefined).map((one) => JSON.stringify(one)));
      expect(told.size).toBe(1);
      expect(await count(`select count(*) as n from decision where binding_id = 'b-${round}'`)).toBe(1);
    });
  });
});

describe("desk, token notices and proofs side by side", () => {
  test("however they fall, the TSP hears last what the bank wants, and no two people wait for each other", async () => {
    await rounds(async () => {
      await bank.reset();
      const bindingId = await bound(bank, "zhang");
      const card = { cardId: "card-zhang" };
      const document = { kind: "residentId" as const, number: printed("zhang").idNumber };
      const [teller, agent] = [bank.desk("teller"), bank.desk("agent")];
      await Promise.all([
        agent.reportLost(card, context()),
        agent.freeze({ ...card, reason: "x" }, context()),
        teller.changeReservedPhone({ customerId: "customer-zhang", document, newPhone: "13900139000" }, context()),
        decided(bank, typedCard("zhang"), { deviceId: "watch" }),
        notifyToken(bank, bindingId, "active"),
      ]);
      await Promise.all([
        teller.liftLost(card, context()),
        agent.unfreeze({ ...card, reason: "x" }, context()),
        notifyToken(bank, bindingId, "suspended"),
      ]);
      await bank.relay();
      await bank.relay();
      const [row] = await bank.db.query<{ blocks: string[]; suspended_for: string[] }>({
        text: `select c.blocks, b.suspended_for from card c join binding b on b.card_id = c.id where b.id = '${bindingId}'`,
      });
      expect(row).toEqual({ blocks: [], suspended_for: [] });
      expect(["resume", undefined]).toContain(bank.toldBy("changeToken").at(-1)?.["change"]);
      expect(await count("select count(*) as n from outbox")).toBe(0);
    });
  });
});

describe("money", () => {
  async function appOf(id: string) {
    const { pan, idNumber, mobile } = printed(id);
    const asked = { panSuffix: pan.slice(-4), idNumber, mobile };
    const { enrolmentId } = must(await bank.signIn.startEnrolment(asked, context()));
    await bank.relay();
    const text = bank.inbox.list().find((message) => message.toMobile === mobile)!.text;
    const code = /\d{6}/.exec(text)![0];
    const { ceremonyId, options } = must(await bank.signIn.registerOptions({ enrolmentId, code }, context()));
    const response = testPasskey().register(options);
    return bank.app(must(await bank.signIn.register({ ceremonyId, response }, context())).accessToken);
  }

  test("two customers who send each other money at once, again and again: nobody waits for ever, nothing is lost", async () => {
    const people = ["jin", "tang"] as const;
    const apps = { jin: await appOf("jin"), tang: await appOf("tang") };
    const before = await count("select sum(posted_minor)::bigint as n from account");
    const sent = await Promise.all(
      Array.from({ length: 24 }, async (_, i) => {
        const from = people[i % 2]!;
        const to = people[(i + 1) % 2]!;
        const app = apps[from];
        const amount = { minor: String(100 + i), currency: "156" as const };
        const { quoteId } = must(
          await app.quoteTransfer({ fromCardId: `card-${from}`, toBank: "own", amount }, context()),
        );
        const request = { quoteId, toCardId: `card-${to}`, toName: printed(to).holderName };
        // Each twice, as a page does that lost its answer.
        const key = `transfer-${i}`;
        return Promise.all([app.transfer(request, context(key)), app.transfer(request, context(key))]);
      }),
    );
    for (const [first, second] of sent) expect([first!.ok, second]).toEqual([true, first]);
    expect(await count("select count(*) as n from transfer")).toBe(24);
    expect(await count("select sum(posted_minor)::bigint as n from account")).toBe(before);
    const audit = must(await bank.desk("supervisor").audit({}, context()));
    expect(audit).toMatchObject({ entriesSumMinor: "0", accountsAgree: true });
  });
});
