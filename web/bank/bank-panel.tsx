import { ExternalLink, Landmark } from "lucide-react";
import { useId } from "react";
import { useStage } from "../page-context.ts";
import { useStore } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { momentText, yuan } from "../text/shown.ts";
import { TEXT } from "../text/words.ts";
import { FaultNote } from "../ui/fault-note.tsx";
import { Panel } from "../ui/panel.tsx";

/** The bank's other faces, each a page of its own. */
const FACES = [
  { href: "/desk", words: { zh: "柜台", en: "Desk" } },
  { href: "/bank-app", words: { zh: "手机银行", en: "App" } },
] as const;

/** The demo bank from inside: what an account has, and what moved on it. */
export function BankPanel() {
  const { bank } = useStage();
  const { accounts, chosen, lines, fault } = useStore(bank.state);
  const say = useSay();
  const language = useLanguage();
  const id = useId();
  const account = accounts.find((one) => one.cardId === chosen);
  return (
    <Panel
      title={say(TEXT.bank.title)}
      icon={Landmark}
      hint={say(TEXT.bank.hint)}
      aside={
        <span className="flex shrink-0 gap-1">
          {FACES.map(({ href, words }) => (
            <a
              key={href}
              href={href}
              target="_blank"
              rel="noreferrer"
              className="flex items-center gap-1 rounded-lg px-2 py-1 text-[13px] font-semibold text-accent hover:bg-accent-soft"
            >
              <ExternalLink aria-hidden="true" className="size-4" /> {say(words)}
            </a>
          ))}
        </span>
      }
    >
      {fault !== undefined && <FaultNote fault={fault} className="mb-3" />}
      {account !== undefined && (
        <>
          <div className="rounded-2xl bg-panel-2 px-4 py-3">
            <div className="flex items-center justify-between gap-3">
              <p className="text-xs text-ink-3">
                {say(account.product.kind === "credit" ? TEXT.bank.availableCredit : TEXT.bank.available)}
              </p>
              <label htmlFor={id} className="sr-only">
                {say(TEXT.bank.account)}
              </label>
              <select
                id={id}
                value={chosen}
                onChange={(event) => bank.choose(event.target.value)}
                className="max-w-44 rounded-lg bg-transparent py-1 text-right text-[13px] font-medium text-accent"
              >
                {accounts.map((one) => (
                  <option key={one.cardId} value={one.cardId} className="bg-panel text-ink">
                    {one.holderName} · {one.panSuffix}
                  </option>
                ))}
              </select>
            </div>
            <p className="tabular text-[26px] leading-tight font-bold">{yuan(account.availableMinor)}</p>
            {account.heldMinor !== "0" && (
              <p className="tabular text-xs text-ink-3">
                {say(TEXT.bank.held)} {yuan(account.heldMinor)}
              </p>
            )}
          </div>
          <h3 className="mt-3 mb-1 text-xs font-medium text-ink-3">{say(TEXT.bank.lines)}</h3>
          {lines.length === 0 ? (
            <p className="py-3 text-center text-[13px] text-ink-3">{say(TEXT.bank.noLines)}</p>
          ) : (
            <ul>
              {lines.map((line) => (
                <li
                  key={`${line.at} ${line.balanceMinor} ${line.minor}`}
                  className="flex items-baseline justify-between gap-3 border-line py-2 text-[13px] not-first:border-t"
                >
                  <span className="min-w-0">
                    <span className="block truncate font-medium">{line.text}</span>
                    <span className="block text-xs text-ink-3">{momentText(line.at, language)}</span>
                  </span>
                  <span className="tabular shrink-0 text-right">
                    <span className={`block font-semibold ${line.minor.startsWith("-") ? "" : "text-good"}`}>
                      {line.minor.startsWith("-") ? "" : "+"}
                      {yuan(line.minor)}
                    </span>
                    <span className="block text-xs text-ink-3">
                      {say(TEXT.bank.balance)} {yuan(line.balanceMinor)}
                    </span>
                  </span>
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </Panel>
  );
}
