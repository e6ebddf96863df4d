import { Phone, Search } from "lucide-react";
import type { FindingView } from "#contracts/facts";
import { useSay } from "../../text/language.tsx";
import { EXPLAIN_TEXT } from "./words.ts";

/** Who is reached by the number on the card. */
const AT_THE_BANK: ReadonlySet<string> = new Set(["hotline", "branch", "bankOps"]);
const LINK =
  "flex min-h-11 items-center justify-center gap-2 rounded-2xl bg-accent-soft px-4 py-2 text-center text-[14px] font-semibold text-accent";

/** What can be done about it from here, besides trying again. */
export function Remedies({ finding, hotline }: { finding: FindingView; hotline: string | undefined }) {
  const say = useSay();
  const bank = [finding, ...finding.also].some(({ actor }) => AT_THE_BANK.has(actor));
  const elsewhere = [finding, ...finding.also].some(({ cause }) => cause === "boundElsewhere");
  return (
    <div className="grid gap-2 empty:hidden">
      {elsewhere && (
        <a href="/find" target="_blank" rel="noopener" className={LINK}>
          <Search aria-hidden="true" className="size-4.5 shrink-0" /> {say(EXPLAIN_TEXT.find)}
        </a>
      )}
      {bank && hotline !== undefined && (
        <>
          <a href={`tel:${hotline}`} className={`${LINK} tabular`}>
            <Phone aria-hidden="true" className="size-4.5 shrink-0" /> {say(EXPLAIN_TEXT.call(hotline))}
          </a>
          <p className="-mt-1 text-center text-xs text-ink-3">{say(EXPLAIN_TEXT.invented)}</p>
        </>
      )}
    </div>
  );
}
