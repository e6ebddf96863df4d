import { Delete } from "lucide-react";
import { type FormEvent, useId } from "react";
import { useStage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import type { TillScreen } from "./till.ts";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "back"] as const;

export function AmountScreen({ screen }: { screen: Extract<TillScreen, { kind: "amount" }> }) {
  const { till } = useStage();
  const { typed } = useStore(till.state);
  const say = useSay();
  const id = useId();

  function submit(event: FormEvent): void {
    event.preventDefault();
    void till.charge();
  }
  return (
    <form onSubmit={submit} noValidate className="flex flex-1 flex-col gap-3">
      <div>
        <label htmlFor={id} className="block text-center text-xs text-ink-3">
          {say(TEXT.till.amount)}
        </label>
        <div className="flex items-baseline justify-center gap-1">
          <span aria-hidden="true" className="text-2xl font-semibold text-ink-2">
            ¥
          </span>
          <input
            id={id}
            value={typed}
            onChange={(event) => till.type(event.target.value)}
            placeholder="0.00"
            // The keys below are the keyboard on a touch screen.
            inputMode="none"
            autoComplete="off"
            aria-invalid={screen.typedFault !== undefined}
            aria-describedby={screen.typedFault === undefined ? undefined : `${id}-fault`}
            style={{ width: `${Math.max(4, typed.length) + 0.6}ch` }}
            className="tabular rounded-lg bg-transparent text-center text-[42px] leading-tight font-bold placeholder:text-ink-3/60"
          />
        </div>
        {screen.typedFault !== undefined && (
          <p id={`${id}-fault`} role="alert" className="text-center text-[13px] font-medium text-bad">
            {say(screen.typedFault)}
          </p>
        )}
      </div>
      {screen.fault !== undefined && <FaultNote fault={screen.fault} />}
      <div className="grid flex-1 grid-cols-3 gap-2">
        {KEYS.map((key) => (
          <button
            key={key}
            type="button"
            aria-label={key === "back" ? say(TEXT.till.backspace) : key}
            onClick={() => till.press(key)}
            className="grid min-h-9 place-items-center rounded-2xl bg-panel text-[22px] font-medium shadow-[0_1px_2px_rgb(0_0_0/0.06)] transition active:scale-95 active:bg-accent-soft"
          >
            {key === "back" ? <Delete aria-hidden="true" className="size-6" /> : key}
          </button>
        ))}
      </div>
      <Button type="submit" busy={screen.busy} size="large">
        {say(TEXT.till.charge)}
      </Button>
    </form>
  );
}
