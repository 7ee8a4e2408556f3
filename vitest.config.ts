import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["@octavo/source"] },
  ssr: { resolve: { conditions: ["@octavo/source"] } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "tools/**/*.test.ts",
      "examples/**/*.test.ts",
    ],
    testTimeout: 60_000,
    setupFiles: ["tools/keep-wasm-wrappers.ts"],
  },
});
