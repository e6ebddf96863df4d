import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Acquirer, migrations as acquirerMigrations, createAcquirer, DEFAULT_ACQUIRER } from "#acquirer";
import { acquirerTillApi } from "#contracts/acquirer-api";
import { bankAppApi, bankSignInApi } from "#contracts/bank-app-api";
import { issuerDeskApi } from "#contracts/desk-api";
import { explainApi } from "#contracts/explain-api";
import { issuerApi } from "#contracts/issuer-api";
import type { Api, Calls } from "#contracts/operation";
import type { Random } from "#contracts/ports";
import { PROBLEM_STATUS } from "#contracts/problem";
import { bankOpsApi, deskSignInApi } from "#contracts/staff-api";
import { tspIssuerApi, tspWalletApi } from "#contracts/tsp-api";
import { type DeviceFacts, walletDeviceApi, walletSignInApi, walletTspApi } from "#contracts/wallet-api";
import { walletOpsApi } from "#contracts/wallet-ops-api";
import { groupCommit } from "#platform/group-commit";
import { Hono, serveApi } from "#platform/http";
import { memoryLink } from "#platform/memory-link";
import type { PostgresDb } from "#platform/postgres";
import { createCaseBook } from "../../app/explain/case-book.ts";
import { openStage } from "../../app/faces/stage.ts";
import { createWireHub } from "../../app/wire/hub.ts";
import {
  AT_DESK,
  bankAppOf,
  context,
  demo,
  deviceKey,
  must,
  openParties,
  type Parties,
  recordingLog,
  START,
  typed,
} from "../parties/bank-and-tsp.ts";
import { digestOf, startTestDatabase, type TestDatabase } from "../parties/database.ts";
import { testPasskey } from "../parties/passkey.ts";
import { liveToken } from "../parties/tokens.ts";
import { type Maker, spoil, spoiltJson, tenThousand } from "./mutate.ts";
import { sayTo } from "./sockets.ts";

const STAGE_PORT = 19_230;

/** What a good caller sends. `live`: it names things that exist, or makes new ones: what still fits the schema is left out. */
interface Sample {
  readonly name: string;
  readonly body: unknown;
  readonly live?: true;
}
interface Door {
  readonly path: string;
  readonly api: Api;
  readonly calls: Calls<Api>;
  readonly samples: readonly Sample[];
  /** A call that works, before and after. */
  readonly good: Sample;
}

let database: TestDatabase;
let parties: Parties;
let acquirer: Acquirer;
let acquirerDb: PostgresDb;
let closeStage: () => Promise<void>;
let bearer: string;
let phoneId: string;
const lines: string[] = [];
const doors: Record<string, Door> = {};

/** Marks every text that a caller chose: no refusal may bring one back. */
const CANARY = "canary";
const dead = (what: string) => `${CANARY}-${what}`;

