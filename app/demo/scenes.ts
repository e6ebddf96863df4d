import type { Words } from "#contracts/common";
import type { FindingView } from "#contracts/facts";
import type { BindingView } from "#contracts/wallet-api";
import type { Cause } from "#protocol/diagnosis";
import { freshCards } from "../sandbox/cards.ts";
import { type Holder, refresh } from "../sandbox/holder.ts";
import { setStage } from "../sandbox/run.ts";
import { type Cast, PLAYS } from "../sandbox/steps.ts";
import type { SandboxWorld } from "../sandbox/world.ts";
import { eventually } from "./play.ts";

/** The three failures that people meet most, each with its way out. */
export const SCENE_NAMES = ["phone-mismatch", "bound-elsewhere", "bank-silent"] as const;
export type FailureScene = (typeof SCENE_NAMES)[number];

/** Who hears a scene. */
export interface SceneListener {
  says(words: Words): void;
  /** What the holder is told of what stopped it. */
  found(finding: FindingView): void;
}

const MINUTE_MS = 60_000;

/** @throws {Error} where the scene comes out otherwise than told. */
export async function playFailure(name: FailureScene, world: SandboxWorld, listener: SceneListener): Promise<void> {
  const told = SCENES[name];
  const cast = await setStage(world, told, freshCards());
  try {
    await told.play(cast, listener);
  } finally {
    world.faults.lift();
    for (const { phone } of cast.phones.values()) phone.close();
  }
}

interface Told {
  readonly cards: Parameters<typeof setStage>[1]["cards"];
  readonly phones: Parameters<typeof setStage>[1]["phones"];
  play(cast: Cast, listener: SceneListener): Promise<void>;
}

const SCENES: Readonly<Record<FailureScene, Told>> = {
  "phone-mismatch": {
    cards: { main: { like: "zhao" } },
    phones: { phone: {} },
    async play(cast, { says, found }) {
      const [holder] = cast.phones.values() as IterableIterator<Holder>;
      says({
        zh: "持卡人换了手机号，银行预留的还是旧号。他在手机上添加银行卡。",
        en: "The holder has a new number; the bank still has the old one reserved. He adds the card to his phone.",
      });
      await PLAYS.bind(cast, { do: "bind" });
      found(await findingOf(cast, holder!, "reservedPhoneMismatch"));
      says({
        zh: "他先把手机银行换到新手机上登录，再试一次。预留手机号没有变，仍然不行。",
        en: "First he moves e-banking to the new phone and tries again. The reserved phone has not changed: it does not help.",
      });
      await PLAYS.bankApp(cast, { do: "bankApp", action: "enrol" });
      await PLAYS.resume(cast, { do: "resume" });
      found(await findingOf(cast, holder!, "reservedPhoneMismatch"));
      says({
        zh: "他携证件到网点，柜员核对证件后修改预留手机号。不用重新添加。",
        en: "He goes to a branch with his document; the teller changes the reserved phone. Nothing is added anew.",
      });
      await PLAYS.desk(cast, { do: "desk", operation: "changeReservedPhone", by: "teller" });
      // From now on the bank's texts come to the number in his hand.
      const { reservedMobile: _, ...card } = holder!.card!;
      holder!.card = card;
      // The bank tells of the cure, and the journey goes on without its holder.
      const { methods } = await reaches(holder!, "awaitingVerification");
      const sentTo = methods.find(({ kind }) => kind === "smsCode")?.sentTo ?? "";
      says({
        zh: `手机得知后自己继续，已到验证这一步：验证码将发到 ${sentTo}。`,
        en: `The phone hears of it and goes on by itself, up to the code: it will go to ${sentTo}.`,
      });
      await verified(cast, holder!, "phone");
      says(ADDED);
    },
  },

  "bound-elsewhere": {
    cards: { main: { like: "zhang" } },
    phones: { old: {}, new: {} },
    async play(cast, { says, found }) {
      const holder = cast.phones.get("new")!;
      says({
        zh: "这张卡已经绑在旧手机上另一个钱包账户里。持卡人在新手机上添加它。",
        en: "The card is bound on an old phone, in another wallet account. The holder adds it on a new one.",
      });
      await PLAYS.hold(cast, { do: "hold", phone: "old", cards: ["main"] });
      await PLAYS.bind(cast, { do: "bind", phone: "new" });
      found(await findingOf(cast, holder, "boundElsewhere"));
      says({
        zh: "他在旧手机上移除这张卡。新手机不用再点什么，自己继续。",
        en: "He removes the card on the old phone. The new one goes on by itself, without a tap.",
      });
      await PLAYS.change(cast, { do: "change", phone: "old", to: "delete" });
      await reaches(holder, "awaitingVerification");
      await verified(cast, holder, "new");
      says(ADDED);
    },
  },

  "bank-silent": {
    cards: { main: { like: "zhang" } },
    phones: { phone: {} },
    async play(cast, { says, found }) {
      const { faults, clock, system } = cast.world;
      const [holder] = cast.phones.values() as IterableIterator<Holder>;
      says({
        zh: "持卡人添加银行卡。银行作了决定，但应答丢在路上，随后线路中断。",
        en: "The holder adds a card. The bank decides, its answer is lost on the way, and then the line is cut.",
      });
      faults.add({ edge: "tspToIssuer", operation: "decideBinding", does: "dropAnswer", times: 1 });
      await PLAYS.bind(cast, { do: "bind" });
      faults.add({ edge: "tspToIssuer", does: "cut" });
      const waiting = await reaches(holder!, "awaitingBank");
      if (waiting.waitingFor === undefined) throw new Error("nobody is waited for");
      says({
        zh: "您的银行还没有应答。不用做什么，钱包会自己继续。",
        en: "Your bank has not answered yet. There is nothing to do: the wallet goes on by itself.",
      });
      found(await findingOf(cast, holder!, "answerLost"));
      clock.advance(MINUTE_MS);
      says({ zh: "线路恢复。", en: "The line is back." });
      faults.lift();
      clock.advance(MINUTE_MS);
      await reaches(holder!, "awaitingVerification");
      says({
        zh: "钱包取回了银行的决定，已到验证这一步。",
        en: "The wallet has fetched the bank's decision: now the code.",
      });
      await verified(cast, holder!, "phone");
      const held = await system.caseBook.holdings(holder!.binding!.bindingId);
      const count = (party: string, code: string) =>
        held.filter((one) => one.party === party).flatMap(({ facts }) => facts.filter((fact) => fact.code === code))
          .length;
      const texts = system.inbox!.list().filter(({ toMobile }) => toMobile === holder!.card!.mobile).length;
      const done = { decisions: count("issuer", "bankDecided"), tokens: count("tsp", "tokenIssued"), texts };
      if (Object.values(done).some((times) => times !== 1)) throw new Error(`done twice: ${JSON.stringify(done)}`);
      says({
        zh: "没有任何事做了两次：一个决定，一个设备卡号，一条短信。",
        en: "Nothing was done twice: one decision, one token, one text message.",
      });
      says(ADDED);
    },
  },
};

