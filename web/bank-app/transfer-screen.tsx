import { CircleCheck } from "lucide-react";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import type { FeeQuote } from "#contracts/bank-app-api";
import type { Words } from "#contracts/common";
import { parseAmount } from "#protocol/money";
import { luhnOk } from "#protocol/pan";
import { TextField } from "../phone/add-card/text-field.tsx";
import { useStore } from "../store.ts";
import type { Fault } from "../text/fault.ts";
import { useSay } from "../text/language.tsx";
import { moneyText, yuan } from "../text/shown.ts";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import type { Order, Transferred } from "./app.ts";
import { useApp } from "./app-context.ts";
import { APP } from "./words.ts";

type Bank = keyof typeof APP.transfer.banks;
const BANKS = Object.keys(APP.transfer.banks) as Bank[];

type Step =
  | { readonly at: "form" }
  | { readonly at: "confirm"; readonly order: Order; readonly quote: FeeQuote }
  | { readonly at: "done"; readonly order: Order; readonly moved: Transferred };

/** Typed, quoted, agreed to: nothing moves before the customer has seen what it costs. */
export function TransferScreen() {
  const { app, customers } = useApp();
  const { cards } = useStore(app.state);
  const demo = useStore(customers);
  const say = useSay();
  const ids = { from: useId(), bank: useId() };
  const debit = (cards ?? []).filter(({ product, status }) => product.kind === "debit" && status === "active");
  const own = new Set((cards ?? []).map(({ cardId }) => cardId));
  const [step, setStep] = useState<Step>({ at: "form" });
  const [typed, setTyped] = useState({ from: "", toBank: "own" as Bank, toName: "", toPan: "", amount: "" });
  const [wrong, setWrong] = useState<readonly ("toName" | "toPan" | "amount")[]>([]);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const from = debit.find(({ cardId }) => cardId === typed.from) ?? debit[0];

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const amount = parseAmount(typed.amount, "156");
    const toPan = typed.toPan.normalize("NFKC").replace(/[\s-]/g, "");
    const toName = typed.toName.normalize("NFKC").trim();
    const bad = [
      ...(toName === "" ? (["toName"] as const) : []),
      ...(/^\d{12,19}$/.test(toPan) && luhnOk(toPan) ? [] : (["toPan"] as const)),
      ...(amount.ok && amount.value.minor > 0n ? [] : (["amount"] as const)),
    ];
    setWrong(bad);
    if (bad.length > 0 || from === undefined || !amount.ok) return;
    const order = {
      fromCardId: from.cardId,
      toBank: typed.toBank,
      minor: amount.value.minor.toString(),
      toName,
      toPan,
    };
    setBusy(true);
    setFault(undefined);
    const quoted = await app.quote(order);
    setBusy(false);
    if (quoted.ok) setStep({ at: "confirm", order, quote: quoted.value });
    else setFault(quoted.error);
  }

  async function send(order: Order, quote: FeeQuote): Promise<void> {
    setBusy(true);
    setFault(undefined);
    const moved = await app.transfer(order, quote);
    setBusy(false);
    if (!moved.ok) return setFault(moved.error);
    setTyped({ ...typed, toName: "", toPan: "", amount: "" });
    setStep({ at: "done", order, moved: moved.value });
  }

  if (step.at === "done")
    return (
      <div role="status" className="grid justify-items-center gap-4 pt-6 text-center">
        <CircleCheck aria-hidden="true" className="size-20 text-good" strokeWidth={1.4} />
        <h1 className="text-2xl font-bold">{say(APP.transfer.done)}</h1>
        <p className="tabular text-[34px] leading-none font-bold">{moneyText(step.moved.amount)}</p>
        <Rows
          rows={[
            [APP.transfer.toName, step.order.toName],
            [APP.transfer.fee, moneyText(step.moved.fee)],
            [APP.transfer.left, yuan(step.moved.balanceMinor)],
          ]}
        />
        <Button className="w-full" onClick={() => setStep({ at: "form" })}>
          {say(APP.transfer.another)}
        </Button>
      </div>
    );

  if (step.at === "confirm") {
    const { order, quote } = step;
    const total = yuan((BigInt(quote.amount.minor) + BigInt(quote.fee.minor)).toString());
    return (
      <>
        <h1 className="text-[26px] leading-tight font-bold">{say(APP.transfer.confirmTitle)}</h1>
        <Rows
          rows={[
            [APP.transfer.toName, order.toName],
            [APP.transfer.toBank, say(APP.transfer.banks[order.toBank as Bank])],
            [APP.transfer.toPan, `···· ${order.toPan.slice(-4)}`],
            [APP.transfer.amount, moneyText(quote.amount)],
            [APP.transfer.fee, moneyText(quote.fee)],
            [APP.transfer.total, total],
          ]}
        />
        <p className="rounded-2xl bg-accent-soft px-4 py-3 text-[14px] leading-snug text-accent">{say(quote.words)}</p>
        {fault !== undefined && <FaultNote fault={fault} />}
        <div className="grid gap-2">
          <Button size="large" busy={busy} onClick={() => void send(order, quote)}>
            {say(APP.transfer.consent(total))}
          </Button>
          <Button look="plain" disabled={busy} onClick={() => setStep({ at: "form" })}>
            {say(APP.transfer.edit)}
          </Button>
        </div>
      </>
    );
  }

  const select = "h-12 w-full rounded-2xl border border-line bg-panel-2 px-3.5 text-base";
  return (
    <>
      <h1 className="text-[26px] leading-tight font-bold">{say(APP.transfer.title)}</h1>
      <form
        onSubmit={(event) => void submit(event)}
        noValidate
        className="grid gap-3.5 rounded-3xl bg-panel p-5 shadow-panel"
      >
        <div>
          <label htmlFor={ids.from} className="mb-1 block text-[13px] font-medium text-ink-2">
            {say(APP.transfer.from)}
          </label>
          <select
            id={ids.from}
            value={from?.cardId ?? ""}
            onChange={(event) => setTyped({ ...typed, from: event.target.value })}
            className={select}
          >
            {debit.map((card) => (
              <option key={card.cardId} value={card.cardId}>
                {say(card.product.name)} {card.panSuffix} · {yuan(card.availableMinor)}
              </option>
            ))}
          </select>
        </div>
        <div>
          <label htmlFor={ids.bank} className="mb-1 block text-[13px] font-medium text-ink-2">
            {say(APP.transfer.toBank)}
          </label>
          <select
            id={ids.bank}
            value={typed.toBank}
            onChange={(event) => setTyped({ ...typed, toBank: event.target.value as Bank })}
            className={select}
          >
            {BANKS.map((bank) => (
              <option key={bank} value={bank}>
                {say(APP.transfer.banks[bank])}
              </option>
            ))}
          </select>
        </div>
        {typed.toBank === "own" && demo.length > 0 && (
          <fieldset className="min-w-0">
            <legend className="mb-1.5 text-[13px] font-medium text-ink-2">{say(APP.transfer.demo)}</legend>
            <div className="no-bar -mx-5 flex gap-2 overflow-x-auto px-5 pb-1">
              {demo
                .filter(({ cardId }) => !own.has(cardId))
                .map((one) => (
                  <button
                    key={one.cardId}
                    type="button"
                    onClick={() => setTyped({ ...typed, toName: one.holderName, toPan: one.pan })}
                    className="shrink-0 rounded-2xl border border-line bg-panel px-3 py-2 text-left transition hover:border-accent"
                  >
                    <span className="block text-[13px] font-semibold">{one.holderName}</span>
                    <span className="tabular block text-xs text-ink-3">{one.panSuffix}</span>
                  </button>
                ))}
            </div>
          </fieldset>
        )}
        {(["toName", "toPan", "amount"] as const).map((name) => (
          <TextField
            key={name}
            label={say(APP.transfer[name])}
            value={typed[name]}
            onType={(text) => setTyped({ ...typed, [name]: text })}
            inputMode={name === "toName" ? "text" : name === "amount" ? "decimal" : "numeric"}
            autoComplete="off"
            {...(wrong.includes(name) ? { fault: say(APP.typed[name]) } : {})}
          />
        ))}
        <p className="-mt-1 text-xs text-ink-3">{say(APP.transfer.panHint)}</p>
        {fault !== undefined && <FaultNote fault={fault} />}
        <Button type="submit" size="large" busy={busy} disabled={from === undefined}>
          {say(APP.transfer.quote)}
        </Button>
      </form>
    </>
  );
}

function Rows({ rows }: { rows: readonly (readonly [Words, ReactNode])[] }) {
  const say = useSay();
  return (
    <dl className="w-full overflow-hidden rounded-3xl bg-panel text-left shadow-panel">
      {rows.map(([name, value]) => (
        <div
          key={name.en}
          className="flex items-baseline justify-between gap-4 border-line px-4 py-3 text-[15px] not-first:border-t"
        >
          <dt className="shrink-0 text-ink-3">{say(name)}</dt>
          <dd className="tabular min-w-0 text-right font-semibold break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