beforeAll(async () => {
  database = await startTestDatabase();
  parties = await openParties(database);
  acquirerDb = await database.open("acquirer", acquirerMigrations);
  acquirer = createAcquirer({
    db: acquirerDb,
    clock: parties.clock,
    timers: parties.clock,
    random: parties.random,
    log: recordingLog(lines),
    groupCommit,
    network: memoryLink().link,
    config: DEFAULT_ACQUIRER,
  });
  await acquirer.start();
  const { publicKey } = deviceKey();
  const token = await liveToken(parties, "li", "hce");
  const passkey = testPasskey();
  const begun = must(await parties.wallet.signIn.registerOptions({ name: dead("holder") }, context()));
  const signedUp = must(
    await parties.wallet.signIn.register(
      { ceremonyId: begun.ceremonyId, response: passkey.register(begun.options) },
      context(),
    ),
  );
  const device = parties.wallet.deviceApi((await parties.wallet.session(signedUp.accessToken))!);
  const { deviceId } = must(
    await device.enrolDevice(
      { name: dead("phone"), kind: "phone", model: "phone-10", keySource: "hce", publicKey },
      context(),
    ),
  );
  bearer = signedUp.accessToken;
  const { accountId } = signedUp;
  phoneId = deviceId;
  must(await device.makeRecoveryCodes({}, context()));
  const facts: DeviceFacts = {
    model: "phone-10",
    osVersion: "12",
    passcodeOn: true,
    biometricOn: true,
    integrity: true,
    online: true,
    use: "store",
  };
  const { binding } = must(await device.startBinding({ deviceId, facts, language: "zh" }, context()));
  const { bindingId } = binding;
  expect(binding.stage).toBe("awaitingCard");
  const cardJwe = await parties.seal(typed(demo("zhang")));
  const codeJwe = await parties.seal({ code: "123456" });
  const app = await bankAppOf(parties, "zhang");
  const ceremony = must(await parties.wallet.signIn.signInOptions({}, context()));
  const waiting = must(
    await acquirer.till.startSale({ terminalId: "T0000001", amount: { minor: "100", currency: "156" } }, context()),
  ).sale.saleId;
  await parties.quiet();

  const caseBook = createCaseBook(
    [{ party: "wallet", behind: [], calls: parties.wallet.tspApi }],
    parties.clock,
    parties.random,
  );
  const view = {
    tokenRef: dead("token"),
    status: "active",
    suspendedBy: [],
    tokenSuffix: "1234",
    panSuffix: "5678",
    changedAt: START,
  };
  const notice = {
    noticeId: dead("notice"),
    journeyId: dead("payment"),
    kind: "payment",
    amount: { minor: "1234", currency: "156" },
    merchantName: dead("shop"),
    responseCode: "00",
    at: START,
  };
  const terms = { version: "2026-01", acceptedAt: START, language: "zh" };
  const request = {
    bindingId: dead("binding"),
    cardJwe,
    walletAccount: dead("account"),
    device: { deviceId: dead("device"), name: dead("name"), kind: "phone", keySource: "hce", publicKey },
    terms,
    source: "typed",
    wallet: { colour: "yellow", deviceScore: 4, accountScore: 3, reasons: ["A1"] },
  };
  const { keySource: _, publicKey: __, ...bankDevice } = request.device;
  const amount = { minor: "100", currency: "156" };
  const document = { kind: "residentId", number: "11010119900307001X" };
  const reported = {
    journeyId: dead("j"),
    at: START,
    party: "device",
    stage: "card",
    code: "cameraRefused",
    outcome: "failed",
    data: {},
  };
  const door = <A extends Api>(
    path: string,
    api: A,
    calls: Calls<A>,
    good: Sample,
    samples: readonly Sample[],
  ): Door => ({
    path,
    api,
    calls: calls as unknown as Calls<Api>,
    good,
    samples: [...samples, good],
  });

  Object.assign(doors, {
    "wallet sign-in": door(
      "/wallet",
      walletSignInApi,
      parties.wallet.signIn,
      { name: "registerOptions", body: { name: dead("me") }, live: true },
      [
        { name: "register", body: { ceremonyId: dead("c"), response: passkey.register(begun.options) } },
        { name: "signIn", body: { ceremonyId: dead("c"), response: passkey.signIn(ceremony.options) } },
        {
          name: "signIn",
          body: { ceremonyId: ceremony.ceremonyId, response: passkey.signIn(ceremony.options) },
          live: true,
        },
        { name: "signInOptions", body: { [CANARY]: CANARY }, live: true },
        { name: "joinOptions", body: { joinCode: "123456", accountName: dead("me") }, live: true },
        { name: "join", body: { ceremonyId: dead("c"), response: passkey.register(begun.options) } },
        { name: "recoverOptions", body: { accountName: dead("me"), recoveryCode: "AB2CD-EF3GH" }, live: true },
        { name: "findSignIn", body: { accountName: dead("me"), recoveryCode: "AB2CD-EF3GH" }, live: true },
        { name: "recover", body: { ceremonyId: dead("c"), response: passkey.register(begun.options) } },
      ],
    ),
    "wallet device": door("/wallet", walletDeviceApi, device, { name: "passes", body: { deviceId } }, [
      { name: "me", body: {} },
      {
        name: "enrolDevice",
        body: { name: dead("phone"), kind: "phone", model: "phone-10", keySource: "hce", publicKey },
        live: true,
      },
      { name: "startBinding", body: { deviceId, facts, language: "zh" }, live: true },
      { name: "startBinding", body: { deviceId: dead("d"), facts, language: "zh" } },
      { name: "submitCard", body: { bindingId, cardJwe, source: "typed" }, live: true },
      { name: "submitCard", body: { bindingId: dead("b"), cardJwe, source: "camera" } },
      { name: "acceptTerms", body: { bindingId, version: dead("v"), language: "zh" } },
      { name: "sendCode", body: { bindingId, methodId: dead("m"), language: "zh" } },
      { name: "submitCode", body: { bindingId, codeJwe } },
      { name: "declineTerms", body: { bindingId: dead("b") } },
      { name: "resume", body: { bindingId: dead("b") } },
      { name: "abandon", body: { bindingId: dead("b") } },
      { name: "abandon", body: { bindingId }, live: true },
      { name: "chooseMethod", body: { bindingId, methodId: dead("m") } },
      { name: "notMyNumber", body: { bindingId: dead("b") } },
      { name: "openPush", body: { deviceId: dead("d") } },
      {
        name: "takePush",
        body: { deviceId, pass: { encryptedPassData: CANARY, activationData: CANARY, ephemeralPublicKey: CANARY } },
        // It begins a journey, and ends it with a case code.
        live: true,
      },
      { name: "reportFacts", body: { deviceId, facts: [reported] }, live: true },
      { name: "explain", body: { journeyId: bindingId, language: "zh" } },
      // A guess at a case code is counted.
      { name: "explain", body: { caseCode: "K7F-3QM", language: "en" }, live: true },
      { name: "account", body: {} },
      { name: "setRegion", body: { region: "CN" }, live: true },
      { name: "makeRecoveryCodes", body: {}, live: true },
      { name: "makeJoinCode", body: {}, live: true },
      { name: "addCardsFrom", body: { deviceId, fromDeviceId: dead("d"), passIds: [dead("p")] } },
      { name: "askForCards", body: { deviceId, fromDeviceId: dead("d"), passIds: [dead("p")] } },
      { name: "cardRequests", body: { deviceId } },
      { name: "answerCardRequest", body: { requestId: dead("r"), confirmed: true } },
      { name: "signOut", body: { deviceId }, live: true },
      { name: "removeDevice", body: { deviceId: dead("d") } },
      { name: "binding", body: { bindingId } },
      { name: "openBindings", body: { deviceId } },
      { name: "collectPackage", body: { passId: dead("p") } },
      { name: "confirmProvisioned", body: { passId: dead("p") } },
      { name: "replenish", body: { passId: dead("p"), count: 5 } },
      { name: "setDefault", body: { passId: dead("p") } },
      { name: "changePass", body: { passId: dead("p"), change: "suspend" } },
      { name: "setLost", body: { deviceId: dead("d"), lost: true } },
      { name: "wipeDevice", body: { deviceId: dead("d") } },
      { name: "wipeDevice", body: { deviceId }, live: true },
      { name: "notices", body: { deviceId } },
    ]),
    till: door("/acquirer", acquirerTillApi, acquirer.till, { name: "terminals", body: {} }, [
      { name: "startSale", body: { terminalId: "CANARY01", amount } },
      { name: "startSale", body: { terminalId: "T0000001", amount }, live: true },
      { name: "cancelSale", body: { saleId: dead("s") } },
      { name: "cancelSale", body: { saleId: waiting }, live: true },
      { name: "sale", body: { saleId: waiting } },
      { name: "voidSale", body: { saleId: dead("s") } },
      { name: "refund", body: { saleId: dead("s"), amount } },
      { name: "refund", body: { saleId: waiting, amount } },
      { name: "totals", body: { terminalId: "T0000001" } },
      { name: "history", body: { terminalId: dead("t") } },
    ]),
    "bank's desk": door("/desk", issuerDeskApi, parties.issuer.desk(AT_DESK)!, { name: "accounts", body: {} }, [
      { name: "statement", body: { cardId: "card-zhang" } },
      { name: "statement", body: { cardId: dead("card") } },
      { name: "audit", body: {} },
      { name: "me", body: {} },
      { name: "findCustomers", body: { text: CANARY } },
      { name: "changeReservedPhone", body: { customerId: dead("c"), document, newPhone: "13800138000" } },
      {
        name: "changeReservedPhone",
        body: { customerId: "customer-zhang", document, newPhone: "13800138000" },
        live: true,
      },
      { name: "renewRecord", body: { customerId: dead("c"), document, documentExpires: "20400101" } },
      { name: "activateCard", body: { cardId: dead("card") } },
      { name: "reportLost", body: { cardId: dead("card") } },
      { name: "reportLost", body: { cardId: "card-zhang" }, live: true },
      { name: "liftLost", body: { cardId: dead("card") } },
      { name: "freeze", body: { cardId: dead("card"), reason: CANARY } },
      { name: "unfreeze", body: { cardId: dead("card"), reason: CANARY } },
      { name: "renewCard", body: { cardId: dead("card"), newNumber: true } },
      { name: "closeCard", body: { cardId: dead("card") } },
      { name: "suspendToken", body: { bindingId: dead("b"), reason: CANARY } },
      { name: "resumeToken", body: { bindingId: dead("b"), reason: CANARY } },
      { name: "calls", body: {} },
      { name: "openCase", body: { caseCode: "K7F-3QM", language: "zh" } },
      { name: "approveCall", body: { bindingId: dead("b"), answers: [{ questionId: dead("q"), answer: CANARY }] } },
      { name: "refuseCall", body: { bindingId: dead("b"), reason: CANARY } },
      { name: "overrideCall", body: { bindingId: dead("b"), reason: CANARY } },
      { name: "approveAtBranch", body: { bindingId: dead("b"), document } },
      { name: "withdrawBinding", body: { bindingId: dead("b"), reason: CANARY } },
      { name: "auditTrail", body: { customerId: dead("c") } },
      { name: "correctName", body: { customerId: dead("c"), document, name: CANARY } },
      { name: "correctName", body: { customerId: "customer-zhang", document, name: dead("name") }, live: true },
      { name: "upgradeAccount", body: { cardId: dead("card"), document } },
      { name: "liftRestriction", body: { cardId: dead("card"), reason: CANARY } },
      { name: "deposit", body: { cardId: dead("card"), amount } },
      { name: "deposit", body: { cardId: "card-zhang", amount }, live: true },
      { name: "usbKeyCode", body: { customerId: dead("c"), document } },
    ]),
    "bank's app": door("/bank", bankAppApi, app, { name: "cards", body: {} }, [
      { name: "pending", body: {} },
      { name: "fees", body: {} },
      { name: "approveOptions", body: { bindingId: dead("b"), by: "usbKey" } },
      { name: "approve", body: { ceremonyId: dead("c"), response: passkey.signIn(ceremony.options) } },
      { name: "faceFailed", body: { bindingId: dead("b") } },
      { name: "decline", body: { bindingId: dead("b") } },
      // A wrong code is counted, if one is out.
      { name: "usbKeyOptions", body: { name: dead("key"), code: "12345678" }, live: true },
      { name: "addUsbKey", body: { ceremonyId: dead("c"), response: passkey.register(begun.options) } },
      { name: "lockCard", body: { cardId: dead("card") } },
      { name: "lockCard", body: { cardId: "card-zhang" }, live: true },
      { name: "unlockCard", body: { cardId: dead("card") } },
      { name: "activateCard", body: { cardId: dead("card") } },
      {
        name: "addToWallet",
        body: {
          cardId: dead("card"),
          invitation: { certificates: ["AAAA"], nonce: "00112233", nonceSignature: "aabbccdd" },
        },
      },
      { name: "quoteTransfer", body: { fromCardId: dead("card"), toBank: "own", amount } },
      { name: "quoteTransfer", body: { fromCardId: "card-zhang", toBank: "own", amount }, live: true },
      { name: "transfer", body: { quoteId: dead("q"), toCardId: dead("card"), toName: dead("n") } },
    ]),
    "desk sign-in": door(
      "/desk",
      deskSignInApi,
      parties.issuer.deskSignIn,
      { name: "signInOptions", body: {}, live: true },
      [
        { name: "registerOptions", body: { invitation: CANARY } },
        { name: "register", body: { ceremonyId: dead("c"), response: passkey.register(begun.options) } },
        { name: "signIn", body: { ceremonyId: dead("c"), response: passkey.signIn(ceremony.options) } },
        { name: "signOut", body: { accessToken: CANARY } },
      ],
    ),
    "bank's operations": door("/bank-ops", bankOpsApi, parties.issuer.ops, { name: "staff", body: {} }, [
      { name: "inviteStaff", body: { name: dead("n"), role: "teller" }, live: true },
      { name: "dismissStaff", body: { staffId: dead("s") } },
    ]),
    "wallet's support": door("/ops", walletOpsApi, parties.wallet.ops, { name: "account", body: { accountId } }, [
      { name: "account", body: { accountId: dead("a") } },
      { name: "lockAccount", body: { accountId: dead("a"), reason: CANARY } },
      { name: "lockAccount", body: { accountId, reason: CANARY }, live: true },
      { name: "unlockAccount", body: { accountId: dead("a") } },
      { name: "setBirthYear", body: { accountId: dead("a"), birthYear: 1990 } },
      { name: "setBirthYear", body: { accountId, birthYear: 1990 }, live: true },
      { name: "case", body: { caseCode: "K7F-3QM", language: "zh" } },
      { name: "askAgain", body: {}, live: true },
    ]),
    explain: door(
      "/explain",
      explainApi,
      { finding: (asked) => caseBook.explain(asked, asked.role) },
      { name: "finding", body: { journeyId: bindingId, role: "engineer", language: "zh" } },
      [
        { name: "finding", body: { journeyId: dead("j"), role: "agent", language: "en" } },
        { name: "finding", body: { caseCode: "K7F-3QM", role: "holder", language: "zh" } },
      ],
    ),
    "bank's app sign-in": door(
      "/bank",
      bankSignInApi,
      parties.issuer.bankSignIn,
      { name: "signInOptions", body: {}, live: true },
      [
        {
          name: "startEnrolment",
          body: { panSuffix: "0017", idNumber: "11010119900307001X", mobile: "13800138000" },
          live: true,
        },
        { name: "registerOptions", body: { enrolmentId: dead("e"), code: "123456" } },
        { name: "register", body: { ceremonyId: dead("c"), response: passkey.register(begun.options) } },
        { name: "signIn", body: { ceremonyId: dead("c"), response: passkey.signIn(ceremony.options) } },
      ],
    ),
    "TSP for the wallet": door(
      "/tsp/wallet",
      tspWalletApi,
      parties.tsp.walletApi,
      { name: "token", body: { tokenRef: token.tokenRef } },
      [
        { name: "publicKey", body: {} },
        { name: "checkEligibility", body: { cardJwe } },
        { name: "requestToken", body: request, live: true },
        { name: "sendCode", body: { tokenRef: dead("t"), methodId: "sms", language: "zh" } },
        { name: "submitCode", body: { tokenRef: dead("t"), codeJwe } },
        { name: "personalise", body: { tokenRef: token.tokenRef, deviceId: dead("d") } },
        { name: "replenishKeys", body: { tokenRef: token.tokenRef, deviceId: dead("d"), count: 3 } },
        {
          name: "keyForPayment",
          body: {
            tokenRef: token.tokenRef,
            deviceId: dead("d"),
            sealTo: { kty: "EC", crv: "P-256", x: "A".repeat(43), y: "A".repeat(43) },
          },
        },
        { name: "changeToken", body: { tokenRef: dead("t"), change: "delete", by: "holder" } },
        { name: "changeToken", body: { tokenRef: token.tokenRef, change: "delete", by: "holder" }, live: true },
        { name: "changeDevice", body: { deviceId: dead("d"), change: "delete", by: "wallet" }, live: true },
        { name: "journeyOfPayment", body: { tokenRef: token.tokenRef, atc: 1 } },
        { name: "methods", body: { tokenRef: dead("t") } },
        { name: "chooseMethod", body: { tokenRef: dead("t"), methodId: "sms" } },
        { name: "notMyNumber", body: { tokenRef: dead("t") } },
        { name: "openPush", body: { deviceId: dead("d") }, live: true },
        {
          name: "takePush",
          body: {
            deviceId: dead("d"),
            pass: { encryptedPassData: CANARY, activationData: CANARY, ephemeralPublicKey: CANARY },
          },
        },
        { name: "holdings", body: { journeyId: dead("j") } },
        { name: "journeyOfCase", body: { caseCode: "K7F-3QM" } },
      ],
    ),
    "TSP for the bank": door(
      "/tsp/issuer",
      tspIssuerApi,
      parties.tsp.issuerApi,
      { name: "changeToken", body: { tokenRef: token.tokenRef, change: "suspend" }, live: true },
      [
        { name: "changeToken", body: { tokenRef: dead("t"), change: "suspend" } },
        { name: "notifyPayment", body: { tokenPan: "6299900000000000009", notice } },
        { name: "pushRoot", body: {} },
        { name: "activate", body: { bindingId: dead("b"), method: "bankApp", deviceId: dead("d"), panSuffix: "0017" } },
        { name: "refuse", body: { bindingId: dead("b"), cause: "withdrawnByBank" } },
        { name: "methodsChanged", body: { bindingId: dead("b"), cause: "codeNotSent" } },
        { name: "renewCard", body: { cardJwe, newCardJwe: cardJwe }, live: true },
        { name: "recordChanged", body: { bindingId: dead("b"), what: "reservedPhone" } },
        { name: "holdings", body: { journeyId: dead("j") } },
      ],
    ),
    "bank for the TSP": door("/issuer/tsp", issuerApi, parties.issuer.api, { name: "publicKey", body: {} }, [
      { name: "checkEligibility", body: { cardJwe } },
      { name: "decideBinding", body: { ...request, device: bankDevice, trid: "99900000001", tspScore: 7 }, live: true },
      { name: "methods", body: { bindingId: dead("b") } },
      { name: "chooseMethod", body: { bindingId: dead("b"), methodId: "sms" } },
      { name: "notMyNumber", body: { bindingId: dead("b") } },
      { name: "holdings", body: { journeyId: dead("j") } },
      { name: "sendCode", body: { bindingId: dead("b"), methodId: "sms", language: "zh" } },
      { name: "checkCode", body: { bindingId: dead("b"), codeJwe } },
      {
        name: "notifyToken",
        body: {
          bindingId: dead("b"),
          tokenRef: dead("t"),
          status: "active",
          deviceName: dead("n"),
          tokenSuffix: "1234",
          at: START,
        },
      },
    ]),
    "wallet for the TSP": door(
      "/wallet/tsp",
      walletTspApi,
      parties.wallet.tspApi,
      { name: "notifyToken", body: { token: view } },
      [
        { name: "notifyPayment", body: { tokenRef: dead("t"), notice } },
        { name: "notifyBinding", body: { bindingId: dead("b"), ended: true, cured: false, cause: "codeNotSent" } },
        { name: "holdings", body: { journeyId: dead("j") } },
        { name: "journeyOfCase", body: { caseCode: "K7F-3QM" } },
      ],
    ),
  });

  const stage = await openStage({
    host: "127.0.0.1",
    port: STAGE_PORT,
    system: {
      wallet: parties.wallet,
      acquirer,
      issuer: parties.issuer,
      inbox: parties.inbox,
      dataDir: "",
      caseBook,
      opsKey: "ops",
      stop: async () => {},
    },
    hub: createWireHub(),
    log: recordingLog(lines),
    demo: true,
  });
  closeStage = () => stage.close();
});
afterAll(async () => {
  await closeStage();
  await acquirer.stop();
  await parties.stop();
  await database.stop();
});

