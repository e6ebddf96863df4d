import { useEffect, useState } from "react";
import { fetchDemoCards, type PrintedCard } from "../../adapters/demo-cards.ts";
import { usePage } from "../../page-context.ts";
import { useSay } from "../../text/language.tsx";
import { TEXT } from "../../text/words.ts";
import { groupPan } from "./card-form.ts";

/** The invented bank's printed cards: one touch types one of them into the form. */
export function DemoCards() {
  const { addCard } = usePage();
  const say = useSay();
  const [cards, setCards] = useState<readonly PrintedCard[]>([]);
  useEffect(() => {
    let gone = false;
    void fetchDemoCards().then((found) => gone || setCards(found));
    return () => {
      gone = true;
    };
  }, []);
  if (cards.length === 0) return null;

  function fill({ pan, holderName, mobile, kind, expiry, cvn2 }: PrintedCard): void {
    const credit = kind === "credit";
    addCard.fill(
      {
        pan: groupPan(pan),
        holderName,
        mobile,
        expiry: credit ? `${expiry.slice(2)}/${expiry.slice(0, 2)}` : "",
        cvn2: credit ? cvn2 : "",
      },
      credit,
    );
  }

  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 text-[13px] font-medium text-ink-2">{say(TEXT.add.useDemo)}</legend>
      <div className="no-bar -mx-5 flex gap-2 overflow-x-auto px-5 pb-1">
        {cards.map((card) => (
          <button
            key={card.id}
            type="button"
            onClick={() => fill(card)}
            className="shrink-0 rounded-2xl border border-line bg-panel px-3 py-2 text-left transition hover:border-accent"
          >
            <span className="block text-[13px] font-semibold">{card.holderName}</span>
            <span className="block text-xs whitespace-nowrap text-ink-3">
              {say(TEXT.add[card.kind])} · {say(TEXT.add.demoStates[card.status])}
            </span>
          </button>
        ))}
      </div>
    </fieldset>
  );
}
