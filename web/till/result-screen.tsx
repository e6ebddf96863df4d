import { ReceiptText } from "lucide-react";
import { useState } from "react";
import type { SaleView } from "#contracts/acquirer-api";
import type { Words } from "#contracts/common";
import { responseFact } from "#protocol/iso8583";
import { useStage } from "../page-context.ts";
import { useSay } from "../text/language.tsx";
import { moneyText } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { Button, Spinner } from "../ui/button.tsx";
import { Dots, Outcome } from "../ui/marks.tsx";
import { ReceiptModal } from "./receipt.tsx";
import { TILL } from "./words.ts";

/** What a sale, refund or void came to, and what to do when it did not work. */
export function ResultScreen({ sale }: { sale: SaleView }) {
  const { till } = useStage();
  const say = useSay();
  const [receipt, setReceipt] = useState<SaleView | undefined>(undefined);
  const good = sale.state === "approved";
  const waiting = sale.state === "sent" || sale.state === "reversing";
  const remedy = remedyOf(sale);
  return (
    <div role="status" className="flex flex-1 flex-col items-center gap-2 text-center">
      <div className="grid flex-1 place-content-center justify-items-center gap-3">
        {waiting ? <Spinner className="size-16 text-accent" /> : <Outcome good={good} className="size-24" />}
        <p className="mt-1 text-2xl font-bold">{say(titleOf(sale))}</p>
        <p className="tabular text-[34px] leading-none font-bold">{moneyText(sale.amount)}</p>
        {!good && <p className="text-[15px] text-ink-2">{say(sale.words)}</p>}
        {remedy !== undefined && <p className="max-w-64 text-[13px] leading-snug text-ink-2">{say(remedy)}</p>}
        <p className="tabular text-xs leading-relaxed text-ink-3">
          {sale.responseCode !== undefined && <>{say(TEXT.till.code(sale.responseCode))} · </>}
          {sale.tokenSuffix !== undefined && (
            <>
              <Dots /> {sale.tokenSuffix}
            </>
          )}
          {sale.caseCode !== undefined && (
            <>
              <br />
              {say(TEXT.finding.caseCode)} {sale.caseCode}
            </>
          )}
          {sale.rrn !== undefined && (
            <>
              <br />
              {say(TEXT.till.reference)} {sale.rrn}
            </>
          )}
        </p>
      </div>
      <div className="grid w-full grid-cols-[auto_minmax(0,1fr)] gap-2">
        <Button look="soft" onClick={() => setReceipt(sale)}>
          <ReceiptText aria-hidden="true" className="size-4.5" /> {say(TILL.receipt)}
        </Button>
        <Button onClick={() => till.next()}>{say(TEXT.till.newSale)}</Button>
      </div>
      <ReceiptModal sale={receipt} onClose={() => setReceipt(undefined)} />
    </div>
  );
}

function titleOf(sale: SaleView): Words {
  if (sale.state === "approved")
    return { sale: TEXT.till.approved, refund: TEXT.till.refunded, void: TEXT.till.voided }[sale.kind];
  return sale.state === "declined" ? TEXT.till.declined : sale.words;
}

function remedyOf(sale: SaleView): Words | undefined {
  switch (sale.state) {
    case "declined":
      return responseFact(sale.responseCode ?? "05").act === "retry"
        ? TEXT.till.remedies.retry
        : TEXT.till.remedies.decline;
    case "reversing":
    case "sent":
      return TEXT.till.remedies.reversing;
    case "failed":
    case "reversed":
      return TEXT.till.remedies.failed;
    case "waitingForCard":
    case "approved":
    case "cancelled":
      return undefined;
  }
}
