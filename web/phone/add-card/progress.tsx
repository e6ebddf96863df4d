import { useSay } from "../../text/language.tsx";
import type { AddCardState } from "./flow.ts";
import { ADD_TEXT } from "./words.ts";

/** How far each step is; steps that end it have no place on the way. */
const AT: Readonly<Partial<Record<AddCardState["step"], number>>> = {
  preflight: 1,
  card: 1,
  terms: 2,
  waiting: 3,
  verify: 3,
  adding: 4,
  added: 4,
};
const ALL = 4;

/** Card, terms, verification, done. */
export function Progress({ step }: { step: AddCardState["step"] }) {
  const say = useSay();
  const at = AT[step];
  if (at === undefined) return null;
  return (
    <div
      role="progressbar"
      aria-label={say(ADD_TEXT.steps)}
      aria-valuemin={1}
      aria-valuemax={ALL}
      aria-valuenow={at}
      aria-valuetext={say(ADD_TEXT.stepOf(at, ALL))}
      className="mb-4 grid grid-cols-4 gap-1.5"
    >
      {Array.from({ length: ALL }, (_, i) => (
        <span
          key={ADD_TEXT.stepOf(i, ALL).en}
          className={`h-1 rounded-full transition-colors duration-500 ${i < at ? "bg-accent" : "bg-line"}`}
        />
      ))}
    </div>
  );
}
