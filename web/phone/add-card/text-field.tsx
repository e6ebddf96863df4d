import { type InputHTMLAttributes, useId } from "react";

/** A labelled input with its fault below it, tied together for readers of the screen. */
export function TextField({
  label,
  fault,
  onType,
  className = "",
  ...rest
}: Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & {
  label: string;
  fault?: string;
  onType: (text: string) => void;
}) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-[13px] font-medium text-ink-2">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        onChange={(event) => onType(event.target.value)}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : `${id}-fault`}
        className={`h-12 w-full rounded-2xl border bg-panel-2 px-4 text-base placeholder:text-ink-3 ${fault === undefined ? "border-line" : "border-bad"} ${className}`}
      />
      {fault !== undefined && (
        <p id={`${id}-fault`} role="alert" className="mt-1 text-[13px] font-medium text-bad">
          {fault}
        </p>
      )}
    </div>
  );
}
