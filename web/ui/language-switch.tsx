import type { Language } from "#contracts/common";
import type { Store } from "../store.ts";
import { useLanguage, useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";

/** The other language, one touch away. */
export function LanguageSwitch({ language, className = "" }: { language: Store<Language>; className?: string }) {
  const chosen = useLanguage();
  const say = useSay();
  return (
    <button
      type="button"
      aria-label={say(TEXT.switchLanguage)}
      lang={chosen === "zh" ? "en" : "zh-CN"}
      onClick={() => language.set(chosen === "zh" ? "en" : "zh")}
      className={`grid size-9 shrink-0 place-items-center rounded-full bg-panel text-[13px] font-bold text-ink-2 shadow-panel hover:text-ink ${className}`}
    >
      {say(TEXT.languageName)}
    </button>
  );
}
