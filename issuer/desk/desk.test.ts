import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { IssuerDeskApi } from "#contracts/desk-api";
import {
  type Bank,
  bound,
  checkCode,
  choose,
  context,
  decided,
  MINUTE_MS,
  must,
  newestCode,
  notifyToken,
  openBank,
  printed,
  sendCode,
  typedCard,
  underway,
} from "../../test/parties/bank.ts";
import { embossed } from "../index.ts";

let bank: Bank;
beforeAll(async () => {
  bank = await openBank(11);
});
afterAll(() => bank.close());
beforeEach(() => bank.reset());

const documentOf = (id: string) => ({ kind: "residentId" as const, number: printed(id).idNumber });
const card = (id: string) => ({ cardId: `card-${id}` });
const customer = async (id: string) => {
  const { customers } = must(await bank.desk("teller").findCustomers({ text: printed(id).pan.slice(-4) }, context()));
  return customers.find(({ customerId }) => customerId === `customer-${id}`)!;
};
const changePhone = (id: string, newPhone: string, more: { number?: string; key?: string } = {}) =>
  bank.desk("teller").changeReservedPhone(
    {
      customerId: `customer-${id}`,
      document: { kind: "residentId", number: more.number ?? printed(id).idNumber },
      newPhone,
    },
    context(more.key),
  );
const audit = async (customerId?: string) =>
  must(await bank.desk("supervisor").auditTrail({ ...(customerId === undefined ? {} : { customerId }) }, context()))
    .entries;
/** A call that waits, its binding yellow. */
async function waitingCall(id = "zhang"): Promise<string> {
  const { bindingId } = await decided(bank, typedCard(id));
  must(await choose(bank, bindingId, "call", "K7F-3QM"));
  return bindingId;
}
const right = (id: string, lastPayment = "0") => [
  { questionId: "id-tail", answer: printed(id).idNumber.slice(-4) },
  { questionId: "phone-tail", answer: printed(id).mobile.slice(-4) },
  { questionId: "last-payment", answer: lastPayment },
];

describe("who may do what", () => {
  const REQUESTS: Readonly<Record<keyof IssuerDeskApi, object>> = {
    me: {},
    accounts: {},
    audit: {},
    calls: {},
    auditTrail: {},
    statement: card("zhang"),
    findCustomers: { text: "张伟" },
    customer: { customerId: "customer-zhang" },
    openCase: { caseCode: "K7F-3QM", language: "zh" },
    changeReservedPhone: { customerId: "customer-zhang", document: documentOf("zhang"), newPhone: "13900139000" },
    renewRecord: { customerId: "customer-zhang", document: documentOf("zhang"), documentExpires: "20401231" },
    correctName: { customerId: "customer-zhang", document: documentOf("zhang"), name: "张炜" },
    upgradeAccount: { ...card("zhang"), document: documentOf("zhang") },
    liftRestriction: { ...card("zhang"), reason: "x" },
    deposit: { ...card("zhang"), amount: { minor: "100", currency: "156" } },
    usbKeyCode: { customerId: "customer-zhang", document: documentOf("zhang") },
    activateCard: card("wang"),
    reportLost: card("zhang"),
    liftLost: card("liu"),
    freeze: { ...card("zhang"), reason: "x" },
    unfreeze: { ...card("yang"), reason: "x" },
    renewCard: { ...card("zhang"), newNumber: false },
    closeCard: card("zhang"),
    restrictAccount: { ...card("zhang"), reason: "x" },
    suspendToken: { bindingId: "b", reason: "x" },
    resumeToken: { bindingId: "b", reason: "x" },
    approveCall: { bindingId: "b", answers: [] },
    refuseCall: { bindingId: "b", reason: "x" },
    overrideCall: { bindingId: "b", reason: "x" },
    approveAtBranch: { bindingId: "b", document: documentOf("zhang") },
    withdrawBinding: { bindingId: "b", reason: "x" },
  };
  const FORBIDDEN = {
    teller: [
      "liftRestriction",
      "unfreeze",
      "resumeToken",
      "approveCall",
      "refuseCall",
      "withdrawBinding",
      "overrideCall",
      "restrictAccount",
    ],
    agent: [
      "changeReservedPhone",
      "renewRecord",
      "liftLost",
      "renewCard",
      "closeCard",
      "approveAtBranch",
      "overrideCall",
      "correctName",
      "upgradeAccount",
      "liftRestriction",
      "deposit",
      "usbKeyCode",
      "restrictAccount",
    ],
    supervisor: [],
  } as const;

  test.each(["teller", "agent", "supervisor"] as const)(
    "%s: every call is open or shut as his role has it",
    async (role) => {
      const desk = bank.desk(role) as unknown as Record<
        string,
        (request: object, c: object) => Promise<{ ok: boolean; error?: { code: string } }>
      >;
      const shut: string[] = [];
      for (const [name, request] of Object.entries(REQUESTS)) {
        const answer = await desk[name]!(request, context());
        if (answer.error?.code === "forbidden") shut.push(name);
      }
      expect(new Set(shut)).toEqual(new Set(FORBIDDEN[role]));
    },
  );

  test("nobody's key opens nothing", () => {
    expect(bank.issuer.desk("nobody")).toBeUndefined();
    expect(bank.issuer.desk("")).toBeUndefined();
  });

  test("who is there", async () => {
    expect(must(await bank.desk("agent", "agent-9").me({}, context()))).toEqual({
      staffId: "agent-9",
      name: "柜员",
      role: "agent",
      may: expect.arrayContaining(["approveCall", "refuseCall", "customer"]),
    });
  });
});

