import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instant } from "#protocol/time";
import { DEFAULT_POLICY } from "../policy.ts";
import { type CodeState, decideCheck, decideSend, type Match, smsUsedUp } from "./codes.ts";
import { stepVerification, type Verification, type VerificationEvent, WAITING } from "./verification.ts";

const doc = readFileSync(fileURLToPath(new URL("../../docs/states/verification.md", import.meta.url)), "utf8");
/** "from --> to: event" of the n-th picture, without where it begins. */
function drawn(picture: number): string[] {
  const text = doc.split("```mermaid")[picture]!.split("```")[0]!;
  return [...text.matchAll(/^ +(\w+ --> \w+: .+)$/gm)].map((match) => match[1]!).sort();
}

const STATES: readonly Verification[] = [
  { kind: "refused" },
  ...(["idle", "asked", "shut"] as const).flatMap((app) =>
    (["none", "open", "awaitingSecond"] as const).flatMap((call) =>
      [false, true].map((disowned): Verification => ({ kind: "waiting", app, call, disowned })),
    ),
  ),
  ...(["green", "smsCode", "bankApp", "callCentre", "branch"] as const).flatMap((by): Verification[] => [
    { kind: "verified", by },
    { kind: "live", by },
  ]),
  { kind: "ended", because: "withdrawnByBank" },
  { kind: "over" },
];
const EVENTS: readonly VerificationEvent[] = [
  ...(["green", "yellow", "orange", "red"] as const).map((colour) => ({ kind: "decided", colour }) as const),
  { kind: "codePassed" },
  { kind: "notMyNumber" },
  { kind: "phoneChanged" },
  { kind: "appAsked" },
  { kind: "appApproved", fits: true },
  { kind: "appApproved", fits: false },
  { kind: "appDeclined" },
  { kind: "faceFailed", last: false },
  { kind: "faceFailed", last: true },
  { kind: "callAsked" },
  { kind: "callAnswered", right: true },
  { kind: "callAnswered", right: false },
  { kind: "callOverridden", second: true },
  { kind: "callOverridden", second: false },
  { kind: "callRefused" },
  { kind: "branchApproved" },
  { kind: "withdrawn", because: "cardClosed" },
  { kind: "tokenLives", by: "smsCode" },
  { kind: "tokenGone" },
];

function label(event: VerificationEvent): string {
  switch (event.kind) {
    case "decided":
      return event.colour === "red" ? "decided red" : "decided";
    case "faceFailed":
      return event.last ? "faceFailed last" : "faceFailed";
    case "callAnswered":
      return event.right ? "callAnswered right" : "callAnswered wrong";
    default:
      return event.kind;
  }
}

