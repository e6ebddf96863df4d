import { createRoot } from "react-dom/client";
import "./styles/index.css";
import { App } from "./app.tsx";
import { openPage } from "./page.ts";
import { FAULTS } from "./text/fault.ts";
import { FaultNote } from "./ui/fault-note.tsx";

const root = createRoot(document.getElementById("root")!);
openPage().then(
  (page) => root.render(<App page={page} />),
  // Without a database no ATC can be kept: then there is no wallet.
  () => root.render(<FaultNote fault={FAULTS.storage} className="m-6" />),
);
