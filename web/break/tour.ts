import type { Words } from "#contracts/common";
import { createStore, type Store } from "../store.ts";
import { TEXT } from "../text/words.ts";

/** What the tour sees of the page. */
export interface TourView {
  readonly signedIn: boolean;
  readonly cards: number;
  readonly adding: boolean;
  readonly formFilled: boolean;
  readonly cut: boolean;
  /** The till waits for a phone. */
  readonly charging: boolean;
  /** The last payment on the phone's screen. */
  readonly payment: "none" | "open" | "approved" | "troubled";
}

/**
 * What to press: something of this page by its mark, or a button by what is written on it. `tab`: where it is, when that
 * part is not shown.
 */
export type Target = ({ readonly mark: string } | { readonly says: Words } | { readonly like: RegExp }) & {
  readonly tab?: "phone" | "till" | "map";
  readonly when?: (now: TourView) => boolean;
};

export interface TourStep {
  readonly id: string;
  readonly title: Words;
  readonly text: Words;
  /** The first of them that is there and can be pressed. */
  readonly targets: readonly Target[];
  /** Done by what the visitor did. Absent: he says that he has read it. */
  done?(now: TourView): boolean;
}

const w = (zh: string, en: string): Words => ({ zh, en });
const PAYING: readonly Target[] = [
  { mark: "quick", tab: "till", when: ({ charging }) => !charging },
  // Why the last one failed is still on the phone.
  { says: TEXT.close, tab: "phone", when: ({ payment }) => payment === "troubled" },
  { like: /^(用尾号 \d{4} 付款|Pay with card ending \d{4})$/, tab: "phone" },
];

export const TOUR_STEPS: readonly TourStep[] = [
  {
    id: "begin",
    title: w("先要一部手机", "First, a phone"),
    text: w("这里有一部真正运行的钱包。先创建通行密钥。", "Here runs a real wallet. Create a passkey to begin."),
    targets: [{ says: TEXT.welcome.begin }, { says: TEXT.welcome.signIn, tab: "phone" }],
    done: ({ signedIn }) => signedIn,
  },
  {
    id: "bind",
    title: w("绑一张卡", "Bind a card"),
    text: w(
      "抄下恢复码，选演示卡“张伟”，一路按下去。看连线：消息从手机走到银行，再走回来。",
      "Note the recovery codes, take the demo card 张伟 and press on. Watch the cables: messages run from the phone to the bank and back.",
    ),
    targets: [
      { says: TEXT.recovery.noted },
      { says: TEXT.done },
      { says: TEXT.add.notNow },
      { like: /^(来自短信|From Messages)/ },
      { says: TEXT.add.sendCode },
      { says: TEXT.add.chooseThis },
      { says: TEXT.add.agree },
      { says: TEXT.next, when: ({ formFilled }) => formFilled },
      { like: /张伟/ },
      { like: /^(借记卡或信用卡|Debit or credit card)/ },
      { says: TEXT.wallet.add, tab: "phone" },
    ],
    done: ({ cards, adding }) => cards > 0 && !adding,
  },
  {
    id: "pay",
    title: w("付一笔款", "Pay"),
    text: w(
      "收银台收 ¥12.34，手机按“付款”。付款走下面一排，再由令牌服务方换出真实卡号。",
      "The till charges ¥12.34; press Pay on the phone. The payment runs along the lower row, and the token service swaps in the real number.",
    ),
    targets: PAYING,
    done: ({ payment }) => payment === "approved",
  },
  {
    id: "cut",
    title: w("现在弄坏它", "Now break it"),
    text: w("点“转接网络到发卡银行”的线，剪断它。", "Press the cable between network and bank, and cut it."),
    targets: [{ mark: "harm-cut" }, { mark: "cable-networkIssuer", tab: "map" }],
    done: ({ cut }) => cut,
  },
  {
    id: "fail",
    title: w("再付一次", "Pay once more"),
    text: w(
      "同样的钱、同样的卡。银行根本看不到这一笔，所以不会有通知；手机自己去问。",
      "The same amount, the same card. The bank never sees this one, so no notice will come: the phone asks by itself.",
    ),
    targets: PAYING,
    done: ({ payment }) => payment === "troubled",
  },
  {
    id: "read",
    title: w("手机说出了原因", "The phone names it"),
    text: w(
      "停在哪里、由谁处理、怎么办、何时再试，还有案件号。坐席凭案件号看到同一件事。",
      "Where it stopped, who must act, what to do, when to try again, and a case code by which the agent sees the same.",
    ),
    targets: [{ mark: "phone", tab: "phone" }],
  },
  {
    id: "mend",
    title: w("修好它", "Repair it"),
    text: w("接好那根线，或者按“全部复原”。", "Mend the cable, or press “All well again”."),
    targets: [{ mark: "mend" }, { mark: "all-well", tab: "map" }],
    done: ({ cut }) => !cut,
  },
  {
    id: "again",
    title: w("再付就成了", "Now it pays"),
    text: w("再收一次款，关掉手机上的说明，再付。", "Charge again, put the phone's note away, and pay."),
    targets: PAYING,
    done: ({ payment }) => payment === "approved",
  },
  {
    id: "proof",
    title: w("什么都没有做两次", "Nothing was done twice"),
    text: w(
      "按银行自己的账本：离开账户的钱，正好是收银台收的钱。更多玩法在“场景”里。",
      "By the bank's own books: what left the account is what the till took. There is more under “Scenes”.",
    ),
    targets: [{ mark: "proof", tab: "map" }],
  },
];

export interface Tour {
  /** Absent: no tour is under way. */
  readonly at: Store<number | undefined>;
  start(): void;
  next(): void;
  leave(): void;
  /** Goes on past what is done already. */
  look(now: TourView): void;
}

export function createTour(steps: readonly TourStep[] = TOUR_STEPS): Tour {
  const at = createStore<number | undefined>(undefined);
  const next = () => {
    const now = at.get();
    if (now !== undefined) at.set(now + 1 < steps.length ? now + 1 : undefined);
  };
  return {
    at,
    next,
    start: () => at.set(0),
    leave: () => at.set(undefined),
    look(now) {
      const index = at.get();
      if (index !== undefined && steps[index]?.done?.(now) === true) next();
    },
  };
}
