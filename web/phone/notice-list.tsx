import type { NoticeView } from "#contracts/wallet-api";
import { responseFact } from "#protocol/iso8583";
import { usePage } from "../page-context.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { momentText, moneyText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { NoticeIcon } from "./notice-banner.tsx";

/** What the bank told of payments, newest first. */
export function NoticeList({ notices }: { notices: readonly NoticeView[] }) {
  const say = useSay();
  const language = useLanguage();
  const { explain } = usePage();
  return (
    <section aria-label={say(TEXT.wallet.recent)}>
      <h3 className="mb-2 px-1 text-[15px] font-bold">{say(TEXT.wallet.recent)}</h3>
      {notices.length === 0 ? (
        <p className="rounded-2xl bg-panel px-4 py-5 text-center text-[13px] text-ink-3">{say(TEXT.wallet.noRecent)}</p>
      ) : (
        <ul className="overflow-hidden rounded-2xl bg-panel">
          {notices.map((view) => {
            const { notice, panSuffix } = view;
            return (
              <li key={notice.noticeId} className="flex items-center gap-3 border-line px-3.5 py-3 not-first:border-t">
                <NoticeIcon kind={notice.kind} className="size-8" />
                <div className="min-w-0 flex-1 leading-snug">
                  <p className="truncate text-[14px] font-semibold">{notice.merchantName}</p>
                  <p className="truncate text-xs text-ink-3">
                    {notice.kind === "declined"
                      ? say(responseFact(notice.responseCode))
                      : say(TEXT.notice[notice.kind])}{" "}
                    · {momentText(notice.at, language)} · {panSuffix}
                  </p>
                  {notice.kind === "declined" && (
                    <button
                      type="button"
                      onClick={() => void explain.open(view)}
                      className="-mb-1 py-1 text-[13px] font-semibold text-accent"
                    >
                      {say(TEXT.finding.explain)}
                    </button>
                  )}
                </div>
                <p className={`tabular text-[15px] font-semibold ${amountLook(notice.kind)}`}>
                  {notice.kind === "refund" ? "+" : ""}
                  {moneyText(notice.amount)}
                </p>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}

function amountLook(kind: NoticeView["notice"]["kind"]): string {
  if (kind === "refund") return "text-good";
  return kind === "payment" ? "" : "text-ink-3 line-through";
}
