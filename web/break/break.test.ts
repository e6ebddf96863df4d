import { describe, expect, test } from "vitest";
import type { SaleView } from "#contracts/acquirer-api";
import type { WireRow } from "#contracts/wire";
import { manualClock } from "#platform/clock";
import { instant } from "#protocol/time";
import { CABLE_NAMES, CABLES, cableOf, cableOfLink, harmOf } from "./cables.ts";
import { doneSince, prove, type Standing } from "./proof.ts";
import { createTour, TOUR_STEPS, type TourView } from "./tour.ts";
import { createTraffic, TRAVEL_MS } from "./traffic.ts";

const START = instant(1_764_000_000_000);

describe("cables", () => {
  test("a message runs along the cable between its two parties, in its direction; within a box it runs nowhere", () => {
    expect(cableOf("network", "issuer")).toEqual({ cable: "networkIssuer", forth: false });
    expect(cableOf("issuer", "network")).toEqual({ cable: "networkIssuer", forth: true });
    expect(cableOf("terminal", "device")).toEqual({ cable: "field", forth: false });
    expect(cableOf("acquirer", "network")).toEqual({ cable: "acquirerNetwork", forth: true });
    expect(cableOf("terminal", "acquirer")).toBeUndefined();
    expect(cableOf("wallet", "issuer")).toBeUndefined();
  });

  test("no line belongs to two cables", () => {
    const edges = CABLE_NAMES.flatMap((cable) => CABLES[cable].edges);
    expect(new Set(edges).size).toBe(edges.length);
  });

  test("what is wrong with a cable is what stands on one of its lines; a fault on one operation is not the cable's", () => {
    const one = (fault: object) => [{ faultId: "f", hits: 0, fault }] as never;
    expect(harmOf("tspIssuer", one({ edge: "issuerToTsp", does: "cut" }))).toBe("cut");
    expect(harmOf("tspIssuer", one({ edge: "walletToTsp", does: "cut" }))).toBeUndefined();
    expect(harmOf("tspIssuer", one({ edge: "tspToIssuer", does: "cut", operation: "sendCode" }))).toBeUndefined();
  });

  test("a finding's line leads to its cable", () => {
    expect(cableOfLink("link network–issuer")).toBe("networkIssuer");
    expect(cableOfLink("issuer")).toBeUndefined();
    expect(cableOfLink("link a–b")).toBeUndefined();
  });
});

describe("nothing was done twice", () => {
  const standing = (more: Partial<Standing> = {}): Standing => ({
    at: START,
    postedMinor: 100_00n,
    heldMinor: 0n,
    entriesSumMinor: 0n,
    accountsAgree: true,
    openHolds: 0,
    texts: 1,
    tokens: 1,
    lines: 1,
    ...more,
  });
  const sale = (more: Partial<SaleView>): SaleView => ({
    saleId: "s",
    terminalId: "T0000001",
    kind: "sale",
    amount: { minor: "1234", currency: "156" },
    state: "approved",
    words: { zh: "", en: "" },
    tokenSuffix: "0562",
    at: START + 1,
    ...more,
  });
  const mine = new Set(["0562"]);
  const broken = (now: Partial<Standing>, sales: readonly SaleView[]) =>
    prove(standing(), standing(now), doneSince(sales, START, mine))
      .checks.filter(({ holds }) => !holds)
      .map(({ name }) => name);

  test("a sale, a refund, and one that was reversed: all holds when the account lost the difference", () => {
    const sales = [
      sale({}),
      sale({ kind: "refund", amount: { minor: "234", currency: "156" } }),
      sale({ state: "reversed" }),
    ];
    expect(doneSince(sales, START, mine)).toEqual({ sales: 1, salesMinor: 1234n, backMinor: 234n, failed: 1 });
    expect(broken({ postedMinor: 90_00n }, sales)).toEqual([]);
  });

  test.each([
    ["booked twice", { postedMinor: 75_32n }, ["moneyOnce"]],
    ["not booked", {}, ["moneyOnce"]],
    ["a hold stayed", { postedMinor: 87_66n, heldMinor: 12_34n }, ["moneyOnce", "noHold"]],
    ["money out of nothing", { postedMinor: 87_66n, entriesSumMinor: 1n }, ["ledgerZero"]],
    ["a second token", { postedMinor: 87_66n, tokens: 2 }, ["oneToken"]],
  ] as const)("%s: said so", (_name, now, expected) => {
    expect(broken(now, [sale({})])).toEqual(expected);
  });

  test("other people's cards and earlier sales do not count", () => {
    expect(doneSince([sale({ tokenSuffix: "9999" }), sale({ at: START - 1 })], START, mine).sales).toBe(0);
  });
});

describe("traffic", () => {
  const row = (seq: number, from: WireRow["from"], to: WireRow["to"]) => ({ seq, from, to, kind: "json" }) as WireRow;

  test("what is replayed is not drawn; what comes then runs one after the other, and is gone at its end", () => {
    const clock = manualClock(START);
    const { dots, show } = createTraffic(clock);
    show([row(1, "wallet", "tsp"), row(2, "tsp", "wallet")]);
    clock.advance(5_000);
    expect(dots.get()).toEqual([]);
    show([row(3, "wallet", "tsp"), row(4, "tsp", "issuer"), row(5, "terminal", "acquirer")]);
    clock.advance(0);
    expect(dots.get().map(({ cable }) => cable)).toEqual(["walletTsp"]);
    clock.advance(200);
    expect(dots.get().map(({ cable }) => cable)).toEqual(["walletTsp", "tspIssuer"]);
    clock.advance(2 * TRAVEL_MS);
    expect(dots.get()).toEqual([]);
  });
});

describe("the tour", () => {
  const view: TourView = {
    signedIn: false,
    cards: 0,
    adding: false,
    formFilled: false,
    charging: false,
    cut: false,
    payment: "none",
  };

  test("goes on by what is done, in order, and ends; it can be left at any step", () => {
    const tour = createTour();
    tour.look({ ...view, signedIn: true });
    expect(tour.at.get()).toBeUndefined();
    tour.start();
    const walk: Partial<TourView>[] = [
      { signedIn: true },
      { cards: 1 },
      { payment: "approved" },
      { cut: true },
      { payment: "troubled" },
    ];
    let now = view;
    for (const [i, step] of walk.entries()) {
      expect(tour.at.get()).toBe(i);
      tour.look(now);
      expect(tour.at.get()).toBe(i);
      now = { ...now, payment: "none", ...step };
      tour.look(now);
    }
    expect(TOUR_STEPS[tour.at.get()!]?.id).toBe("read");
    tour.look(now);
    expect(TOUR_STEPS[tour.at.get()!]?.id).toBe("read");
    tour.next();
    tour.look({ ...now, cut: false });
    tour.look({ ...now, cut: false, payment: "approved" });
    expect(TOUR_STEPS[tour.at.get()!]?.id).toBe("proof");
    tour.next();
    expect(tour.at.get()).toBeUndefined();
    tour.start();
    tour.leave();
    expect(tour.at.get()).toBeUndefined();
  });
});
