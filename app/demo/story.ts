import type { SaleView } from "#contracts/acquirer-api";
import type { Words } from "#contracts/common";
import type { PassView } from "#contracts/wallet-api";
import { formatMoney } from "#protocol/money";
import { DEMO_CARDS, type DemoCard } from "#protocol/pan";
import { must } from "../headless/phone.ts";
import { type Application, cardIdOf, type Player } from "./play.ts";

export interface StoryResult {
  readonly bound: boolean;
  readonly approved: boolean;
  readonly refunded: boolean;
  readonly refusedAfterLoss: boolean;
}

export type SceneName = "bind" | "verify" | "tap" | "notice" | "refund" | "lost" | "refused";
/** Whom a scene asks: who is named when it fails and the messages do not say more. */
type Asked = "wallet" | "issuer" | "acquirer";

export interface Scene {
  readonly name: SceneName;
  readonly asked: Asked;
  readonly title: Words;
  /** What is about to happen. */
  readonly before: Words;
}

/** Who hears the story. */
export interface Listener {
  scene(scene: Scene): void;
  /** What came of it, after its messages. */
  after(words: Words): void;
  /** Waits until all messages of a step have passed. */
  quiet(): Promise<void>;
  /** Something the story is about has been reached. */
  reached(part: Partial<StoryResult>): void;
}

export interface StatementLine {
  readonly at: number;
  readonly text: string;
  readonly minor: string;
  readonly balanceMinor: string;
}

/** The cards that can be bound without a visit to the bank, in the order they are tried. */
const CARDS: readonly DemoCard[] = DEMO_CARDS.filter(({ status, openingMinor, creditLimitMinor }) => {
  return status === "active" && openingMinor + creditLimitMinor >= 100_00n;
});
const PRICE_MINOR = 25_80n;
const REFUND_MINOR = 10_00n;
const SECOND_PRICE_MINOR = 12_00n;

export class SceneFailed extends Error {
  readonly scene: Scene;
  constructor(scene: Scene, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.scene = scene;
  }
}

/**
 * Plays one card's story from binding to the refused tap, and reads the bank's statement.
 *
 * @throws {SceneFailed} from the scene that went wrong.
 */
