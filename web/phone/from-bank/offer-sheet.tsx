import { usePage } from "../../page-context.ts";
import { useStore } from "../../store.ts";
import { useLanguage, useSay } from "../../text/language.tsx";
import { Button } from "../../ui/button.tsx";
import { Sheet } from "../../ui/sheet.tsx";
import { CardFace } from "../card-face.tsx";
import { FROM_BANK } from "./words.ts";

/** The bank's app holds a card out: the holder agrees here, in his wallet. */
export function OfferSheet() {
  const { addCard, offer } = usePage();
  const held = useStore(offer);
  const adding = useStore(addCard.state);
  const say = useSay();
  const language = useLanguage();
  const open = held !== undefined && adding.step === "closed";
  return (
    <Sheet open={open} title={say(FROM_BANK.title)} onClose={() => held?.end(false)}>
      {held !== undefined && (
        <div className="grid gap-4">
          <CardFace product={held.card.product} panSuffix={held.card.panSuffix} />
          <p className="text-[15px] leading-relaxed text-ink-2">{say(FROM_BANK.text(held.card.product.bank))}</p>
          <div className="grid gap-2">
            <Button size="large" onClick={() => void addCard.addFromBank(held, language)}>
              {say(FROM_BANK.add)}
            </Button>
            <Button look="plain" onClick={() => held.end(false)}>
              {say(FROM_BANK.no)}
            </Button>
          </div>
        </div>
      )}
    </Sheet>
  );
}
