import { type AcquirerTillApi, acquirerTillApi, type SaleView } from "#contracts/acquirer-api";
import type { CardData, CodeOutcome, PaymentNotice } from "#contracts/common";
import { type BankViewApi, bankViewApi } from "#contracts/desk-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { PublicJwk } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { BindingView, PassView } from "#contracts/wallet-api";
import { httpCalls } from "#platform/calls";
import { systemRandom } from "#platform/random";
import { ok, type Result } from "#protocol/bytes";
import type { DemoCard } from "#protocol/pan";
import { type HeadlessPhone, must, openHeadlessPhone, type PhoneOptions } from "../headless/phone.ts";

/** Where the faces are: one address in one process, several when the parties run apart. */
export interface Faces {
  readonly origin: string;
  readonly wallet: string;
  readonly acquirer: string;
  readonly issuer: string;
}

/** A card that somebody asked to bind, and how far that has come. */
export interface Application {
  readonly card: DemoCard;
  readonly cardKey: PublicJwk;
  readonly binding: BindingView;
}

/** A holder with a headless phone, a shop and a look into the bank, all through the same doors the pages use. */
export interface Player {
  readonly phone: HeadlessPhone;
  readonly till: Calls<AcquirerTillApi>;
  readonly bank: Calls<BankViewApi>;
  /** A context for one call that changes something. */
  context(): CallContext;
  /** Types a card in and accepts the terms; the bank has decided when this resolves. */
  apply(card: DemoCard, typed?: Partial<CardData>): Promise<Application>;
  /** Has the bank send a code, and reads it on the holder's phone. */
  sendCode(application: Application): Promise<Result<string, Problem>>;
  enterCode(application: Application, code: string): Promise<CodeOutcome>;
  /** Fetches the card of an application that has passed. */
  collect(application: Application): Promise<PassView>;
  /** All of the above, for a card that is bound without trouble. */
  bind(card: DemoCard): Promise<PassView>;
  passes(): Promise<readonly PassView[]>;
  startSale(minor: bigint, terminalId?: string): Promise<{ readonly sale: SaleView; readonly pairingCode: string }>;
  /** Holds the phone to a till that waits. A phone pays although its token is suspended: it need not know that yet. */
  tap(pass: PassView, waiting: { readonly sale: SaleView; readonly pairingCode: string }): Promise<SaleView>;
  pay(pass: PassView, minor: bigint, terminalId?: string): Promise<SaleView>;
  sale(saleId: string): Promise<SaleView>;
  refund(sale: SaleView, minor: bigint): Promise<Result<SaleView, Problem>>;
  voidSale(sale: SaleView): Promise<Result<SaleView, Problem>>;
  /** The holder's notices, newest first, once at least `count` have come. */
  notices(count: number): Promise<readonly PaymentNotice[]>;
  setLost(lost: boolean): Promise<void>;
  /** Deletes the cards of the phone, and the phone with them. */
  wipe(): Promise<void>;
  /** What the holder of a demo card can spend, minor units. */
  availableMinor(card: DemoCard): Promise<bigint>;
}

export const FIRST_TILL = "T0000001";
const UNLOCK = new Uint8Array(32);
const WAIT_STEP_MS = 20;
const WAIT_STEPS = 500;

