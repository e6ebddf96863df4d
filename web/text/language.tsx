import { createContext, type ReactNode, useContext, useEffect } from "react";
import type { Language, Words } from "#contracts/common";
import { createStore, type Store, useStore } from "../store.ts";

/** The page's language: Chinese until the visitor says otherwise. */
export function createLanguage(stored: string | undefined, keep: (language: Language) => void): Store<Language> {
  const store = createStore<Language>(stored === "en" ? "en" : "zh");
  store.subscribe(() => keep(store.get()));
  return store;
}

const Chosen = createContext<Language>("zh");

export function LanguageProvider({ language, children }: { language: Store<Language>; children: ReactNode }) {
  const chosen = useStore(language);
  useEffect(() => {
    document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
  }, [chosen]);
  return <Chosen.Provider value={chosen}>{children}</Chosen.Provider>;
}

export function useLanguage(): Language {
  return useContext(Chosen);
}

/** Picks the page's language out of a text that has both. */
export function useSay(): (words: Words) => string {
  const chosen = useLanguage();
  return (words) => words[chosen];
}
