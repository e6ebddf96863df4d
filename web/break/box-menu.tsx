import { type ReactElement, useEffect, useId, useState } from "react";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import type { BoxName } from "./cables.ts";
import { useBreak } from "./context.ts";
import type { Change } from "./counter.ts";
import { Float } from "./float.tsx";
import { BREAK } from "./words.ts";

const { records: TEXT } = BREAK;

/** What a party holds; at the bank, its records, which can be changed. */
export function BoxMenu({
  box,
  open,
  onOpen,
  children,
}: {
  box: BoxName;
  open: boolean;
  onOpen: (open: boolean) => void;
  children: ReactElement;
}) {
  const say = useSay();
  return (
    <Float open={open} onOpen={onOpen} trigger={children} title={say(BREAK.boxes[box])}>
      <p className="mt-1">{say(BREAK.holds[box])}</p>
      {box === "issuer" && <BankRecords />}
    </Float>
  );
}

/** The record of one customer at the bank, changed by the bank's own desk operations. */
export function BankRecords() {
  const { page, counter } = useBreak();
  const { accounts, chosen } = useStore(page.bank.state);
  const { holder, busy, done, fault } = useStore(counter.state);
  const say = useSay();
  const id = useId();
  const suffix =
    holder?.account.panSuffix ?? accounts.find(({ cardId }) => cardId === chosen)?.panSuffix ?? accounts[0]?.panSuffix;
  useEffect(() => {
    if (suffix !== undefined && counter.state.get().holder === undefined) void counter.look(suffix);
  }, [suffix, counter]);
  if (holder === undefined) return fault === undefined ? null : <FaultNote fault={fault} className="mt-3" />;
  const { customer, account } = holder;
  const cards = accounts.filter(
    ({ panSuffix }, i) => accounts.findIndex((other) => other.panSuffix === panSuffix) === i,
  );
  return (
    <div className="mt-3 grid gap-3 border-line border-t pt-3">
      <label htmlFor={id} className="grid gap-1 text-xs text-ink-3">
        {say(TEXT.customer)}
        <select
          id={id}
          value={account.panSuffix}
          onChange={(event) => void counter.look(event.target.value)}
          className="rounded-xl border border-line bg-panel-2 px-2.5 py-2 text-[14px] font-medium text-ink"
        >
          {cards.map((one) => (
            <option key={one.cardId} value={one.panSuffix}>
              {one.holderName} · {one.panSuffix}
            </option>
          ))}
        </select>
      </label>
      <Phone key={customer.customerId} reserved={customer.reservedPhone} mobile={holder.paper?.mobile} busy={busy} />
      <div className="flex flex-wrap items-center gap-2">
        <p className="mr-auto">
          {say(TEXT.status)} <strong className="text-ink">{say(TEXT.statuses[account.status])}</strong>
        </p>
        {changesOf(account.status).map(({ kind, words }) => (
          <Button key={kind} look="soft" size="small" busy={busy} onClick={() => void counter.change({ kind })}>
            {say(words)}
          </Button>
        ))}
      </div>
      {fault !== undefined && <FaultNote fault={fault} />}
      <p role="status" className={`text-xs ${done ? "font-semibold text-good" : "text-ink-3"}`}>
        {say(done ? TEXT.done : TEXT.audited)}
      </p>
    </div>
  );
}

function Phone({
  reserved,
  mobile,
  busy,
}: {
  reserved: string | undefined;
  mobile: string | undefined;
  busy: boolean;
}) {
  const { counter } = useBreak();
  const say = useSay();
  const id = useId();
  const [typed, setTyped] = useState("");
  const [bad, setBad] = useState(false);
  const change = (to: string) => {
    const fits = /^1[3-9]\d{9}$/.test(to);
    setBad(!fits);
    if (fits) void counter.change({ kind: "phone", to }).then((changed) => changed && setTyped(""));
  };
  return (
    <div className="grid gap-1.5">
      <label htmlFor={id}>
        {say(TEXT.reserved)} <strong className="tabular text-ink">{reserved ?? say(TEXT.none)}</strong>
      </label>
      <div className="flex gap-2">
        <input
          id={id}
          value={typed}
          inputMode="numeric"
          placeholder={say(TEXT.newPhone)}
          aria-invalid={bad}
          onChange={(event) => setTyped(event.target.value.replace(/\D/g, "").slice(0, 11))}
          className="min-w-0 flex-1 rounded-xl border border-line bg-panel-2 px-2.5 text-[14px] text-ink aria-invalid:border-bad-solid"
        />
        <Button look="soft" size="small" busy={busy} onClick={() => change(typed)}>
          {say(TEXT.change)}
        </Button>
      </div>
      {bad && <p className="text-xs text-bad">{say(TEXT.badPhone)}</p>}
      {mobile !== undefined && (
        <Button look="plain" size="small" busy={busy} onClick={() => change(mobile)}>
          {say(TEXT.right)}
        </Button>
      )}
    </div>
  );
}

function changesOf(
  status: string,
): readonly { readonly kind: Exclude<Change["kind"], "phone">; readonly words: { zh: string; en: string } }[] {
  switch (status) {
    case "active":
      return [
        { kind: "reportLost", words: TEXT.reportLost },
        { kind: "freeze", words: TEXT.freeze },
      ];
    case "lost":
      return [{ kind: "liftLost", words: TEXT.liftLost }];
    case "frozenByBank":
      return [{ kind: "unfreeze", words: TEXT.unfreeze }];
    case "notActivated":
      return [{ kind: "activate", words: TEXT.activate }];
    default:
      return [];
  }
}
