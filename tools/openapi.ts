// Writes docs/openapi.json from the contracts, or with --check says whether it is in step with them.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EDGES, type EdgeName, pathOf } from "#app";
import { acquirerTillApi } from "#contracts/acquirer-api";
import { bankAppApi, bankSignInApi } from "#contracts/bank-app-api";
import { issuerDeskApi } from "#contracts/desk-api";
import { acquirerNetworkApi, networkTspApi } from "#contracts/evidence-api";
import { explainApi } from "#contracts/explain-api";
import { issuerApi } from "#contracts/issuer-api";
import type { Api } from "#contracts/operation";
import { bankOpsApi, deskSignInApi } from "#contracts/staff-api";
import { tspIssuerApi, tspWalletApi } from "#contracts/tsp-api";
import { walletDeviceApi, walletSignInApi, walletTspApi } from "#contracts/wallet-api";
import { walletOpsApi } from "#contracts/wallet-ops-api";
import { type DescribedDoor, openApiDocument } from "#platform/http";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, "docs", "openapi.json");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const BASE_PORT = 8620;
const face = `http://localhost:${BASE_PORT}`;
const party = (name: EdgeName, api: Api): DescribedDoor => {
  const edge = EDGES[name];
  const server = `http://localhost:${BASE_PORT + edge.portOffset}`;
  return { tag: `${edge.from} to ${edge.to}`, prefix: pathOf(edge), server, api };
};
const made = openApiDocument(
  [
    { tag: "wallet sign-in", prefix: "/wallet", server: face, api: walletSignInApi },
    { tag: "wallet device", prefix: "/wallet", server: face, api: walletDeviceApi },
    { tag: "till", prefix: "/acquirer", server: face, api: acquirerTillApi },
    { tag: "bank desk sign-in", prefix: "/desk", server: face, api: deskSignInApi },
    { tag: "bank desk", prefix: "/desk", server: face, api: issuerDeskApi },
    { tag: "bank app sign-in", prefix: "/bank", server: face, api: bankSignInApi },
    { tag: "bank app", prefix: "/bank", server: face, api: bankAppApi },
    { tag: "wallet operations", prefix: "/ops", server: face, api: walletOpsApi },
    { tag: "bank operations", prefix: "/bank-ops", server: face, api: bankOpsApi },
    { tag: "explain", prefix: "/explain", server: face, api: explainApi },
    party("walletToTsp", tspWalletApi),
    party("issuerToTsp", tspIssuerApi),
    party("tspToIssuer", issuerApi),
    party("tspToWallet", walletTspApi),
    party("tspToNetwork", networkTspApi),
    party("networkToAcquirer", acquirerNetworkApi),
  ],
  version,
);
const text = `${JSON.stringify(made, null, 1)}\n`;

if (process.argv.includes("--check")) {
  const inStep = existsSync(file) && readFileSync(file, "utf8") === text;
  if (!inStep) console.error("docs/openapi.json is not in step with contracts/: run `npm run openapi`");
  process.exit(inStep ? 0 : 1);
}
writeFileSync(file, text);
