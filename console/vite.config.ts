import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The server that `npm run dev` talks to.
const hufu = process.env.HUFU_URL ?? "http://127.0.0.1:9800";
const door = { target: hufu, changeOrigin: false };

export default defineConfig({
  base: "/console/",
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    host: "127.0.0.1",
    port: 9880,
    proxy: { "/console/api": door, "/console/session": door, "/login": door },
  },
  build: {
    // Beside dist/README, which is committed so that the server builds without a built console.
    outDir: "dist/app",
    emptyOutDir: true,
    target: "es2022",
    // The Content-Security-Policy allows scripts, styles and images of the server alone: nothing may be inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: true,
    chunkSizeWarningLimit: 1000,
  },
  test: {
    include: ["src/**/*.test.ts", "src/**/*.test.tsx"],
    environment: "node",
  },
});
