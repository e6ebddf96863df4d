import type { Words } from "#contracts/common";
import type { Board } from "./board.ts";
import type { Counter } from "./counter.ts";

/** A situation that is set up on the visitor's own stage; what then happens is up to him. */
export interface Story {
  readonly id: string;
  /** As its holder would say it. */
  readonly symptom: Words;
  /** What to do now. */
  readonly line: Words;
  set(on: { readonly board: Board; readonly counter: Counter }): Promise<void>;
}

const OTHER_PHONE = "13900139000";

export const STORIES: readonly Story[] = [
  {
    id: "reservedPhone",
    symptom: { zh: "“预留手机号不符”，卡加不上", en: "“Reserved phone differs”: the card is not added" },
    line: {
      zh: "银行给陈静（尾号 0066）登记的是另一个手机号。用演示卡“陈静”加卡，手机会给出案件号；让坐席查询并修好，看旅程自己继续。",
      en: "The bank has another phone for Chen Jing (0066). Add the demo card 陈静: the phone gives a case code. Have the agent open and repair it, and watch the journey go on by itself.",
    },
    async set({ counter }) {
      await counter.look("0066");
      await counter.change({ kind: "phone", to: OTHER_PHONE });
    },
  },
  {
    id: "bankAway",
    symptom: { zh: "付款被拒，卡却没问题", en: "Declined, though nothing is wrong with the card" },
    line: {
      zh: "转接网络到发卡银行的线断了。付一笔款，看手机怎么说；接好之后再付。",
      en: "The line from network to bank is cut. Pay, and read what the phone says; mend it and pay again.",
    },
    set: ({ board }) => board.harm("networkIssuer", "cut"),
  },
  {
    id: "answerLost",
    symptom: { zh: "收银台等不到结果，会不会扣两次钱？", en: "The till gets no answer. Was money taken twice?" },
    line: {
      zh: "网络给收单方的应答全丢了。付一笔款：银行已经记账，然后冲正。看“什么都没有做两次”。",
      en: "Every answer from network to acquirer gets lost. Pay: the bank books it, then it is reversed. See “Nothing was done twice”.",
    },
    set: ({ board }) => board.harm("acquirerNetwork", "loseAnswers"),
  },
  {
    id: "bankSilent",
    symptom: { zh: "加卡停在“发卡银行还没有应答”", en: "Adding a card stays at “your bank has not answered”" },
    line: {
      zh: "令牌服务方到银行的线断了。加一张卡，同意条款后它会等；接好线，它自己继续。",
      en: "The line from token service to bank is cut. Add a card: after the terms it waits. Mend the line and it goes on by itself.",
    },
    set: ({ board }) => board.harm("tspIssuer", "cut"),
  },
  {
    id: "tornTap",
    symptom: { zh: "手机移开太早", en: "The phone was taken away too early" },
    line: {
      zh: "终端的感应区会丢掉手机的应答。付一笔款，看收银台和手机各怎么说。",
      en: "The terminal's field loses the phone's answers. Pay, and see what till and phone say.",
    },
    set: ({ board }) => board.harm("field", "loseAnswers"),
  },
  {
    id: "lostCard",
    symptom: { zh: "昨天还能用，今天不行了", en: "It worked yesterday, and does not today" },
    line: {
      zh: "张伟（尾号 0017）的卡刚在银行挂失。用它付款或添加它，再请坐席解挂。",
      en: "The card of Zhang Wei (0017) has just been reported lost. Pay with it or add it, then have the agent lift it.",
    },
    async set({ counter }) {
      await counter.look("0017");
      await counter.change({ kind: "reportLost" });
    },
  },
];