const ADDED: Words = { zh: "验证码正确，卡已添加。", en: "The code was right: the card is added." };

/** The finding, once notices have arrived that make it. */
async function findingOf(cast: Cast, holder: Holder, cause: Cause): Promise<FindingView> {
  const journeyId = holder.binding!.bindingId;
  let last = "nothing";
  const finding = await eventually(async () => {
    const answer = await cast.world.system.caseBook.explain({ journeyId }, "holder");
    if (!answer.ok) return undefined;
    last = answer.value.cause ?? answer.value.certainty;
    return answer.value.cause === cause && answer.value.certainty !== "unclear" ? answer.value : undefined;
  });
  if (finding === undefined) throw new Error(`found ${last}, not ${cause}`);
  const caseCode = (await refresh(holder))?.caseCode;
  return caseCode === undefined ? finding : { ...finding, caseCode };
}

async function reaches(holder: Holder, stage: BindingView["stage"]): Promise<BindingView> {
  const view = await eventually(async () => {
    const now = await refresh(holder);
    return now?.stage === stage ? now : undefined;
  });
  if (view === undefined) throw new Error(`the journey stands at ${holder.binding?.stage}, not at ${stage}`);
  return view;
}

async function verified(cast: Cast, holder: Holder, phone: string): Promise<void> {
  await PLAYS.chooseMethod(cast, { do: "chooseMethod", phone, kind: "smsCode" });
  await PLAYS.sendCode(cast, { do: "sendCode", phone });
  await PLAYS.enterCode(cast, { do: "enterCode", phone, code: "right" });
  await PLAYS.collect(cast, { do: "collect", phone });
  if (holder.pass?.token.status !== "active") throw new Error("the card is not active");
}
