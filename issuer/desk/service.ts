import type { IssuerDeskApi } from "#contracts/desk-api";
import type { Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import { err, ok } from "#protocol/bytes";
import type { BindingParts } from "../binding/parts.ts";
import { auditLedger } from "../ledger/audit.ts";
import type { CaseBook } from "../ports.ts";
import { accountChanges } from "./accounts.ts";
import { readAudit } from "./audit-trail.ts";
import { callCentre } from "./calls.ts";
import { cardChanges } from "./cards.ts";
import { records } from "./records.ts";
import { accountFor, customerFor } from "./seen-by.ts";
import { allOf, may, type Staff } from "./staff.ts";
import { allAccounts, customerView, findCustomers, statementOf } from "./views.ts";

/** The bank's own people, each with what his role may do. */
export function createDesk(
  shared: BindingParts & { readonly evidence: CaseBook },
): (staff: Staff) => Calls<IssuerDeskApi> {
  const { db, clock } = shared;
  return (staff) => {
    const parts = { ...shared, staff };
    const calls: Calls<IssuerDeskApi> = {
      ...records(parts),
      ...cardChanges(parts),
      ...accountChanges(parts),
      ...callCentre(parts),

      async me() {
        return ok({ ...staff, may: allOf(staff) });
      },
      async accounts() {
        return ok({ accounts: (await allAccounts(db)).map((account) => accountFor(staff, account)) });
      },
      async statement({ cardId }) {
        const lines = await statementOf(db, cardId);
        return lines === undefined ? err(problem("notFound", { at: "cardId" })) : ok({ lines });
      },
      async audit() {
        const audit = await auditLedger(db);
        return ok({ ...audit, entriesSumMinor: audit.entriesSumMinor.toString() });
      },
      async findCustomers({ text }) {
        const found = await findCustomers(db, text, clock.now());
        return ok({ customers: found.map((customer) => customerFor(staff, customer)) });
      },
      async customer({ customerId }) {
        const found = await customerView(db, customerId, clock.now());
        return found === undefined ? err(problem("notFound", { at: "customerId" })) : ok(customerFor(staff, found));
      },
      async auditTrail({ customerId }) {
        return ok({ entries: [...(await readAudit(db, customerId))] });
      },
    };
    return guarded(calls, staff);
  };
}

/** No call is open to a role by oversight: readings are asked for as well. */
function guarded(calls: Calls<IssuerDeskApi>, staff: Staff): Calls<IssuerDeskApi> {
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [
      name,
      may(staff, name as keyof IssuerDeskApi)
        ? call
        : async () => err(problem("forbidden", { detail: `not for the role ${staff.role}` })),
    ]),
  ) as unknown as Calls<IssuerDeskApi>;
}
