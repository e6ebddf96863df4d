import { usePage } from "../../page-context.ts";
import { useStore } from "../../store.ts";
import { useSay } from "../../text/language.tsx";
import { moneyText } from "../../text/shown.ts";
import { TEXT } from "../../text/words.ts";
import { Sheet } from "../../ui/sheet.tsx";
import { TroubleNote } from "./trouble-note.tsx";

/** A declined payment: what happened, who must act, and what to do. */
export function ExplainSheet() {
  const { explain, phone } = usePage();
  const state = useStore(explain.state);
  const now = useStore(phone.state);
  const passes = now.kind === "ready" ? now.passes : [];
  const hotline = passes.find(({ passId }) => passId === state?.notice.passId)?.product.hotline;
  const say = useSay();
  return (
    <Sheet open={state !== undefined} title={say(TEXT.finding.title)} onClose={() => explain.close()}>
      {state !== undefined && (
        <div className="grid gap-4">
          <p className="flex items-baseline justify-between gap-3 text-[15px]">
            <span className="min-w-0 truncate text-ink-2">{state.notice.notice.merchantName}</span>
            <span className="tabular shrink-0 font-semibold">{moneyText(state.notice.notice.amount)}</span>
          </p>
          <TroubleNote trouble={state.trouble} hotline={hotline} />
        </div>
      )}
    </Sheet>
  );
}
