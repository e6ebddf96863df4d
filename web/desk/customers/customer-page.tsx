import { ChevronLeft, CreditCard, IdCard, Phone, ReceiptText, ScrollText, Smartphone } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "wouter";
import type { DeskAccount } from "#contracts/desk-api";
import { CardArt } from "../../phone/card-art.tsx";
import { useStore } from "../../store.ts";
import { CARD_STATES } from "../../text/card-states.ts";
import { useLanguage, useSay } from "../../text/language.tsx";
import { momentText, yuan } from "../../text/shown.ts";
import { Button } from "../../ui/button.tsx";
import { type Act, ActDialog, type ActName } from "../act-dialog.tsx";
import { AuditList } from "../audit-page.tsx";
import type { CustomerView } from "../desk.ts";
import { useDesk } from "../desk-context.ts";
import { Face } from "../sign-in.tsx";
import { DESK } from "../words.ts";

type Token = CustomerView["tokens"][number];

/** One customer: record, cards, device cards, ledger, and what was done. */
export function CustomerPage({ customer }: { customer: CustomerView }) {
  const { desk } = useDesk();
  const { may, cardId, lines, audit } = useStore(desk.state);
  const say = useSay();
  const [act, setAct] = useState<Act | undefined>(undefined);
  const { customerId, cards, tokens } = customer;
  const chosen = cards.find((one) => one.cardId === cardId);
  const button = (next: Act) =>
    may.has(next.name) && (
      <Button key={next.name} look={next.grave === true ? "danger" : "soft"} size="small" onClick={() => setAct(next)}>
        {say(DESK.acts[next.name])}
      </Button>
    );

  return (
    <article className="min-h-0 overflow-y-auto overscroll-contain rounded-3xl bg-panel shadow-panel">
      <div className="grid gap-6 px-4 py-4 sm:px-6 sm:py-5">
        <header className="flex flex-wrap items-center gap-4">
          <Link
            href="/customers"
            aria-label={say(DESK.back)}
            className="-ml-1 grid size-9 place-items-center rounded-full text-accent hover:bg-accent-soft lg:hidden"
          >
            <ChevronLeft aria-hidden="true" className="size-6" />
          </Link>
          <Face name={customer.name} className="size-14 text-2xl" />
          <div className="min-w-0 flex-1">
            <h1 className="truncate text-2xl font-bold">{customer.name}</h1>
            <p className="truncate font-mono text-xs text-ink-3">{customerId}</p>
          </div>
          <div className="flex flex-wrap gap-2">
            {button({
              name: "changeReservedPhone",
              wants: ["document", "newPhone"],
              customerId,
              run: ({ document, newPhone }) => desk.change("changeReservedPhone", { customerId, document, newPhone }),
            })}
            {button({
              name: "renewRecord",
              wants: ["document", "documentExpires"],
              customerId,
              run: ({ document, documentExpires }) =>
                desk.change("renewRecord", { customerId, document, documentExpires }),
            })}
            {button({
              name: "correctName",
              wants: ["document", "name"],
              customerId,
              run: ({ document, name }) => desk.change("correctName", { customerId, document, name }),
            })}
            {button({
              name: "usbKeyCode",
              wants: ["document"],
              customerId,
              async run({ document }, tell) {
                const given = await desk.change("usbKeyCode", { customerId, document });
                if (given.ok) tell(given.value.code);
                return given;
              },
            })}
          </div>
        </header>

        <dl className="grid gap-2.5 sm:grid-cols-3">
          <Fact icon={Phone} name={say(DESK.phone)}>
            <span className="tabular">{customer.reservedPhone ?? say(DESK.noPhone)}</span>
          </Fact>
          <Fact icon={IdCard} name={say(DESK.document)}>
            <span className="tabular">{dateText(customer.documentExpires)}</span>
          </Fact>
          <Fact icon={ScrollText} name={say(DESK.record)}>
            <Chip look={customer.recordCurrent && !customer.counterOnly ? "good" : "bad"}>
              {say(
                customer.counterOnly
                  ? DESK.counterOnly
                  : customer.recordCurrent
                    ? DESK.recordCurrent
                    : DESK.recordStale,
              )}
            </Chip>
          </Fact>
        </dl>

        <Section icon={CreditCard} title={say(DESK.cards)}>
          <ul className="grid gap-3">
            {cards.map((card) => (
              <CardRow
                key={card.cardId}
                card={card}
                chosen={card.cardId === cardId}
                tokens={tokens.filter((token) => token.cardId === card.cardId)}
                onAct={setAct}
              />
            ))}
          </ul>
        </Section>

        {chosen !== undefined && (
          <Section icon={ReceiptText} title={`${say(DESK.ledger)} · ${chosen.panSuffix}`}>
            <Ledger lines={lines ?? []} />
          </Section>
        )}

        <Section icon={ScrollText} title={say(DESK.customerAudit)}>
          <AuditList entries={audit ?? []} />
        </Section>
      </div>
      <ActDialog act={act} onClose={() => setAct(undefined)} />
    </article>
  );
}

