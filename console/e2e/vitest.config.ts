import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Journeys of a browser through the real binary, bin/hufu: `make build` comes first. One after another: each has its own server
// and all of them share a browser's worth of processor.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  test: {
    include: ["*.test.ts"],
    environment: "node",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