export async function openPlayer(
  faces: Faces,
  phoneOptions: Omit<PhoneOptions, "origin" | "walletUrl">,
): Promise<Player> {
  const { origin, wallet: walletUrl } = faces;
  const phone = await openHeadlessPhone({ ...phoneOptions, origin, walletUrl });
  const till = httpCalls(acquirerTillApi, { baseUrl: `${faces.acquirer}/acquirer` });
  const bank = httpCalls(bankViewApi, { baseUrl: `${faces.issuer}/demo/bank` });
  const { wallet, calls, deviceId } = phone;
  const context = (): CallContext => ({ journeyId: systemRandom.uuid(), idempotencyKey: systemRandom.uuid() });
  const amount = (minor: bigint) => ({ minor: `${minor}`, currency: "156" as const });

  async function textsTo(mobile: string): Promise<readonly { readonly id: string; readonly text: string }[]> {
    const { messages } = (await (await fetch(`${faces.issuer}/demo/v1/inbox`)).json()) as {
      messages: { id: string; toMobile: string; text: string }[];
    };
    return messages.filter((message) => message.toMobile === mobile);
  }

  const player: Player = {
    phone,
    till,
    bank,
    context,
    async apply(card, typed = {}) {
      const { binding, cardKey } = must(await wallet.startBinding(deviceId, "zh"));
      const { bindingId } = binding;
      const found = must(
        await wallet.submitCard(bindingId, cardKey, {
          pan: card.pan,
          holderName: card.holderName,
          mobile: card.mobile,
          ...(card.kind === "credit" ? { expiry: card.expiry, cvn2: card.cvn2 } : {}),
          ...typed,
        }),
      );
      const decided = await calls.acceptTerms({ bindingId, version: found.terms!.version, language: "zh" }, context());
      return { card, cardKey, binding: must(decided) };
    },
    async sendCode({ card, binding }) {
      const { bindingId, methods } = binding;
      const before = new Set((await textsTo(card.mobile)).map((text) => text.id));
      const sent = await calls.sendCode({ bindingId, methodId: methods[0]!.methodId, language: "zh" }, context());
      if (!sent.ok) return sent;
      const newest = await eventually(async () => (await textsTo(card.mobile)).find((text) => !before.has(text.id)));
      const code = newest?.text.match(/\d{6}/)?.[0];
      if (code === undefined) throw new Error("the text message with the code never came");
      return ok(code);
    },
    async enterCode({ binding, cardKey }, code) {
      return must(await wallet.submitCode(binding.bindingId, cardKey, code)).result;
    },
    async collect({ binding }) {
      const { passId } = must(await calls.binding({ bindingId: binding.bindingId }, context()));
      return must(await wallet.provision((await player.passes()).find((pass) => pass.passId === passId)!));
    },
    async bind(card) {
      const application = await player.apply(card);
      const { stage, causes } = application.binding;
      if (stage === "awaitingVerification") {
        const { outcome } = await player.enterCode(application, must(await player.sendCode(application)));
        if (outcome !== "passed") throw new Error(`the code: ${outcome}`);
      } else if (stage !== "active") throw new Error(`refused: ${causes.join(", ") || stage}`);
      return player.collect(application);
    },
    passes: async () => must(await calls.passes({ deviceId }, context())).passes,
    startSale: async (minor, terminalId = FIRST_TILL) =>
      must(await till.startSale({ terminalId, amount: amount(minor) }, context())),
    async tap(pass, { sale, pairingCode }) {
      must(await wallet.arm({ ...pass, token: { ...pass.token, status: "active" } }, UNLOCK));
      await phone.tap(faces.acquirer, sale.terminalId, pairingCode);
      wallet.disarm();
      // Only an active token gets more keys; whoever taps without one finds out at the till.
      await wallet.refill(pass);
      return player.sale(sale.saleId);
    },
    pay: async (pass, minor, terminalId) => player.tap(pass, await player.startSale(minor, terminalId)),
    sale: async (saleId) => must(await till.sale({ saleId }, context())),
    refund: ({ saleId }, minor) => till.refund({ saleId, amount: amount(minor) }, context()),
    voidSale: ({ saleId }) => till.voidSale({ saleId }, context()),
    async notices(count) {
      const enough = await eventually(async () => {
        const { notices } = must(await calls.notices({ deviceId }, context()));
        return notices.length >= count ? notices.map(({ notice }) => notice) : undefined;
      });
      if (enough === undefined) throw new Error("the notice never came");
      return enough;
    },
    async setLost(lost) {
      // Whoever has the lost phone has its session: only its holder can sign in by passkey.
      if (!lost) await phone.signIn();
      must(await calls.setLost({ deviceId, lost }, context()));
    },
    async wipe() {
      must(await calls.wipeDevice({ deviceId }, context()));
      await wallet.follow(await player.passes());
    },
    async availableMinor(card) {
      const { accounts } = must(await bank.accounts({}, context()));
      return BigInt(accounts.find((account) => account.cardId === cardIdOf(card))!.availableMinor);
    },
  };
  return player;
}

/** The demo bank's own name for a printed card. */
export function cardIdOf(card: DemoCard): string {
  return `card-${card.id}`;
}

/** Asks until there is an answer; undefined when it never comes. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let step = 0; step < WAIT_STEPS; step++) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((next) => setTimeout(next, WAIT_STEP_MS));
  }
  return undefined;
}
