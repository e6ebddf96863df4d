import { ChevronLeft, Lock, LockOpen, Sparkles, WalletCards } from "lucide-react";
import { useEffect, useState } from "react";
import { Link } from "wouter";
import { CardFace } from "../phone/card-face.tsx";
import { useStore } from "../store.ts";
import { CARD_STATES } from "../text/card-states.ts";
import type { Fault } from "../text/fault.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { momentText, yuan } from "../text/shown.ts";
import { Button, Spinner } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import type { AppCard } from "./app.ts";
import { useApp } from "./app-context.ts";
import { APP } from "./words.ts";

/** One card: what it has, what it can be told, and what moved. */
export function CardScreen({ cardId }: { cardId: string }) {
  const { app } = useApp();
  const { cards, lines } = useStore(app.state);
  const say = useSay();
  const language = useLanguage();
  useEffect(() => {
    app.look(cardId);
    return () => app.look(undefined);
  }, [app, cardId]);
  const card = cards?.find((one) => one.cardId === cardId);
  return (
    <>
      <Link href="/" className="flex w-fit items-center gap-1 rounded-lg pr-2 text-[15px] font-semibold text-accent">
        <ChevronLeft aria-hidden="true" className="size-5" /> {say(APP.back)}
      </Link>
      {card === undefined ? (
        <Spinner className="mx-auto my-10 size-7 text-accent" />
      ) : (
        <>
          <CardFace product={card.product} panSuffix={card.panSuffix} />
          <div className="text-center">
            <p className="text-xs text-ink-3">
              {say(card.product.kind === "credit" ? APP.availableCredit : APP.available)} ·{" "}
              {say(CARD_STATES[card.status])}
            </p>
            <p className="tabular text-[34px] leading-tight font-bold">{yuan(card.availableMinor)}</p>
          </div>
          <Acts card={card} />
          <section className="rounded-3xl bg-panel px-4 pt-3.5 pb-1.5 shadow-panel">
            <h2 className="text-[15px] font-bold">{say(APP.lines)}</h2>
            {lines !== undefined && lines.length === 0 && (
              <p className="py-5 text-center text-[13px] text-ink-3">{say(APP.noLines)}</p>
            )}
            <ul>
              {(lines ?? []).map((line) => (
                <li
                  key={`${line.at} ${line.balanceMinor} ${line.minor}`}
                  className="flex items-baseline justify-between gap-4 border-line py-2.5 text-[15px] not-first:border-t"
                >
                  <span className="min-w-0">
                    <span className="block truncate font-medium">{line.text}</span>
                    <span className="tabular block text-xs text-ink-3">{momentText(line.at, language)}</span>
                  </span>
                  <span className={`tabular shrink-0 font-semibold ${line.minor.startsWith("-") ? "" : "text-good"}`}>
                    {line.minor.startsWith("-") ? "" : "+"}
                    {yuan(line.minor)}
                  </span>
                </li>
              ))}
            </ul>
          </section>
        </>
      )}
    </>
  );
}

function Acts({ card }: { card: AppCard }) {
  const { app } = useApp();
  const say = useSay();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [handed, setHanded] = useState<"adding" | "added" | "notAdded" | undefined>(undefined);
  const { status } = card;

  async function turn(how: "lockCard" | "unlockCard" | "activateCard"): Promise<void> {
    setBusy(true);
    setFault(undefined);
    const done = await app.turn(card, how);
    setBusy(false);
    if (!done.ok) setFault(done.error);
  }
  async function hand(): Promise<void> {
    setFault(undefined);
    setHanded("adding");
    const how = await app.addToWallet(card);
    setHanded(how === "closed" ? "notAdded" : how);
  }
  return (
    <div className="grid gap-2.5">
      {fault !== undefined && <FaultNote fault={fault} />}
      {handed !== undefined && (
        <p
          role="status"
          className={`flex items-center justify-center gap-2.5 rounded-2xl px-4 py-3 text-[15px] font-semibold ${handed === "added" ? "bg-good-soft text-good" : "bg-panel text-ink-2"}`}
        >
          {handed === "adding" && <Spinner className="size-4 text-accent" />} {say(APP[handed])}
        </p>
      )}
      <div className="grid grid-cols-2 gap-2.5">
        {status === "active" && (
          <>
            <Button onClick={() => void hand()} disabled={handed === "adding"}>
              <WalletCards aria-hidden="true" className="size-4.5" /> {say(APP.toWallet)}
            </Button>
            <Button look="soft" busy={busy} onClick={() => void turn("lockCard")}>
              <Lock aria-hidden="true" className="size-4.5" /> {say(APP.lock)}
            </Button>
          </>
        )}
        {status === "frozenByHolder" && (
          <Button busy={busy} className="col-span-2" onClick={() => void turn("unlockCard")}>
            <LockOpen aria-hidden="true" className="size-4.5" /> {say(APP.unlock)}
          </Button>
        )}
        {status === "notActivated" && (
          <Button busy={busy} className="col-span-2" onClick={() => void turn("activateCard")}>
            <Sparkles aria-hidden="true" className="size-4.5" /> {say(APP.activate)}
          </Button>
        )}
      </div>
      {status === "frozenByHolder" && <p className="text-center text-[13px] text-ink-3">{say(APP.locked)}</p>}
    </div>
  );
}
