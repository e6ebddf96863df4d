import type { ButtonHTMLAttributes } from "react";

type Look = "primary" | "soft" | "plain" | "danger";

const LOOKS: Readonly<Record<Look, string>> = {
  primary: "bg-accent text-accent-ink hover:brightness-110 active:brightness-95 disabled:opacity-55",
  soft: "bg-accent-soft text-accent hover:brightness-[0.97] dark:hover:brightness-110 disabled:opacity-55",
  plain: "text-accent hover:bg-accent-soft disabled:opacity-55",
  danger: "bg-bad-soft text-bad hover:brightness-[0.97] dark:hover:brightness-110 disabled:opacity-55",
};

type Size = "small" | "medium" | "large";

const SIZES: Readonly<Record<Size, string>> = {
  small: "min-h-10 rounded-xl px-3.5 text-[13px]",
  medium: "min-h-11 rounded-2xl px-5 text-[15px]",
  large: "min-h-13 rounded-2xl px-5 text-base",
};

/** A button of the house. `busy` keeps its width and says so to readers. */
export function Button({
  look = "primary",
  size = "medium",
  busy = false,
  className = "",
  children,
  disabled,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look; size?: Size; busy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled === true || busy}
      aria-busy={busy}
      className={`inline-flex items-center justify-center gap-2 font-semibold transition ${SIZES[size]} ${LOOKS[look]} ${className}`}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

export function Spinner({ className = "size-4" }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={`inline-block animate-spin rounded-full border-2 border-current border-r-transparent ${className}`}
    />
  );
}