function Section({ icon: Icon, title, children }: { icon: typeof Phone; title: string; children: ReactNode }) {
  return (
    <section>
      <h2 className="mb-2.5 flex items-center gap-2 text-[15px] font-bold">
        <Icon aria-hidden="true" className="size-4.5 text-ink-3" /> {title}
      </h2>
      {children}
    </section>
  );
}

function Fact({ icon: Icon, name, children }: { icon: typeof Phone; name: string; children: ReactNode }) {
  return (
    <div className="relative rounded-2xl bg-panel-2 py-3 pr-3.5 pl-12">
      <dt className="text-xs text-ink-3">
        <Icon aria-hidden="true" className="absolute top-1/2 left-4 size-5 -translate-y-1/2" />
        {name}
      </dt>
      <dd className="text-[15px] font-semibold">{children}</dd>
    </div>
  );
}

export function Chip({ look, children }: { look: "good" | "bad" | "warn" | "quiet"; children: ReactNode }) {
  const looks = {
    good: "bg-good-soft text-good",
    bad: "bg-bad-soft text-bad",
    warn: "bg-warn-soft text-warn",
    quiet: "bg-panel-2 text-ink-2",
  };
  return (
    <span className={`inline-block rounded-full px-2.5 py-0.5 text-xs font-semibold whitespace-nowrap ${looks[look]}`}>
      {children}
    </span>
  );
}

/** YYYYMMDD as people write it. */
function dateText(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
}

/** What may be done with a card as it stands. The bank decides anyway. */
const ACTS_OF: Readonly<Record<DeskAccount["status"], readonly ActName[]>> = {
  active: ["deposit", "renewCard", "upgradeAccount", "liftRestriction", "reportLost", "freeze", "closeCard"],
  notActivated: ["activateCard", "reportLost", "closeCard"],
  lost: ["liftLost", "renewCard", "closeCard"],
  frozenByHolder: ["reportLost", "freeze"],
  frozenByBank: ["unfreeze", "reportLost", "closeCard"],
  replaced: ["closeCard"],
  closed: [],
};

function CardRow({
  card,
  chosen,
  tokens,
  onAct,
}: {
  card: DeskAccount;
  chosen: boolean;
  tokens: readonly Token[];
  onAct: (act: Act) => void;
}) {
  const { desk } = useDesk();
  const { may } = useStore(desk.state);
  const say = useSay();
  const { cardId, status } = card;
  const acts: Readonly<Partial<Record<ActName, Act>>> = {
    activateCard: { name: "activateCard", wants: [], run: () => desk.change("activateCard", { cardId }) },
    reportLost: { name: "reportLost", wants: [], grave: true, run: () => desk.change("reportLost", { cardId }) },
    liftLost: { name: "liftLost", wants: [], run: () => desk.change("liftLost", { cardId }) },
    freeze: {
      name: "freeze",
      wants: ["reason"],
      grave: true,
      run: ({ reason }) => desk.change("freeze", { cardId, reason }),
    },
    unfreeze: {
      name: "unfreeze",
      wants: ["reason"],
      run: ({ reason }) => desk.change("unfreeze", { cardId, reason }),
    },
    renewCard: {
      name: "renewCard",
      wants: ["newNumber"],
      run: ({ newNumber }) => desk.change("renewCard", { cardId, newNumber }),
    },
    deposit: {
      name: "deposit",
      wants: ["amount"],
      run: ({ minor }) => desk.change("deposit", { cardId, amount: { minor, currency: "156" } }),
    },
    upgradeAccount: {
      name: "upgradeAccount",
      wants: ["document"],
      customerId: card.customerId,
      run: ({ document }) => desk.change("upgradeAccount", { cardId, document }),
    },
    liftRestriction: {
      name: "liftRestriction",
      wants: ["reason"],
      run: ({ reason }) => desk.change("liftRestriction", { cardId, reason }),
    },
    closeCard: { name: "closeCard", wants: [], grave: true, run: () => desk.change("closeCard", { cardId }) },
  };
  return (
    <li className={`rounded-2xl border p-3.5 transition ${chosen ? "border-accent" : "border-line"}`}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
        <button
          type="button"
          aria-pressed={chosen}
          onClick={() => desk.chooseCard(cardId)}
          className="flex min-w-0 flex-1 basis-64 items-center gap-3.5 rounded-xl text-left"
        >
          <span className="relative h-12 w-19 shrink-0 overflow-hidden rounded-lg">
            <CardArt art={card.product.art} />
          </span>
          <span className="min-w-0 flex-1">
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <span className="text-[15px] font-semibold">{say(card.product.name)}</span>
              <span className="tabular text-[15px] text-ink-2">{card.panSuffix}</span>
              <Chip look={status === "active" ? "good" : status === "notActivated" ? "warn" : "bad"}>
                {say(CARD_STATES[status])}
              </Chip>
            </span>
            <span className="tabular mt-0.5 block text-[13px] text-ink-3">
              {say(DESK.expiry)} {card.expiry.slice(2)}/{card.expiry.slice(0, 2)}
            </span>
          </span>
          <span className="tabular shrink-0 text-right">
            <span className="block text-[17px] font-bold">{yuan(card.availableMinor)}</span>
            <span className="block text-xs text-ink-3">
              {card.heldMinor === "0" ? say(DESK.available) : say(DESK.held(yuan(card.heldMinor)))}
            </span>
          </span>
        </button>
        <div className="flex flex-wrap gap-2">
          {ACTS_OF[status]
            .filter((name) => may.has(name))
            .map((name) => (
              <Button
                key={name}
                look={acts[name]!.grave === true ? "danger" : "soft"}
                size="small"
                onClick={() => onAct(acts[name]!)}
              >
                {say(DESK.acts[name])}
              </Button>
            ))}
        </div>
      </div>
      {tokens.length > 0 && (
        <ul className="mt-3 grid gap-1.5 border-line border-t pt-3" aria-label={say(DESK.devices)}>
          {tokens.map((token) => (
            <TokenRow key={token.bindingId} token={token} customerId={card.customerId} onAct={onAct} />
          ))}
        </ul>
      )}
    </li>
  );
}

