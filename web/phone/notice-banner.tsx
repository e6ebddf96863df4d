import { Check, CircleX, Undo2, X } from "lucide-react";
import type { NoticeView } from "#contracts/wallet-api";
import { usePage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { moneyText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";

const LOOKS = {
  payment: { icon: Check, disc: "bg-good-solid" },
  refund: { icon: Undo2, disc: "bg-good-solid" },
  reversal: { icon: Undo2, disc: "bg-json" },
  declined: { icon: CircleX, disc: "bg-bad-solid" },
} as const;

export function NoticeIcon({ kind, className = "size-9" }: { kind: NoticeView["notice"]["kind"]; className?: string }) {
  const { icon: Icon, disc } = LOOKS[kind];
  return (
    <span
      aria-hidden="true"
      className={`grid shrink-0 place-items-center rounded-full text-white ${disc} ${className}`}
    >
      <Icon className="size-[55%]" strokeWidth={2.6} />
    </span>
  );
}

/** The bank's notice slides in from the top, with the amount. */
export function NoticeBanner({ framed }: { framed: boolean }) {
  const { phone, notices } = usePage();
  const arrived = useStore(phone.arrival);
  const { which, amounts } = useStore(notices.state).choice;
  const wanted = which === "all" || (which === "declines" && arrived?.notice.kind === "declined");
  const arrival = wanted ? arrived : undefined;
  const say = useSay();
  return (
    <div
      role="status"
      aria-live="polite"
      className={`pointer-events-none absolute inset-x-0 top-0 z-50 p-2.5 ${framed ? "pt-11" : ""}`}
    >
      {arrival !== undefined && (
        <div
          key={arrival.notice.noticeId}
          className="drop pointer-events-auto flex items-center gap-3 rounded-[22px] bg-panel px-3.5 py-3 shadow-[0_10px_36px_rgb(0_0_0/0.28)] ring-1 ring-line"
        >
          <NoticeIcon kind={arrival.notice.kind} />
          <div className="min-w-0 flex-1 leading-snug">
            <p className="truncate text-[13px] text-ink-2">
              {say(arrival.productName)} · {arrival.panSuffix}
            </p>
            <p className="truncate text-[15px] font-semibold">
              {say(TEXT.notice[arrival.notice.kind])} {amounts === "shown" && moneyText(arrival.notice.amount)}
            </p>
            <p className="truncate text-[13px] text-ink-2">{arrival.notice.merchantName}</p>
          </div>
          <button
            type="button"
            aria-label={say(TEXT.notice.dismiss)}
            onClick={() => phone.arrival.set(undefined)}
            className="grid size-8 shrink-0 place-items-center rounded-full text-ink-3 hover:bg-panel-2"
          >
            <X aria-hidden="true" className="size-4" />
          </button>
        </div>
      )}
    </div>
  );
}
