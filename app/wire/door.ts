import type { Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import type { WireApi } from "#contracts/wire-api";
import { err, ok } from "#protocol/bytes";
import type { System } from "../system.ts";
import type { WireHub } from "./hub.ts";

/** What the wire view may ask beyond what it is shown. Never part of a production profile. */
export function wireCalls(hub: WireHub, explain: System["explainCryptogram"]): Calls<WireApi> {
  return {
    async reveal({ seq }) {
      const row = hub.revealed(seq);
      return row === undefined ? err(problem("notFound", { at: "seq" })) : ok({ ...row });
    },
    async explain({ seq }) {
      const payment = hub.paymentOf(seq);
      if (payment === undefined) return err(problem("notFound", { at: "seq" }));
      if (explain === undefined) return err(problem("peerUnavailable"));
      const { request, tap, answer } = payment;
      const explained = await explain(request, tap);
      return explained.ok && answer !== undefined ? ok({ ...explained.value, answered: answer }) : explained;
    },
  };
}
