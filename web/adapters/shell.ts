/** The shell answers for this address alone: the stage and the other pages go to the server as ever. */
const SCRIPT = "/sw.js";
const SCOPE = "/wallet";

/**
 * Keeps the wallet's pages in this browser, so that it opens without a network. A newer version waits until the last window
 * of this one is closed: `onNewer` says that one waits. A browser that keeps nothing goes on without.
 */
export function installShell(onNewer: () => void): void {
  if (!("serviceWorker" in navigator)) return;
  shellRegistration()
    .then((registration) => {
      if (registration.waiting !== null) onNewer();
      registration.addEventListener("updatefound", () => {
        const coming = registration.installing;
        coming?.addEventListener("statechange", () => {
          // The first one waits for nobody.
          if (coming.state === "installed" && navigator.serviceWorker.controller !== null) onNewer();
        });
      });
    })
    .catch(() => {});
}

export function shellRegistration(): Promise<ServiceWorkerRegistration> {
  return navigator.serviceWorker.register(SCRIPT, { scope: SCOPE });
}
