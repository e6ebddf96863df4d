import { ArrowDown, Check, CircleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import type { Words } from "#contracts/common";
import type { Problem } from "#contracts/problem";
import type { CryptogramExplanation } from "#contracts/wire-api";
import { TAGS } from "#protocol/tlv";
import { useSay } from "../text/language.tsx";
import { Spinner } from "../ui/button.tsx";
import type { Explained } from "./flow.ts";
import { WIRE_TEXT } from "./words.ts";

const TEXT = WIRE_TEXT.cryptogram;

/** How the token service checks a cryptogram, step by step, and why it does not fit. */
export function Explainer({ explained, onClose }: { explained: Explained; onClose: () => void }) {
  const say = useSay();
  return (
    <section aria-label={say(TEXT.title)} className="rise grid gap-4 rounded-2xl bg-panel p-4 ring-1 ring-line">
      <div className="flex items-center gap-2">
        <h4 className="flex-1 text-[15px] font-bold">{say(TEXT.title)}</h4>
        <button
          type="button"
          aria-label={`${say(WIRE_TEXT.close)}: ${say(TEXT.title)}`}
          onClick={onClose}
          className="grid size-8 place-items-center rounded-full bg-panel-2 text-ink-2 hover:text-ink"
        >
          <X aria-hidden="true" className="size-4" />
        </button>
      </div>
      {explained.kind === "asking" && (
        <p role="status" className="flex items-center gap-2 text-[13px] text-ink-2">
          <Spinner /> {say(TEXT.loading)}
        </p>
      )}
      {explained.kind === "fault" && (
        <p role="alert" className="text-[13px] text-bad">
          {say(faultWords(explained.problem))}
        </p>
      )}
      {explained.kind === "told" && <Told told={explained.explanation} />}
    </section>
  );
}

function faultWords({ code, at }: Problem): Words {
  if (code === "badRequest" && at !== undefined) return TEXT.unreadable(at);
  return code === "notFound" ? TEXT.notFound : TEXT.away;
}

function Told({ told }: { told: CryptogramExplanation }) {
  const say = useSay();
  const right = told.verdict === "right";
  const allPassed = told.checks.every(({ passed }) => passed);
  return (
    <>
      <Verdict
        told={told}
        good={right && allPassed}
        words={right ? (allPassed ? TEXT.right : TEXT.refusedAnyway) : TEXT.wrong}
      />
      <Part number={1} title={TEXT.inputs} hint={TEXT.inputsHint}>
        <Inputs told={told} />
      </Part>
      <Part number={2} title={TEXT.keys} hint={TEXT.keysHint}>
        <Keys told={told} />
      </Part>
      <Part number={3} title={TEXT.data} hint={TEXT.dataHint}>
        <p className="flex flex-wrap gap-1.5 font-mono text-[11px]">
          {told.blocks.map((block, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: blocks may repeat, and never move
            <span key={i} className="rounded-md bg-panel-2 px-1.5 py-0.5">
              {block}
            </span>
          ))}
        </p>
      </Part>
      <Part number={4} title={TEXT.mac} hint={TEXT.macHint}>
        <Comparison expected={told.expected} got={told.got} />
      </Part>
      <Part number={5} title={TEXT.checks}>
        <ul className="grid gap-1.5">
          {told.checks.map(({ id, passed, words }) => (
            <li key={id} className="flex gap-2 text-[13px] leading-snug">
              <Mark passed={passed} />
              <span className={passed ? "text-ink-2" : "font-semibold text-bad"}>
                <span className="sr-only">{say(passed ? TEXT.passed : TEXT.failed)}: </span>
                {say(words)}
              </span>
            </li>
          ))}
        </ul>
      </Part>
      <p className="text-[11px] text-ink-3">{say(TEXT.demoOnly)}</p>
    </>
  );
}

function Verdict({ told, good, words }: { told: CryptogramExplanation; good: boolean; words: Words }) {
  const say = useSay();
  const { answered, why, checks } = told;
  const failed = checks.filter(({ id, passed }) => !passed && id !== "cryptogram");
  return (
    <div role="status" className={`rounded-xl px-3.5 py-3 ${good ? "bg-good-soft text-good" : "bg-bad-soft text-bad"}`}>
      <p className="flex items-center gap-2 text-[15px] font-bold">
        {good ? <Check aria-hidden="true" className="size-5" /> : <CircleAlert aria-hidden="true" className="size-5" />}
        {say(words)}
      </p>
      {why.map((one, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: told once, and never moved
        <div key={i} className="mt-2 text-[13px] leading-relaxed">
          <p>{say(one.words)}</p>
          {one.signed !== undefined && one.message !== undefined && (
            <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3 font-mono text-[12px]">
              <dt className="font-sans">{say(TEXT.signed)}</dt>
              <dd className="break-all">{one.signed}</dd>
              <dt className="font-sans">{say(TEXT.message)}</dt>
              <dd className="break-all">{one.message}</dd>
            </dl>
          )}
        </div>
      ))}
      {failed.map(({ id, words: found }) => (
        <p key={id} className="mt-2 text-[13px] leading-relaxed">
          {say(found)}
        </p>
      ))}
      <p className="mt-2 text-xs">
        {answered !== undefined && (
          <>
            {say(TEXT.answered[answered.outcome])}
            {answered.reason !== undefined && <span className="ml-1 font-mono">{answered.reason}</span>}
          </>
        )}
        {told.tried > 1 && <span className="ml-2">{say(TEXT.tried(told.tried))}</span>}
      </p>
    </div>
  );
}

function Part({ number, title, hint, children }: { number: number; title: Words; hint?: Words; children: ReactNode }) {
  const say = useSay();
  return (
    <section className="grid min-w-0 gap-2">
      <h5 className="flex items-baseline gap-2 text-[13px] font-bold">
        <span
          aria-hidden="true"
          className="grid size-5 place-items-center self-center rounded-full bg-accent text-[11px] text-accent-ink"
        >
          {number}
        </span>
        {say(title)}
      </h5>
      {hint !== undefined && <p className="text-xs leading-relaxed text-ink-3">{say(hint)}</p>}
      {children}
    </section>
  );
}

const FROM_CARD: ReadonlySet<string> = new Set(["82", "9F36"]);

function Inputs({ told }: { told: CryptogramExplanation }) {
  const say = useSay();
  return (
    <table className="w-full text-left text-xs">
      <tbody>
        {told.inputs.map(({ tag, value, signed }) => (
          <tr
            key={tag}
            className={`border-line border-b align-baseline last:border-0 ${signed === undefined ? "" : "text-bad"}`}
          >
            <th scope="row" className="py-1 pr-2 font-mono text-[11px] font-semibold">
              {tag}
            </th>
            <td className="py-1 pr-2">
              <span className="block leading-snug">{say(nameOf(tag))}</span>
              <span className="block text-[11px] text-ink-3">
                {say(TEXT.sources[tag === "9F10" ? "iad" : FROM_CARD.has(tag) ? "card" : "terminal"])}
              </span>
            </td>
            <td className="py-1 text-right font-mono text-[11px] break-all">
              {value}
              {signed !== undefined && (
                <span className="block font-bold">
                  {say(TEXT.signed)} {signed}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function nameOf(tag: string): Words {
  const { zh, en } = TAGS[tag] ?? { zh: tag, en: tag };
  return { zh, en };
}

function Keys({ told }: { told: CryptogramExplanation }) {
  const say = useSay();
  return (
    <ol className="grid gap-1">
      {told.keys.map(({ role, handle, version, checkValue }) => (
        <li key={role} className="grid gap-1">
          {role !== "master" && (
            <p className="flex items-center gap-1.5 pl-2 text-xs text-ink-3">
              <ArrowDown aria-hidden="true" className="size-3.5 shrink-0" />
              {say(role === "card" ? TEXT.derive.card(told.tokenSuffix, told.psn) : TEXT.derive.session(told.atc))}
            </p>
          )}
          <div className="flex flex-wrap items-baseline gap-x-3 rounded-xl bg-panel-2 px-3 py-1.5">
            <span className="text-[13px] font-semibold">{say(TEXT.roles[role])}</span>
            {handle !== undefined && (
              <span className="font-mono text-[11px] break-all text-ink-2">
                {handle}
                {version !== undefined && ` v${version}`}
              </span>
            )}
            <span className="ml-auto font-mono text-[11px] text-ink-2">
              <span className="font-sans text-ink-3">{say(TEXT.checkValue)}</span> {checkValue}
            </span>
          </div>
          {role === "session" && <p className="pl-3 font-mono text-[11px] break-all text-ink-3">{told.sessionInput}</p>}
        </li>
      ))}
    </ol>
  );
}

function Comparison({ expected, got }: { expected: string; got: string }) {
  const say = useSay();
  const line = (label: Words, value: string, other: string) => (
    <div className="flex items-baseline gap-3">
      <dt className="w-16 shrink-0 text-xs text-ink-3">{say(label)}</dt>
      <dd className="flex flex-wrap font-mono text-[13px]">
        {(value.match(/../g) ?? []).map((byte, i) => (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: bytes stand where they stand
            key={i}
            className={`rounded px-1 ${byte === other.slice(2 * i, 2 * i + 2) ? "text-good" : "bg-bad-soft font-bold text-bad"}`}
          >
            {byte}
          </span>
        ))}
      </dd>
    </div>
  );
  return (
    <dl className="grid gap-1">
      {line(TEXT.expected, expected, got)}
      {line(TEXT.got, got, expected)}
    </dl>
  );
}

function Mark({ passed }: { passed: boolean }) {
  return passed ? (
    <Check aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-good" />
  ) : (
    <X aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-bad" />
  );
}
