import { acquirerTillApi, type SaleView } from "#contracts/acquirer-api";
import type { CardData } from "#contracts/common";
import { issuerDeskApi } from "#contracts/issuer-api";
import type { CallContext } from "#contracts/operation";
import type { PassView } from "#contracts/wallet-api";
import { httpCalls } from "#platform/calls";
import { systemRandom } from "#platform/random";
import type { DemoCard } from "#protocol/pan";
import { type HeadlessPhone, must, openHeadlessPhone } from "../headless/phone.ts";

/** Where the faces are: one address in one process, several when the parties run apart. */
export interface Faces {
  readonly origin: string;
  readonly wallet: string;
  readonly acquirer: string;
  readonly issuer: string;
}

/** One step of the story, told as it happens. */
export type Scene = "bind" | "verify" | "tap" | "notice" | "refund" | "lost" | "refused";

export interface Player {
  readonly phone: HeadlessPhone;
  bind(card: DemoCard): Promise<PassView>;
  pay(pass: PassView, minor: bigint, terminalId?: string): Promise<SaleView>;
  refund(sale: SaleView, minor: bigint): Promise<SaleView>;
  voidSale(sale: SaleView): Promise<SaleView>;
  /** The holder's notices once at least `count` have come. */
  notices(count: number): Promise<readonly { kind: string; minor: string }[]>;
  setLost(lost: boolean): Promise<void>;
  balanceOf(cardId: string): Promise<bigint>;
  audit(): Promise<{ readonly balanced: boolean; readonly postings: number; readonly openHolds: number }>;
}

const UNLOCK = new Uint8Array(32);
const WAIT_STEP_MS = 25;
const WAIT_STEPS = 400;

/** A holder with a headless phone, a shop and a look into the bank, all through the same doors the pages use. */
export async function openPlayer(
  faces: Faces,
  folder: string,
  keySource: "hce" | "secureElement" = "hce",
): Promise<Player> {
  const phone = await openHeadlessPhone({
    origin: faces.origin,
    walletUrl: faces.wallet,
    folder,
    name: "演示手机",
    keySource,
  });
  const till = httpCalls(acquirerTillApi, { baseUrl: `${faces.acquirer}/acquirer` });
  const desk = httpCalls(issuerDeskApi, { baseUrl: `${faces.issuer}/issuer` });
  const { wallet, calls, deviceId } = phone;
  const context = (): CallContext => ({ journeyId: systemRandom.uuid(), idempotencyKey: systemRandom.uuid() });

  async function newestCode(mobile: string, after: number): Promise<string> {
    for (let step = 0; step < WAIT_STEPS; step++) {
      const { messages } = (await (await fetch(`${faces.issuer}/demo/v1/inbox`)).json()) as {
        messages: { toMobile: string; text: string; at: number }[];
      };
      const code = messages
        .find((message) => message.toMobile === mobile && message.at >= after)
        ?.text.match(/\d{6}/)?.[0];
      if (code !== undefined) return code;
      await new Promise((next) => setTimeout(next, WAIT_STEP_MS));
    }
    throw new Error("the text message never came");
  }

  return {
    phone,
    async bind(card) {
      const started = must(await wallet.startBinding(deviceId, "zh"));
      const { bindingId } = started.binding;
      const data: CardData = {
        pan: card.pan,
        holderName: card.holderName,
        mobile: card.mobile,
        ...(card.kind === "credit" ? { expiry: card.expiry, cvn2: card.cvn2 } : {}),
      };
      const found = must(await wallet.submitCard(bindingId, started.cardKey, data));
      const decided = must(
        await calls.acceptTerms({ bindingId, version: found.terms!.version, language: "zh" }, context()),
      );
      if (decided.stage !== "awaitingVerification") throw new Error(`refused: ${decided.reason ?? decided.stage}`);
      const before = decided.startedAt;
      must(await calls.sendCode({ bindingId, methodId: decided.methods[0]!.methodId, language: "zh" }, context()));
      const checked = must(await wallet.submitCode(bindingId, started.cardKey, await newestCode(card.mobile, before)));
      if (checked.result.outcome !== "passed") throw new Error(`code: ${checked.result.outcome}`);
      const { passes } = must(await calls.passes({ deviceId }, context()));
      return must(await wallet.provision(passes.find((pass) => pass.passId === checked.binding.passId)!));
    },
    async pay(pass, minor, terminalId = "T0000001") {
      const { passes } = must(await calls.passes({ deviceId }, context()));
      const current = passes.find((one) => one.passId === pass.passId) ?? pass;
      const { sale, pairingCode } = must(
        await till.startSale({ terminalId, amount: { minor: `${minor}`, currency: "156" } }, context()),
      );
      // A lost phone does not know it yet: it pays as it always did, and the TSP refuses.
      must(await wallet.arm({ ...current, token: { ...current.token, status: "active" } }, UNLOCK));
      await phone.tap(faces.acquirer, terminalId, pairingCode);
      wallet.disarm();
      if (current.token.status === "active") must(await wallet.refill(current));
      return must(await till.sale({ saleId: sale.saleId }, context()));
    },
    refund: async (sale, minor) =>
      must(await till.refund({ saleId: sale.saleId, amount: { minor: `${minor}`, currency: "156" } }, context())),
    voidSale: async (sale) => must(await till.voidSale({ saleId: sale.saleId }, context())),
    async notices(count) {
      for (let step = 0; ; step++) {
        const { notices } = must(await calls.notices({ deviceId }, context()));
        if (notices.length >= count || step === WAIT_STEPS)
          return notices.map(({ notice }) => ({ kind: notice.kind, minor: notice.amount.minor }));
        await new Promise((next) => setTimeout(next, WAIT_STEP_MS));
      }
    },
    async setLost(lost) {
      must(await calls.setLost({ deviceId, lost }, context()));
    },
    async balanceOf(cardId) {
      const { accounts } = must(await desk.accounts({}, context()));
      return BigInt(accounts.find((account) => account.cardId === cardId)!.availableMinor);
    },
    async audit() {
      const audit = must(await desk.audit({}, context()));
      return {
        balanced: audit.entriesSumMinor === "0" && audit.accountsAgree,
        postings: audit.postings,
        openHolds: audit.openHolds,
      };
    },
  };
}
