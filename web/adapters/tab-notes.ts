/** What one tab keeps over a reload and forgets when it is closed. */
export interface TabNotes {
  read(key: string): string | undefined;
  write(key: string, value: string): void;
  clear(key: string): void;
}

export const tabNotes: TabNotes = {
  read: (key) => sessionStorage.getItem(`kabao.${key}`) ?? undefined,
  write: (key, value) => sessionStorage.setItem(`kabao.${key}`, value),
  clear: (key) => sessionStorage.removeItem(`kabao.${key}`),
};
