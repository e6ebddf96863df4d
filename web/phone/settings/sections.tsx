import type { ReactNode } from "react";
import type { Language } from "#contracts/common";
import type { Theme } from "../../adapters/theme.ts";
import { usePage } from "../../page-context.ts";
import { useStore } from "../../store.ts";
import { useLanguage, useSay } from "../../text/language.tsx";
import { Choice, Switch } from "../../ui/choice.tsx";
import { FaultNote } from "../../ui/fault-note.tsx";
import { SETTINGS_TEXT } from "./words.ts";

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="grid gap-1.5">
      <h3 className="px-1 text-[13px] font-semibold text-ink-3">{title}</h3>
      <div className="grid gap-3 rounded-2xl bg-panel-2 px-4 py-3.5">{children}</div>
    </section>
  );
}

const LANGUAGES = [
  { value: "zh", text: "中文", lang: "zh-CN" },
  { value: "en", text: "English", lang: "en" },
] as const satisfies readonly { value: Language; text: string; lang: string }[];
const THEMES: readonly Theme[] = ["system", "light", "dark"];

export function Appearance() {
  const { language, theme } = usePage();
  const say = useSay();
  const chosen = useLanguage();
  const dressed = useStore(theme);
  return (
    <Section title={say(SETTINGS_TEXT.look)}>
      <Choice
        label={say(SETTINGS_TEXT.language)}
        value={chosen}
        options={LANGUAGES}
        onChoose={(value) => language.set(value)}
      />
      <Choice
        label={say(SETTINGS_TEXT.theme)}
        value={dressed}
        options={THEMES.map((value) => ({ value, text: say(SETTINGS_TEXT.themes[value]) }))}
        onChoose={(value) => theme.set(value)}
      />
    </Section>
  );
}

const KINDS = ["all", "declines", "none"] as const;

/** What the holder is told of, and whether a closed wallet tells it, too. */
export function NoticeSection() {
  const { notices } = usePage();
  const { choice, closed, busy, fault } = useStore(notices.state);
  const say = useSay();
  const text = SETTINGS_TEXT.notices;
  const hint = closed === "refused" ? text.refused : closed === "none" ? text.none : text.closedHint;
  return (
    <Section title={say(text.title)}>
      <Choice
        label={say(text.which)}
        value={choice.which}
        disabled={busy}
        options={KINDS.map((value) => ({ value, text: say(text.kinds[value]) }))}
        onChoose={(which) => void notices.choose({ which })}
      />
      {choice.which !== "none" && (
        <>
          <Switch
            label={say(text.amounts)}
            on={choice.amounts === "shown"}
            disabled={busy}
            onSwitch={(on) => void notices.choose({ amounts: on ? "shown" : "hidden" })}
          />
          <div>
            <Switch
              label={say(text.closed)}
              on={closed === "on"}
              disabled={busy || closed === "none" || closed === "refused" || closed === "unknown"}
              onSwitch={(on) => void (on ? notices.switchOn() : notices.switchOff())}
            />
            <p className="text-xs leading-relaxed text-ink-3">{say(hint)}</p>
          </div>
        </>
      )}
      <p className="text-xs leading-relaxed text-ink-3">{say(text.history)}</p>
      {fault !== undefined && <FaultNote fault={fault} />}
    </Section>
  );
}

export function About() {
  const say = useSay();
  const { title, rows } = SETTINGS_TEXT.about;
  return (
    <Section title={say(title)}>
      <dl className="grid gap-2.5 text-[13px] leading-relaxed">
        {rows.map(([where, what]) => (
          <div key={where.en}>
            <dt className="font-semibold">{say(where)}</dt>
            <dd className="text-ink-2">{say(what)}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