describe("the life of a binding, over all pairs of state and event", () => {
  const steps = STATES.flatMap((from) =>
    EVENTS.flatMap((event) => {
      const stepped = stepVerification(from, event);
      return stepped.ok ? [{ from, event, ...stepped.value }] : [];
    }),
  );

  test("what is drawn is what happens", () => {
    const between = steps.filter(({ from, state }) => from.kind !== "waiting" || state.kind !== "waiting");
    const lines = between.map(({ from, event, state }) => `${from.kind} --> ${state.kind}: ${label(event)}`);
    expect([...new Set(lines)].sort()).toEqual(drawn(1));
  });

  test("and so is what goes on while it waits", () => {
    const names = (waiting: Extract<Verification, { kind: "waiting" }>) => ({
      app: `app${waiting.app[0]!.toUpperCase()}${waiting.app.slice(1)}`,
      call: `call${waiting.call[0]!.toUpperCase()}${waiting.call.slice(1)}`,
      phone: waiting.disowned ? "phoneDisowned" : "phoneOwn",
    });
    const REGION: Record<string, "app" | "call" | "phone"> = {
      appAsked: "app",
      faceFailed: "app",
      callAsked: "call",
      callAnswered: "call",
      notMyNumber: "phone",
      phoneChanged: "phone",
    };
    const lines = steps.flatMap(({ from, event, state }) => {
      if (from.kind !== "waiting" || state.kind !== "waiting") return [];
      const region = REGION[event.kind]!;
      const [before, after] = [names(from), names(state)];
      // One thing changes nothing of the others.
      for (const other of ["app", "call", "phone"] as const)
        if (other !== region) expect(after[other]).toBe(before[other]);
      return [`${before[region]} --> ${after[region]}: ${label(event)}`];
    });
    expect([...new Set(lines)].sort()).toEqual(drawn(2));
  });

  test("a refused step changes nothing, and says what was wrong with it", () => {
    const faults = (kind: VerificationEvent["kind"], more: object) =>
      new Set(
        STATES.map((state) => stepVerification(state, { kind, ...more } as VerificationEvent)).map((one) =>
          one.ok ? "ok" : one.error,
        ),
      );
    expect(faults("appApproved", { fits: false })).toEqual(new Set(["otherJourney"]));
    expect(faults("callOverridden", { second: false })).toEqual(new Set(["wrongState", "notSecond"]));
  });

  test("in whatever order things come: no activation without a proof, and nothing after the end", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 40 }), (events) => {
        let state: Verification = WAITING;
        let proved = false;
        for (const event of events) {
          const stepped = stepVerification(state, event);
          if (!stepped.ok) continue;
          const { kind } = event;
          const proof =
            kind === "codePassed" ||
            kind === "appApproved" ||
            kind === "branchApproved" ||
            kind === "callOverridden" ||
            (kind === "callAnswered" && event.right);
          if (state.kind === "ended" || state.kind === "over") {
            expect([stepped.value.state.kind, stepped.value.effects]).toEqual([state.kind, []]);
          }
          if (kind === "codePassed" && state.kind === "waiting") expect(state.disowned).toBe(false);
          proved ||= proof;
          if (stepped.value.effects.includes("activate")) expect(proof).toBe(true);
          if (stepped.value.state.kind === "verified") expect(proved).toBe(true);
          state = stepped.value.state;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

const START = instant(Date.UTC(2026, 5, 1, 2));
const MINUTE_MS = 60_000;
const code = DEFAULT_POLICY.code;
const fresh: CodeState = {
  number: 1,
  sentAt: START,
  expiresAt: instant(START + code.lifeMs),
  wrongTries: 0,
  used: false,
  voided: false,
  delivered: null,
};
const MATCHES: readonly Match[] = ["newest", "earlier", "none"];

describe("codes", () => {
  const kindOf = (state: CodeState, now: number) =>
    state.voided
      ? "void"
      : state.used
        ? "used"
        : state.wrongTries >= code.tries
          ? "dead"
          : now >= state.expiresAt
            ? "expired"
            : "out";

  test("what is drawn is what happens; what is over stays so and answers alike", () => {
    const typed: Record<Match, string> = { newest: "right", earlier: "earlier", none: "wrong" };
    const states: readonly (readonly [CodeState, number])[] = [
      [fresh, START],
      [{ ...fresh, wrongTries: 1 }, START],
      [{ ...fresh, wrongTries: 2 }, START],
      [{ ...fresh, wrongTries: 3 }, START],
      [{ ...fresh, used: true }, START],
      [{ ...fresh, voided: true }, START],
      [fresh, fresh.expiresAt],
    ];
    const lines = states.flatMap(([state, now]) => {
      const verdicts = MATCHES.map((match) => ({ match, ...decideCheck(state, 0, match, instant(now), code) }));
      const from = kindOf(state, now);
      if (from !== "out") {
        expect(new Set(verdicts.map(({ outcome, next, cause }) => JSON.stringify([outcome, next, cause]))).size).toBe(
          1,
        );
        expect(verdicts[0]!.next).toEqual(state);
        return [];
      }
      return verdicts.map(({ match, next }) => {
        const to = kindOf(next!, now);
        return `${from} --> ${to}: ${typed[match]}${to === "dead" ? " third" : ""}`;
      });
    });
    const byTime = ["out --> expired: in time no more", "out --> void: phone changed or disowned"];
    expect([...new Set([...lines, ...byTime])].sort()).toEqual(drawn(3));
  });

  test("whatever is typed and however long it takes: at most three tries count, and only the newest code in its time passes", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({ match: fc.constantFrom(...MATCHES), waitMs: fc.integer({ min: 0, max: 20 * MINUTE_MS }) }),
        ),
        (tries) => {
          let now = START as number;
          let state: CodeState | undefined = fresh;
          let wrong = 0;
          let passed = 0;
          for (const { match, waitMs } of tries) {
            now += waitMs;
            const { outcome, next } = decideCheck(state, 0, match, instant(now), code);
            const late = now >= START + code.lifeMs;
            if (outcome.outcome === "passed") {
              expect([match, late, wrong < 3, passed]).toEqual(["newest", false, true, 0]);
              passed++;
            } else if (match !== "newest" && !late && passed === 0) wrong++;
            state = next;
          }
          expect(state?.wrongTries).toBeLessThanOrEqual(3);
        },
      ),
    );
  });

  test("a code that does not count is no code: it went to another phone", () => {
    expect(decideCheck(fresh, 1, "newest", START, code).outcome).toEqual({ outcome: "noCode" });
    expect(decideCheck(undefined, 0, "none", START, code).outcome).toEqual({ outcome: "noCode" });
  });

  test("sending: cool-down, three to one phone, the day's cap, and afresh for a new phone", () => {
    const late = instant(START + MINUTE_MS);
    const third = { ...fresh, number: 3 };
    expect(decideSend(undefined, 0, 0, START, code)).toEqual({ send: true, number: 1, codesLeft: 2 });
    expect(decideSend(fresh, 0, 1, instant(START + MINUTE_MS - 1), code)).toEqual({
      send: false,
      cause: "codeUnclaimed",
      retryAfterMs: 1,
    });
    // Too soon is never the cause: what keeps the newest code from being entered is.
    const soon = (newest: CodeState) => decideSend(newest, 0, 1, START, code);
    expect(soon({ ...fresh, wrongTries: 3 })).toMatchObject({ cause: "codeTriesUsedUp", retryAfterMs: MINUTE_MS });
    expect(soon({ ...fresh, delivered: false })).toMatchObject({ cause: "codeNotDelivered" });
    expect(soon({ ...fresh, delivered: true })).toMatchObject({ cause: "codeUnclaimed" });
    expect(decideSend(fresh, 0, 1, late, code)).toEqual({ send: true, number: 2, codesLeft: 1 });
    expect(decideSend(third, 0, 3, late, code)).toEqual({ send: false, cause: "methodUsedUp" });
    expect(decideSend(third, 3, 3, late, code)).toEqual({ send: true, number: 4, codesLeft: 2 });
    expect(decideSend(fresh, 0, 10, late, code)).toEqual({
      send: false,
      cause: "smsDailyCap",
      retryAfterMs: Date.UTC(2026, 5, 1, 16) - late,
    });
  });

  test("the method is used up when no code may follow and none that is out can pass", () => {
    const third = { ...fresh, number: 3 };
    expect(smsUsedUp(undefined, 0, START, code)).toBe(false);
    expect(smsUsedUp({ ...fresh, wrongTries: 3 }, 0, START, code)).toBe(false);
    expect(smsUsedUp(third, 0, START, code)).toBe(false);
    expect(smsUsedUp({ ...third, wrongTries: 3 }, 0, START, code)).toBe(true);
    expect(smsUsedUp(third, 0, third.expiresAt, code)).toBe(true);
    expect(smsUsedUp({ ...third, wrongTries: 3 }, 3, START, code)).toBe(false);
  });
});
