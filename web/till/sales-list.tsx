import { useState } from "react";
import type { SaleView } from "#contracts/acquirer-api";
import { useStage } from "../page-context.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { clockText, moneyText, yuan } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import type { TillState } from "./till.ts";

/** The terminal's sales, newest first; an approved one can be undone or given back. */
export function SalesList({ history, totals }: { history: readonly SaleView[]; totals: TillState["totals"] }) {
  const say = useSay();
  return (
    <section aria-label={say(TEXT.till.history)} className="mt-3">
      <div className="flex items-baseline justify-between gap-2">
        <h3 className="text-xs font-medium text-ink-3">{say(TEXT.till.history)}</h3>
        {totals !== undefined && (
          <p className="tabular text-xs text-ink-3">
            {say(TEXT.till.count(totals.sales, totals.refunds))} · {say(TEXT.till.net)}{" "}
            <span className="font-semibold text-ink">{yuan(totals.netMinor)}</span>
          </p>
        )}
      </div>
      {history.length === 0 ? (
        <p className="py-3 text-center text-[13px] text-ink-3">{say(TEXT.till.noHistory)}</p>
      ) : (
        <ul>
          {history.map((sale) => (
            <Sale key={sale.saleId} sale={sale} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Sale({ sale }: { sale: SaleView }) {
  const { till } = useStage();
  const say = useSay();
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  const left = BigInt(sale.amount.minor) - BigInt(sale.refundedMinor ?? "0");
  const undoable = sale.kind === "sale" && sale.state === "approved" && left > 0n;
  const untouched = sale.refundedMinor === undefined || sale.refundedMinor === "0";
  const undo = (how: "void" | "refund") => {
    setOpen(false);
    void till.giveBack(sale, how);
  };
  return (
    <li className="border-line py-2 not-first:border-t">
      <div className="flex items-center gap-3 text-[13px]">
        <span className="min-w-0 flex-1">
          <span className="block font-medium">
            {say(TEXT.till.kinds[sale.kind])} · {say(sale.words)}
          </span>
          <span className="tabular block text-xs text-ink-3">
            {clockText(sale.at, language)}
            {sale.tokenSuffix === undefined ? "" : ` · ${sale.tokenSuffix}`}
            {untouched ? "" : ` · ${say(TEXT.till.refund)} ${yuan(sale.refundedMinor ?? "0")}`}
          </span>
        </span>
        <span className={`tabular font-semibold ${sale.state === "approved" ? "" : "text-ink-3 line-through"}`}>
          {sale.kind === "sale" ? "" : "-"}
          {moneyText(sale.amount)}
        </span>
        {undoable && (
          <button
            type="button"
            aria-expanded={open}
            aria-label={say(TEXT.till.undo(moneyText(sale.amount)))}
            onClick={() => setOpen(!open)}
            className="rounded-lg px-2 py-1 text-[13px] font-semibold text-accent hover:bg-accent-soft"
          >
            {say(TEXT.till.refund)}
          </button>
        )}
      </div>
      {open && (
        <div className="rise mt-2 grid grid-cols-2 gap-2">
          <Button look="soft" size="small" disabled={!untouched} onClick={() => undo("void")}>
            {say(TEXT.till.void)}
          </Button>
          <Button look="soft" size="small" onClick={() => undo("refund")}>
            {say(TEXT.till.refund)} {yuan(left.toString())}
          </Button>
        </div>
      )}
    </li>
  );
}
