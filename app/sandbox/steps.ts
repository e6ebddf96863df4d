import type { ChipData } from "#acquirer/terminal";
import { acquirerTillApi, type SaleView } from "#contracts/acquirer-api";
import type { IssuerDeskApi } from "#contracts/desk-api";
import type { Calls } from "#contracts/operation";
import type { Problem } from "#contracts/problem";
import { httpCalls } from "#platform/calls";
import type { Result } from "#protocol/bytes";
import type { DemoCard } from "#protocol/pan";
import { DEFAULT_POLICY } from "#tsp";
import { eventually } from "../demo/play.ts";
import { must } from "../headless/phone.ts";
import { createSoftwarePasskey } from "../headless/software-passkey.ts";
import { atTheField, copyOf, withAnother } from "./at-the-field.ts";
import { type BankCustomer, bankAppOf, cardIdOf, customerIdOf, deskOf, enrolInBankApp, rightAnswers } from "./bank.ts";
import { collect, type Holder, newestCode, oneCall, refresh, textsTo, typedFrom } from "./holder.ts";
import type { Step } from "./scenario.ts";
import { STRANGERS_KEY } from "./strangers-key.ts";
import type { SandboxWorld } from "./world.ts";

/** Who and what is on the scene. */
export interface Cast {
  readonly world: SandboxWorld;
  readonly cards: ReadonlyMap<string, DemoCard>;
  readonly phones: ReadonlyMap<string, Holder>;
  readonly customers: Map<DemoCard, BankCustomer>;
  sale?: SaleView;
  /** What a stranger's reader took last. */
  copied?: ChipData;
  /** The last sale's, for whoever holds a phone near once more. */
  pairing?: { readonly terminalId: string; readonly code: string };
  /** The last refusal a step met: for whoever reads a scenario that did not come out right. */
  refusal?: Problem;
}

type Play<Kind extends Step["do"]> = (cast: Cast, step: Extract<Step, { do: Kind }>) => Promise<unknown>;

const MINUTE_MS = 60_000;
/** Longer than the bank's app waits for a signature. */
const CEREMONY_OVER_MS = 6 * MINUTE_MS;
const HOUR_MS = 60 * MINUTE_MS;
const CHINA_AHEAD_HOURS = 8;
const SETTLED_ROUNDS = 3;
const SETTLE_STEP_MS = 60;
const UNHURRIED_ROUNDS = 12;
const HURRY_BY_MS = 5_000;
const FIRST_MERCHANT = "999000150810001";
const UNLOCK = new Uint8Array(32);
const FIRST_TILL = "T0000001";

function holderOf(cast: Cast, named: string | undefined): Holder {
  const holder = named === undefined ? [...cast.phones.values()][0] : cast.phones.get(named);
  if (holder === undefined) throw new RangeError(`no phone is called ${named ?? "the first"}`);
  return holder;
}

function cardOf(cast: Cast, named: string | undefined): DemoCard {
  const card = named === undefined ? [...cast.cards.values()][0] : cast.cards.get(named);
  if (card === undefined) throw new RangeError(`no card is called ${named ?? "the first"}`);
  return card;
}

/** A refusal is what many scenarios are about: it is kept, and the story goes on. */
function heard<T>(cast: Cast, result: Result<T, Problem>): T | undefined {
  if (result.ok) return result.value;
  cast.refusal = result.error;
  return undefined;
}

async function customerOf(cast: Cast, card: DemoCard): Promise<BankCustomer> {
  const known = cast.customers.get(card) ?? (await enrolInBankApp(cast.world, card));
  cast.customers.set(card, known);
  return known;
}

const bind: Play<"bind"> = async (cast, step) => {
  for (let left = step.times ?? 1; left > 0; left--) await bindOnce(cast, step);
};

const bindOnce: Play<"bind"> = async (cast, step) => {
  const holder = holderOf(cast, step.phone);
  const { phone } = holder;
  holder.card = cardOf(cast, step.card);
  const begun = heard(cast, await phone.wallet.startBinding(phone.deviceId, "zh", step.use));
  if (begun === undefined) return;
  holder.binding = begun.binding;
  holder.cardKey = begun.cardKey;
  if (step.until === "preflight" || begun.binding.stage !== "awaitingCard") return;
  const data = typedFrom(holder.card, step.typed ?? {});
  const { bindingId } = begun.binding;
  const sealedTo = step.sealedToStranger === true ? STRANGERS_KEY : begun.cardKey;
  heard(cast, await phone.wallet.submitCard(bindingId, sealedTo, data, step.source));
  const found = await refresh(holder);
  if (step.until === "card" || found?.stage !== "awaitingTerms") return;
  await accept(cast, holder, step.termsVersion);
};

