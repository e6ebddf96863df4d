import { fromBase64url, toBase64url } from "#protocol/bytes";
import type { Pushes } from "../phone/notices/flow.ts";
import { shellRegistration } from "./shell.ts";

/** Web Push as this browser has it. An app on an iPhone's home screen has it, a page in its Safari does not. */
export const pushes: Pushes = {
  ability() {
    if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) return "none";
    return Notification.permission === "denied" ? "refused" : "able";
  },

  async current() {
    const registration = await navigator.serviceWorker.getRegistration("/wallet");
    return targetOf((await registration?.pushManager.getSubscription()) ?? null);
  },

  async subscribe(pushKey) {
    // Asked on a touch: browsers show their question only then.
    if ((await Notification.requestPermission()) !== "granted") return "refused";
    try {
      const registration = await shellRegistration();
      const known = await registration.pushManager.getSubscription();
      const key = known?.options.applicationServerKey ?? null;
      // Of another server, or of this one before its keys were made anew.
      if (known !== null && (key === null || toBase64url(new Uint8Array(key)) !== pushKey)) await known.unsubscribe();
      const made = await registration.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: new Uint8Array(fromBase64url(pushKey)!),
      });
      return targetOf(made) ?? "failed";
    } catch {
      return "failed";
    }
  },

  async unsubscribe() {
    const registration = await navigator.serviceWorker.getRegistration("/wallet");
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
  },
};

function targetOf(subscription: PushSubscription | null) {
  const p256dh = subscription?.getKey("p256dh") ?? null;
  const auth = subscription?.getKey("auth") ?? null;
  if (subscription === null || p256dh === null || auth === null) return undefined;
  const text = (bytes: ArrayBuffer) => toBase64url(new Uint8Array(bytes));
  return { endpoint: subscription.endpoint, p256dh: text(p256dh), auth: text(auth) };
}
