import { ReceiptText } from "lucide-react";
import { type FormEvent, useState } from "react";
import type { SaleView } from "#contracts/acquirer-api";
import { parseAmount } from "#protocol/money";
import { useNow } from "../adapters/media.ts";
import { useStage } from "../page-context.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { clockText, moneyText, yuan } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import { DayModal, ReceiptModal } from "./receipt.tsx";
import type { TillState } from "./till.ts";
import { TILL } from "./words.ts";

/** The terminal's sales, newest first; an approved one can be undone or given back. */
export function SalesList({ history, totals }: { history: readonly SaleView[]; totals: TillState["totals"] }) {
  const say = useSay();
  const now = useNow(60_000);
  const [dayAt, setDayAt] = useState<number | undefined>(undefined);
  const [receipt, setReceipt] = useState<SaleView | undefined>(undefined);
  return (
    <section aria-label={say(TEXT.till.history)} className="mt-3">
      <div className="flex items-baseline justify-between gap-2">
        <h3 className="text-xs font-medium text-ink-3">{say(TEXT.till.history)}</h3>
        {totals !== undefined && (
          <p className="tabular ml-auto text-xs text-ink-3">
            {say(TEXT.till.count(totals.sales, totals.refunds))} · {say(TEXT.till.net)}{" "}
            <span className="font-semibold text-ink">{yuan(totals.netMinor)}</span>
          </p>
        )}
        {totals !== undefined && (
          <button
            type="button"
            onClick={() => setDayAt(now)}
            className="rounded-lg px-1.5 py-0.5 text-xs font-semibold text-accent hover:bg-accent-soft"
          >
            {say(TILL.dayEnd)}
          </button>
        )}
      </div>
      <DayModal totals={totals} at={dayAt} onClose={() => setDayAt(undefined)} />
      <ReceiptModal sale={receipt} onClose={() => setReceipt(undefined)} />
      {history.length === 0 ? (
        <p className="py-3 text-center text-[13px] text-ink-3">{say(TEXT.till.noHistory)}</p>
      ) : (
        <ul>
          {history.map((sale) => (
            <Sale key={sale.saleId} sale={sale} onReceipt={() => setReceipt(sale)} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Sale({ sale, onReceipt }: { sale: SaleView; onReceipt: () => void }) {
  const { till } = useStage();
  const say = useSay();
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  const left = BigInt(sale.amount.minor) - BigInt(sale.refundedMinor ?? "0");
  const undoable = sale.kind === "sale" && sale.state === "approved" && left > 0n;
  const untouched = sale.refundedMinor === undefined || sale.refundedMinor === "0";
  const [typed, setTyped] = useState("");
  const [wrong, setWrong] = useState(false);
  const undo = (how: Parameters<typeof till.giveBack>[1]) => {
    setOpen(false);
    setTyped("");
    void till.giveBack(sale, how);
  };
  function refund(event: FormEvent): void {
    event.preventDefault();
    const part = parseAmount(typed === "" ? `${left / 100n}.${`${left % 100n}`.padStart(2, "0")}` : typed, "156");
    const fits = part.ok && part.value.minor > 0n && part.value.minor <= left;
    setWrong(!fits);
    if (fits) undo({ refundMinor: part.value.minor.toString() });
  }
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
        <button
          type="button"
          aria-label={say(TILL.receiptOf(moneyText(sale.amount)))}
          onClick={onReceipt}
          className="grid size-8 place-items-center rounded-lg text-accent hover:bg-accent-soft"
        >
          <ReceiptText aria-hidden="true" className="size-4.5" />
        </button>
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
        <form onSubmit={refund} noValidate className="rise mt-2 grid gap-2">
          <label className="flex items-center justify-between gap-3 text-[13px] text-ink-2">
            {say(TILL.part)}
            <input
              value={typed}
              onChange={(event) => setTyped(event.target.value.normalize("NFKC").trim())}
              placeholder={yuan(left.toString()).slice(1)}
              inputMode="decimal"
              autoComplete="off"
              aria-invalid={wrong}
              className="tabular h-10 w-28 rounded-xl border border-line bg-panel-2 px-3 text-right text-[15px] placeholder:text-ink-3"
            />
          </label>
          {wrong && (
            <p role="alert" className="text-[13px] font-medium text-bad">
              {say(TILL.partWrong)}
            </p>
          )}
          <div className="grid grid-cols-2 gap-2">
            <Button look="soft" size="small" disabled={!untouched} onClick={() => undo("void")}>
              {say(TEXT.till.void)}
            </Button>
            <Button type="submit" look="soft" size="small">
              {say(TEXT.till.refund)} {typed === "" ? yuan(left.toString()) : ""}
            </Button>
          </div>
        </form>
      )}
    </li>
  );
}