const everything = async () => (await Promise.all([...Object.values(parties.db), acquirerDb].map(digestOf))).join();

interface Sent {
  readonly door: Door;
  readonly sample: Sample;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

const GOOD_HEADERS = { "content-type": "application/json", "idempotency-key": "key-1", "kabao-journey": "journey-1" };
/** Each wrong in one way. */
const BAD_HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  { ...GOOD_HEADERS, "content-type": "text/plain" },
  { ...GOOD_HEADERS, "content-type": "application/x-www-form-urlencoded" },
  { ...GOOD_HEADERS, "content-type": "application/jsonp" },
  { ...GOOD_HEADERS, "idempotency-key": "" },
  { ...GOOD_HEADERS, "idempotency-key": "x".repeat(65) },
  { ...GOOD_HEADERS, "idempotency-key": `${CANARY} '; --` },
  { ...GOOD_HEADERS, "kabao-journey": `${CANARY}/../..` },
];

let keys = 0;
function requests(shared: readonly Door[]): Maker<Sent> {
  return (random: Random) => {
    const door = shared[random.below(shared.length)]!;
    const { samples } = door;
    const sample = samples[random.below(samples.length)]!;
    keys += 1;
    const headers = { ...GOOD_HEADERS, "idempotency-key": `key-${keys}` };
    const kind = random.below(128);
    if (kind < 8)
      return { door, sample, headers: BAD_HEADERS[random.below(BAD_HEADERS.length)]!, body: bytesOf(sample.body) };
    if (kind < 16) return { door, sample, headers, body: spoil(bytesOf(sample.body), random) };
    // More than a door reads.
    if (kind === 16)
      return { door, sample, headers, body: bytesOf({ ...(sample.body as object), [CANARY]: "x".repeat(70_000) }) };
    return { door, sample, headers, body: spoiltJson(sample.body, random) };
  };
}
const bytesOf = (value: unknown) => new Uint8Array(Buffer.from(JSON.stringify(value)));