function TokenRow({ token, customerId, onAct }: { token: Token; customerId: string; onAct: (act: Act) => void }) {
  const { desk } = useDesk();
  const { may } = useStore(desk.state);
  const say = useSay();
  const { bindingId, status } = token;
  const withReason = (name: "suspendToken" | "resumeToken" | "withdrawBinding", grave: boolean): Act => ({
    name,
    wants: ["reason"],
    grave,
    run: ({ reason }) => desk.change(name, { bindingId, reason }),
  });
  const acts: readonly Act[] =
    status === "active"
      ? [withReason("suspendToken", true)]
      : status === "suspended"
        ? [withReason("resumeToken", false)]
        : status === "deleted"
          ? []
          : [
              {
                name: "approveAtBranch",
                wants: ["document"],
                customerId,
                run: ({ document }) => desk.change("approveAtBranch", { bindingId, document }),
              },
              withReason("withdrawBinding", true),
            ];
  return (
    <li className="flex flex-wrap items-center gap-3">
      <Smartphone aria-hidden="true" className="size-4.5 shrink-0 text-ink-3" />
      <span className="min-w-0 flex-1 text-[14px]">
        <span className="font-medium">{token.deviceName}</span>
        {token.tokenSuffix !== undefined && <span className="tabular text-ink-3"> · {token.tokenSuffix}</span>}
      </span>
      <Chip look={status === "active" ? "good" : status === undefined || status === "inactive" ? "warn" : "bad"}>
        {say(status === undefined ? DESK.pending : DESK.tokenStates[status])}
      </Chip>
      {acts
        .filter(({ name }) => may.has(name))
        .map((act) => (
          <Button key={act.name} look={act.grave === true ? "danger" : "soft"} size="small" onClick={() => onAct(act)}>
            {say(DESK.acts[act.name])}
          </Button>
        ))}
    </li>
  );
}

function Ledger({ lines }: { lines: readonly { at: number; text: string; minor: string; balanceMinor: string }[] }) {
  const say = useSay();
  const language = useLanguage();
  if (lines.length === 0) return <p className="py-4 text-center text-[13px] text-ink-3">{say(DESK.noLines)}</p>;
  return (
    <ul className="rounded-2xl bg-panel-2 px-4">
      {lines.map((line) => (
        <li
          key={`${line.at} ${line.balanceMinor} ${line.minor}`}
          className="flex items-baseline justify-between gap-4 border-line py-2.5 text-[14px] not-first:border-t"
        >
          <span className="min-w-0">
            <span className="block truncate font-medium">{line.text}</span>
            <span className="tabular block text-xs text-ink-3">{momentText(line.at, language)}</span>
          </span>
          <span className="tabular shrink-0 text-right">
            <span className={`block font-semibold ${line.minor.startsWith("-") ? "" : "text-good"}`}>
              {line.minor.startsWith("-") ? "" : "+"}
              {yuan(line.minor)}
            </span>
            <span className="block text-xs text-ink-3">
              {say(DESK.balance)} {yuan(line.balanceMinor)}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
