import { defineConfig } from "vitest/config";

/** Pure rooms and parties, each test on tables and objects of its own: files may share what they load. */
const SHARING = [
  "acquirer",
  "contracts",
  "device",
  "issuer",
  "network",
  "party",
  "protocol",
  "tsp",
  "wallet-server",
].map((room) => `${room}/**/*.test.ts`);
const NEVER = ["node_modules/**", ".build/**", "dist/**"];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: "rooms", include: SHARING, exclude: NEVER, isolate: false } },
      {
        extends: true,
        test: {
          name: "system",
          include: ["**/*.test.ts"],
          exclude: [...NEVER, ...SHARING],
          globalSetup: ["test/browser/global-setup.ts"],
        },
      },
    ],
  },
});
