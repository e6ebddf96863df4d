import { useMedia } from "./adapters/media.ts";
import { STAGE } from "./layout.ts";
import type { Page } from "./page.ts";
import { PageContext } from "./page-context.ts";
import { Stage } from "./stage.tsx";
import { Tabs } from "./tabs.tsx";
import { LanguageProvider } from "./text/language.tsx";

export function App({ page }: { page: Page }) {
  const wide = useMedia(STAGE);
  return (
    <LanguageProvider language={page.language}>
      <PageContext.Provider value={page}>{wide ? <Stage /> : <Tabs />}</PageContext.Provider>
    </LanguageProvider>
  );
}
