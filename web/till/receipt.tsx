import { Printer } from "lucide-react";
import type { ReactNode } from "react";
import type { SaleView } from "#contracts/acquirer-api";
import type { Words } from "#contracts/common";
import { printSheet } from "../adapters/print.ts";
import { useStage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { dayText, momentText, moneyText, yuan } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import { Modal } from "../ui/modal.tsx";
import type { TillState } from "./till.ts";
import { TILL } from "./words.ts";

/** What the customer takes along: the shop, the sum, and the device's number, of which four digits. */
export function ReceiptModal({ sale, onClose }: { sale: SaleView | undefined; onClose: () => void }) {
  const { till } = useStage();
  const { terminals } = useStore(till.state);
  const say = useSay();
  const language = useLanguage();
  const terminal = terminals.find(({ terminalId }) => terminalId === sale?.terminalId);
  return (
    <Modal open={sale !== undefined} title={say(TILL.receipt)} onClose={onClose}>
      {sale !== undefined && (
        <Slip
          title={terminal?.merchantName ?? ""}
          under={say(TILL.slip)}
          sum={`${sale.kind === "sale" ? "" : "-"}${moneyText(sale.amount)}`}
          rows={[
            [TILL.terminal, sale.terminalId],
            [TILL.kind, say(TEXT.till.kinds[sale.kind])],
            [TILL.card, sale.tokenSuffix === undefined ? undefined : `**** ${sale.tokenSuffix}`],
            [TILL.time, momentText(sale.at, language)],
            [TILL.reference, sale.rrn],
            [TILL.code, sale.responseCode === undefined ? undefined : `${sale.responseCode} ${say(sale.words)}`],
            [TILL.refunded, (sale.refundedMinor ?? "0") === "0" ? undefined : yuan(sale.refundedMinor!)],
            [TILL.caseCode, sale.caseCode],
          ]}
        />
      )}
    </Modal>
  );
}

/** The day as the acquirer has it: what will be paid out. */
export function DayModal({
  totals,
  at,
  onClose,
}: {
  totals: TillState["totals"];
  /** When it was asked for. */
  at: number | undefined;
  onClose: () => void;
}) {
  const { till } = useStage();
  const { terminals, terminalId } = useStore(till.state);
  const say = useSay();
  const language = useLanguage();
  const terminal = terminals.find((one) => one.terminalId === terminalId);
  return (
    <Modal open={at !== undefined && totals !== undefined} title={say(TILL.dayEnd)} onClose={onClose}>
      {at !== undefined && totals !== undefined && (
        <Slip
          title={terminal?.merchantName ?? ""}
          under={say(TILL.dayTitle)}
          sum={yuan(totals.netMinor)}
          rows={[
            [TILL.terminal, terminalId],
            [TILL.day, dayText(at, language)],
            [TILL.sales, `${say(TILL.pieces(totals.sales))} · ${yuan(totals.salesMinor)}`],
            [TILL.refunds, `${say(TILL.pieces(totals.refunds))} · ${yuan(totals.refundsMinor)}`],
            [TILL.net, yuan(totals.netMinor)],
          ]}
        />
      )}
    </Modal>
  );
}

/** A strip of paper, on the screen and from the printer. */
function Slip({
  title,
  under,
  sum,
  rows,
}: {
  title: string;
  under: string;
  sum: string;
  rows: readonly (readonly [Words, ReactNode])[];
}) {
  const say = useSay();
  return (
    <div className="grid gap-4">
      <div className="printed mx-auto w-full max-w-80 bg-white px-5 py-5 text-[13px] text-black shadow-panel [clip-path:polygon(0_0,100%_0,100%_calc(100%-6px),96%_100%,92%_calc(100%-6px),88%_100%,84%_calc(100%-6px),80%_100%,76%_calc(100%-6px),72%_100%,68%_calc(100%-6px),64%_100%,60%_calc(100%-6px),56%_100%,52%_calc(100%-6px),48%_100%,44%_calc(100%-6px),40%_100%,36%_calc(100%-6px),32%_100%,28%_calc(100%-6px),24%_100%,20%_calc(100%-6px),16%_100%,12%_calc(100%-6px),8%_100%,4%_calc(100%-6px),0_100%)]">
        <p className="text-center text-[17px] font-bold">{title}</p>
        <p className="text-center">{under}</p>
        <p className="tabular my-3 border-black/40 border-y border-dashed py-3 text-center text-[28px] leading-none font-bold">
          {sum}
        </p>
        <dl className="grid gap-1.5">
          {rows
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => (
              <div key={name.en} className="flex items-baseline justify-between gap-4">
                <dt className="shrink-0 text-black/70">{say(name)}</dt>
                <dd className="tabular min-w-0 text-right font-medium break-words">{value}</dd>
              </div>
            ))}
        </dl>
        <p className="mt-4 border-black/40 border-t border-dashed pt-3 pb-2 text-center text-xs text-black/70">
          {say(TILL.demo)}
        </p>
      </div>
      <Button onClick={() => printSheet()}>
        <Printer aria-hidden="true" className="size-4.5" /> {say(TILL.print)}
      </Button>
    </div>
  );
}
