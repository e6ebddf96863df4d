import { CreditCard } from "lucide-react";
import type { BindingView } from "#contracts/wallet-api";
import { usePage } from "../page-context.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";

/** A binding that an earlier visit began can go on where it stopped. The newest of each card is enough. */
export function Unfinished({ bindings }: { bindings: readonly BindingView[] }) {
  const { addCard } = usePage();
  const say = useSay();
  const newest = bindings.filter(
    (binding, i) => bindings.findIndex((other) => other.panSuffix === binding.panSuffix) === i,
  );
  if (newest.length === 0) return null;
  return (
    <ul className="grid gap-2">
      {newest.map((binding) => (
        <li key={binding.bindingId} className="flex items-center gap-3 rounded-2xl bg-panel py-2.5 pr-2.5 pl-3.5">
          <CreditCard aria-hidden="true" className="size-5 shrink-0 text-accent" />
          <p className="min-w-0 flex-1 text-[13px] leading-snug">
            {say(
              binding.panSuffix === undefined ? TEXT.wallet.unfinishedNew : TEXT.wallet.unfinished(binding.panSuffix),
            )}
          </p>
          <Button look="soft" size="small" onClick={() => addCard.resume(binding)}>
            {say(TEXT.wallet.resume)}
          </Button>
        </li>
      ))}
    </ul>
  );
}