export async function playStory(
  player: Player,
  listener: Listener,
): Promise<{ readonly statement: readonly StatementLine[] }> {
  const scene = async <T>(name: SceneName, before: Words, play: () => Promise<T>, after: (value: T) => Words) => {
    const told: Scene = { name, ...SCENES[name], before };
    listener.scene(told);
    try {
      const value = await play();
      await listener.quiet();
      listener.after(after(value));
      return value;
    } catch (error) {
      await listener.quiet();
      throw new SceneFailed(told, error);
    }
  };

  const application = await scene(
    "bind",
    {
      zh: "持卡人在手机上输入卡号。卡号在手机里就加密给令牌服务方，钱包服务器转发的是密文。",
      en: "The holder types the card number. The phone encrypts it to the token service: the wallet server forwards what it cannot read.",
    },
    () => applyForOne(player),
    ({ card, binding }) => ({
      zh: `银行认得这张卡和这位持卡人（${card.holderName}，尾号 ${binding.panSuffix}），但要先验证：向银行预留的手机号发短信。`,
      en: `The bank knows this card and its holder (${card.holderName}, ending ${binding.panSuffix}) and wants proof first: a text to the phone it has on file.`,
    }),
  );

  const pass = await scene(
    "verify",
    {
      zh: "银行生成六位验证码，只存散列；持卡人读短信、输入，验证码同样加密经过钱包服务器。",
      en: "The bank makes a six-digit code and keeps only its hash. The holder types it; it too passes the wallet server encrypted.",
    },
    () => verify(player, application),
    ({ token, isDefault }) => ({
      zh: `令牌已激活：手机里是设备卡号（尾号 ${token.tokenSuffix}）和一次性密钥，不是银行卡号（尾号 ${token.panSuffix}）。${isDefault ? "它是这台手机的默认卡。" : ""}`,
      en: `The token is active: the phone holds a device number (ending ${token.tokenSuffix}) and one-time keys, not the card's number (ending ${token.panSuffix}).${isDefault ? " It is this phone's default card." : ""}`,
    }),
  );

  listener.reached({ bound: pass.token.status === "active" });

  const sale = await scene(
    "tap",
    {
      zh: `示范咖啡，${yuan(PRICE_MINOR)}。验证指纹后靠近收银机：手机为这一笔算出一个密文，收银机送去授权。`,
      en: `Demo Cafe, ${yuan(PRICE_MINOR)}. After the finger the phone is held near: it computes a cryptogram for this payment alone, and the till asks for authorisation.`,
    },
    async () => approved(await player.pay(pass, PRICE_MINOR)),
    ({ words, rrn, tokenSuffix }) => ({
      zh: `收银机显示“${words.zh}”，参考号 ${rrn}。商户看到的卡号尾号是 ${tokenSuffix}：设备卡号。`,
      en: `The till shows "${words.en}", reference ${rrn}. The number the shop sees ends ${tokenSuffix}: the device number.`,
    }),
  );

  listener.reached({ approved: true });

  await scene(
    "notice",
    {
      zh: "银行记账的同一个事务里写下通知，经令牌服务方到钱包服务器，再到手机。",
      en: "The bank wrote the notice in the transaction that booked the money; it comes by the token service and the wallet server.",
    },
    async () => (await player.notices(1))[0]!,
    ({ amount, merchantName }) => ({
      zh: `手机通知：${merchantName}，支付 ${yuan(BigInt(amount.minor))}。`,
      en: `The phone shows: ${merchantName}, paid ${yuan(BigInt(amount.minor))}.`,
    }),
  );

  await scene(
    "refund",
    {
      zh: `商户退回其中 ${yuan(REFUND_MINOR)}。退款凭 F90 里原交易的关键字段找到那一笔，不再需要手机。`,
      en: `The shop gives back ${yuan(REFUND_MINOR)} of it. The refund names the sale by its key fields, in F90: no phone is needed.`,
    },
    async () => {
      const refund = approved(must(await player.refund(sale, REFUND_MINOR)));
      const notices = await player.notices(2);
      if (!notices.some(({ kind }) => kind === "refund")) throw new Error("no notice of the refund came");
      return refund;
    },
    ({ words }) => ({
      zh: `“${words.zh}”，手机也收到了退款通知。`,
      en: `"${words.en}", and the phone has the notice.`,
    }),
  );

  listener.reached({ refunded: (await player.sale(sale.saleId)).refundedMinor === `${REFUND_MINOR}` });

  await scene(
    "lost",
    {
      zh: "手机丢了。持卡人在别处打开丢失模式：这台手机的所有令牌立刻在令牌服务方暂停，手机在不在线都一样，实体卡照常使用。",
      en: "The phone is lost. Lost mode suspends all its tokens at the token service at once, whether it is online or not; the plastic card goes on working.",
    },
    async () => {
      await player.setLost(true);
      const suspended = (await player.passes()).every(({ token }) => token.status === "suspended");
      if (!suspended) throw new Error("a token is not suspended");
    },
    () => ({ zh: "令牌已暂停。", en: "The token is suspended." }),
  );

  await scene(
    "refused",
    {
      zh: "捡到手机的人把它靠近收银机。手机不知道自己丢了，照样算出密文。",
      en: "Whoever found it holds it near a till. The phone does not know that it is lost and computes its cryptogram.",
    },
    async () => {
      const tried = await player.pay(pass, SECOND_PRICE_MINOR);
      if (tried.state !== "declined") throw new Error(`the till says ${tried.state}: ${tried.words.en}`);
      return tried;
    },
    ({ words, responseCode }) => ({
      zh: `拒绝，应答码 ${responseCode}：“${words.zh}”。令牌服务方拦下了它，请求没有到达银行。`,
      en: `Declined, code ${responseCode}: "${words.en}". The token service stopped it; the bank never saw the request.`,
    }),
  );

  listener.reached({ refusedAfterLoss: true });
  const { lines } = must(await player.bank.statement({ cardId: cardIdOf(application.card) }, player.context()));
  return { statement: lines };
}

const SCENES: Readonly<Record<SceneName, { readonly title: Words; readonly asked: Asked }>> = {
  bind: { title: { zh: "绑卡", en: "Bind" }, asked: "wallet" },
  verify: { title: { zh: "验证", en: "Verify" }, asked: "wallet" },
  tap: { title: { zh: "支付", en: "Tap" }, asked: "acquirer" },
  notice: { title: { zh: "通知", en: "Notice" }, asked: "wallet" },
  refund: { title: { zh: "退款", en: "Refund" }, asked: "acquirer" },
  lost: { title: { zh: "丢失模式", en: "Lost mode" }, asked: "wallet" },
  refused: { title: { zh: "丢失后的支付", en: "A tap after the loss" }, asked: "acquirer" },
};

/** In a system that others use, a card may be another wallet account's: then the next one. */
async function applyForOne(player: Player): Promise<Application> {
  let reason = "no card";
  for (const card of CARDS) {
    const application = await player.apply(card);
    if (application.binding.stage === "awaitingVerification") return application;
    reason = application.binding.causes.join(", ") || application.binding.stage;
    if (!application.binding.causes.includes("boundElsewhere")) break;
  }
  throw new Error(`the bank says ${reason}`);
}

async function verify(player: Player, application: Application): Promise<PassView> {
  const { outcome } = await player.enterCode(application, must(await player.sendCode(application)));
  if (outcome !== "passed") throw new Error(`the code: ${outcome}`);
  return player.collect(application);
}

function approved(sale: SaleView): SaleView {
  if (sale.state !== "approved")
    throw new Error(`${sale.kind}: ${sale.state} ${sale.responseCode ?? ""}, ${sale.words.en}`);
  return sale;
}

const yuan = (minor: bigint) => formatMoney({ minor, currency: "156" });