async function accept(cast: Cast, holder: Holder, version?: string): Promise<void> {
  const { bindingId, terms } = holder.binding!;
  const asked = { bindingId, version: version ?? terms?.version ?? "none", language: "zh" as const };
  heard(cast, await holder.phone.calls.acceptTerms(asked, oneCall()));
  await refresh(holder);
}

const bankApp: Play<"bankApp"> = async (cast, { action, card: named, phone, handed }) => {
  const card = cardOf(cast, named);
  const customer = await customerOf(cast, card);
  const app = await bankAppOf(cast.world, customer);
  const cardId = cardIdOf(card);
  const bindingId = holderOf(cast, phone).binding?.bindingId ?? "none";
  switch (action) {
    case "enrol":
      return;
    case "lockCard":
      return heard(cast, await app.lockCard({ cardId }, oneCall()));
    case "unlockCard":
      return heard(cast, await app.unlockCard({ cardId }, oneCall()));
    case "activateCard":
      return heard(cast, await app.activateCard({ cardId }, oneCall()));
    case "decline":
      return heard(cast, await app.decline({ bindingId }, oneCall()));
    case "faceFailed":
      return heard(cast, await app.faceFailed({ bindingId }, oneCall()));
    case "addToWallet":
      return pushCard(cast, holderOf(cast, phone), app, cardId, handed);
    case "approve":
    case "approveTooLate":
    case "approveByUsbKey":
    case "approveByStrangeKey": {
      const by = action === "approve" || action === "approveTooLate" ? "passkey" : "usbKey";
      const asked = heard(cast, await app.approveOptions({ bindingId, by }, oneCall()));
      if (asked === undefined) return;
      const strange = createSoftwarePasskey(cast.world.url);
      if (action === "approveTooLate") cast.world.clock.advance(CEREMONY_OVER_MS);
      const own = customer.passkey;
      const key = { approve: own, approveTooLate: own, approveByUsbKey: customer.usbKey, approveByStrangeKey: strange }[
        action
      ];
      const response = key.signIn(asked.options);
      return heard(cast, await app.approve({ ceremonyId: asked.ceremonyId, response }, oneCall()));
    }
  }
};

/** The bank's app hands its card to the wallet: nothing is typed. */
async function pushCard(
  cast: Cast,
  holder: Holder,
  app: Awaited<ReturnType<typeof bankAppOf>>,
  cardId: string,
  handed?: "cutShort" | "late",
): Promise<void> {
  const { phone } = holder;
  const { deviceId } = phone;
  const begun = heard(cast, await phone.wallet.startBinding(deviceId, "zh"));
  if (begun === undefined) return;
  holder.binding = begun.binding;
  const invitation = heard(cast, await phone.calls.openPush({ deviceId }, oneCall()));
  if (invitation === undefined) return;
  const pass = heard(cast, await app.addToWallet({ cardId, invitation }, oneCall()));
  if (pass === undefined) return;
  if (handed === "late") cast.world.clock.advance(CEREMONY_OVER_MS);
  const given = handed === "cutShort" ? { ...pass, encryptedPassData: pass.encryptedPassData.slice(0, -24) } : pass;
  const taken = heard(cast, await phone.calls.takePush({ deviceId, pass: given }, oneCall()));
  if (taken === undefined) return;
  const { bindingId } = begun.binding;
  heard(cast, await phone.calls.submitCard({ bindingId, source: "bankApp", ...taken }, oneCall()));
  if ((await refresh(holder))?.stage === "awaitingTerms") await accept(cast, holder);
}

