import { PageContext } from "../page-context.ts";
import { PhoneScreen } from "../phone/phone-screen.tsx";
import type { PhonePage } from "../phone-page.ts";
import { type Store, useStore } from "../store.ts";
import { LanguageProvider, useSay } from "../text/language.tsx";
import { AboutDemo } from "../top-bar.tsx";
import { SHELL_TEXT } from "./words.ts";

/** @param renewed a newer version lies ready for the next start. */
export function PhoneAlone({ page, renewed }: { page: PhonePage; renewed: Store<boolean> }) {
  return (
    <LanguageProvider language={page.language}>
      <PageContext.Provider value={page}>
        <main className="mx-auto flex h-dvh max-w-[480px] flex-col pt-[env(safe-area-inset-top)] pb-[env(safe-area-inset-bottom)]">
          <h1 className="sr-only">卡包 Kabao</h1>
          <TopLine renewed={renewed} />
          <div className="min-h-0 flex-1">
            <PhoneScreen />
          </div>
        </main>
      </PageContext.Provider>
    </LanguageProvider>
  );
}

/** That this is a demo, and that a newer version comes with the next start. */
function TopLine({ renewed }: { renewed: Store<boolean> }) {
  const newer = useStore(renewed);
  const say = useSay();
  return (
    <div className="flex min-h-9 shrink-0 items-center gap-3 px-5 pt-1.5">
      <AboutDemo />
      {newer && (
        <p role="status" className="min-w-0 flex-1 text-right text-xs text-ink-3">
          {say(SHELL_TEXT.renewed)}
        </p>
      )}
    </div>
  );
}
