import type { AcquirerNetworkApi } from "#contracts/evidence-api";
import type { Calls } from "#contracts/operation";
import type { Clock, Db, Timers } from "#contracts/ports";
import { collectEvidence, type FactLog } from "#party";
import type { Fact, FactData } from "#protocol/diagnosis";
import { chipPrint } from "#protocol/emv";
import { binary, CUPS, journeyIdOf, keyOf, parseMessage, rrnOf } from "#protocol/iso8583";
import { instant } from "#protocol/time";
import { journeyOfCase } from "./cases.ts";
import { type Sale, type SaleRow, saleOf } from "./sale.ts";

/** It has nobody behind it: its terminals speak through it. */
const NOBODY_MS = 1_000;

/** The journey of a sale's own message, by which everybody else knows it. */
export function journeyOfSale(sale: Sale): string {
  return journeyIdOf(keyOf(parseMessage(CUPS, sale.request))!);
}

export function evidence(ports: {
  readonly db: Db;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly facts: FactLog;
}): Calls<AcquirerNetworkApi> {
  const { db, facts } = ports;

  /** Asked once in a while: a way in by reference would cost every sale an index entry. */
  async function saleOfJourney(journeyId: string): Promise<readonly Fact[]> {
    const [prefix, f7, f11] = journeyId.split("-");
    if (prefix !== "iso" || f7 === undefined || f11 === undefined) return [];
    const rows = await db.query<SaleRow>({ text: "select * from sale where rrn = $1" }, [rrnOf(f7, f11)]);
    return rows
      .map(saleOf)
      .filter((sale) => journeyOfSale(sale) === journeyId)
      .flatMap((sale) => factsOf(sale, journeyId));
  }

  return collectEvidence({
    ...ports,
    deadlineMs: NOBODY_MS,
    neighbours: [],
    journeyOfCase: (caseCode) => journeyOfCase(db, caseCode),
    async holding(journeyId) {
      const [held, kept] = await Promise.all([facts.holding(journeyId), saleOfJourney(journeyId)]);
      return { ...held, facts: [...kept, ...held.facts].sort((a, b) => a.at - b.at) };
    },
  })("network");
}

/** A sale as it stands says by itself what happened to it. Pure. */
export function factsOf(sale: Sale, journeyId: string): readonly Fact[] {
  const { state, responseCode, kind } = sale;
  const hop = { peer: "network", operation: kind === "refund" ? "0220" : "0200", hop: journeyId } as const;
  const fact = (code: Fact["code"], data: FactData = {}, outcome: Fact["outcome"] = "noted"): Fact => ({
    journeyId,
    at: instant(sale.at),
    party: "acquirer",
    stage: code.startsWith("reversal") ? "complete" : "authorise",
    code,
    outcome,
    data,
  });
  const sent = [
    fact("saleKept", { kind, terminal: sale.terminalId, token: sale.tokenSuffix, rrn: sale.rrn, ...chipOf(sale) }),
    fact("sent", hop),
  ];
  switch (state) {
    case "approved":
      return [...sent, fact("answered", { ...hop, answer: responseCode ?? "00" }), fact("saleApproved")];
    case "declined":
      return [...sent, fact("answered", { ...hop, answer: responseCode ?? "05" })];
    case "reversing":
      return [...sent, fact("unanswered", hop), fact("reversalSent")];
    case "reversed":
      return [...sent, fact("unanswered", hop), fact("reversalSent"), fact("reversalDone")];
    case "failed":
      return [sent[0]!, fact("linkNotReady", { peer: "network", operation: hop.operation }, "failed")];
    case "sent":
    case "waitingForCard":
    case "cancelled":
      return sent;
  }
}

/** What the card gave at the till, for whoever got something else. */
function chipOf({ request }: Sale): FactData {
  const chip = binary(parseMessage(CUPS, request), 55);
  const print = chip === undefined ? undefined : chipPrint(chip);
  return print === undefined ? {} : { chip: print };
}
