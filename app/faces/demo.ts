import type { DemoApi } from "#contracts/demo-api";
import { issuerDeskApi, type StaffRole } from "#contracts/desk-api";
import type { Calls } from "#contracts/operation";
import type { Log } from "#contracts/ports";
import { problem } from "#contracts/problem";
import { type Hono, serveApi } from "#platform/http";
import { err, ok } from "#protocol/bytes";
import { DEMO_CARDS, MAGIC_CARDS } from "#protocol/pan";
import type { Theatre } from "../sandbox/theatre.ts";
import type { System } from "../system.ts";

/** Invented people of the demo bank, through whom a visitor works at its desk: by the bank's own rules, and in its audit. */
const AT_THE_DESK: Readonly<Record<StaffRole, string>> = {
  teller: "teller-1",
  agent: "agent-1",
  supervisor: "supervisor-1",
};

export function deskRoutes(app: Hono, { issuer, staff }: System, log: Log): void {
  for (const [role, staffId] of Object.entries(AT_THE_DESK)) {
    const desk = issuer?.desk(staff?.keyOf(staffId) ?? "");
    if (desk !== undefined) serveApi(app, `/demo/desk/${role}`, { api: issuerDeskApi, log, callsFor: () => desk });
  }
}

export function demoCalls(theatre: Theatre | undefined): Calls<DemoApi> {
  return {
    papers: async () =>
      ok({
        papers: [...DEMO_CARDS, ...MAGIC_CARDS.map(({ card }) => card)].map((card) => ({
          cardId: `card-${card.id}`,
          customerId: `customer-${card.successorOf ?? card.sameCustomerAs ?? card.id}`,
          holderName: card.holderName,
          mobile: card.mobile,
          document: { kind: "residentId" as const, number: card.idNumber },
        })),
      }),
    scenarios: async () => ok({ scenarios: [...(theatre?.scenarios ?? [])] }),
    async play({ id }) {
      const played = await theatre?.play(id);
      if (played === undefined) return err(problem("notFound", { at: "id" }));
      const { right, ms, finding } = played.outcome;
      const steps = played.scenario.steps.map(({ do: what }) => what);
      return ok({ right, ms, steps, ...(finding === undefined ? {} : { finding }) });
    },
  };
}
