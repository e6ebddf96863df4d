import { Check, Scale, X } from "lucide-react";
import type { Words } from "#contracts/common";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { yuan } from "../text/shown.ts";
import { Panel } from "../ui/panel.tsx";
import { useBreak } from "./context.ts";
import { BREAK } from "./words.ts";

const { proof: WORDS } = BREAK;

/** Before and now by the bank's own books, and what must hold between them whatever was broken. */
export function ProofPanel() {
  const { ledger } = useBreak();
  const proof = useStore(ledger.proof);
  const say = useSay();
  return (
    <Panel
      title={say(WORDS.title)}
      icon={Scale}
      hint={say(WORDS.hint)}
      className="h-full"
      aside={
        <button
          type="button"
          onClick={() => void ledger.anew()}
          className="ml-auto rounded-full px-2.5 py-1.5 text-[13px] font-medium whitespace-nowrap text-accent hover:bg-accent-soft"
        >
          {say(WORDS.anew)}
        </button>
      }
    >
      {proof === undefined ? (
        <p className="py-6 text-center text-[13px] text-ink-3">{say(WORDS.empty)}</p>
      ) : (
        <div className="grid gap-x-6 gap-y-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
          <table className="tabular h-fit w-full text-[13px]">
            <thead>
              <tr className="text-right text-xs text-ink-3">
                <td />
                <th scope="col" className="py-1 font-medium">
                  {say(WORDS.before)}
                </th>
                <th scope="col" className="py-1 pl-3 font-medium">
                  {say(WORDS.now)}
                </th>
              </tr>
            </thead>
            <tbody>
              <Row
                name={WORDS.balance}
                was={yuan(`${proof.before.postedMinor}`)}
                is={yuan(`${proof.now.postedMinor}`)}
              />
              <Row name={WORDS.holds} was={yuan(`${proof.before.heldMinor}`)} is={yuan(`${proof.now.heldMinor}`)} />
              <Row name={WORDS.lines} was={`${proof.before.lines}`} is={`${proof.now.lines}`} />
              <Row name={WORDS.tokens} was={`${proof.before.tokens}`} is={`${proof.now.tokens}`} />
              <Row name={WORDS.texts} was={`${proof.before.texts}`} is={`${proof.now.texts}`} />
            </tbody>
          </table>
          <div>
            <p className="mb-1.5 text-[13px] font-semibold">{say(WORDS.sales(proof.done.sales, proof.done.failed))}</p>
            <ul className="grid gap-1.5">
              {proof.checks.map(({ name, holds }) => (
                <li
                  key={name}
                  className={`flex gap-2 text-[13px] leading-snug ${holds ? "" : "font-semibold text-bad"}`}
                >
                  {holds ? (
                    <Check aria-label={say(WORDS.holdsTrue)} className="size-4 shrink-0 text-good" />
                  ) : (
                    <X aria-label={say(WORDS.holdsNot)} className="size-4 shrink-0" />
                  )}
                  {say(WORDS.checks[name])}
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </Panel>
  );
}

function Row({ name, was, is }: { name: Words; was: string; is: string }) {
  const say = useSay();
  return (
    <tr className="border-line border-t text-right">
      <th scope="row" className="py-1 text-left font-normal text-ink-2">
        {say(name)}
      </th>
      <td className="py-1 text-ink-3">{was}</td>
      <td className={`py-1 pl-3 ${was === is ? "" : "font-semibold"}`}>{is}</td>
    </tr>
  );
}
