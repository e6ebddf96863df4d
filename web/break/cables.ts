import type { FaultSpec, StandingFault } from "#contracts/sandbox-api";
import type { PartyName } from "#contracts/wire";

/** The parties as they stand on the map. A terminal's kernel runs at its acquirer, so the two share a box. */
export const BOXES = ["wallet", "tsp", "issuer", "phone", "acquirer", "network"] as const;
export type BoxName = (typeof BOXES)[number];

/** The map's own measure; boxes stand by their middle. */
export const MAP = { width: 720, height: 540 } as const;
export const PLACE: Readonly<Record<BoxName, { readonly x: number; readonly y: number }>> = {
  wallet: { x: 110, y: 110 },
  tsp: { x: 360, y: 110 },
  issuer: { x: 610, y: 110 },
  phone: { x: 110, y: 430 },
  acquirer: { x: 360, y: 430 },
  network: { x: 610, y: 430 },
};

export type Edge = FaultSpec["edge"];
export type CableName =
  | "phoneWallet"
  | "field"
  | "walletTsp"
  | "tspIssuer"
  | "acquirerNetwork"
  | "networkTsp"
  | "networkIssuer";

/** A cable carries one line, or one each way. The lines for evidence are not drawn, and stay whole. */
export const CABLES: Readonly<
  Record<CableName, { readonly ends: readonly [BoxName, BoxName]; readonly edges: readonly Edge[] }>
> = {
  phoneWallet: { ends: ["phone", "wallet"], edges: ["deviceToWallet"] },
  field: { ends: ["phone", "acquirer"], edges: ["field"] },
  walletTsp: { ends: ["wallet", "tsp"], edges: ["walletToTsp", "tspToWallet"] },
  tspIssuer: { ends: ["tsp", "issuer"], edges: ["tspToIssuer", "issuerToTsp"] },
  acquirerNetwork: { ends: ["acquirer", "network"], edges: ["acquirerToNetwork"] },
  networkTsp: { ends: ["tsp", "network"], edges: ["networkToTsp"] },
  networkIssuer: { ends: ["issuer", "network"], edges: ["networkToIssuer"] },
};
export const CABLE_NAMES = Object.keys(CABLES) as readonly CableName[];

/** What a visitor can do to a cable, and the fault that it is. */
export const HARMS = {
  cut: "cut",
  delay: "delay",
  loseAnswers: "dropAnswer",
  flipByte: "flipByte",
} as const satisfies Readonly<Record<string, FaultSpec["does"]>>;
export type Harm = keyof typeof HARMS;
export const HARM_NAMES = Object.keys(HARMS) as readonly Harm[];

const BOX_OF: Readonly<Record<PartyName, BoxName | undefined>> = {
  device: "phone",
  phone: "phone",
  terminal: "acquirer",
  acquirer: "acquirer",
  network: "network",
  tsp: "tsp",
  issuer: "issuer",
  wallet: "wallet",
  // A text goes over the carrier, which is not on the map.
  sms: undefined,
};

/** The cable that a message between two parties went over, and whether from its first end to its second. */
export function cableOf(
  from: PartyName,
  to: PartyName,
): { readonly cable: CableName; readonly forth: boolean } | undefined {
  const [start, end] = [BOX_OF[from], BOX_OF[to]];
  for (const cable of CABLE_NAMES) {
    const [a, b] = CABLES[cable].ends;
    if (a === start && b === end) return { cable, forth: true };
    if (a === end && b === start) return { cable, forth: false };
  }
  return undefined;
}

/** What is wrong with a cable now; the worst first. */
export function harmOf(cable: CableName, faults: readonly StandingFault[]): Harm | undefined {
  const { edges } = CABLES[cable];
  return HARM_NAMES.find((harm) =>
    faults.some(
      ({ fault }) => edges.includes(fault.edge) && fault.does === HARMS[harm] && fault.operation === undefined,
    ),
  );
}

/** The cable that a finding names as "link network–issuer". */
export function cableOfLink(stoppedBy: string): CableName | undefined {
  const [, from, to] = /^link (\w+)–(\w+)$/.exec(stoppedBy) ?? [];
  if (from === undefined || to === undefined || !(from in BOX_OF) || !(to in BOX_OF)) return undefined;
  return cableOf(from as PartyName, to as PartyName)?.cable;
}

/** The way of a message along a cable: a little slack, so that it hangs. */
export function pathOf(cable: CableName, forth: boolean): string {
  const [a, b] = CABLES[cable].ends;
  const [from, to] = forth ? [PLACE[a], PLACE[b]] : [PLACE[b], PLACE[a]];
  const sag = from.y === to.y ? 26 : 0;
  const lean = from.x === to.x ? 18 : 0;
  return `M${from.x} ${from.y} Q${(from.x + to.x) / 2 + lean} ${(from.y + to.y) / 2 + sag} ${to.x} ${to.y}`;
}

/** Where a cable is taken hold of. */
export function middleOf(cable: CableName): { readonly x: number; readonly y: number } {
  const [a, b] = CABLES[cable].ends.map((end) => PLACE[end]) as [{ x: number; y: number }, { x: number; y: number }];
  return { x: (a.x + b.x) / 2 + (a.x === b.x ? 9 : 0), y: (a.y + b.y) / 2 + (a.y === b.y ? 13 : 0) };
}
