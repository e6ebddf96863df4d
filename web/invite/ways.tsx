import { BookOpen, Landmark, type LucideIcon, Scissors, Sparkles, X } from "lucide-react";
import { useState } from "react";
import type { Words } from "#contracts/common";
import { notebook } from "../adapters/notebook.ts";
import { useSay } from "../text/language.tsx";
import { INVITE } from "./words.ts";

interface Way {
  readonly href: string;
  readonly icon: LucideIcon;
  readonly words: Words;
}
const TOUR: Way = { href: "/break?tour", icon: Sparkles, words: INVITE.tour };
const DOCS: Way = { href: "/docs", icon: BookOpen, words: INVITE.docs };
const WAYS: readonly Way[] = [
  TOUR,
  { href: "/break", icon: Scissors, words: INVITE.breakIt },
  { href: "/desk", icon: Landmark, words: INVITE.desk },
  DOCS,
];

/** The pages that stand beside the stage. `compact`: signs alone, the two that a newcomer wants. */
export function Ways({ compact = false }: { compact?: boolean }) {
  const say = useSay();
  return (
    <nav aria-label={say(INVITE.ways)} className="ml-auto flex items-center gap-0.5">
      {(compact ? [TOUR, DOCS] : WAYS).map(({ href, icon: Icon, words }) => (
        <a
          key={href}
          href={href}
          aria-label={say(words)}
          className={`flex min-h-9 items-center gap-1.5 rounded-full px-2.5 text-[13px] font-medium hover:bg-panel ${compact && href === DOCS.href ? "max-[400px]:hidden" : ""} ${href === TOUR.href ? "text-accent" : "text-ink-2 hover:text-ink"}`}
        >
          <Icon aria-hidden="true" className="size-4.5" />
          {!compact && <span className="whitespace-nowrap">{say(words)}</span>}
        </a>
      ))}
    </nav>
  );
}

/** Shown until it was taken or put away. */
export function Invitation() {
  const say = useSay();
  const [shown, setShown] = useState(() => notebook.read("invited") === undefined);
  if (!shown) return null;
  const put = () => {
    notebook.write("invited", "yes");
    setShown(false);
  };
  return (
    <aside
      aria-label={say(INVITE.tour)}
      className="mx-6 mb-3 flex shrink-0 items-center gap-3 rounded-2xl bg-accent-soft py-1.5 pr-1.5 pl-4 text-[14px]"
    >
      <Sparkles aria-hidden="true" className="size-5 shrink-0 text-accent" />
      <p className="min-w-0 flex-1 truncate">{say(INVITE.text)}</p>
      <a
        href={TOUR.href}
        onClick={put}
        className="rounded-xl bg-accent px-4 py-2 text-[13px] font-semibold text-accent-ink hover:brightness-110"
      >
        {say(INVITE.begin)}
      </a>
      <button
        type="button"
        aria-label={say(INVITE.later)}
        onClick={put}
        className="grid size-9 place-items-center rounded-full text-ink-2 hover:bg-panel"
      >
        <X aria-hidden="true" className="size-4.5" />
      </button>
    </aside>
  );
}
