import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Files with the hash of their text in the name, below /static/; the page itself is served at `/` (config/pages.py). */
export default defineConfig({
  base: "/static/console/",
  logLevel: "warn",
  plugins: [react()],
  resolve: { alias: { "ticket-hub-client": here("../clients/typescript/src/index.ts") } },
  build: {
    outDir: "dist",
    assetsDir: "",
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/api": "http://localhost:8000", "/ws": { target: "ws://localhost:8000", ws: true } } },
});
