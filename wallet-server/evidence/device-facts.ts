import type { Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import type { WalletDeviceApi } from "#contracts/wallet-api";
import { err, ok } from "#protocol/bytes";
import { CAUSES, type Fact, type FactCode, isCause, maskFact, type Step } from "#protocol/diagnosis";
import type { Desk } from "../desk.ts";
import { deviceOf } from "../devices.ts";
import { countTry } from "../limits.ts";
import type { Session } from "../session.ts";
import { journeyOwner } from "./journeys.ts";

/** What a device sees with its own eyes besides its own causes. */
const DEVICE_STEPS: ReadonlySet<Step> = new Set<Step>(["cardRead", "packageStored", "cardPresented", "cryptogramMade"]);
const ALSO_DEVICE: ReadonlySet<string> = new Set([
  "walletServiceDown",
  "notSignedIn",
  "bankAppNotReady",
  "panMistyped",
]);
/** Its clock may be off, and it may have been without a connection for long; older than this is no use to anybody. */
const OLDEST_MS = 30 * 86_400_000;
const AHEAD_MS = 86_400_000;
const FIELDS_MAX = 12;

function isDevices(code: FactCode): boolean {
  if (!isCause(code)) return DEVICE_STEPS.has(code);
  return (CAUSES[code].stoppers as readonly string[]).includes("device") || ALSO_DEVICE.has(code);
}

/** Facts that a device states when it can: in its own name, on its own clock, and about its own journeys only. */
export function deviceFacts(desk: Desk, session: Session): Pick<Calls<WalletDeviceApi>, "reportFacts"> {
  const { db, clock, facts } = desk;
  const { accountId } = session;

  function faultOf(fact: Fact): string | undefined {
    const now = clock.now();
    if (fact.party !== "device") return "party";
    if (!isDevices(fact.code)) return "code";
    if (fact.at < now - OLDEST_MS || fact.at > now + AHEAD_MS) return "at";
    return Object.keys(fact.data).length > FIELDS_MAX ? "data" : undefined;
  }

  return {
    reportFacts: (request, context) =>
      desk.remembered({ accountId, operation: "reportFacts", context }, request, async () => {
        const { deviceId } = request;
        const owner = await deviceOf(db, accountId, deviceId);
        if (!owner.ok) return owner;
        for (const [i, fact] of request.facts.entries()) {
          const fault = faultOf(fact);
          if (fault !== undefined)
            return err(problem("badRequest", { at: `facts.${i}.${fault}`, detail: "nothing a device can say" }));
        }
        const told: Fact[] = [];
        for (const [i, fact] of request.facts.entries()) {
          const known = await journeyOwner(db, fact.journeyId);
          // Names of payments can be guessed: a device speaks of those only that it was told of.
          if (known === undefined && fact.journeyId.startsWith("iso-"))
            return err(problem("notFound", { at: `facts.${i}.journeyId` }));
          if (known !== undefined && (known.accountId !== accountId || known.deviceId !== deviceId))
            return err(problem("notFound", { at: `facts.${i}.journeyId` }));
          // What a device calls by its pass belongs to the binding that brought it.
          told.push({ ...fact, journeyId: known?.journeyId ?? fact.journeyId });
        }
        const counted = await countTry(desk, "deviceFacts", deviceId, request.facts.length);
        if (!counted.ok) return counted;
        await db.transaction(async (tx) => {
          for (const journeyId of new Set(told.map((fact) => fact.journeyId)))
            if ((await journeyOwner(tx, journeyId)) === undefined)
              await tx.query(
                {
                  text: "insert into device_journey (journey_id, account_id, device_id) values ($1, $2, $3) on conflict do nothing",
                },
                [journeyId, accountId, deviceId],
              );
          await facts.note(tx, ...told.map(maskFact));
        });
        return ok({});
      }),
  };
}
