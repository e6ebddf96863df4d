/// <reference lib="WebWorker" />
import * as v from "valibot";
import type { Words } from "#contracts/common";
import { PushMessage } from "#contracts/push";
import { formatMoney } from "#protocol/money";

const HOME = "/wallet";
const KINDS: Readonly<Record<PushMessage["kind"], Words>> = {
  payment: { zh: "付款成功", en: "Paid" },
  refund: { zh: "退款到账", en: "Refunded" },
  reversal: { zh: "已冲正，未扣款", en: "Reversed, no money moved" },
  declined: { zh: "付款未成功", en: "Declined" },
};
const CARD = { zh: "尾号", en: "card ending" } as const;
const NEWS: Words = { zh: "有新的通知", en: "There is news" };

/** Shows the notice of a payment while the wallet is closed, and opens the wallet when it is touched. */
export function answerPushes(worker: ServiceWorkerGlobalScope): void {
  worker.addEventListener("push", (event) => event.waitUntil(tell(worker, messageOf(event.data))));
  worker.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(openWallet(worker));
  });
}

function messageOf(data: PushMessageData | null): PushMessage | undefined {
  try {
    const read = v.safeParse(PushMessage, data?.json());
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

async function tell(worker: ServiceWorkerGlobalScope, message: PushMessage | undefined): Promise<void> {
  const windows = await worker.clients.matchAll({ type: "window" });
  // Whoever looks at the wallet sees the notice there.
  if (windows.some((client) => client.visibilityState === "visible")) return;
  const look = { icon: "/icons/192.png", badge: "/icons/badge-96.png" };
  // A browser wants every push to be seen, also one that this version does not understand.
  if (message === undefined) return worker.registration.showNotification(NEWS.zh, look);
  const { kind, amount, merchantName, panSuffix, language, noticeId, at } = message;
  const sum = amount === undefined ? "" : ` ${formatMoney({ minor: BigInt(amount.minor), currency: amount.currency })}`;
  await worker.registration.showNotification(`${KINDS[kind][language]}${sum}`, {
    ...look,
    body: `${merchantName} · ${CARD[language]} ${panSuffix}`,
    // The same notice twice is shown once.
    tag: noticeId,
    lang: language === "zh" ? "zh-CN" : "en",
    ...{ timestamp: at },
  });
}

async function openWallet(worker: ServiceWorkerGlobalScope): Promise<void> {
  const [known] = await worker.clients.matchAll({ type: "window" });
  await (known === undefined ? worker.clients.openWindow(HOME) : known.focus());
}
