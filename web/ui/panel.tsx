import type { LucideIcon } from "lucide-react";
import { type ReactNode, useId } from "react";

/** One part of the stage: a titled box that scrolls inside. */
export function Panel({
  title,
  icon: Icon,
  hint,
  aside,
  children,
  className = "",
}: {
  title: string;
  icon: LucideIcon;
  hint?: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={`flex min-h-0 flex-col overflow-hidden rounded-3xl bg-panel shadow-panel ${className}`}
    >
      <header className="flex shrink-0 items-center gap-2 px-4 pt-3.5 pb-2">
        <Icon aria-hidden="true" className="size-4.5 shrink-0 text-ink-3" />
        <h2 id={id} className="text-[15px] font-bold whitespace-nowrap">
          {title}
        </h2>
        {hint !== undefined && (
          <p className="min-w-0 flex-1 truncate text-xs text-ink-3" title={hint}>
            {hint}
          </p>
        )}
        {aside}
      </header>
      <div
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 pb-4 -outline-offset-2"
      >
        {children}
      </div>
    </section>
  );
}