describe("finding customers", () => {
  test("by whole name, by a card's last four, by the reserved phone's; phones are masked, documents not told", async () => {
    const found = async (text: string) =>
      must(await bank.desk("teller").findCustomers({ text }, context())).customers.map(({ customerId }) => customerId);
    expect(await found("金鑫")).toEqual(["customer-jin"]);
    expect(await found("金鑫鑫")).toEqual([]);
    expect(await found(printed("jin-credit").pan.slice(-4))).toEqual(["customer-jin"]);
    expect(await found("8028")).toEqual(["customer-jin"]);
    expect(await found("%%")).toEqual([]);
    const jin = await customer("jin");
    expect(jin).toMatchObject({ reservedPhone: "138****8028", recordCurrent: true, counterOnly: false });
    expect(jin.cards.map(({ cardId }) => cardId).sort()).toEqual(["card-jin", "card-jin-credit"]);
    expect(JSON.stringify(jin)).not.toContain(printed("jin").idNumber);
    expect(JSON.stringify(jin)).not.toContain(printed("jin").mobile);
    expect((await customer("lv")).reservedPhone).toBeUndefined();
    expect((await customer("qian")).recordCurrent).toBe(false);
  });

  test("their device cards with them", async () => {
    const bindingId = await bound(bank, "zhang");
    await decided(bank, typedCard("zhang", { holderName: "错" }));
    expect((await customer("zhang")).tokens).toEqual([
      { bindingId, cardId: "card-zhang", deviceName: "iPhone", tokenSuffix: "1234", status: "active" },
    ]);
  });
});

