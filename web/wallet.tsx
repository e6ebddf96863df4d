import type { Root } from "react-dom/client";
import { App } from "./app.tsx";
import { openPage } from "./page.ts";
import { FAULTS } from "./text/fault.ts";
import { FaultNote } from "./ui/fault-note.tsx";

/** The wallet, and on a wide screen everything that stands around it. */
export function show(root: Root): void {
  openPage().then(
    (page) => root.render(<App page={page} />),
    // Without a database no ATC can be kept: then there is no wallet.
    () => root.render(<FaultNote fault={FAULTS.storage} className="m-6" />),
  );
}
