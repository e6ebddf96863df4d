import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { luhnOk } from "#protocol/pan";
import { ATC_GAP_MAX, type AtcWindow, acceptAtc, EMPTY_WINDOW } from "./atc-window.ts";
import { DEVICE_DOMAIN, domainAllows, TRANSIT_MCCS } from "./domain.ts";
import { isTokenPan, makePar, makeTokenPan } from "./identifiers.ts";
import { type Suspender, stepToken, type TokenEvent, type TokenState } from "./life-cycle.ts";

describe("life cycle", () => {
  const suspended = (...by: Suspender[]): TokenState => ({ kind: "suspended", by });
  test.each<[string, TokenState, TokenEvent, string]>([
    ["code right", { kind: "inactive" }, { kind: "idvPassed" }, "active"],
    ["code right again", { kind: "active" }, { kind: "idvPassed" }, "active"],
    ["code right on a deleted one", { kind: "deleted" }, { kind: "idvPassed" }, "wrongState"],
    ["code does not lift a suspension", suspended("issuer"), { kind: "idvPassed" }, "wrongState"],
    ["suspend inactive", { kind: "inactive" }, { kind: "suspend", by: "issuer" }, "wrongState"],
    ["suspend", { kind: "active" }, { kind: "suspend", by: "issuer" }, "suspended issuer"],
    ["second suspender", suspended("issuer"), { kind: "suspend", by: "holder" }, "suspended holder,issuer"],
    ["same again", suspended("issuer"), { kind: "suspend", by: "issuer" }, "suspended issuer"],
    ["resume by the one", suspended("holder"), { kind: "resume", by: "holder" }, "active"],
    ["resume by one of two", suspended("holder", "issuer"), { kind: "resume", by: "holder" }, "suspended issuer"],
    ["resume of another's", suspended("issuer"), { kind: "resume", by: "holder" }, "notYours"],
    ["resume active", { kind: "active" }, { kind: "resume", by: "holder" }, "active"],
    ["resume inactive", { kind: "inactive" }, { kind: "resume", by: "holder" }, "wrongState"],
    ["resume deleted", { kind: "deleted" }, { kind: "resume", by: "holder" }, "wrongState"],
    ["suspend deleted", { kind: "deleted" }, { kind: "suspend", by: "tsp" }, "wrongState"],
    ["delete suspended", suspended("issuer"), { kind: "delete" }, "deleted"],
    ["delete again", { kind: "deleted" }, { kind: "delete" }, "deleted"],
    ["delete inactive", { kind: "inactive" }, { kind: "delete" }, "deleted"],
  ])("%s", (_name, state, event, expected) => {
    const result = stepToken(state, event);
    const shown = !result.ok
      ? result.error
      : result.value.kind === "suspended"
        ? `suspended ${result.value.by.join()}`
        : result.value.kind;
    expect(shown).toBe(expected);
  });

  const event: fc.Arbitrary<TokenEvent> = fc.oneof(
    fc.record({
      kind: fc.constantFrom("suspend" as const, "resume" as const),
      by: fc.constantFrom<Suspender>("holder", "wallet", "issuer", "tsp"),
    }),
    fc.constantFrom<TokenEvent>({ kind: "idvPassed" }, { kind: "delete" }),
  );
  test("no order of events pays without verification, after deletion, or over a suspension that was not lifted", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let state: TokenState = { kind: "inactive" };
        let verified = false;
        let deleted = false;
        const holds = new Set<Suspender>();
        for (const one of events) {
          const next = stepToken(state, one);
          if (!next.ok) continue;
          if (one.kind === "idvPassed") verified = true;
          if (one.kind === "delete") deleted = true;
          if (one.kind === "suspend") holds.add(one.by);
          if (one.kind === "resume") holds.delete(one.by);
          state = next.value;
          if (state.kind === "active") expect([verified, deleted, holds.size]).toEqual([true, false, 0]);
        }
      }),
    );
  });
});

describe("ATC window", () => {
  test("each counter is accepted once, in whatever order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 200 }), (counters) => {
        let window: AtcWindow = EMPTY_WINDOW;
        const accepted = new Set<number>();
        for (const atc of counters) {
          const verdict = acceptAtc(window, atc);
          if (verdict.verdict === "accepted") {
            expect(accepted.has(atc)).toBe(false);
            accepted.add(atc);
            window = verdict.window;
          } else if (verdict.verdict === "replayed") expect(accepted.has(atc)).toBe(true);
        }
      }),
    );
  });
  test("a late one inside the window, an early one past the gap", () => {
    const having = (...atcs: number[]) =>
      atcs.reduce((window, atc) => {
        const verdict = acceptAtc(window, atc);
        return verdict.verdict === "accepted" ? verdict.window : window;
      }, EMPTY_WINDOW);
    expect(acceptAtc(having(10), 9).verdict).toBe("accepted");
    expect(acceptAtc(having(10, 9), 9).verdict).toBe("replayed");
    expect(acceptAtc(having(100), 37).verdict).toBe("outsideWindow");
    expect(acceptAtc(having(100), 38).verdict).toBe("accepted");
    expect(acceptAtc(EMPTY_WINDOW, ATC_GAP_MAX + 1).verdict).toBe("outsideWindow");
    expect(acceptAtc(EMPTY_WINDOW, 0).verdict).toBe("accepted");
  });
});

test("keys that were issued one by one may be far ahead, and are accepted once all the same", () => {
  const first = acceptAtc(EMPTY_WINDOW, 60_000, 0xffff);
  if (first.verdict !== "accepted") throw new Error(first.verdict);
  expect(first.window).toEqual({ high: 60_000, seen: 1n });
  expect(acceptAtc(first.window, 60_000, 0xffff).verdict).toBe("replayed");
  expect(acceptAtc(first.window, 5, 0xffff).verdict).toBe("outsideWindow");
  expect(acceptAtc(first.window, 60_000 + ATC_GAP_MAX + 1).verdict).toBe("outsideWindow");
});

test("a device's token pays contactless alone", () => {
  for (const mode of ["071", "072", "070"]) expect(domainAllows(DEVICE_DOMAIN, mode)).toBe(true);
  for (const mode of ["012", "021", "032", "051", "812", "912", "952", "", "7"])
    expect(domainAllows(DEVICE_DOMAIN, mode)).toBe(false);
  expect([...TRANSIT_MCCS].sort()).toEqual(["4111", "4112", "4131", "4784"]);
});

test("token numbers pass Luhn and lie in the token ranges", () => {
  let seed = 1;
  const below = (limit: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % limit;
  };
  for (const kind of ["debit", "credit"] as const) {
    const pan = makeTokenPan(kind, below);
    expect([luhnOk(pan), isTokenPan(pan)]).toEqual([true, true]);
  }
  expect(makePar(new Uint8Array(32).fill(200))).toMatch(/^KB00[0-9A-Z]{25}$/);
});
