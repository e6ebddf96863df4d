import { Search, UserRound, Users } from "lucide-react";
import { useId } from "react";
import { Link } from "wouter";
import type { DeskAccount } from "#contracts/desk-api";
import { useStore } from "../../store.ts";
import { useSay } from "../../text/language.tsx";
import { Panel } from "../../ui/panel.tsx";
import type { CustomerView } from "../desk.ts";
import { useDesk } from "../desk-context.ts";
import { Face } from "../sign-in.tsx";
import { DESK } from "../words.ts";
import { CustomerPage } from "./customer-page.tsx";

interface Row {
  readonly customerId: string;
  readonly name: string;
  readonly suffixes: readonly string[];
  readonly stopped: boolean;
}

/** Search and list on the left, one customer on the right; on a small screen one after the other. */
export function CustomersPage({ customerId }: { customerId: string | undefined }) {
  const { desk } = useDesk();
  const { customer } = useStore(desk.state);
  const say = useSay();
  return (
    <div className="grid min-h-0 flex-1 gap-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
      <CustomerList current={customerId} className={customerId === undefined ? "" : "max-lg:hidden"} />
      {customerId === undefined ? (
        <div className="grid place-content-center justify-items-center gap-2 text-center max-lg:hidden">
          <UserRound aria-hidden="true" className="size-12 text-ink-3" strokeWidth={1.3} />
          <p className="text-[17px] font-semibold">{say(DESK.choose)}</p>
          <p className="text-[14px] text-ink-3">{say(DESK.chooseHint)}</p>
        </div>
      ) : (
        customer !== undefined && customer.customerId === customerId && <CustomerPage customer={customer} />
      )}
    </div>
  );
}

function CustomerList({ current, className }: { current: string | undefined; className: string }) {
  const { desk, session } = useDesk();
  const { search, accounts, found } = useStore(desk.state);
  const say = useSay();
  const id = useId();
  const rows = found === undefined ? rowsOf(accounts ?? []) : found.map(rowOf);
  return (
    <Panel title={say(DESK.customers)} icon={Users} className={className}>
      <div className="sticky top-0 z-10 -mx-1 bg-panel px-1 pb-2">
        <label htmlFor={id} className="sr-only">
          {say(DESK.search)}
        </label>
        <div className="relative">
          <Search aria-hidden="true" className="pointer-events-none absolute top-3 left-3.5 size-5 text-ink-3" />
          <input
            id={id}
            type="search"
            value={search}
            onChange={(event) => desk.search(event.target.value.normalize("NFKC").trim().slice(0, 60))}
            placeholder={say(DESK.searchHint)}
            autoComplete="off"
            className="h-11 w-full rounded-2xl border border-line bg-panel-2 pr-3 pl-11 text-[15px] placeholder:text-ink-3"
          />
        </div>
        {session.role === "agent" && <p className="mt-1.5 px-1 text-xs text-ink-3">{say(DESK.masked)}</p>}
      </div>
      {rows.length === 0 && found !== undefined ? (
        <div className="py-8 text-center">
          <p className="text-[15px] font-semibold">{say(DESK.nobody)}</p>
          <p className="mt-1 text-[13px] text-ink-3">{say(DESK.nobodyHint)}</p>
        </div>
      ) : (
        <ul className="grid gap-0.5">
          {rows.map((row) => (
            <li key={row.customerId}>
              <Link
                href={`/customers/${row.customerId}`}
                aria-current={row.customerId === current ? "true" : undefined}
                className={`flex items-center gap-3 rounded-2xl px-2.5 py-2 transition ${row.customerId === current ? "bg-accent-soft" : "hover:bg-panel-2"}`}
              >
                <Face name={row.name} className="size-9 text-[14px]" />
                <span className="min-w-0 flex-1">
                  <span className="block truncate text-[15px] font-semibold">{row.name}</span>
                  <span className="tabular block truncate text-[13px] text-ink-3">{row.suffixes.join(" · ")}</span>
                </span>
                {row.stopped && <span aria-hidden="true" className="size-2 rounded-full bg-bad-solid" />}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

const isStopped = ({ status }: DeskAccount) => status !== "active";

function rowOf({ customerId, name, cards }: CustomerView): Row {
  return { customerId, name, suffixes: cards.map(({ panSuffix }) => panSuffix), stopped: cards.some(isStopped) };
}

function rowsOf(accounts: readonly DeskAccount[]): readonly Row[] {
  const byCustomer = new Map<string, DeskAccount[]>();
  for (const account of accounts) {
    const cards = byCustomer.get(account.customerId);
    if (cards === undefined) byCustomer.set(account.customerId, [account]);
    else cards.push(account);
  }
  return [...byCustomer].map(([customerId, cards]) => ({
    customerId,
    name: cards[0]!.holderName,
    suffixes: cards.map(({ panSuffix }) => panSuffix),
    stopped: cards.some(isStopped),
  }));
}
