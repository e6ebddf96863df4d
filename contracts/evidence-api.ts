import { evidenceApi } from "./facts.ts";

/** What the network offers the TSP, and the acquirer the network: only what they hold of a journey. Payments go another way. */
export const networkTspApi = { ...evidenceApi } as const;
export type NetworkTspApi = typeof networkTspApi;
export const acquirerNetworkApi = { ...evidenceApi } as const;
export type AcquirerNetworkApi = typeof acquirerNetworkApi;
