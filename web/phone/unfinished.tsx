import { CreditCard } from "lucide-react";
import type { Words } from "#contracts/common";
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
          <p className="min-w-0 flex-1 text-[13px] leading-snug">{say(textOf(binding))}</p>
          <Button look="soft" size="small" onClick={() => void addCard.resume(binding)}>
            {say(binding.stage === "refused" ? TEXT.finding.explain : TEXT.wallet.resume)}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function textOf({ stage, panSuffix }: BindingView): Words {
  if (panSuffix === undefined) return TEXT.wallet.unfinishedNew;
  if (stage === "refused") return TEXT.wallet.notAdded(panSuffix);
  return stage === "awaitingBank" ? TEXT.wallet.waiting(panSuffix) : TEXT.wallet.unfinished(panSuffix);
}