describe("the reserved phone", () => {
  test("changed with the document: a refused journey hears of it, is decided anew, and its code goes to the new phone", async () => {
    const refused = await decided(bank, typedCard("zhao"), { key: "k1" });
    expect(refused.causes).toEqual(["reservedPhoneMismatch"]);
    expect(must(await changePhone("zhao", printed("zhao").mobile)).reservedPhone).toBe("138****8011");
    await bank.relay();
    expect(bank.toldBy("recordChanged")).toEqual([{ bindingId: refused.bindingId, what: "reservedPhone" }]);
    expect(bank.told[0]!.context.journeyId).toBe(refused.bindingId);
    const { bindingId, decision } = await decided(bank, typedCard("zhao"), { bindingId: refused.bindingId, key: "k2" });
    expect(decision).toBe("yellow");
    must(await sendCode(bank, bindingId));
    expect(await checkCode(bank, bindingId, await newestCode(bank))).toMatchObject({ value: { outcome: "passed" } });
    expect((await bank.facts(bindingId)).map(({ code }) => code)).toContain("recordChanged");
  });

  test("codes that are out die, do not count for the new phone, and the way is open again after 'not my number'", async () => {
    const { bindingId, code } = await underway(bank, "zhang");
    bank.clock.advance(MINUTE_MS);
    must(await sendCode(bank, bindingId));
    must(await bank.api.notMyNumber({ bindingId }, context()));
    must(await changePhone("zhang", "13900139000"));
    for (const old of [code, await newestCode(bank)])
      expect(await checkCode(bank, bindingId, old)).toMatchObject({ value: { outcome: "noCode" } });
    const { methods } = must(await bank.api.methods({ bindingId }, context()));
    expect(methods[0]).toMatchObject({ open: true, sentTo: "139****9000" });
    bank.clock.advance(MINUTE_MS);
    expect(await sendCode(bank, bindingId)).toMatchObject({ value: { sentTo: "139****9000", codesLeft: 2 } });
    expect(await checkCode(bank, bindingId, await newestCode(bank))).toMatchObject({ value: { outcome: "passed" } });
    await bank.relay();
    expect(bank.toldBy("methodsChanged").length).toBeGreaterThan(0);
  });

  test("a text that waits for the old phone is not sent any more", async () => {
    bank.inbox.setHabit("13800138001", "refuses");
    const { bindingId } = await decided(bank, typedCard("zhang"));
    must(await sendCode(bank, bindingId));
    await bank.relay();
    must(await changePhone("zhang", "13900139000"));
    bank.inbox.setHabit("13800138001", "delivers");
    bank.clock.advance(10 * MINUTE_MS);
    await bank.relay();
    expect(bank.inbox.list()).toEqual([]);
  });

  test("another's document is refused and written down, and nothing changes", async () => {
    const answer = await changePhone("zhang", "13900139000", { number: printed("li").idNumber });
    expect(answer).toMatchObject({ error: { code: "forbidden", at: "document", cause: "identityMismatch" } });
    expect(JSON.stringify(answer)).not.toContain(printed("li").idNumber);
    expect((await customer("zhang")).reservedPhone).toBe("138****8001");
    expect(await audit("customer-zhang")).toMatchObject([{ action: "documentRefused", staffId: "teller-1" }]);
    expect(
      await bank.desk("teller").changeReservedPhone(
        {
          customerId: "customer-zhang",
          document: { kind: "passport", number: printed("zhang").idNumber },
          newPhone: "13900139000",
        },
        context(),
      ),
    ).toMatchObject({ error: { code: "forbidden" } });
    expect(await changePhone("nobody" as never, "13900139000", { number: "990001198101110017" })).toMatchObject({
      error: { code: "notFound" },
    });
  });

  test("the same call again changes nothing and is written down once; another under its key is a mistake", async () => {
    const first = await changePhone("zhang", "13900139000", { key: "once" });
    expect(await changePhone("zhang", "13900139000", { key: "once" })).toEqual(first);
    expect(await audit("customer-zhang")).toHaveLength(1);
    expect(await changePhone("zhang", "13900139001", { key: "once" })).toMatchObject({
      error: { code: "idempotencyMismatch" },
    });
    const kept = await bank.db.query<{ request: string }>({ text: "select request from answered_call" });
    expect(kept[0]!.request).not.toContain(printed("zhang").idNumber);
  });
});

test("the record renewed: an expired document and shut remote transactions are cured together", async () => {
  for (const [id, cause] of [
    ["qian", "customerRecordStale"],
    ["he", "remoteUseSuspended"],
  ] as const) {
    const refused = await decided(bank, typedCard(id));
    expect(refused.causes).toEqual([cause]);
    const asked = { customerId: `customer-${id}`, document: documentOf(id), documentExpires: "20401231" };
    expect(must(await bank.desk("teller").renewRecord(asked, context()))).toMatchObject({
      documentExpires: "20401231",
      recordCurrent: true,
      counterOnly: false,
    });
    await bank.relay();
    expect(bank.toldBy("recordChanged")).toContainEqual({ bindingId: refused.bindingId, what: "customerRecord" });
    expect((await decided(bank, typedCard(id))).decision).toBe("yellow");
  }
});

