import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { FindingView } from "#contracts/facts";
import {
  CAUSE_CODES,
  type Cause,
  diagnose,
  type Fact,
  forHolder,
  type Holding,
  ROLES,
  STAGES,
  STEPS,
  toldToHolder,
  viewFor,
  WITNESSES,
} from "#protocol/diagnosis";
import { instant } from "#protocol/time";
import { tell } from "./journeys.ts";
import { type Story, story, TSP_ISSUER, WALLET_TSP, without } from "./story.ts";

function holderOf(s: Story) {
  const holdings = s.holdings();
  return viewFor("holder", diagnose(holdings), holdings, { caseCode: "K7F-3QM" });
}

describe("the holder", () => {
  test("reads what happened and what to do, and no facts", () => {
    const s = story();
    s.fails("issuer", "reservedPhoneMismatch");
    expect(holderOf(s)).toMatchObject({
      caseCode: "K7F-3QM",
      journeyId: "binding-1",
      cause: "reservedPhoneMismatch",
      certainty: "proven",
      stoppedBy: "issuer",
      actor: "branch",
      retry: { kind: "after" },
      facts: [],
      timeline: [],
      hops: [],
      unreachable: [],
    });
    expect(holderOf(s).remedy).toHaveLength(4);
  });

  test.each(["walletAdvisesNo", "tspRefusesRisk", "issuerRefusesRisk", "networkRiskDeclined"] as const)(
    "%s reads as the bank that wants to speak",
    (cause) => {
      const s = story();
      s.fails(
        cause === "walletAdvisesNo"
          ? "wallet"
          : cause === "tspRefusesRisk"
            ? "tsp"
            : cause === "issuerRefusesRisk"
              ? "issuer"
              : "network",
        cause,
      );
      const holdings = s.holdings(["wallet", "tsp", "issuer", "network"]);
      const view = viewFor("holder", diagnose(holdings), holdings);
      expect(view).toMatchObject({ cause: "issuerRefusesRisk", stoppedBy: "issuer", actor: "hotline" });
      expect(view.what.zh).toContain("银行需要先与您核实");
      expect(JSON.stringify(view)).not.toMatch(/walletAdvisesNo|tspRefusesRisk|networkRisk/);
    },
  );

  test("a restriction sends to the branch and says no more", () => {
    const s = story();
    s.fails("issuer", "accountRestricted");
    const view = holderOf(s);
    expect(view).toMatchObject({ cause: "issuerRefusesRisk", actor: "branch" });
    expect(JSON.stringify(view)).not.toMatch(/accountRestricted|legal|司法|限制/);
  });

  test("of several wrong entries it is not told which, nor what state the card is in", () => {
    const s = story();
    for (const cause of ["nameMismatch", "expiryMismatch", "cardReportedLost"] as const) s.fails("issuer", cause);
    const view = holderOf(s);
    expect(view.cause).toBe("cardNotFound");
    expect(JSON.stringify(view)).not.toMatch(/nameMismatch|expiryMismatch|cardReportedLost|挂失|姓名不符|有效期不符/);
  });

  test("one wrong entry is named: the others have shown who is there", () => {
    expect(toldToHolder(["nameMismatch"])).toEqual(["nameMismatch"]);
    expect(toldToHolder(["cvnMismatch", "cardExpired"])).toEqual(["cvnMismatch"]);
    expect(toldToHolder(["cvnMismatch", "nameMismatch", "addLimitReached"])).toEqual([
      "cardNotFound",
      "addLimitReached",
    ]);
    expect(toldToHolder(["cardExpired", "cardNotActivated"])).toEqual(["cardExpired", "cardNotActivated"]);
  });

  test("a slow bank reads as waiting, also when nobody can ask it", () => {
    const s = story();
    s.lost({ ...TSP_ISSUER, operation: "decideBinding", stage: "decision" }, "sent");
    const holdings = without(s.holdings(), "issuer");
    const view = viewFor("holder", diagnose(holdings), holdings);
    expect(view).toMatchObject({ certainty: "unclear", actor: "nobody", retry: { kind: "wait" } });
    expect(view.remedy.map(({ zh }) => zh).join("")).toContain("无需操作");
  });

  test("the parties of a hop are named in the text", () => {
    const s = story();
    s.lost({ ...TSP_ISSUER, operation: "decideBinding", stage: "decision" }, "received");
    expect(holderOf(s).what.zh).toContain("银行已收到令牌服务方的请求");
    expect(holderOf(s).what.en).toContain("is with the bank");
    const holdings = s.holdings();
    expect(viewFor("agent", diagnose(holdings), holdings).what.en).toMatch(/must be/);
  });

  test("what is known of it, when what came after can't be read", () => {
    const s = story();
    s.fails("issuer", "nameMismatch");
    const holdings = without(s.holdings(), "tsp");
    const view = viewFor("holder", diagnose(holdings), holdings);
    expect(view).toMatchObject({ certainty: "unclear", between: ["nameMismatch"] });
    expect(view.what.zh).toMatch(/目前只知道：.*姓名.*令牌服务方/);
    expect(view.remedy[0]!.zh).toContain("姓名");
  });
});

