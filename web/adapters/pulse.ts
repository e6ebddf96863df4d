/** Runs `work` now and again every `everyMs` for as long as this tab can be seen; at once when it is looked at again. */
export function pulse(everyMs: number, work: () => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  function onVisibility(): void {
    clearInterval(timer);
    if (document.hidden) return;
    work();
    timer = setInterval(work, everyMs);
  }
  document.addEventListener("visibilitychange", onVisibility);
  onVisibility();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", onVisibility);
  };
}