describe("what else is cured at the counter", () => {
  const cured = async (id: string, bindingId: string, what: string) => {
    await bank.relay();
    expect(bank.toldBy("recordChanged")).toEqual([{ bindingId, what }]);
    return decided(bank, typedCard(id), { bindingId, key: "again" });
  };
  const deposit = (id: string, minor: string, key?: string) =>
    bank.desk("teller").deposit({ ...card(id), amount: { minor, currency: "156" } }, context(key));

  test("the name as the document has it: only with the holder's own document, and only a name", async () => {
    const renamed = { ...typedCard("zhang"), holderName: "张炜" };
    const refused = await decided(bank, renamed);
    expect(refused.causes).toEqual(["nameMismatch"]);
    const ask = { customerId: "customer-zhang", document: documentOf("zhang"), name: " 张炜 " };
    const teller = bank.desk("teller");
    expect(await teller.correctName({ ...ask, document: documentOf("li") }, context())).toMatchObject({
      error: { code: "forbidden", cause: "identityMismatch" },
    });
    expect(await teller.correctName({ ...ask, name: "\u0000" }, context())).toMatchObject({
      error: { code: "badRequest", at: "name" },
    });
    expect(must(await teller.correctName(ask, context())).name).toBe("张炜");
    expect((await audit("customer-zhang")).map(({ action }) => action)).toEqual(["correctName", "documentRefused"]);
    await bank.relay();
    expect(bank.toldBy("recordChanged")).toEqual([{ bindingId: refused.bindingId, what: "customerRecord" }]);
    const again = await decided(bank, renamed, { bindingId: refused.bindingId, key: "again" });
    expect(again.decision).toBe("yellow");
  });

  test("a class III account becomes class I, once", async () => {
    const refused = await decided(bank, typedCard("han"));
    expect(refused.causes).toEqual(["accountClassExcluded"]);
    const ask = { ...card("han"), document: documentOf("han") };
    const stranger = { ...ask, document: documentOf("li") };
    expect(await bank.desk("teller").upgradeAccount(stranger, context())).toMatchObject({
      error: { code: "forbidden" },
    });
    must(await bank.desk("teller").upgradeAccount(ask, context()));
    expect((await cured("han", refused.bindingId, "customerRecord")).decision).toBe("yellow");
    expect(await bank.desk("teller").upgradeAccount(ask, context())).toMatchObject({ error: { code: "wrongState" } });
  });

  test("a restriction lifted by a supervisor, with his reason", async () => {
    const refused = await decided(bank, typedCard("feng"));
    expect(refused.causes).toEqual(["accountRestricted"]);
    const ask = { ...card("feng"), reason: "court order ended" };
    must(await bank.desk("supervisor").liftRestriction(ask, context()));
    expect((await audit("customer-feng"))[0]).toMatchObject({
      action: "liftRestriction",
      reason: "court order ended",
    });
    expect((await cured("feng", refused.bindingId, "restriction")).decision).toBe("yellow");
    expect(await bank.desk("supervisor").liftRestriction(ask, context())).toMatchObject({
      error: { code: "wrongState" },
    });
  });

  test("cash paid in cures a negative balance once it is enough, is booked once, and the books agree", async () => {
    const refused = await decided(bank, typedCard("shen"));
    expect(refused.causes).toEqual(["balanceNegative"]);
    const owed = -BigInt(
      must(await bank.desk("teller").accounts({}, context())).accounts.find(
        ({ cardId }) => cardId === card("shen").cardId,
      )!.postedMinor,
    );
    must(await deposit("shen", String(owed - 1n)));
    await bank.relay();
    expect(bank.toldBy("recordChanged")).toEqual([]);
    const paid = must(await deposit("shen", "101", "paid"));
    expect(paid.postedMinor).toBe("100");
    expect(must(await deposit("shen", "101", "paid"))).toEqual(paid);
    expect((await cured("shen", refused.bindingId, "balance")).decision).toBe("yellow");
    const { lines } = must(await bank.desk("teller").statement(card("shen"), context()));
    expect(lines[0]).toMatchObject({ minor: "101", balanceMinor: "100", kind: "deposit" });
    expect(must(await bank.desk("teller").audit({}, context()))).toMatchObject({
      entriesSumMinor: "0",
      accountsAgree: true,
    });
    for (const amount of [
      { minor: "0", currency: "156" as const },
      { minor: "100", currency: "840" as const },
    ])
      expect(await bank.desk("teller").deposit({ ...card("shen"), amount }, context())).toMatchObject({
        ok: false,
      });
  });

  test("what is overdue on a credit card is paid off over the counter", async () => {
    const refused = await decided(bank, typedCard("jiang"));
    expect(refused.causes).toEqual(["creditInArrears"]);
    must(await deposit("jiang", "100000000"));
    expect((await cured("jiang", refused.bindingId, "balance")).decision).toBe("yellow");
  });
});

