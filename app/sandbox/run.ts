import type { FindingView } from "#contracts/facts";
import { diagnose, type Holding } from "#protocol/diagnosis";
import type { freshCards } from "./cards.ts";
import { openHolder } from "./holder.ts";
import type { Scenario, Step } from "./scenario.ts";
import { type Cast, PLAYS } from "./steps.ts";
import type { SandboxWorld } from "./world.ts";

/** What came of one scenario. */
export interface Outcome {
  readonly id: string;
  readonly expected: string;
  readonly found: string;
  readonly right: boolean;
  readonly certainty: string;
  /** Another cause than the true one, said with certainty: what must never be. */
  readonly confidentError: boolean;
  /** Parties without whose word another cause was found with certainty. */
  readonly misledWithout: readonly string[];
  readonly ms: number;
  readonly finding: FindingView | undefined;
  /** Why it could not be played to the end. */
  readonly broke?: string;
}

const NONE = "nothing";
const PATIENCE_MS = 2_000;
const STEP_MS = 20;
/** What was found must still be found after this: a finding that only came by is none. */
const STAYS_MS = 100;

/** Plays one scenario on fresh cards, phones and accounts, and asks what stopped it. */
export async function playScenario(
  world: SandboxWorld,
  scenario: Scenario,
  fresh: ReturnType<typeof freshCards>,
): Promise<Outcome> {
  const began = performance.now();
  const expected = scenario.expect.cause ?? NONE;
  let finding: FindingView | undefined;
  let broke: string | undefined;
  let holdings: readonly Holding[] = [];
  const cast = await setStage(world, scenario, fresh);
  try {
    for (const step of scenario.steps)
      await (PLAYS[step.do] as (cast: Cast, step: Step) => Promise<unknown>)(cast, step);
    const settled = await settledFinding(cast, scenario);
    finding = settled.finding;
    holdings = settled.held;
  } catch (error) {
    broke = error instanceof Error ? error.message : String(error);
  } finally {
    world.faults.lift();
    world.troubles.end();
    for (const { phone } of cast.phones.values()) phone.close();
  }
  const found = finding === undefined ? "unplayed" : (finding.cause ?? (finding.between.join(" | ") || NONE));
  const certainty = finding?.certainty ?? "unclear";
  return {
    id: scenario.id,
    expected,
    found,
    right: finding !== undefined && fits(finding, scenario),
    certainty,
    confidentError: certainty !== "unclear" && finding?.cause !== undefined && finding.cause !== expected,
    misledWithout: misled(holdings, finding),
    ms: Math.round(performance.now() - began),
    finding,
    ...(broke === undefined ? {} : { broke }),
  };
}

/** Has the cards issued and the phones signed in. */
export async function setStage(
  world: SandboxWorld,
  scenario: Pick<Scenario, "cards" | "phones">,
  fresh: ReturnType<typeof freshCards>,
): Promise<Cast> {
  const cards = new Map<string, ReturnType<typeof fresh>[number]>();
  for (const [named, spec] of Object.entries(scenario.cards ?? { main: { like: "zhang" } })) {
    const customer = spec.ofCustomer === undefined ? undefined : cards.get(spec.ofCustomer);
    const [card, first] = fresh(spec, named, customer);
    await world.system.issueCards!(first === undefined ? [card!] : [first, card!]);
    cards.set(named, card!);
  }
  const phones: Map<string, Awaited<ReturnType<typeof openHolder>>> = new Map();
  for (const [named, spec] of Object.entries(scenario.phones ?? { phone: {} }))
    phones.set(named, await openHolder(world, named, spec, phones));
  return { world, cards, phones, customers: new Map() };
}

/** Notices and retries take their time: asks until the expected is found and stays, or patience is at its end. */
async function settledFinding(
  cast: Cast,
  scenario: Scenario,
): Promise<{ readonly finding: FindingView; readonly held: readonly Holding[] }> {
  const { caseBook } = cast.world.system;
  const until = performance.now() + PATIENCE_MS;
  const pause = (ms: number) => new Promise((next) => setTimeout(next, ms));
  let found: { readonly finding: FindingView; readonly held: readonly Holding[] } | undefined;
  for (let stays = false; ; ) {
    const answer = await caseBook.examine(await journeyOf(cast, scenario), "engineer");
    found = answer.ok ? answer.value : undefined;
    const fitting = found !== undefined && fits(found.finding, scenario);
    if (found !== undefined && (performance.now() > until || (fitting && stays))) return found;
    if (performance.now() > until) throw new Error("nobody knows the journey");
    stays = fitting;
    await pause(fitting ? STAYS_MS : STEP_MS);
  }
}

async function journeyOf(cast: Cast, { about, toldBy }: Scenario): Promise<{ caseCode?: string; journeyId?: string }> {
  if (about === "paying") {
    const caseCode = cast.sale?.caseCode ?? cast.refusal?.caseCode;
    if (toldBy === "phone") return { journeyId: (await lastDeviceJourney(cast)) ?? "none" };
    if (caseCode !== undefined) return { caseCode };
    const holder = [...cast.phones.values()].find(({ pass }) => pass !== undefined);
    const pending = await lastDeviceJourney(cast);
    if (pending !== undefined) return { journeyId: pending };
    const notices = await holder?.phone.calls.notices(
      { deviceId: holder.phone.deviceId },
      { journeyId: "n", idempotencyKey: "n" },
    );
    const last = notices?.ok === true ? notices.value.notices[0]?.notice.journeyId : undefined;
    return { journeyId: last ?? "none" };
  }
  const holders = [...cast.phones.values()].reverse();
  const bound = holders.find(({ binding }) => binding !== undefined);
  if (bound?.binding?.caseCode !== undefined) return { caseCode: bound.binding.caseCode };
  const journeyId = bound?.binding?.bindingId ?? holders.find((one) => one.journeyId !== undefined)?.journeyId;
  return { journeyId: journeyId ?? (await lastDeviceJourney(cast)) ?? "none" };
}

/** A journey that only a device knows, until it has told of it. */
async function lastDeviceJourney(cast: Cast): Promise<string | undefined> {
  for (const { phone } of cast.phones.values()) {
    const last = phone.lastOwnJourney();
    if (last !== undefined) return last;
  }
  return undefined;
}

function fits(finding: FindingView, { expect }: Scenario): boolean {
  if (expect.certainty === "unclear") {
    const between = new Set<string>(finding.between);
    return finding.certainty === "unclear" && (expect.between ?? []).every((cause) => between.has(cause));
  }
  return (
    (finding.cause ?? null) === expect.cause &&
    finding.certainty !== "unclear" &&
    (expect.certainty === undefined || finding.certainty === expect.certainty) &&
    (expect.stoppedBy === undefined || finding.stoppedBy === expect.stoppedBy) &&
    (expect.actor === undefined || finding.actor === expect.actor) &&
    (expect.also ?? []).every((cause) => finding.also.some((other) => other.cause === cause))
  );
}

/** Takes each party's word away in turn: the same cause, or an honest doubt, but never another cause. */
function misled(holdings: readonly Holding[], finding: FindingView | undefined): readonly string[] {
  return holdings
    .filter(({ reachable }) => reachable)
    .filter((gone) => {
      const without = holdings.map((one) => (one === gone ? { ...one, reachable: false, facts: [] } : one));
      const found = diagnose(without);
      return found.certainty !== "unclear" && found.cause !== undefined && found.cause !== finding?.cause;
    })
    .map(({ party }) => party);
}
