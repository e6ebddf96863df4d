import { usePage } from "../../page-context.ts";
import { useLanguage, useSay } from "../../text/language.tsx";
import { TEXT } from "../../text/words.ts";
import { Button } from "../../ui/button.tsx";
import { CardFace } from "../card-face.tsx";
import { TroubleNote } from "../explain/trouble-note.tsx";
import type { AddCardState } from "./flow.ts";

/** The bank's terms. Which version, when and in which language is recorded with the agreement. */
export function TermsStep({ state }: { state: Extract<AddCardState, { step: "terms" }> }) {
  const { addCard } = usePage();
  const say = useSay();
  const language = useLanguage();
  const { binding, busy } = state;
  return (
    <div className="rise grid gap-4">
      {binding.product !== undefined && binding.panSuffix !== undefined && (
        <div className="mx-auto w-56">
          <CardFace product={binding.product} panSuffix={binding.panSuffix} />
        </div>
      )}
      <div className="rounded-2xl bg-panel-2 p-4">
        <h3 className="font-bold">{say(TEXT.add.termsTitle)}</h3>
        {binding.terms !== undefined && (
          <>
            <p className="mt-2 text-[14px] leading-relaxed text-ink-2">{say(binding.terms.text)}</p>
            <p className="mt-2 text-xs text-ink-3">{say(TEXT.add.termsVersion(binding.terms.version))}</p>
          </>
        )}
      </div>
      {state.trouble !== undefined && <TroubleNote trouble={state.trouble} hotline={binding.product?.hotline} />}
      <div className="grid grid-cols-[1fr_2fr] gap-2">
        <Button look="plain" disabled={busy} onClick={() => void addCard.declineTerms()}>
          {say(TEXT.add.disagree)}
        </Button>
        <Button busy={busy} onClick={() => void addCard.acceptTerms(language)} size="large">
          {say(busy ? TEXT.add.deciding : TEXT.add.agree)}
        </Button>
      </div>
    </div>
  );
}
