import { WifiOff } from "lucide-react";
import type { Words } from "#contracts/common";
import { useOnline } from "../adapters/media.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { momentText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { Spinner } from "../ui/button.tsx";
import type { ReadyPhone } from "./phone.ts";

const w = (zh: string, en: string): Words => ({ zh, en });
const OFFLINE = {
  noNetwork: w("没有网络", "You are offline"),
  remembered: (moment: string) =>
    w(`下面是 ${moment} 记下的卡片和通知。`, `These are your cards and notices as of ${moment}.`),
  paying: w(
    "付款不需要联网取密钥，一次性密钥就在本机；但这个演示里“靠近”也经网络传送，要连得上终端才能付。",
    "Paying fetches nothing: the one-time keys are on this device. But in this demo the tap itself travels over the network, so the terminal must be within its reach.",
  ),
  needsServer: w(
    "本机不存付款密钥，每次付款都要联网领取，所以现在不能付款。",
    "No payment key is kept on this device: each payment fetches one, so it cannot pay now.",
  ),
} as const;

/** That the wallet server cannot be reached: what is shown then, and what can still be done. */
export function OfflineNote({ state }: { state: ReadyPhone }) {
  const say = useSay();
  const language = useLanguage();
  const online = useOnline();
  const { connected, rememberedAt, passes, keyRoom } = state;
  if (connected && rememberedAt === undefined) return null;
  // The first moments of every start: nothing is known to be wrong.
  if (connected && online) return null;
  return (
    <div role="status" className="rounded-2xl bg-warn-soft px-3.5 py-2.5 text-[13px] leading-snug text-warn">
      <p className="flex items-center gap-2 font-semibold">
        {online ? <Spinner className="size-3.5" /> : <WifiOff aria-hidden="true" className="size-4 shrink-0" />}
        {say(online ? TEXT.disconnected : OFFLINE.noNetwork)}
      </p>
      {rememberedAt !== undefined && (
        <p className="mt-1">{say(OFFLINE.remembered(momentText(rememberedAt, language)))}</p>
      )}
      {passes.length > 0 && <p className="mt-1">{say(keyRoom === "wrapped" ? OFFLINE.paying : OFFLINE.needsServer)}</p>}
    </div>
  );
}
