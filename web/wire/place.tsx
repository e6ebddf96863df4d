import type { Root } from "react-dom/client";
import { followDemo } from "../adapters/demo-events.ts";
import { notebook } from "../adapters/notebook.ts";
import { createDemoFeed } from "../live/demo.ts";
import { createLanguage } from "../text/language.tsx";
import { WirePage } from "./wire-page.tsx";

/** The wire view by itself: for a second screen beside the phone, or for a journey that somebody sent. */
export function show(root: Root): void {
  const feed = createDemoFeed((handlers) => followDemo(handlers, "everything"));
  const language = createLanguage(notebook.read("language"), (chosen) => notebook.write("language", chosen));
  root.render(<WirePage feed={feed} language={language} />);
}
