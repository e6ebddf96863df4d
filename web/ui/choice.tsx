import { useId } from "react";

/** One of a few, side by side: radio buttons that look like the phones' segmented control. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  disabled = false,
  onChoose,
}: {
  label: string;
  value: Value;
  options: readonly { readonly value: Value; readonly text: string; readonly lang?: string }[];
  disabled?: boolean;
  onChoose: (value: Value) => void;
}) {
  const name = useId();
  return (
    <fieldset disabled={disabled} className="min-w-0">
      <legend className="mb-1.5 text-[13px] text-ink-2">{label}</legend>
      <div className="grid auto-cols-fr grid-flow-col gap-1 rounded-xl bg-line/60 p-1">
        {options.map((option) => (
          <label
            key={option.value}
            lang={option.lang}
            className="flex min-h-9 cursor-pointer items-center justify-center rounded-[9px] px-2 text-center text-[13px] leading-tight font-medium text-ink-2 transition has-checked:bg-panel has-checked:font-semibold dark:has-checked:bg-ink-3/35 has-checked:text-ink has-checked:shadow-panel has-focus-visible:outline-2 has-focus-visible:outline-accent has-disabled:cursor-default has-disabled:opacity-60"
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChoose(option.value)}
              className="sr-only"
            />
            {option.text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** On or off. */
export function Switch({
  label,
  on,
  disabled = false,
  onSwitch,
}: {
  label: string;
  on: boolean;
  disabled?: boolean;
  onSwitch: (on: boolean) => void;
}) {
  return (
    <label className="flex min-h-11 cursor-pointer items-center justify-between gap-4 text-[15px] has-disabled:cursor-default has-disabled:opacity-60">
      {label}
      <input
        type="checkbox"
        role="switch"
        aria-checked={on}
        checked={on}
        disabled={disabled}
        onChange={(event) => onSwitch(event.target.checked)}
        className="relative h-[31px] w-[51px] shrink-0 cursor-pointer appearance-none rounded-full bg-ink-3/50 transition-colors before:absolute before:top-[2px] before:left-[2px] before:size-[27px] before:rounded-full before:bg-white before:shadow-[0_2px_6px_rgb(0_0_0/0.25)] before:transition-transform checked:bg-good-solid checked:before:translate-x-5"
      />
    </label>
  );
}
