/*
 * Who talks to whom. The parties are the same in one process or in seven: an edge whose two ends are hosted here runs in
 * memory, any other is a door that we open (its far end is ours) or an address that we call.
 */

export const PARTIES = ["wallet", "tsp", "network", "issuer", "acquirer"] as const;
export type Party = (typeof PARTIES)[number];

export interface Edge {
  readonly from: Party;
  readonly to: Party;
  /** `iso`: CUPS frames over TCP. `token`: authoriseToken frames over TCP. `json`: calls over HTTP. */
  readonly kind: "iso" | "token" | "json";
  /** Added to the base port when the edge needs a wire. JSON doors of one party share a port. */
  readonly portOffset: number;
}

export type EdgeName =
  | "acquirerToNetwork"
  | "networkToTsp"
  | "networkToIssuer"
  | "walletToTsp"
  | "issuerToTsp"
  | "tspToIssuer"
  | "tspToWallet"
  | "tspToNetwork"
  | "networkToAcquirer";

export const EDGES: Readonly<Record<EdgeName, Edge>> = {
  acquirerToNetwork: { from: "acquirer", to: "network", kind: "iso", portOffset: 11 },
  networkToTsp: { from: "network", to: "tsp", kind: "token", portOffset: 12 },
  networkToIssuer: { from: "network", to: "issuer", kind: "iso", portOffset: 13 },
  walletToTsp: { from: "wallet", to: "tsp", kind: "json", portOffset: 14 },
  issuerToTsp: { from: "issuer", to: "tsp", kind: "json", portOffset: 14 },
  tspToIssuer: { from: "tsp", to: "issuer", kind: "json", portOffset: 15 },
  tspToWallet: { from: "tsp", to: "wallet", kind: "json", portOffset: 16 },
  // What these hold of a journey, for those who explain it; payments go the other lines.
  tspToNetwork: { from: "tsp", to: "network", kind: "json", portOffset: 17 },
  networkToAcquirer: { from: "network", to: "acquirer", kind: "json", portOffset: 18 },
};

export type Wiring = "memory" | "listen" | "call" | "absent";

/** How an edge is made in a process that hosts some of the parties. */
export function wiringOf(edge: Edge, hosted: ReadonlySet<Party>): Wiring {
  if (hosted.has(edge.from)) return hosted.has(edge.to) ? "memory" : "call";
  return hosted.has(edge.to) ? "listen" : "absent";
}

/** Where a party's JSON door has what it offers one other party: /tsp/wallet/v1/… is what the TSP offers the wallet. */
export function pathOf(edge: Edge): string {
  return `/${edge.to}/${edge.from}`;
}

/** Parties with an HTTP face of their own, and its port from the base port when they run apart. */
const FACE_OFFSET = { wallet: 1, acquirer: 2, issuer: 3 } as const;

export interface Face {
  readonly port: number;
  readonly parties: readonly Party[];
}

/** Together all faces are on the base port; apart each has its own. */
export function facesOf(config: {
  readonly hosted: ReadonlySet<Party>;
  readonly apart: boolean;
  readonly port: number;
}): readonly Face[] {
  const parties = (Object.keys(FACE_OFFSET) as (keyof typeof FACE_OFFSET)[]).filter((party) =>
    config.hosted.has(party),
  );
  if (config.apart) return parties.map((party) => ({ port: config.port + FACE_OFFSET[party], parties: [party] }));
  return parties.length === 0 ? [] : [{ port: config.port, parties }];
}

export interface Door {
  readonly name: EdgeName;
  readonly scheme: "tcp" | "http";
  readonly portOffset: number;
  /** Below it are the operations; empty for frames. */
  readonly path: string;
}

/** The doors a process opens for parties that run elsewhere. */
export function doorsOf(hosted: ReadonlySet<Party>): readonly Door[] {
  return (Object.entries(EDGES) as [EdgeName, Edge][])
    .filter(([, edge]) => wiringOf(edge, hosted) === "listen")
    .map(([name, edge]) => ({
      name,
      scheme: edge.kind === "json" ? "http" : "tcp",
      portOffset: edge.portOffset,
      path: edge.kind === "json" ? `${pathOf(edge)}/v1` : "",
    }));
}
