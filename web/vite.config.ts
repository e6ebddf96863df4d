import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react(), tailwind()],
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
