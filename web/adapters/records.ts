import type { Notebook, SessionRecord, Sessions } from "../phone/ports.ts";

const SESSION = "kabao.session";

/**
 * The session in localStorage, so that a restarted browser still shows its cards. Any script of this origin could read it,
 * so the pages' content security policy lets in no script but ours; and it pays nothing: keys open by the passkey alone.
 */
export const sessions: Sessions = {
  read() {
    try {
      const { accountId, name, accessToken } = JSON.parse(
        localStorage.getItem(SESSION) ?? "{}",
      ) as Partial<SessionRecord>;
      return accountId === undefined || name === undefined || accessToken === undefined
        ? undefined
        : { accountId, name, accessToken };
    } catch {
      return undefined;
    }
  },
  write: (session) => localStorage.setItem(SESSION, JSON.stringify(session)),
  clear: () => localStorage.removeItem(SESSION),
};

export const notebook: Notebook = {
  read: (key) => localStorage.getItem(`kabao.${key}`) ?? undefined,
  write: (key, value) => localStorage.setItem(`kabao.${key}`, value),
};
