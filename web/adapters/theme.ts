import { createStore, type Store } from "../store.ts";
import { notebook } from "./notebook.ts";

/** What the holder chose, or what the system has. */
export type Theme = "system" | "light" | "dark";

/** What the browser draws around the page: the background of each theme. */
const BARS = { light: "#eceff4", dark: "#0b0c10" } as const;

function isTheme(text: string | undefined): text is Theme {
  return text === "system" || text === "light" || text === "dark";
}

function dress(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  for (const bar of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    const own = bar.media.includes("dark") ? "dark" : "light";
    bar.content = BARS[theme === "system" ? own : theme];
  }
}

/** The theme of all pages of this browser; kept, and put on before anything is drawn. */
export function openTheme(): Store<Theme> {
  const kept = notebook.read("theme");
  const theme = createStore<Theme>(isTheme(kept) ? kept : "system");
  theme.subscribe(() => {
    dress(theme.get());
    notebook.write("theme", theme.get());
  });
  dress(theme.get());
  return theme;
}
