import type { CodeOutcome } from "#contracts/common";
import type { Calls } from "#contracts/operation";
import type { PublicJwk, Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { BindingView, DeviceFacts, WalletDeviceApi } from "#contracts/wallet-api";
import { err, ok, type Result } from "#protocol/bytes";
import { type Cause, hardestFirst } from "#protocol/diagnosis";
import { accountOf } from "../account/account.ts";
import { caseOf } from "../cases.ts";
import { about, type Desk } from "../desk.ts";
import { deviceOf } from "../devices.ts";
import type { Errands } from "../errands.ts";
import { note } from "../notes.ts";
import { passById, passesOf } from "../passes.ts";
import type { Session } from "../session.ts";
import type { Asking } from "./asking.ts";
import { attemptsOf, keepAttempt, limitedUntil } from "./attempts.ts";
import { isSpoken, RESUMABLE } from "./core.ts";
import { causesOf, type Decisions, isAlive } from "./decision.ts";
import { preflight } from "./preflight.ts";
import type { Binding, BindingStore } from "./store.sql.ts";

type Steps = Pick<
  Calls<WalletDeviceApi>,
  | "startBinding"
  | "submitCard"
  | "acceptTerms"
  | "declineTerms"
  | "resume"
  | "abandon"
  | "chooseMethod"
  | "notMyNumber"
  | "openPush"
  | "takePush"
  | "sendCode"
  | "submitCode"
  | "binding"
  | "openBindings"
  | "addCardsFrom"
>;

/** A TSP that did not answer is tried again after this time. */
const DOWN_MS = 30_000;

/** What a code that was not taken means; `undefined`: it was taken. */
const CAUSE_OF_OUTCOME: Readonly<Record<CodeOutcome["outcome"], Cause | undefined>> = {
  passed: undefined,
  wrong: "codeWrong",
  dead: "codeTriesUsedUp",
  expired: "codeExpired",
  superseded: "codeSuperseded",
  noCode: undefined,
  methodDead: "methodUsedUp",
};

/** The steps of a binding that its holder takes. Each goes on where the last one stopped, however often it comes. */
export function bindingSteps(
  desk: Desk,
  parts: {
    readonly store: BindingStore;
    readonly decisions: Decisions;
    readonly asking: Asking;
    readonly errands: Errands;
  },
  session: Session,
): Steps {
  const { db, clock, random, tsp, policy, facts } = desk;
  const { store, decisions, asking, errands } = parts;
  const { accountId } = session;

  async function own(id: string): Promise<Result<Binding, Problem>> {
    const found = await store.load(id);
    return found.ok && found.value.accountId === accountId && found.value.held !== "removed"
      ? found
      : err(problem("notFound", { at: "bindingId" }));
  }

  /** A binding that may go on: a lost phone must not gain a card. */
  async function open(id: string): Promise<Result<Binding, Problem>> {
    const found = await own(id);
    if (!found.ok || found.value.held === undefined || found.value.held === "removed") return found;
    const cause = found.value.held;
    await facts.state(note(id, cause === "accountLocked" ? "decision" : "issue", cause, "failed"));
    const detail = cause === "accountLocked" ? "the account is locked" : "the device is in lost mode";
    return err(problem("wrongState", { at: "bindingId", cause, detail }));
  }

  /** A step that somebody refused: the journey says so, and the caller hears the same. */
  async function refused(id: string, error: Problem): Promise<Result<never, Problem>> {
    const causes = causesOf(error);
    if (causes.length === 0 || error.code === "peerUnavailable") return err(error);
    const retryAt = error.retryAfterMs === undefined ? undefined : clock.now() + error.retryAfterMs;
    const view = await store.advance(id, { kind: "stepFailed", causes, retryAt });
    const caseCode = view.ok ? view.value.caseCode : undefined;
    return err({ ...error, cause: causes[0], causes, ...(caseCode === undefined ? {} : { caseCode }) });
  }

  function tooMany(until: number): Problem {
    return problem("tooMany", { cause: "addLimitReached", retryAfterMs: Math.max(1, until - clock.now()) });
  }

  /** Too many cards were tried on this device today. */
  async function limited(deviceId: string): Promise<Problem | undefined> {
    const now = clock.now();
    const until = limitedUntil(await attemptsOf(db, deviceId, now - 86_400_000), now, policy);
    return until === undefined ? undefined : tooMany(until);
  }

  /** Looks at a binding under verification as bank and TSP have it now: a result that got lost on the way is fetched here. */
  async function poll(id: string, tokenRef: string, hopKey: string): Promise<Result<BindingView, Problem>> {
    const now = await tsp.methods({ tokenRef }, about(id, hopKey));
    if (!now.ok) return now;
    if (isAlive(now.value.token)) return decisions.activate(id, now.value.token);
    if (now.value.token.status === "deleted")
      return store.advance(id, { kind: "ended", causes: ["verificationExpired"] });
    return store.advance(id, { kind: "methods", methods: now.value.methods });
  }

  async function verifying(id: string): Promise<Result<Binding & { readonly tokenRef: string }, Problem>> {
    const loaded = await open(id);
    if (!loaded.ok) return loaded;
    const { view, tokenRef } = loaded.value;
    if (view.stage !== "awaitingVerification" || tokenRef === null)
      return err(problem("wrongState", { at: "bindingId" }));
    return ok({ ...loaded.value, tokenRef });
  }

  const step = <T>(
    operation: string,
    request: object,
    context: { readonly journeyId: string; readonly idempotencyKey: string },
    work: (hopKey: string) => Promise<Result<T, Problem>>,
  ) => desk.remembered({ accountId, operation, context }, request, work);

  /** The journey that the bank's app adds a card to: the one that waits for a card on this device. */
  async function pushJourney(deviceId: string): Promise<string> {
    const rows = await db.query<{ id: string }>(
      {
        text: "select id from binding where device_id = $1 and stage = 'awaitingCard' order by started_at desc, id limit 1",
      },
      [deviceId],
    );
    return rows[0]?.id ?? deviceId;
  }

  async function foundCard(
    id: string,
    card: {
      readonly cardJwe: string;
      readonly source: BindingView["source"];
      readonly activationData: string | null;
      readonly hopKey: string;
    },
  ): Promise<Result<BindingView, Problem>> {
    const { cardJwe, source, activationData, hopKey } = card;
    const found = await tsp.checkEligibility({ cardJwe }, about(id, hopKey));
    if (!found.ok) return refused(id, found.error);
    const loaded = await store.load(id);
    if (!loaded.ok) return loaded;
    const { panRef, panSuffix, product, terms } = found.value;
    return store.advance(
      id,
      { kind: "cardFound", panSuffix, product, terms, source },
      {
        cardJwe,
        panRef,
        activationData,
        notes: [note(id, "card", "cardRead", "noted", { by: source, card: panSuffix })],
        also: (tx: Queries) =>
          keepAttempt(tx, { bindingId: id, accountId, deviceId: loaded.value.view.deviceId, panRef, at: clock.now() }),
      },
    );
  }

  /** Preflight, and a journey that starts with what it found. */
  async function begin(
    deviceId: string,
    deviceFacts: DeviceFacts | undefined,
    bindingId: string,
    options: { readonly down: boolean; readonly sameAccount: boolean; readonly source: BindingView["source"] },
  ): Promise<Result<BindingView, Problem>> {
    const owner = await deviceOf(db, accountId, deviceId);
    if (!owner.ok) return owner;
    const now = clock.now();
    const account = await accountOf(db, accountId);
    const checks = preflight({
      // What it is was said when it was enrolled; a device does not become another one.
      model: owner.value.model || (deviceFacts?.model ?? ""),
      facts: deviceFacts,
      account: account!,
      deviceLost: owner.value.lost,
      cardsHeld: (await passesOf(db, deviceId)).length,
      limitedUntil: limitedUntil(await attemptsOf(db, deviceId, now - 86_400_000), now, policy),
      downUntil: options.down ? now + DOWN_MS : undefined,
      now,
      policy,
    });
    const failed = checks.filter((check) => !check.passed);
    const times = failed.flatMap((check) => check.retryAt ?? []);
    const view: BindingView = {
      bindingId,
      deviceId,
      stage: failed.length === 0 ? "awaitingCard" : "preflightFailed",
      checks,
      causes: hardestFirst(failed.map((check) => check.cause)),
      ...(times.length === 0 ? {} : { retryAt: Math.max(...times) }),
      source: options.source,
      methods: [],
      startedAt: now,
    };
    const shown = await db.transaction(async (tx) => {
      const kept = await store.insert(tx, accountId, view, options.sameAccount);
      if (kept === undefined) return undefined;
      const failing = failed.map(({ cause, source, retryAt }) =>
        note(bindingId, "preflight", cause, "failed", { source, ...(retryAt === undefined ? {} : { retryAt }) }),
      );
      await facts.note(
        tx,
        ...(failing.length === 0 ? [note(bindingId, "preflight", "preflightPassed", "noted")] : failing),
      );
      return kept;
    });
    if (shown !== undefined) return ok(shown);
    const first = await store.load(bindingId);
    return first.ok ? ok(first.value.view) : first;
  }

  /** The key that cards are sealed to: asked anew each time; the last one known when the TSP does not answer. */
  async function cardKey(bindingId: string, hopKey: string) {
    const answer = await tsp.publicKey({}, about(bindingId, hopKey));
    if (answer.ok) {
      await db.query(
        {
          text: "insert into card_key (id, key) values (1, $1::jsonb) on conflict (id) do update set key = excluded.key",
        },
        [JSON.stringify(answer.value)],
      );
      return ok({ key: answer.value, down: false });
    }
    const rows = await db.query<{ key: PublicJwk }>({
      text: "select key from card_key where id = 1",
    });
    return rows[0] === undefined ? answer : ok({ key: rows[0].key, down: true });
  }

  return {
    startBinding: (request, context) =>
      step("startBinding", request, context, async (hopKey) => {
        const owner = await deviceOf(db, accountId, request.deviceId);
        if (!owner.ok) return owner;
        const bindingId = desk.idOf(hopKey);
        const key = await cardKey(bindingId, hopKey);
        if (!key.ok) return key;
        const binding = await begin(request.deviceId, request.facts, bindingId, {
          down: key.value.down,
          sameAccount: false,
          source: "typed",
        });
        return binding.ok ? ok({ binding: binding.value, cardKey: key.value.key }) : binding;
      }),

    submitCard: (request, context) =>
      step("submitCard", request, context, async (hopKey) => {
        const { bindingId, cardJwe, source, activationData } = request;
        const loaded = await open(bindingId);
        if (!loaded.ok) return loaded;
        const { stage, decision, deviceId } = loaded.value.view;
        if (stage !== "awaitingCard" && stage !== "awaitingTerms" && !(stage === "refused" && decision === "red"))
          return err(problem("wrongState", { at: "bindingId" }));
        const over = await limited(deviceId);
        if (over !== undefined) {
          await facts.state(note(bindingId, "card", "addLimitReached", "failed", { retryAfterMs: over.retryAfterMs! }));
          return refused(bindingId, over);
        }
        return foundCard(bindingId, { cardJwe, source, activationData: activationData ?? null, hopKey });
      }),

    acceptTerms: (request, context) =>
      step("acceptTerms", request, context, async () => {
        const { bindingId, version, language } = request;
        const loaded = await open(bindingId);
        if (!loaded.ok) return loaded;
        const { view, cardJwe } = loaded.value;
        if (view.stage === "awaitingBank") return decisions.ask(bindingId);
        if (view.stage === "awaitingVerification" || view.stage === "active") return ok(view);
        if (view.stage !== "awaitingTerms" || cardJwe === null) return err(problem("wrongState", { at: "bindingId" }));
        if (view.terms?.version !== version) {
          await facts.state(note(bindingId, "terms", "termsSuperseded", "failed"));
          return refused(bindingId, problem("unknownTerms", { at: "version", cause: "termsSuperseded" }));
        }
        const accepted = note(bindingId, "terms", "termsAccepted", "noted", { version });
        return asking.decide(loaded.value, { version, acceptedAt: clock.now(), language }, [accepted]);
      }),

    declineTerms: (request, context) =>
      step("declineTerms", request, context, async () => {
        const { bindingId } = request;
        const loaded = await own(bindingId);
        if (!loaded.ok) return loaded;
        const declined = note(bindingId, "terms", "termsDeclined", "failed");
        return store.advance(bindingId, { kind: "termsDeclined" }, { notes: [declined] });
      }),

    resume: (request, context) =>
      step("resume", request, context, async (hopKey) => {
        const { bindingId } = request;
        const loaded = await open(bindingId);
        if (!loaded.ok) return loaded;
        const { view, tokenRef, asked, cardJwe } = loaded.value;
        const resumed = note(bindingId, "decision", "resumed", "noted");
        switch (view.stage) {
          case "awaitingBank":
            return decisions.ask(bindingId);
          case "awaitingVerification":
            return tokenRef === null ? ok(view) : poll(bindingId, tokenRef, hopKey);
          case "refused": {
            if (view.causes.includes("termsDeclined"))
              return store.advance(bindingId, { kind: "reconsidered" }, { notes: [{ ...resumed, stage: "terms" }] });
            // Without the card there is nothing to ask with: it is typed again, or the journey is over.
            if (view.decision !== "red" || asked === null || cardJwe === null)
              return err(problem("wrongState", { at: "bindingId", causes: view.causes }));
            if (view.retryAt !== undefined && view.retryAt > clock.now()) return err(tooMany(view.retryAt));
            const over = await limited(view.deviceId);
            if (over !== undefined) return err(over);
            const { panRef } = loaded.value;
            await keepAttempt(db, { bindingId, accountId, deviceId: view.deviceId, panRef: panRef!, at: clock.now() });
            return asking.decide(loaded.value, asked.terms, [resumed]);
          }
          case "preflightFailed":
          case "abandoned":
            return err(problem("wrongState", { at: "bindingId", causes: view.causes }));
          default:
            return ok(view);
        }
      }),

    abandon: (request, context) =>
      step("abandon", request, context, async () => {
        const { bindingId } = request;
        const loaded = await own(bindingId);
        if (!loaded.ok) return loaded;
        const { view, tokenRef } = loaded.value;
        const owed = view.stage === "awaitingBank" ? await decisions.request(loaded.value) : undefined;
        const journey = { journeyId: bindingId, deviceId: view.deviceId };
        return store.advance(
          bindingId,
          { kind: "gone" },
          {
            also: async (tx) => {
              if (view.stage === "active") return;
              if (owed !== undefined) await errands.add(tx, { kind: "takeBack", body: owed }, journey);
              if (tokenRef !== null)
                await errands.add(
                  tx,
                  { kind: "changeToken", body: { tokenRef, change: "delete", by: "holder" } },
                  journey,
                );
            },
          },
        );
      }),

    chooseMethod: (request, context) =>
      step("chooseMethod", request, context, async (hopKey) => {
        const { bindingId, methodId } = request;
        const loaded = await verifying(bindingId);
        if (!loaded.ok) return loaded;
        const { view, tokenRef } = loaded.value;
        const method = view.methods.find((one) => one.methodId === methodId);
        if (method === undefined) return err(problem("unknownMethod", { at: "methodId" }));
        // The bank must know the code by which its people will be asked.
        const caseCode = isSpoken(method)
          ? (view.caseCode ??
            (await caseOf(db, random, { journeyId: bindingId, accountId, deviceId: view.deviceId }, clock.now())))
          : view.caseCode;
        const asked = { tokenRef, methodId, ...(caseCode === undefined ? {} : { caseCode }) };
        const chosen = await tsp.chooseMethod(asked, about(bindingId, hopKey));
        if (!chosen.ok) return refused(bindingId, chosen.error);
        return store.advance(
          bindingId,
          { kind: "methods", methods: chosen.value.methods, chosen: methodId },
          { notes: [note(bindingId, "verification", "methodChosen", "noted", { method: method.kind })] },
        );
      }),

    notMyNumber: (request, context) =>
      step("notMyNumber", request, context, async (hopKey) => {
        const { bindingId } = request;
        const loaded = await verifying(bindingId);
        if (!loaded.ok) return loaded;
        const { tokenRef } = loaded.value;
        const told = await tsp.notMyNumber({ tokenRef }, about(bindingId, hopKey));
        if (!told.ok) return refused(bindingId, told.error);
        const shown = await store.advance(bindingId, { kind: "methods", methods: told.value.methods });
        return shown.ok ? store.advance(bindingId, { kind: "stepFailed", causes: ["reservedPhoneMismatch"] }) : shown;
      }),

    openPush: (request, context) =>
      step("openPush", request, context, async (hopKey) => {
        const owner = await deviceOf(db, accountId, request.deviceId);
        if (!owner.ok) return owner;
        return tsp.openPush(request, about(await pushJourney(request.deviceId), hopKey));
      }),

    // The answer is a card: the TSP remembers it under this key, we do not.
    async takePush(request, context) {
      const owner = await deviceOf(db, accountId, request.deviceId);
      if (!owner.ok) return owner;
      const journeyId = await pushJourney(request.deviceId);
      const key = desk.hopKey(accountId, "takePush", context);
      const taken = await tsp.takePush(request, about(journeyId, key));
      return taken.ok || journeyId === request.deviceId ? taken : refused(journeyId, taken.error);
    },

    sendCode: (request, context) =>
      step("sendCode", request, context, async (hopKey) => {
        const { bindingId, methodId, language } = request;
        const loaded = await verifying(bindingId);
        if (!loaded.ok) return loaded;
        const { view, tokenRef } = loaded.value;
        if (!view.methods.some((method) => method.methodId === methodId))
          return err(problem("unknownMethod", { at: "methodId" }));
        const sent = await tsp.sendCode({ tokenRef, methodId, language }, about(bindingId, hopKey));
        return sent.ok
          ? store.advance(bindingId, { kind: "codeSent", methodId, codeSent: sent.value })
          : refused(bindingId, sent.error);
      }),

    submitCode: (request, context) =>
      step("submitCode", request, context, async (hopKey) => {
        const { bindingId, codeJwe } = request;
        const before = await open(bindingId);
        if (!before.ok) return before;
        if (before.value.view.stage === "active")
          return ok({ result: { outcome: "passed" as const }, binding: before.value.view });
        const loaded = await verifying(bindingId);
        if (!loaded.ok) return loaded;
        const { view, tokenRef } = loaded.value;
        const checked = await tsp.submitCode({ tokenRef, codeJwe }, about(bindingId, hopKey));
        if (!checked.ok) return refused(bindingId, checked.error);
        const { result, token } = checked.value;
        if (isAlive(token)) {
          const active = await decisions.activate(bindingId, token);
          return active.ok ? ok({ result: { outcome: "passed" as const }, binding: active.value }) : active;
        }
        const cause = CAUSE_OF_OUTCOME[result.outcome];
        if (cause === undefined) return ok({ result, binding: view });
        const failed = await store.advance(bindingId, { kind: "stepFailed", causes: [cause] });
        return failed.ok ? ok({ result, binding: failed.value }) : failed;
      }),

    async binding({ bindingId }) {
      const loaded = await own(bindingId);
      return loaded.ok ? ok(loaded.value.view) : loaded;
    },

    async openBindings({ deviceId }) {
      const owner = await deviceOf(db, accountId, deviceId);
      if (!owner.ok) return owner;
      const rows = await db.query<{ view: BindingView }>(
        {
          text: `select view from binding where device_id = $1 and (stage = any($2::text[]) or (stage = 'refused' and card_jwe is not null))
            and pan_ref is not null order by started_at desc, id limit 20`,
        },
        [deviceId, RESUMABLE],
      );
      return ok({ bindings: rows.map((row) => row.view) });
    },

    addCardsFrom: (request, context) =>
      step("addCardsFrom", request, context, async (hopKey) => {
        const { deviceId, fromDeviceId, passIds } = request;
        const [to, from] = [
          await deviceOf(db, accountId, deviceId),
          await deviceOf(db, accountId, fromDeviceId, "fromDeviceId"),
        ];
        if (!to.ok) return to;
        if (!from.ok) return from;
        if (from.value.keyId === null || from.value.keyId !== session.keyId)
          return err(
            problem("forbidden", { at: "fromDeviceId", detail: "confirmed on the device that has the cards" }),
          );
        if (from.value.lost) return err(problem("wrongState", { at: "fromDeviceId", cause: "deviceInLostMode" }));
        const passes = await Promise.all(passIds.map((id) => passById(db, id)));
        const strange = passes.findIndex((pass) => pass?.accountId !== accountId || pass.deviceId !== fromDeviceId);
        if (strange >= 0) return err(problem("notFound", { at: `passIds.${strange}` }));
        const asleep = passes.findIndex((pass) => pass!.token.status !== "active" || pass!.held);
        if (asleep >= 0) return err(problem("wrongState", { at: `passIds.${asleep}` }));
        const bindings: BindingView[] = [];
        for (const [i, pass] of passes.entries()) {
          const bindingId = desk.idOf(`${hopKey}/${i}`);
          const begun = await begin(deviceId, undefined, bindingId, {
            down: false,
            sameAccount: true,
            source: "typed",
          });
          if (!begun.ok) return begun;
          // Of a credit card nothing is kept: it is typed on the new device, and the rest goes as with the others.
          const sealed = begun.value.stage === "awaitingCard" ? pass!.cardJwe : null;
          const card = { source: "typed" as const, activationData: null, hopKey: `${hopKey.slice(0, 40)}-${i}` };
          const found = sealed === null ? begun : await foundCard(bindingId, { cardJwe: sealed, ...card });
          if (found.ok) bindings.push(found.value);
          else if (found.error.code === "peerUnavailable") return found;
          else {
            const stands = await store.load(bindingId);
            if (stands.ok) bindings.push(stands.value.view);
          }
        }
        return ok({ bindings });
      }),
  };
}