describe("agent and engineer", () => {
  function told(): readonly Holding[] {
    const s = story();
    s.call(
      { ...WALLET_TSP, operation: "requestToken", stage: "decision" },
      { answer: "ok", cause: "cardExpired" },
      () =>
        s.call(
          { ...TSP_ISSUER, operation: "decideBinding", stage: "decision" },
          { answer: "ok", cause: "cardExpired" },
          () =>
            s.fails("issuer", "cardExpired", {
              panSuffix: "0128",
              tspScore: 93,
              reasons: "0G",
              note: "6222021234567890128",
            }),
        ),
    );
    return s.holdings();
  }

  test("the agent reads every party's facts in order, as a story, without scores", () => {
    const view = viewFor("agent", diagnose(told()), told());
    expect(view.facts.map(({ party }) => party)).toEqual([
      "wallet",
      "tsp",
      "tsp",
      "issuer",
      "issuer",
      "issuer",
      "tsp",
      "tsp",
      "wallet",
    ]);
    expect(view.timeline).toHaveLength(9);
    expect(view.timeline[4]!.words.zh).toBe("银行：止于“卡片已过期”（银行决定）");
    expect(view.facts[4]!.data).toEqual({ panSuffix: "0128", note: "…0128" });
    expect(view.hops).toEqual([]);
  });

  test("the engineer reads the inputs of checks and the hops", () => {
    const view = viewFor("engineer", diagnose(told()), told());
    expect(view.facts[4]!.data).toEqual({ panSuffix: "0128", tspScore: 93, reasons: "0G", note: "…0128" });
    expect(view.hops).toMatchObject([
      { from: "wallet", to: "tsp", operation: "requestToken", state: "settled" },
      { from: "tsp", to: "issuer", operation: "decideBinding", state: "settled" },
    ]);
    expect(view.hops[0]!.answeredAt).toBeGreaterThan(view.hops[1]!.answeredAt!);
  });
});

