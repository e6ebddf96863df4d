/// <reference lib="WebWorker" />
import { cleanupOutdatedCaches, matchPrecache, type PrecacheEntry, precacheAndRoute } from "workbox-precaching";
import { answerPushes } from "./pushes.ts";

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: PrecacheEntry[] };

/** Parts of the Chinese font, as they are first drawn; their names change with their bytes. */
const FONTS = "kabao-fonts";

// Answers of the wallet server are never kept here: only files that the build listed, and fonts.
precacheAndRoute(self.__WB_MANIFEST, { directoryIndex: "", cleanURLs: false });
cleanupOutdatedCaches();

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(shell(request));
  else if (/^\/assets\/[^/]+\.woff2$/.test(url.pathname)) event.respondWith(font(request));
});

/** The page as it was installed: with or without a network, and always with the scripts that belong to it. */
async function shell(request: Request): Promise<Response> {
  return (await matchPrecache("/index.html")) ?? fetch(request);
}

async function font(request: Request): Promise<Response> {
  const cache = await caches.open(FONTS);
  const known = await cache.match(request);
  if (known !== undefined) return known;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

answerPushes(self);
