import { useMedia } from "./adapters/media.ts";
import { STAGE } from "./layout.ts";
import type { Page } from "./page.ts";
import { PageContext, StageContext } from "./page-context.ts";
import { Stage } from "./stage.tsx";
import { Tabs } from "./tabs.tsx";
import { LanguageProvider } from "./text/language.tsx";

export function App({ page }: { page: Page }) {
  const wide = useMedia(STAGE);
  return (
    <LanguageProvider language={page.language}>
      <PageContext.Provider value={page}>
        <StageContext.Provider value={page}>{wide ? <Stage /> : <Tabs />}</StageContext.Provider>
      </PageContext.Provider>
    </LanguageProvider>
  );
}