const factArbitrary: fc.Arbitrary<Fact> = fc.record({
  journeyId: fc.constant("binding-1"),
  at: fc.integer({ min: 1_790_000_000_000, max: 1_790_000_900_000 }).map(instant),
  party: fc.constantFrom(...WITNESSES),
  stage: fc.constantFrom(...STAGES),
  code: fc.constantFrom(...STEPS, ...CAUSE_CODES),
  outcome: fc.constantFrom("passed", "failed", "noted"),
  data: fc.dictionary(
    fc.constantFrom(
      "peer",
      "operation",
      "hop",
      "answer",
      "cause",
      "causes",
      "colour",
      "status",
      "what",
      "verifyBy",
      "retryAt",
      "lateMs",
      "setter",
    ),
    fc.oneof(
      fc.constantFrom<string | number | boolean>(
        ...WITNESSES,
        "decideBinding",
        "requestToken",
        "submitCode",
        "h1",
        "h2",
        "ok",
        "05",
        "internal",
        "red",
        "green",
        "active",
        "deleted",
        "reservedPhone",
        ...CAUSE_CODES.slice(20, 60),
      ),
      fc.integer(),
      fc.boolean(),
      fc.string(),
    ),
  ),
});
const holdingsArbitrary: fc.Arbitrary<readonly Holding[]> = fc
  .tuple(
    fc.constantFrom("binding-1", "iso-1124160000-000123-48020000-48020000"),
    fc.array(
      fc.record({
        party: fc.constantFrom(...WITNESSES),
        reachable: fc.boolean(),
        askedAt: fc.integer({ min: 1_790_000_000_000, max: 1_790_009_000_000 }).map(instant),
        upSince: fc.option(fc.integer({ min: 1_790_000_000_000, max: 1_790_000_900_000 }).map(instant), {
          nil: undefined,
        }),
        facts: fc.array(factArbitrary, { maxLength: 14 }),
      }),
      { maxLength: 6 },
    ),
  )
  .map(([journeyId, holdings]) =>
    holdings.map((holding) => ({ ...holding, facts: holding.facts.map((fact) => ({ ...fact, journeyId })) })),
  );

describe("any evidence", () => {
  test("gives a finding, and a view of the contract for each role", () => {
    fc.assert(
      fc.property(holdingsArbitrary, fc.constantFrom(...ROLES), (holdings, role) => {
        const finding = diagnose(holdings);
        if (finding.certainty === "unclear" && finding.cause === undefined)
          expect(
            finding.between.length +
              finding.ask.length +
              (finding.nextCheck === undefined ? 0 : 1) +
              (finding.milestone === "refused" ? 1 : 0),
          ).toBeGreaterThan(0);
        const view = viewFor(role, finding, holdings);
        const parsed = v.safeParse(FindingView, view);
        if (!parsed.success)
          throw new Error(
            JSON.stringify(parsed.issues.map(({ path, message }) => [path?.map(({ key }) => key), message])),
          );
        expect(view.what.zh).toMatch(/\p{Script=Han}/u);
        expect(view.remedy.length).toBeGreaterThan(0);
        if (role === "holder") {
          const causes: readonly (Cause | undefined)[] = [
            view.cause,
            ...view.between,
            ...view.also.map(({ cause }) => cause),
          ];
          for (const cause of causes) if (cause !== undefined) expect(forHolder(cause)).toBe(cause);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test("the order of the holdings changes nothing", () => {
    fc.assert(
      fc.property(holdingsArbitrary, (holdings) => {
        const parties = new Set(holdings.map(({ party }) => party));
        if (parties.size < holdings.length) return;
        const { cause, certainty } = diagnose(holdings);
        expect(diagnose(holdings.toReversed())).toMatchObject({ cause, certainty });
      }),
      { numRuns: 2_000 },
    );
  });

  test("card numbers that slipped into facts come out masked for everybody", () => {
    const holdings = tell({
      truth: "nameMismatch",
      earlier: [],
      together: [],
      carries: true,
      lossEvery: 12,
      skews: [0, 0, 0, 0],
      method: "smsCode",
      afterMs: 0,
      noticeLost: false,
    }).map((holding) => ({
      ...holding,
      facts: holding.facts.map((fact) => ({
        ...fact,
        data: { ...fact.data, slipped: "pan 6222021234567890128", number: 6_222_021_234_567_890 },
      })),
    }));
    for (const role of ROLES)
      expect(JSON.stringify(viewFor(role, diagnose(holdings), holdings))).not.toMatch(/622202\d/);
  });
});