const desk: Play<"desk"> = async (cast, { operation, by = "supervisor", card: named, phone, with: given = {} }) => {
  const calls = deskOf(cast.world, by) as Calls<IssuerDeskApi>;
  const card = cardOf(cast, named);
  const bindingId = holderOf(cast, phone).binding?.bindingId;
  const document = { kind: "residentId", number: card.idNumber };
  const about = { cardId: cardIdOf(card), customerId: customerIdOf(card), bindingId, document, reason: "sandbox" };
  if (operation === "approveCall") {
    const { calls: waiting } = must(await calls.calls({}, oneCall()));
    const one = waiting.find((call) => call.bindingId === bindingId);
    Object.assign(about, { answers: rightAnswers(one?.questions ?? [], card) });
  }
  if (operation === "changeReservedPhone") Object.assign(about, { newPhone: card.mobile });
  if (!(operation in calls)) throw new RangeError(`the desk has no ${operation}`);
  const ask = calls[operation as "freeze"] as (request: never, context: never) => Promise<Result<unknown, Problem>>;
  return heard(cast, await ask({ ...about, ...given } as never, oneCall() as never));
};

const pay: Play<"pay"> = async (cast, step) => {
  for (let left = step.times ?? 1; left > 0; left--) await payOnce(cast, step);
};

const payOnce: Play<"pay"> = async (cast, step) => {
  const holder = holderOf(cast, step.phone);
  const { phone, pass } = holder;
  const till = httpCalls(acquirerTillApi, { baseUrl: `${cast.world.url}/acquirer` });
  const terminalId = step.terminal ?? FIRST_TILL;
  const amount = { minor: String(step.minor), currency: "156" as const };
  const begun = heard(cast, await till.startSale({ terminalId, amount }, oneCall()));
  if (begun === undefined) return;
  cast.pairing = { terminalId, code: begun.pairingCode };
  if (pass !== undefined && step.unarmed !== true) {
    const ready = { ...pass, token: { ...pass.token, status: "active" as const } };
    // A phone that can't get ready is not held near.
    if (heard(cast, await phone.wallet.arm(ready, UNLOCK)) === undefined) return;
  }
  if (step.afterMinutes !== undefined) cast.world.clock.advance(step.afterMinutes * MINUTE_MS);
  const { together, field } = step;
  const second = together === undefined ? undefined : holderOf(cast, together).phone;
  const hand =
    second === undefined
      ? field === undefined
        ? undefined
        : atTheField(field)
      : withAnother(() => second.tap(cast.world.url, terminalId, begun.pairingCode));
  const tapped = phone.tap(cast.world.url, terminalId, begun.pairingCode, hand).catch(() => {});
  let rounds = 0;
  const hurry = setInterval(() => {
    rounds += 1;
    if (rounds === UNHURRIED_ROUNDS && step.meanwhile !== undefined) cast.world.faults.add(step.meanwhile);
    // What runs on its own has run by then: only what waits is left.
    if (step.hurry === true && rounds > UNHURRIED_ROUNDS) cast.world.clock.advance(HURRY_BY_MS);
  }, SETTLE_STEP_MS);
  await tapped;
  clearInterval(hurry);
  phone.wallet.disarm();
  // The till learns a moment later that the phone has gone.
  const torn = field === "tornEarly" || field === "tornLate";
  if (torn)
    await eventually(async () => {
      const now = await till.sale({ saleId: begun.sale.saleId }, oneCall());
      return now.ok && now.value.caseCode !== undefined ? now.value : undefined;
    });
  cast.sale = heard(cast, await till.sale({ saleId: begun.sale.saleId }, oneCall())) ?? begun.sale;
};

