import { BellRing, ChevronRight } from "lucide-react";
import { Link } from "wouter";
import { CardFace } from "../phone/card-face.tsx";
import { useStore } from "../store.ts";
import { CARD_STATES } from "../text/card-states.ts";
import { useSay } from "../text/language.tsx";
import { yuan } from "../text/shown.ts";
import { Spinner } from "../ui/button.tsx";
import type { AppCard } from "./app.ts";
import { useApp } from "./app-context.ts";
import { APP } from "./words.ts";

/** What waits for the customer's word, and his cards. */
export function HomeScreen({ onLook }: { onLook: (bindingId: string) => void }) {
  const { app, name } = useApp();
  const { cards, pending } = useStore(app.state);
  const say = useSay();
  return (
    <>
      <h1 className="text-[26px] leading-tight font-bold">{say(APP.hello(name))}</h1>
      {pending.map(({ bindingId, panSuffix, deviceName }) => (
        <button
          key={bindingId}
          type="button"
          onClick={() => onLook(bindingId)}
          className="rise flex items-center gap-3.5 rounded-3xl bg-accent px-4 py-3.5 text-left text-accent-ink shadow-panel transition hover:brightness-110"
        >
          <BellRing aria-hidden="true" className="size-6 shrink-0" />
          <span className="min-w-0 flex-1">
            <span className="block text-[16px] font-bold">{say(APP.ask)}</span>
            <span className="block truncate text-[14px]">{say(APP.askOne(panSuffix, deviceName))}</span>
          </span>
          <span className="shrink-0 text-[14px] font-semibold">{say(APP.look)}</span>
          <ChevronRight aria-hidden="true" className="-ml-2 size-5 shrink-0" />
        </button>
      ))}
      <section className="grid gap-3">
        <h2 className="text-[15px] font-bold text-ink-2">{say(APP.cards)}</h2>
        {cards === undefined && <Spinner className="mx-auto my-10 size-7 text-accent" />}
        {cards?.map((card) => (
          <CardTile key={card.cardId} card={card} />
        ))}
      </section>
    </>
  );
}

function CardTile({ card }: { card: AppCard }) {
  const say = useSay();
  const { cardId, panSuffix, product, status, availableMinor } = card;
  return (
    <Link
      href={`/card/${cardId}`}
      className="block overflow-hidden rounded-3xl bg-panel p-3 shadow-panel transition hover:brightness-[0.98] dark:hover:brightness-110"
    >
      <CardFace product={product} panSuffix={panSuffix} />
      <span className="flex items-end justify-between gap-3 px-1.5 pt-3 pb-0.5">
        <span>
          <span className="block text-xs text-ink-3">
            {say(product.kind === "credit" ? APP.availableCredit : APP.available)}
          </span>
          <span className="tabular block text-[24px] leading-tight font-bold">{yuan(availableMinor)}</span>
        </span>
        {status !== "active" && (
          <span className="rounded-full bg-bad-soft px-2.5 py-0.5 text-xs font-semibold text-bad">
            {say(CARD_STATES[status])}
          </span>
        )}
        {status === "active" && <ChevronRight aria-hidden="true" className="mb-1 size-5 text-ink-3" />}
      </span>
    </Link>
  );
}