/** Whether a good caller might have sent this: it fits the schema, and its headers are as they should be. */
function isWhole({ door: { api }, sample, body, headers }: Sent): boolean {
  if (BAD_HEADERS.includes(headers) || body.length > 65_536) return false;
  try {
    const json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
    return v.safeParse(api[sample.name]!.request, json).success;
  } catch {
    return false;
  }
}

/** A refusal as RFC 9457 has it: with its place or its cause, and nothing of what was sent. */
function checkRefusal(status: number, type: string | null, text: string): void {
  if (type !== "application/problem+json") throw new Error(`${status} as ${type}: ${text}`);
  const fault = JSON.parse(text) as Record<string, unknown>;
  const code = fault["code"] as keyof typeof PROBLEM_STATUS;
  if (PROBLEM_STATUS[code] !== status || fault["status"] !== status || fault["type"] !== `urn:kabao:problem:${code}`)
    throw new Error(`not a problem: ${text}`);
  if (code === "internal") throw new Error(`our own mistake: ${text}`);
  if (code === "badRequest" && fault["at"] === undefined && fault["detail"] === undefined)
    throw new Error(`no place: ${text}`);
  if (text.toLowerCase().includes(CANARY)) throw new Error(`it brings back what was sent: ${text}`);
}

describe.each([
  [["wallet sign-in", "bank's app sign-in", "desk sign-in"]],
  [["wallet device"]],
  [["till", "wallet's support", "explain"]],
  [["bank's desk", "bank's operations"]],
  [["bank's app"]],
  [["TSP for the wallet"]],
  [["TSP for the bank", "wallet for the TSP"]],
  [["bank for the TSP"]],
])("the doors of: %s", (names) => {
  test("10,000 spoilt calls", { timeout: 180_000 }, async () => {
    const shared = names.map((name) => doors[name]!);
    const app = new Hono();
    for (const { path, api, calls } of shared)
      serveApi(app, path, { api, log: recordingLog(lines), callsFor: () => calls });
    const post = (path: string, operation: string, body: Uint8Array, headers: Readonly<Record<string, string>>) =>
      app.fetch(
        new Request(`http://localhost${path}/v1/${operation}`, { method: "POST", headers, body: Buffer.from(body) }),
      );
    const statuses = new Map<number, number>();
    const heardBy = new Map<Door, number>();
    // The last door's good call may have left news on its way.
    await parties.quiet();
    const before = parties.lines.length;
    await tenThousand(
      requests(shared),
      async (batch) => {
        const bad = batch.filter((sent) => sent.sample.live === undefined || !isWhole(sent));
        await Promise.all(
          bad.map(async ({ door, sample, body, headers }) => {
            const answer = await post(door.path, sample.name, body, headers);
            statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
            heardBy.set(door, (heardBy.get(door) ?? 0) + 1);
            const text = await answer.text();
            if (answer.status !== 200) checkRefusal(answer.status, answer.headers.get("content-type"), text);
          }),
        );
        return bad.length;
      },
      everything,
    );
    expect(statuses.get(400)).toBeGreaterThan(2000);
    for (const door of shared) expect(heardBy.get(door)).toBeGreaterThan(1500);
    expect(lines.filter((line) => line.startsWith("http.failed"))).toEqual([]);
    const numbers = [demo("zhang").pan, demo("li").pan, "6299900000000000009", "123456"];
    for (const line of [...lines, ...parties.lines.slice(before)])
      for (const number of numbers) if (line.includes(number)) expect.unreachable(line);
    for (const { path, good } of shared) {
      const headers = { ...GOOD_HEADERS, "idempotency-key": `good-${++keys}` };
      const answer = await post(path, good.name, bytesOf(good.body), headers);
      expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
    }
  });
});

