import type { Root } from "react-dom/client";
import { Router } from "wouter";
import { PageContext, StageContext } from "../page-context.ts";
import { FAULTS } from "../text/fault.ts";
import { LanguageProvider } from "../text/language.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { BreakScreen } from "./break-screen.tsx";
import { BreakContext } from "./context.ts";
import { openBreak } from "./open.ts";

/** "Break it": `?tour` begins the tour at once. */
export function show(root: Root): void {
  openBreak().then(
    (broken) => {
      if (new URLSearchParams(location.search).has("tour")) broken.tour.start();
      root.render(
        <LanguageProvider language={broken.page.language}>
          <PageContext.Provider value={broken.page}>
            <StageContext.Provider value={broken.page}>
              <BreakContext.Provider value={broken}>
                <Router base="/break">
                  <BreakScreen />
                </Router>
              </BreakContext.Provider>
            </StageContext.Provider>
          </PageContext.Provider>
        </LanguageProvider>,
      );
    },
    () => root.render(<FaultNote fault={FAULTS.storage} className="m-6" />),
  );
}