/** What each kind of step does. Total: a step without an entry does not compile. */
export const PLAYS: { readonly [Kind in Step["do"]]: Play<Kind> } = {
  bind,
  bankApp,
  desk,
  pay,
  async hold(cast, { phone, cards }) {
    for (const card of cards) {
      await bind(cast, { do: "bind", phone, card });
      await PLAYS.chooseMethod(cast, { do: "chooseMethod", phone, kind: "smsCode" });
      await PLAYS.sendCode(cast, { do: "sendCode", phone });
      await PLAYS.enterCode(cast, { do: "enterCode", phone, code: "right" });
      await collect(holderOf(cast, phone));
    }
  },
  async session(cast, { phone, is }) {
    const holder = holderOf(cast, phone);
    await (is === "over" ? holder.phone.signOut() : holder.phone.signIn());
  },
  async acceptTerms(cast, { phone, version }) {
    await accept(cast, holderOf(cast, phone), version);
  },
  async declineTerms(cast, { phone }) {
    const holder = holderOf(cast, phone);
    heard(cast, await holder.phone.calls.declineTerms({ bindingId: holder.binding!.bindingId }, oneCall()));
  },
  async chooseMethod(cast, { phone, kind }) {
    const holder = holderOf(cast, phone);
    const method = (await refresh(holder))?.methods.find((one) => one.kind === kind);
    const { bindingId } = holder.binding!;
    heard(cast, await holder.phone.calls.chooseMethod({ bindingId, methodId: method?.methodId ?? kind }, oneCall()));
    await refresh(holder);
  },
  async sendCode(cast, { phone }) {
    const holder = holderOf(cast, phone);
    const mobile = holder.card!.reservedMobile ?? holder.card!.mobile;
    const known = textsTo(cast.world, mobile);
    const method = (await refresh(holder))?.methods.find((one) => one.kind === "smsCode");
    const { bindingId } = holder.binding!;
    const asked = { bindingId, methodId: method?.methodId ?? "sms", language: "zh" as const };
    const sent = heard(cast, await holder.phone.calls.sendCode(asked, oneCall()));
    if (sent === undefined || cast.world.system.inbox?.habitOf(mobile) !== "delivers") return;
    const code = await newestCode(cast.world, mobile, known);
    if (code !== undefined) holder.codes.push(code);
  },
  async enterCode(cast, { phone, code: which }) {
    const holder = holderOf(cast, phone);
    const right = holder.codes.at(-1) ?? "000000";
    const wrong = right === "111111" ? "222222" : "111111";
    const code = { right, wrong, previous: holder.codes.at(-2) ?? wrong }[which];
    const { bindingId } = holder.binding!;
    heard(cast, await holder.phone.wallet.submitCode(bindingId, holder.cardKey!, code));
    await refresh(holder);
  },
  async notMyNumber(cast, { phone }) {
    const holder = holderOf(cast, phone);
    heard(cast, await holder.phone.calls.notMyNumber({ bindingId: holder.binding!.bindingId }, oneCall()));
  },
  async resume(cast, { phone }) {
    const holder = holderOf(cast, phone);
    heard(cast, await holder.phone.calls.resume({ bindingId: holder.binding!.bindingId }, oneCall()));
    await refresh(holder);
  },
  async abandon(cast, { phone }) {
    const holder = holderOf(cast, phone);
    heard(cast, await holder.phone.calls.abandon({ bindingId: holder.binding!.bindingId }, oneCall()));
  },
  collect: (cast, { phone }) => collect(holderOf(cast, phone)),
  async walletOps(cast, { operation, phone, birthYear = 2000 }) {
    const { accountId } = holderOf(cast, phone).phone;
    const ops = cast.world.system.wallet!.ops;
    const request = { accountId, reason: "sandbox", birthYear };
    heard(cast, await ops[operation](request, oneCall()));
  },
  async region(cast, { phone, region }) {
    heard(cast, await holderOf(cast, phone).phone.calls.setRegion({ region }, oneCall()));
  },
  async phone(cast, { phone, facts }) {
    const { keySource: _, accountOf: __, age: ___, secondFactor: ____, clockBehindDays: _____, ...said } = facts;
    Object.assign(holderOf(cast, phone).phone.facts, said);
  },
  async deviceSaw(cast, { phone, cause }) {
    const holder = holderOf(cast, phone);
    holder.journeyId ??= holder.binding?.bindingId ?? oneCall().journeyId;
    const { journeyId } = holder;
    await holder.phone.wallet.saw({ journeyId, stage: "card", code: cause, outcome: "failed" });
  },
  async sync(cast, { phone }) {
    const holder = holderOf(cast, phone);
    const passes = heard(cast, await holder.phone.wallet.sync(holder.phone.deviceId));
    const now = passes?.find((pass) => pass.passId === holder.pass?.passId);
    if (now !== undefined) holder.pass = now;
  },
  async lost(cast, { phone, on }) {
    const { deviceId, calls, signIn } = holderOf(cast, phone).phone;
    if (!on) await signIn();
    heard(cast, await calls.setLost({ deviceId, lost: on }, oneCall()));
  },
  async change(cast, { phone, to }) {
    const holder = holderOf(cast, phone);
    if (holder.pass === undefined) return;
    heard(cast, await holder.phone.calls.changePass({ passId: holder.pass.passId, change: to }, oneCall()));
  },
  async carrier(cast, { card: named, habit }) {
    const card = cardOf(cast, named);
    cast.world.system.inbox?.setHabit(card.reservedMobile ?? card.mobile, habit);
  },
  async fault({ world }, { do: _, ...fault }) {
    world.faults.add(fault);
  },
  async lift({ world }) {
    world.faults.lift();
  },
  async advance({ world }, { minutes }) {
    world.clock.advance(minutes * MINUTE_MS);
  },
  async tapAgain(cast, { phone }) {
    const { pairing } = cast;
    if (pairing === undefined) return;
    const { wallet, tap } = holderOf(cast, phone).phone;
    heard(cast, await wallet.arm(holderOf(cast, phone).pass!, UNLOCK));
    await tap(cast.world.url, pairing.terminalId, pairing.code).catch(() => {});
    wallet.disarm();
    const till = httpCalls(acquirerTillApi, { baseUrl: `${cast.world.url}/acquirer` });
    cast.sale = heard(cast, await till.sale({ saleId: cast.sale!.saleId }, oneCall())) ?? cast.sale!;
  },
  async merchant({ world }, { do: _, ...change }) {
    const known = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    if (!(await world.system.acquirer!.setMerchant(FIRST_MERCHANT, known)))
      throw new RangeError("the first till has no merchant");
  },
  async settle(cast, { phone }) {
    const journeyId = holderOf(cast, phone).binding?.bindingId ?? "none";
    let held = -1;
    for (let same = 0; same < SETTLED_ROUNDS; ) {
      const now = (await cast.world.system.caseBook.holdings(journeyId)).flatMap(({ facts }) => facts).length;
      same = now === held ? same + 1 : 0;
      held = now;
      await new Promise((next) => setTimeout(next, SETTLE_STEP_MS));
    }
  },
  async untilHour({ world: { clock } }, { hour }) {
    const sinceMidnight = (clock.now() + CHINA_AHEAD_HOURS * HOUR_MS) % (24 * HOUR_MS);
    const wait = (hour * HOUR_MS - sinceMidnight + 24 * HOUR_MS) % (24 * HOUR_MS);
    if (sinceMidnight < hour * HOUR_MS || sinceMidnight >= (hour + 1) * HOUR_MS) clock.advance(wait);
  },
  async keyStore({ world }, { of, is }) {
    world.troubles.keyStore(of, is);
  },
  async bankClock({ world }, { aheadMinutes }) {
    world.troubles.clockAhead("issuer", aheadMinutes * MINUTE_MS);
  },
  async tokenNumbers({ world }, { left }) {
    const max = left === "none" ? { debit: 0, credit: 0 } : DEFAULT_POLICY.numbersMax;
    Object.assign(world.troubles.numbersMax, max);
  },
  async storage(cast, { phone, is }) {
    holderOf(cast, phone).phone.setStorageFull(is === "full");
  },
  async copy(cast, { phone, minor, times = 1 }) {
    const {
      pass,
      phone: { wallet },
    } = holderOf(cast, phone);
    for (let left = times; left > 0; left--) {
      if (pass === undefined || heard(cast, await wallet.arm(pass, UNLOCK)) === undefined) return;
      cast.copied = (await copyOf(wallet.applet, minor, cast.world.clock.now())) ?? cast.copied!;
      wallet.disarm();
    }
  },
  async useCopy(cast, { as, minor, number }) {
    const { copied } = cast;
    if (copied === undefined) throw new RangeError("nothing was copied");
    const { tokenPan, expiry } = copied;
    const card = as === "tap" ? copied : { tokenPan: number ?? tokenPan, expiry };
    const amount = { minor: BigInt(minor), currency: "156" } as const;
    cast.sale = await cast.world.system.acquirer!.purchase(FIRST_TILL, amount, card);
  },
  async terminal({ world }, { do: _, terminal = FIRST_TILL, ...change }) {
    const known = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    if (!(await world.system.acquirer!.setTerminal(terminal, known))) throw new RangeError("there is no such till");
  },
  async routes({ world }, { lack }) {
    world.troubles.loseRoute(lack);
  },
  async holder(cast, { phone, known }) {
    holderOf(cast, phone).phone.setHolderKnown(known);
  },
  async refund(cast, { minor, of }) {
    const saleId = of === "noSale" ? `sale-${oneCall().journeyId}` : cast.sale?.saleId;
    if (saleId === undefined) return;
    const till = httpCalls(acquirerTillApi, { baseUrl: `${cast.world.url}/acquirer` });
    const amount = { minor: String(minor), currency: "156" as const };
    cast.sale = heard(cast, await till.refund({ saleId, amount }, oneCall())) ?? cast.sale!;
  },
};
