import type { PartyName, WireKind, WireNode, WireRow } from "#contracts/wire";

export type JourneyKind = "binding" | "payment" | "refund" | "void" | "other";

/** Messages that belong together, in the order in which they passed. */
export interface Journey {
  /** Stays while messages are added. */
  readonly id: string;
  readonly kind: JourneyKind;
  readonly state: "going" | "done" | "failed";
  readonly rows: readonly WireRow[];
  readonly startedAt: number;
  readonly endedAt: number;
  /** "¥12.34". */
  readonly sum?: string;
  /** Last four digits of the card. */
  readonly suffix?: string;
}

/** Calls by which somebody asks what happened: they are about a journey, not part of it. */
const LOOK_UPS: ReadonlySet<string> = new Set(["holdings", "journeyOfCase", "journeyOfPayment"]);

export const isLookUp = ({ operation }: WireRow): boolean => LOOK_UPS.has(operation);

/** Rows that share a name, or share one with a row that does, are one journey. The newest is last. */
export function journeysOf(rows: readonly WireRow[]): readonly Journey[] {
  const parent = new Map<string, string>();
  const root = (link: string): string => {
    let at = link;
    for (let up = parent.get(at); up !== undefined && up !== at; up = parent.get(at)) at = up;
    return at;
  };
  const join = (one: string, other: string) => {
    const [a, b] = [root(one), root(other)];
    if (!parent.has(a)) parent.set(a, a);
    if (a !== b) parent.set(b, a);
  };
  const nameOf = (row: WireRow) => row.links[0] ?? `row-${row.seq}`;
  for (const row of rows) for (const link of row.links) join(nameOf(row), link);
  const groups = new Map<string, WireRow[]>();
  for (const row of rows) {
    const name = root(nameOf(row));
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return [...groups.values()].map(journeyOf);
}

function journeyOf(rows: readonly WireRow[]): Journey {
  const own = rows.filter((row) => !isLookUp(row));
  const kind = kindOf(own);
  const sum = kind === "binding" || kind === "other" ? undefined : sumOf(own);
  const suffix = kind === "binding" ? lastValue(own, "panSuffix") : undefined;
  return {
    id: `journey-${rows[0]!.seq}`,
    kind,
    state: kind === "binding" ? bindingState(own) : paymentState(own),
    rows,
    startedAt: rows[0]!.at,
    endedAt: (own.at(-1) ?? rows.at(-1))!.at,
    ...(sum === undefined ? {} : { sum }),
    ...(suffix === undefined ? {} : { suffix }),
  };
}

const OF_BINDING: ReadonlySet<string> = new Set(["startBinding", "submitCard", "requestToken", "decideBinding"]);

function kindOf(rows: readonly WireRow[]): JourneyKind {
  const has = (operations: (row: WireRow) => boolean) => rows.some(operations);
  if (has(({ operation }) => OF_BINDING.has(operation))) return "binding";
  if (has(({ operation, kind }) => operation === "refund" || (kind === "iso8583" && operation.startsWith("022"))))
    return "refund";
  if (has(({ operation }) => operation === "voidSale")) return "void";
  return has(({ operation, kind }) => kind === "apdu" || kind === "iso8583" || operation === "startSale")
    ? "payment"
    : "other";
}

/** An answer that came all the way back says how it ended; until then it goes on. */
function paymentState(rows: readonly WireRow[]): Journey["state"] {
  if (rows.some(({ kind, operation }) => kind === "iso8583" && operation.startsWith("04"))) return "failed";
  const answers = rows.filter(({ part, kind }) => part === "answer" && kind !== "json");
  const end = rows.findLast(({ kind, part, to }) => kind === "iso8583" && part === "answer" && to === "acquirer");
  if (end !== undefined) return end.outcome === "ok" ? "done" : "failed";
  if (rows.some(({ outcome }) => outcome === "notSent")) return "failed";
  if (rows.every(({ kind }) => kind === "json" || kind === "sms"))
    return rows.some(({ outcome }) => outcome !== "ok") ? "failed" : rows.some(isOpenSale) ? "going" : "done";
  return answers.at(-1)?.outcome === "refused" ? "failed" : "going";
}

const isOpenSale = ({ operation }: WireRow) => operation === "startSale";

function bindingState(rows: readonly WireRow[]): Journey["state"] {
  const stages = rows.flatMap(({ nodes }) => valuesOf(nodes, "stage"));
  const last = stages.at(-1);
  if (
    stages.includes("active") ||
    rows.some(({ operation, part }) => operation === "confirmProvisioned" && part === "answer")
  )
    return "done";
  return last === "refused" || last === "preflightFailed" || last === "abandoned" ? "failed" : "going";
}

function sumOf(rows: readonly WireRow[]): string | undefined {
  for (const { nodes } of rows)
    for (const value of valuesOf(nodes, "F4")) {
      const [, sum] = /\(([^)]+)\)/.exec(value) ?? [];
      if (sum !== undefined) return sum;
    }
  return undefined;
}

function lastValue(rows: readonly WireRow[], id: string): string | undefined {
  return rows.flatMap(({ nodes }) => valuesOf(nodes, id)).at(-1);
}

function valuesOf(nodes: readonly WireNode[], id: string): readonly string[] {
  return nodes.flatMap((node) => [
    ...(node.id === id && node.value !== undefined ? [node.value] : []),
    ...valuesOf(node.children ?? [], id),
  ]);
}

/** What the visitor wants to see of a journey. */
export interface WireFilter {
  readonly hidden: ReadonlySet<WireKind>;
  readonly party: PartyName | undefined;
  readonly text: string;
  readonly lookUps: boolean;
}

export const NO_FILTER: WireFilter = { hidden: new Set(), party: undefined, text: "", lookUps: false };

/** The rows that pass. A text is looked for in titles, sentences, fields and bytes. */
export function filtered(rows: readonly WireRow[], filter: WireFilter): readonly WireRow[] {
  const text = filter.text.trim().toLowerCase();
  const partyOf = (party: PartyName) => (party === "phone" ? "device" : party);
  return rows.filter(
    (row) =>
      (filter.lookUps || !isLookUp(row)) &&
      !filter.hidden.has(row.kind) &&
      (filter.party === undefined || partyOf(row.from) === filter.party || partyOf(row.to) === filter.party) &&
      (text === "" || holds(row, text)),
  );
}

function holds(row: WireRow, text: string): boolean {
  const { title, words, operation, raw, nodes, links } = row;
  const packed = text.replace(/\s+/g, "");
  return (
    [title.zh, title.en, words.zh, words.en, operation, ...links].some((one) => one.toLowerCase().includes(text)) ||
    raw.toLowerCase().includes(packed) ||
    inNodes(nodes, text)
  );
}

function inNodes(nodes: readonly WireNode[], text: string): boolean {
  return nodes.some(
    ({ id, name, value, children }) =>
      [id, name.zh, name.en, value ?? ""].some((one) => one.toLowerCase().includes(text)) ||
      inNodes(children ?? [], text),
  );
}