describe("a teller's code for a USB key", () => {
  const ask = (id = "zhang", key?: string) =>
    bank.desk("teller").usbKeyCode({ customerId: `customer-${id}`, document: documentOf(id) }, context(key));

  test("shown to the teller alike each time he asks under one key, kept nowhere in clear", async () => {
    const { code, expiresAt } = must(await ask("zhang", "once"));
    expect(code).toMatch(/^\d{8}$/);
    expect(must(await ask("zhang", "once"))).toEqual({ code, expiresAt });
    expect(must(await ask()).code).not.toBe(code);
    const kept = await bank.db.query<{ row: string }>({
      text: "select t::text as row from usb_key_code t union all select t::text from answered_call t union all select t::text from audit_entry t",
    });
    expect(kept.map(({ row }) => row).join()).not.toContain(code);
    expect(await audit("customer-zhang")).toHaveLength(2);
  });

  test("only with the customer's own document", async () => {
    const document = documentOf("li");
    expect(await bank.desk("teller").usbKeyCode({ customerId: "customer-zhang", document }, context())).toMatchObject({
      error: { code: "forbidden", cause: "identityMismatch" },
    });
    expect(await bank.db.query({ text: "select 1 from usb_key_code" })).toEqual([]);
  });
});

describe("cards", () => {
  test.each([
    ["wang", "cardNotActivated", (id: string) => bank.desk("agent").activateCard(card(id), context())],
    ["liu", "cardReportedLost", (id: string) => bank.desk("teller").liftLost(card(id), context())],
    [
      "yang",
      "cardFrozenByBank",
      (id: string) => bank.desk("agent").unfreeze({ ...card(id), reason: "talked" }, context()),
    ],
  ] as const)("%s: %s is cured at the desk, and the journey may go on", async (id, cause, cure) => {
    const refused = await decided(bank, typedCard(id));
    expect(refused.causes).toEqual([cause]);
    expect(must(await cure(id)).status).toBe("active");
    await bank.relay();
    expect(bank.toldBy("recordChanged")).toEqual([{ bindingId: refused.bindingId, what: "cardStatus" }]);
    expect((await decided(bank, typedCard(id), { bindingId: refused.bindingId, key: "again" })).decision).toBe(
      "yellow",
    );
    expect(await cure(id)).toMatchObject({ error: { code: "wrongState" } });
  });

  test("lost: the token stops, is told, and goes on when it is found; the fact says why", async () => {
    const bindingId = await bound(bank, "zhang");
    const waiting = await decided(bank, typedCard("zhang"), { deviceId: "watch" });
    expect(must(await bank.desk("agent").reportLost(card("zhang"), context())).status).toBe("lost");
    await bank.relay();
    expect(bank.toldBy("changeToken")).toEqual([{ tokenRef: `token-${bindingId}`, change: "suspend" }]);
    expect(bank.toldBy("methodsChanged")).toEqual([{ bindingId: waiting.bindingId, cause: "cardReportedLost" }]);
    expect(await bank.stopped(bindingId)).toEqual(["cardReportedLost"]);
    const { methods } = must(await bank.api.methods({ bindingId: waiting.bindingId }, context()));
    expect(methods.map(({ closedBecause }) => closedBecause)).toEqual(methods.map(() => "cardReportedLost"));
    must(await bank.desk("teller").liftLost(card("zhang"), context()));
    await bank.relay();
    expect(bank.toldBy("changeToken").at(-1)).toEqual({ tokenRef: `token-${bindingId}`, change: "resume" });
  });

  test("who stopped it must let go: lost and frozen, and a device card that the desk stopped by itself", async () => {
    const bindingId = await bound(bank, "zhang");
    const [teller, agent] = [bank.desk("teller"), bank.desk("agent")];
    const changes = async () => {
      await bank.relay();
      return bank.toldBy("changeToken").map(({ change }) => change);
    };
    must(await agent.reportLost(card("zhang"), context()));
    must(await agent.freeze({ ...card("zhang"), reason: "x" }, context()));
    must(await agent.suspendToken({ bindingId, reason: "x" }, context()));
    expect(await agent.suspendToken({ bindingId, reason: "x" }, context())).toMatchObject({
      error: { code: "wrongState" },
    });
    expect(await changes()).toEqual(["suspend"]);
    expect(must(await teller.liftLost(card("zhang"), context())).status).toBe("frozenByBank");
    expect(must(await agent.unfreeze({ ...card("zhang"), reason: "x" }, context())).status).toBe("active");
    expect(await changes()).toEqual(["suspend"]);
    must(await agent.resumeToken({ bindingId, reason: "x" }, context()));
    expect(await changes()).toEqual(["suspend", "resume"]);
  });

  test("closed: tokens are deleted, bindings under way end with the reason, and nothing opens it again", async () => {
    const live = await bound(bank, "zhang");
    const waiting = await decided(bank, typedCard("zhang"), { deviceId: "watch" });
    expect(must(await bank.desk("teller").closeCard(card("zhang"), context())).status).toBe("closed");
    await bank.relay();
    expect(bank.toldBy("changeToken")).toEqual([{ tokenRef: `token-${live}`, change: "delete" }]);
    expect(bank.toldBy("refuse")).toEqual([{ bindingId: waiting.bindingId, cause: "cardClosed" }]);
    expect((await decided(bank, typedCard("zhang"))).causes).toEqual(["cardClosed"]);
    for (const again of [
      bank.desk("teller").liftLost(card("zhang"), context()),
      bank.desk("teller").renewCard({ ...card("zhang"), newNumber: true }, context()),
      bank.desk("supervisor").freeze({ ...card("zhang"), reason: "x" }, context()),
    ])
      expect(await again).toMatchObject({ error: { code: "wrongState" } });
  });

  test("unknown cards and bindings", async () => {
    expect(await bank.desk("teller").reportLost({ cardId: "nobody" }, context())).toMatchObject({
      error: { code: "notFound" },
    });
    expect(await bank.desk("agent").suspendToken({ bindingId: "nobody", reason: "x" }, context())).toMatchObject({
      error: { code: "notFound" },
    });
    expect(await bank.desk("teller").statement({ cardId: "nobody" }, context())).toMatchObject({
      error: { code: "notFound" },
    });
  });
});