const http = (text: string, body: string | Uint8Array = "") =>
  new Uint8Array(Buffer.concat([Buffer.from(text.replaceAll("\n", "\r\n")), Buffer.from(body)]));
const HOST = `Host: localhost:${STAGE_PORT}`;

test("10,000 spoilt HTTP requests at the page's port, byte for byte", { timeout: 180_000 }, async () => {
  // None of these can change anything, however little they are spoilt: they name nothing, or nobody is signed in.
  const body = JSON.stringify({ saleId: dead("s") });
  const json = `Content-Type: application/json\nIdempotency-Key: k-1\nContent-Length: ${body.length}\n\n`;
  const upgrade =
    "Connection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Version: 13\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n";
  const samples = [
    http(`POST /acquirer/v1/voidSale HTTP/1.1\n${HOST}\n${json}`, body),
    http(`POST /acquirer/v1/sale HTTP/1.1\n${HOST}\nOrigin: http://${HOST.slice(6)}\n${json}`, body),
    http(`POST /wallet/v1/passes HTTP/1.1\n${HOST}\nAuthorization: Bearer ${CANARY}\n${json}`, body),
    http(
      `POST /desk/v1/statement HTTP/1.1\n${HOST}\nTransfer-Encoding: chunked\nContent-Type: application/json\n\n`,
      `10\r\n{"cardId":"canary\r\n2\r\n"}\r\n0\r\n\r\n`,
    ),
    http(`GET /wallet/v1/events?deviceId=${CANARY} HTTP/1.1\n${HOST}\nAuthorization: Bearer ${CANARY}\n\n`),
    http(`GET /demo/v1/inbox HTTP/1.1\n${HOST}\n\n`),
    http(`GET /%E0%A4%A/../..//etc/passwd HTTP/1.1\n${HOST}\n\n`),
    http(`GET /field/T0000001?code=00 HTTP/1.1\n${HOST}\n${upgrade}`),
    http(`GET // HTTP/1.1\n${HOST}\n${upgrade}`),
  ];
  const statuses = new Map<string, number>();
  await tenThousand(
    (random) => spoil(samples[random.below(samples.length)]!, random),
    async (batch) => {
      await Promise.all(
        batch.map(async (bytes) => {
          const heard = Buffer.from(await sayTo(STAGE_PORT, bytes, 40)).toString("latin1");
          const status = /^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1] ?? "closed";
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status === "500") expect.unreachable(heard);
        }),
      );
      return batch.length;
    },
    everything,
  );
  for (const status of ["400", "401", "403", "404"]) expect(statuses.get(status), status).toBeGreaterThan(20);
  expect(lines.filter((line) => line.startsWith("http.failed"))).toEqual([]);
  const alive = await fetch(`http://localhost:${STAGE_PORT}/acquirer/v1/terminals`, {
    method: "POST",
    headers: GOOD_HEADERS,
    body: "{}",
  });
  expect(alive.status).toBe(200);
});