describe("renewal", () => {
  /** What the TSP was told, opened with the key it published. */
  async function renewals() {
    await bank.relay();
    return Promise.all(
      bank
        .toldBy("renewCard")
        .map(async ({ cardJwe, newCardJwe }) =>
          Promise.all(
            [cardJwe, newCardJwe].map(async (jwe) =>
              JSON.parse(Buffer.from((await bank.keys.openJwe("tsp.test" as never, jwe as string))!).toString()),
            ),
          ),
        ),
    );
  }

  test("a new expiry: the same number, known to the TSP, sealed on its way", async () => {
    const refused = await decided(bank, typedCard("zhou"));
    expect(refused.causes).toEqual(["cardExpired"]);
    const renewed = must(await bank.desk("teller").renewCard({ ...card("zhou"), newNumber: false }, context()));
    expect(renewed).toMatchObject({ cardId: "card-zhou", expiry: "3106", status: "active" });
    expect(await renewals()).toMatchObject([
      [
        { pan: printed("zhou").pan, expiry: "2401" },
        { pan: printed("zhou").pan, expiry: "3106" },
      ],
    ]);
    expect(bank.toldBy("recordChanged")).toEqual([{ bindingId: refused.bindingId, what: "expiry" }]);
    expect((await decided(bank, typedCard("zhou"))).decision).toBe("yellow");
  });

  test("a new number: same account, tokens live on under it, the old one is told to be replaced; a loss ends with it", async () => {
    const bindingId = await bound(bank, "zhang");
    must(await bank.desk("agent").reportLost(card("zhang"), context()));
    expect(await bank.desk("teller").renewCard({ ...card("zhang"), newNumber: false }, context())).toMatchObject({
      error: { code: "wrongState" },
    });
    const renewed = must(await bank.desk("teller").renewCard({ ...card("zhang"), newNumber: true }, context()));
    expect(renewed.cardId).not.toBe("card-zhang");
    expect(renewed).toMatchObject({ status: "active", availableMinor: "1000000", customerId: "customer-zhang" });
    const [[old, next]] = (await renewals()) as [[{ pan: string }, { pan: string }]];
    expect([old.pan, next.pan.slice(0, 6), next.pan.length]).toEqual([printed("zhang").pan, "622999", 19]);
    expect(next.pan).not.toBe(old.pan);
    expect(
      bank
        .toldBy("changeToken")
        .map(({ change }) => change)
        .at(-1),
    ).toBe("resume");
    expect((await decided(bank, typedCard("zhang"))).causes).toEqual(["cardReplaced"]);
    expect((await decided(bank, typedCard("zhang", { pan: next.pan }), { deviceId: "watch" })).decision).toBe("yellow");
    const { tokens, cards } = (await customer("zhang"))!;
    expect(tokens.find((token) => token.bindingId === bindingId)!.cardId).toBe(renewed.cardId);
    expect(cards.map(({ status }) => status).sort()).toEqual(["active", "replaced"]);
    // The device still counts, and the desk still reaches the token.
    must(await bank.desk("agent").suspendToken({ bindingId, reason: "x" }, context()));
    expect(
      (await decided(bank, typedCard("zhang", { pan: next.pan }), { walletAccount: "bob", deviceId: "d9" })).causes,
    ).toEqual(["boundElsewhere"]);
  });

  test("a credit card gets three new digits on its back, which follow from number and expiry", async () => {
    must(await bank.desk("teller").renewCard({ ...card("li"), newNumber: false }, context()));
    expect((await decided(bank, typedCard("li", { expiry: "3106" }))).causes).toEqual(["cvnMismatch"]);
    const { cvn2, ...plastic } = (await embossed(bank, "card-li"))!;
    expect(plastic).toEqual({ pan: printed("li").pan, expiry: "3106", holderName: "李娜" });
    expect((await decided(bank, typedCard("li", { expiry: "3106", cvn2 }))).decision).toBe("yellow");
  });
});

describe("the call centre", () => {
  test("right answers approve: the TSP activates, the fact and the trail say who", async () => {
    const bindingId = await waitingCall();
    expect(must(await bank.desk("agent").approveCall({ bindingId, answers: right("zhang") }, context())).state).toBe(
      "approved",
    );
    await bank.relay();
    expect(bank.toldBy("activate")).toEqual([
      { bindingId, method: "callCentre", deviceId: "phone-1", panSuffix: "0017" },
    ]);
    expect((await bank.facts(bindingId)).map(({ code }) => code)).toContain("hotlineApproved");
    expect(await audit("customer-zhang")).toMatchObject([
      { staffId: "agent-1", action: "approveCall", subject: bindingId, reason: "all answers right" },
    ]);
    expect(must(await bank.desk("agent").calls({}, context())).calls).toEqual([]);
    expect(await bank.desk("agent").approveCall({ bindingId, answers: right("zhang") }, context())).toMatchObject({
      error: { code: "wrongState" },
    });
  });

  test("a wrong answer wants a second pair of eyes: a supervisor who is not the agent; no more guessing", async () => {
    const bindingId = await waitingCall();
    const answers = right("zhang", "500");
    const approve = (staffId: string, role: "agent" | "supervisor" = "agent") =>
      bank.desk(role, staffId).approveCall({ bindingId, answers }, context());
    const override = (staffId: string, role: "agent" | "supervisor" = "supervisor") =>
      bank.desk(role, staffId).overrideCall({ bindingId, reason: "knows him" }, context());
    expect(await override("s1")).toMatchObject({ error: { code: "wrongState" } });
    expect(must(await approve("s1", "supervisor")).state).toBe("awaitingSecond");
    expect(await approve("agent-2")).toMatchObject({ error: { code: "wrongState" } });
    expect(
      await bank.desk("agent", "agent-2").approveCall({ bindingId, answers: right("zhang") }, context()),
    ).toMatchObject({
      error: { code: "wrongState" },
    });
    expect(await override("s1")).toMatchObject({ error: { code: "forbidden" } });
    expect(await override("agent-2", "agent")).toMatchObject({ error: { code: "forbidden" } });
    expect(must(await override("s2")).state).toBe("approved");
    await bank.relay();
    expect(bank.toldBy("activate")).toHaveLength(1);
    expect((await audit())[0]).toMatchObject({
      staffId: "s1",
      second: "s2",
      action: "overrideCall",
      reason: "knows him",
    });
  });

  test("refused: the binding ends with the reason, whatever else was open", async () => {
    const bindingId = await waitingCall();
    must(await sendCode(bank, bindingId));
    const code = await newestCode(bank);
    must(await bank.desk("agent").refuseCall({ bindingId, reason: "did not know his name" }, context()));
    await bank.relay();
    expect(bank.toldBy("refuse")).toEqual([{ bindingId, cause: "hotlineRefused" }]);
    expect(await bank.stopped(bindingId)).toEqual(["hotlineRefused"]);
    expect(await checkCode(bank, bindingId, code)).toMatchObject({ error: { code: "wrongState" } });
    expect(await bank.desk("agent").approveCall({ bindingId, answers: right("zhang") }, context())).toMatchObject({
      error: { code: "wrongState" },
    });
  });

  test("what was lost or bound elsewhere meanwhile is not approved", async () => {
    const bindingId = await waitingCall();
    must(await bank.desk("agent").reportLost(card("zhang"), context()));
    expect(await bank.desk("agent").approveCall({ bindingId, answers: right("zhang") }, context())).toMatchObject({
      error: { code: "wrongState", cause: "cardReportedLost" },
    });
    await bank.relay();
    expect(bank.toldBy("activate")).toEqual([]);
  });

  test("a case code opens the finding, and the call that waits behind it", async () => {
    const open = (caseCode: string) => bank.desk("agent").openCase({ caseCode, language: "zh" }, context());
    const bindingId = await waitingCall();
    const opened = must(await open("K7F-3QM"));
    expect(opened.call).toMatchObject({ bindingId, state: "open", panSuffix: "0017", holderName: "张伟" });
    expect(opened.finding).toMatchObject({ journeyId: bindingId, caseCode: "K7F-3QM" });
    expect(opened.finding.facts.length).toBeGreaterThan(0);
    expect(await open("AAA-AAA")).toMatchObject({ error: { code: "notFound" } });
    must(await bank.desk("agent").refuseCall({ bindingId, reason: "x" }, context()));
    const after = must(await open("K7F-3QM"));
    expect(after.finding).toMatchObject({ cause: "hotlineRefused", certainty: "proven" });
    expect(after.call).toMatchObject({ state: "refused" });
  });

  test("nobody called: nothing to approve", async () => {
    const { bindingId } = await decided(bank, typedCard("zhang"));
    expect(await bank.desk("agent").approveCall({ bindingId, answers: [] }, context())).toMatchObject({
      error: { code: "notFound" },
    });
  });

  test("oldest first", async () => {
    const first = await waitingCall("zhang");
    bank.clock.advance(1);
    const second = await waitingCall("aili");
    expect(must(await bank.desk("agent").calls({}, context())).calls.map(({ bindingId }) => bindingId)).toEqual([
      first,
      second,
    ]);
  });
});