describe("a phone's events at the page's port", () => {
  const events = (authorization: string, deviceId: string, signal?: AbortSignal) =>
    fetch(`http://localhost:${STAGE_PORT}/wallet/v1/events?deviceId=${deviceId}`, {
      headers: { authorization },
      ...(signal === undefined ? {} : { signal }),
    });

  test.each<[string, () => [string, string], number, string]>([
    ["nobody signed in", () => ["", phoneId], 401, "notSignedIn"],
    ["a session that is none", () => ["Bearer 0000", phoneId], 401, "notSignedIn"],
    ["another's device", () => [`Bearer ${bearer}`, "somebody-elses"], 404, "notFound"],
    ["a device that can be none", () => [`Bearer ${bearer}`, "%00"], 404, "notFound"],
  ])("%s: refused", async (_name, ask, status, code) => {
    const answer = await events(...ask());
    const text = await answer.text();
    checkRefusal(answer.status, answer.headers.get("content-type"), text);
    expect([answer.status, JSON.parse(text).code]).toEqual([status, code]);
  });

  test("come as they happen, to their own device", async () => {
    const leaving = new AbortController();
    const answer = await events(`Bearer ${bearer}`, phoneId, leaving.signal);
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    const session = (await parties.wallet.session(bearer))!;
    must(await parties.wallet.deviceApi(session).setLost({ deviceId: phoneId, lost: false }, context()));
    let text = "";
    while (!text.includes("\n\n")) text += (await reader.read()).value ?? "";
    const [first] = text.split("\n\n");
    expect(first).toBe(`event: wallet\ndata: ${JSON.stringify({ type: "passes", deviceId: phoneId })}`);
    leaving.abort();
  });
});