describe("at the branch", () => {
  test("orange is approved with the document, and by it alone", async () => {
    const { bindingId } = await decided(bank, typedCard("yan"));
    const approve = (id: string) =>
      bank.desk("teller").approveAtBranch({ bindingId, document: documentOf(id) }, context());
    expect(await approve("li")).toMatchObject({ error: { code: "forbidden", cause: "identityMismatch" } });
    must(await approve("yan"));
    await bank.relay();
    expect(bank.toldBy("activate")).toMatchObject([{ bindingId, method: "branch" }]);
  });
});

test("withdrawn by the bank: told with its reason; a token that lives is not withdrawn but stopped", async () => {
  const { bindingId } = await decided(bank, typedCard("zhang"));
  const agent = bank.desk("agent");
  must(await agent.withdrawBinding({ bindingId, reason: "x" }, context()));
  await bank.relay();
  expect(bank.toldBy("refuse")).toEqual([{ bindingId, cause: "withdrawnByBank" }]);
  expect(await bank.stopped(bindingId)).toEqual(["withdrawnByBank"]);
  const live = await bound(bank, "aili");
  expect(await agent.withdrawBinding({ bindingId: live, reason: "x" }, context())).toMatchObject({
    error: { code: "wrongState" },
  });
  must(await notifyToken(bank, live, "deleted"));
  expect(await agent.suspendToken({ bindingId: live, reason: "x" }, context())).toMatchObject({
    error: { code: "wrongState" },
  });
});

test("two changes of one customer at once come one after the other, and both are written down", async () => {
  const bindingId = await bound(bank, "zhang");
  const both = await Promise.all([
    bank.desk("agent").reportLost(card("zhang"), context()),
    changePhone("zhang", "13900139000"),
    bank.desk("agent").freeze({ ...card("zhang"), reason: "x" }, context()),
  ]);
  expect(both.map(({ ok }) => ok)).toEqual([true, true, true]);
  expect(await audit("customer-zhang")).toHaveLength(3);
  await bank.relay();
  expect(bank.toldBy("changeToken")).toEqual([{ tokenRef: `token-${bindingId}`, change: "suspend" }]);
});
