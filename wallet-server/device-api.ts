import type { TokenView } from "#contracts/common";
import type { CallContext, Calls } from "#contracts/operation";
import type { PublicJwk, Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { BindingView, WalletDeviceApi, WalletEvent } from "#contracts/wallet-api";
import { err, ok, type Result } from "#protocol/bytes";
import { once } from "./answered.ts";
import { type BindingEvent, RESUMABLE, stepBinding } from "./binding/core.ts";
import { addPass, noticesOf, type Pass, passById, passesOf, passView, setDefault, updateToken } from "./passes.ts";
import { POLICY, type WalletServerPorts } from "./ports.ts";
import type { Session } from "./sign-in/passkeys.ts";

interface DeviceRow {
  readonly id: string;
  readonly account_id: string;
  readonly name: string;
  readonly kind: "phone" | "watch" | "tablet" | "computer";
  readonly key_source: "hce" | "secureElement";
  readonly public_key: PublicJwk;
  readonly lost: boolean;
}
interface Binding {
  readonly view: BindingView;
  readonly cardJwe: string | null;
  readonly panRef: string | null;
  readonly tokenRef: string | null;
  readonly version: bigint;
  /** The device is in lost mode: nobody goes on with a binding on it. */
  readonly lost: boolean;
}

const TRIES_MAX = 8;

/** What a signed-in phone may ask. Whatever belongs to another account does not exist. */
export function deviceApi(
  ports: WalletServerPorts,
  session: Session,
  publish: (deviceId: string, event: WalletEvent) => void,
): Calls<WalletDeviceApi> {
  const { db, clock, random, tsp } = ports;

  async function device(id: string): Promise<Result<DeviceRow, Problem>> {
    const rows = await db.query<DeviceRow>(
      {
        text: "select id, account_id, name, kind, key_source, public_key, lost from device where id = $1 and account_id = $2",
      },
      [id, session.accountId],
    );
    return rows[0] === undefined ? err(problem("notFound", { at: "deviceId" })) : ok(rows[0]);
  }

  async function pass(id: string): Promise<Result<Pass, Problem>> {
    const found = await passById(db, id);
    return found?.accountId === session.accountId ? ok(found) : err(problem("notFound", { at: "passId" }));
  }

  async function binding(id: string): Promise<Result<Binding, Problem>> {
    const rows = await db.query<{
      view: BindingView;
      card_jwe: string | null;
      pan_ref: string | null;
      token_ref: string | null;
      version: bigint;
      lost: boolean;
    }>(
      {
        text: `select b.view, b.card_jwe, b.pan_ref, b.token_ref, b.version, d.lost from binding b join device d on d.id = b.device_id
          where b.id = $1 and b.account_id = $2`,
      },
      [id, session.accountId],
    );
    const row = rows[0];
    if (row === undefined) return err(problem("notFound", { at: "bindingId" }));
    return ok({
      view: row.view,
      cardJwe: row.card_jwe,
      panRef: row.pan_ref,
      tokenRef: row.token_ref,
      version: row.version,
      lost: row.lost,
    });
  }

  /** A binding that may go on: a lost phone must not gain a card. */
  async function openBinding(id: string): Promise<Result<Binding, Problem>> {
    const found = await binding(id);
    return found.ok && found.value.lost
      ? err(problem("wrongState", { at: "bindingId", detail: "the device is in lost mode" }))
      : found;
  }

  /** A repeat of this call gets its first answer. */
  function remembered<T>(
    operation: string,
    context: CallContext,
    request: object,
    work: (remember: (tx: Queries, answer: T) => Promise<void>) => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>> {
    const name = { accountId: session.accountId, operation, key: context.idempotencyKey };
    return once(db, name, request, clock.now(), work);
  }

  /** Steps a journey and saves it with the version that was read. The card's ciphertext goes once the bank has decided. */
  async function advance(
    id: string,
    event: BindingEvent,
    more: { cardJwe?: string | null; panRef?: string; tokenRef?: string } = {},
  ): Promise<Result<BindingView, Problem>> {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const loaded = await binding(id);
      if (!loaded.ok) return loaded;
      const { view, version, cardJwe, panRef, tokenRef } = loaded.value;
      const next = stepBinding(view, event);
      if (!next.ok) return err(problem("wrongState", { at: "bindingId" }));
      const saved = await db.query(
        {
          text: `update binding set stage = $3, view = $4::jsonb, card_jwe = $5, pan_ref = $6, token_ref = $7, pass_id = $8, version = version + 1
            where id = $1 and version = $2 returning id`,
        },
        [
          id,
          version,
          next.value.stage,
          JSON.stringify(next.value),
          more.cardJwe === undefined ? cardJwe : more.cardJwe,
          more.panRef ?? panRef,
          more.tokenRef ?? tokenRef,
          next.value.passId ?? null,
        ],
      );
      if (saved.length === 0) continue;
      publish(next.value.deviceId, { type: "binding", bindingId: id });
      return next;
    }
    return err(problem("stale"));
  }

  /** The token is active: the card appears, and the journey is over. */
  async function activate(id: string, token: TokenView): Promise<Result<BindingView, Problem>> {
    const loaded = await binding(id);
    if (!loaded.ok) return loaded;
    const { view } = loaded.value;
    const passId = await addPass(db, {
      id: random.uuid(),
      accountId: session.accountId,
      deviceId: view.deviceId,
      token,
      product: view.product!,
      at: clock.now(),
    });
    const done = await advance(id, { kind: "activated", passId });
    publish(view.deviceId, { type: "passes", deviceId: view.deviceId });
    return done;
  }

  async function applyTokens(deviceId: string, tokens: readonly TokenView[]) {
    for (const token of tokens) await updateToken(db, token);
    publish(deviceId, { type: "passes", deviceId });
    return (await passesOf(db, deviceId)).map(passView);
  }

  async function changeAll(deviceId: string, change: "suspend" | "resume" | "delete", context: CallContext) {
    const changed = await tsp.changeDevice({ deviceId, change, by: "wallet" }, context);
    return changed.ok ? ok(await applyTokens(deviceId, changed.value.tokens)) : changed;
  }

  return {
    async me() {
      const rows = await db.query<DeviceRow>(
        {
          text: "select id, account_id, name, kind, key_source, public_key, lost from device where account_id = $1 order by created_at",
        },
        [session.accountId],
      );
      return ok({ ...session, devices: rows.map(({ id, name, kind, lost }) => ({ deviceId: id, name, kind, lost })) });
    },

    enrolDevice: (request, context) =>
      remembered("enrolDevice", context, request, async (remember) => {
        const { name, kind, keySource, publicKey } = request;
        const deviceId = random.uuid();
        await db.transaction(async (tx) => {
          await tx.query(
            {
              text: "insert into device (id, account_id, name, kind, key_source, public_key, lost, created_at) values ($1, $2, $3, $4, $5, $6::jsonb, false, $7)",
            },
            [deviceId, session.accountId, name, kind, keySource, JSON.stringify(publicKey), clock.now()],
          );
          await remember(tx, { deviceId });
        });
        return ok({ deviceId });
      }),

    startBinding: (request, context) =>
      remembered("startBinding", context, request, async (remember) => {
        const { deviceId, facts } = request;
        const owner = await device(deviceId);
        if (!owner.ok) return owner;
        const cardKey = await tsp.publicKey({}, context);
        if (!cardKey.ok) return cardKey;
        const now = clock.now();
        const held = (await passesOf(db, deviceId)).length;
        const attempts = await db.query<{ n: bigint }>(
          {
            text: "select count(*)::bigint as n from binding where device_id = $1 and started_at > $2 and pan_ref is not null",
          },
          [deviceId, now - POLICY.dayMs],
        );
        const checks: BindingView["checks"] = [
          { check: "passcode", passed: facts.passcodeOn, source: "device" },
          { check: "biometric", passed: facts.biometricOn, source: "device" },
          { check: "online", passed: facts.online, source: "device" },
          { check: "signedIn", passed: !owner.value.lost, source: "server" },
          { check: "cardRoom", passed: held < POLICY.cardRoom[owner.value.kind], source: "server" },
          { check: "attemptsLeft", passed: attempts[0]!.n < BigInt(POLICY.attemptsADay), source: "server" },
        ];
        const passed = checks.every((check) => check.passed);
        const view: BindingView = {
          bindingId: random.uuid(),
          deviceId,
          stage: passed ? "awaitingCard" : "preflightFailed",
          checks,
          methods: [],
          startedAt: now,
        };
        const answer = { binding: view, cardKey: cardKey.value };
        await db.transaction(async (tx) => {
          await tx.query(
            {
              text: "insert into binding (id, account_id, device_id, stage, view, version, started_at) values ($1, $2, $3, $4, $5::jsonb, 0, $6)",
            },
            [view.bindingId, session.accountId, deviceId, view.stage, JSON.stringify(view), now],
          );
          await remember(tx, answer);
        });
        return ok(answer);
      }),

    async submitCard({ bindingId, cardJwe }, context) {
      const loaded = await openBinding(bindingId);
      if (!loaded.ok) return loaded;
      if (loaded.value.view.stage !== "awaitingCard" && loaded.value.view.stage !== "awaitingTerms")
        return err(problem("wrongState", { at: "bindingId" }));
      const found = await tsp.checkEligibility({ cardJwe }, context);
      if (!found.ok) return found;
      const { panRef, panSuffix, product, terms } = found.value;
      return advance(bindingId, { kind: "cardFound", panSuffix, product, terms }, { cardJwe, panRef });
    },

    async acceptTerms({ bindingId, version, language }, context) {
      const loaded = await openBinding(bindingId);
      if (!loaded.ok) return loaded;
      const { view, cardJwe } = loaded.value;
      if (view.decision !== undefined) return ok(view);
      if (view.stage !== "awaitingTerms" || cardJwe === null) return err(problem("wrongState", { at: "bindingId" }));
      if (view.terms?.version !== version) return err(problem("unknownTerms", { at: "version" }));
      const owner = await device(view.deviceId);
      if (!owner.ok) return owner;
      const { id, name, kind, key_source, public_key } = owner.value;
      const requested = await tsp.requestToken(
        {
          bindingId,
          cardJwe,
          walletAccount: session.accountId,
          device: { deviceId: id, name, kind, keySource: key_source, publicKey: public_key },
          terms: { version, acceptedAt: clock.now(), language },
        },
        context,
      );
      if (!requested.ok) return requested;
      const { decision, reason, methods, token } = requested.value;
      const decided = await advance(
        bindingId,
        { kind: "decided", decision, reason, methods, status: token?.status },
        { cardJwe: null, ...(token === undefined ? {} : { tokenRef: token.tokenRef }) },
      );
      if (!decided.ok || token?.status !== "active") return decided;
      return activate(bindingId, token);
    },

    async sendCode({ bindingId, methodId, language }, context) {
      const loaded = await openBinding(bindingId);
      if (!loaded.ok) return loaded;
      const { view, tokenRef } = loaded.value;
      if (view.stage !== "awaitingVerification" || tokenRef === null)
        return err(problem("wrongState", { at: "bindingId" }));
      if (!view.methods.some((method) => method.methodId === methodId))
        return err(problem("unknownMethod", { at: "methodId" }));
      const sent = await tsp.sendCode({ tokenRef, methodId, language }, context);
      return sent.ok ? advance(bindingId, { kind: "codeSent", codeSent: sent.value }) : sent;
    },

    async submitCode({ bindingId, codeJwe }, context) {
      const loaded = await openBinding(bindingId);
      if (!loaded.ok) return loaded;
      const { view, tokenRef } = loaded.value;
      if (view.stage === "active") return ok({ result: { outcome: "passed" as const }, binding: view });
      if (view.stage !== "awaitingVerification" || tokenRef === null)
        return err(problem("wrongState", { at: "bindingId" }));
      const checked = await tsp.submitCode({ tokenRef, codeJwe }, context);
      if (!checked.ok) return checked;
      const { result, token } = checked.value;
      if (result.outcome !== "passed") return ok({ result, binding: view });
      const active = await activate(bindingId, token);
      return active.ok ? ok({ result, binding: active.value }) : active;
    },

    async binding({ bindingId }) {
      const loaded = await binding(bindingId);
      return loaded.ok ? ok(loaded.value.view) : loaded;
    },

    async openBindings({ deviceId }) {
      const owner = await device(deviceId);
      if (!owner.ok) return owner;
      const rows = await db.query<{ view: BindingView }>(
        {
          text: "select view from binding where device_id = $1 and stage = any($2::text[]) and pan_ref is not null order by started_at desc limit 20",
        },
        [deviceId, RESUMABLE],
      );
      return ok({ bindings: rows.map((row) => row.view) });
    },

    async passes({ deviceId }) {
      const owner = await device(deviceId);
      return owner.ok ? ok({ passes: (await passesOf(db, deviceId)).map(passView) }) : owner;
    },

    async collectPackage({ passId }, context) {
      const found = await pass(passId);
      return found.ok
        ? tsp.personalise({ tokenRef: found.value.token.tokenRef, deviceId: found.value.deviceId }, context)
        : found;
    },

    async confirmProvisioned({ passId }) {
      const found = await pass(passId);
      if (!found.ok) return found;
      await db.query({ text: "update pass set provisioned = true where id = $1" }, [passId]);
      publish(found.value.deviceId, { type: "passes", deviceId: found.value.deviceId });
      return ok(passView({ ...found.value, provisioned: true }));
    },

    async replenish({ passId, count }, context) {
      const found = await pass(passId);
      return found.ok
        ? tsp.replenishKeys({ tokenRef: found.value.token.tokenRef, deviceId: found.value.deviceId, count }, context)
        : found;
    },

    setDefault: (request, context) =>
      remembered("setDefault", context, request, async (remember) => {
        const found = await pass(request.passId);
        if (!found.ok) return found;
        const { deviceId, token } = found.value;
        if (token.status === "deleted") return err(problem("wrongState", { at: "passId" }));
        const passes = await db.transaction(async (tx) => {
          await setDefault(tx, found.value);
          const all = (await passesOf(tx, deviceId)).map(passView);
          await remember(tx, { passes: all });
          return all;
        });
        publish(deviceId, { type: "passes", deviceId });
        return ok({ passes });
      }),

    async changePass({ passId, change }, context) {
      const found = await pass(passId);
      if (!found.ok) return found;
      const changed = await tsp.changeToken({ tokenRef: found.value.token.tokenRef, change, by: "holder" }, context);
      if (!changed.ok) return changed;
      await applyTokens(found.value.deviceId, [changed.value]);
      return ok(passView({ ...found.value, token: changed.value }));
    },

    setLost: (request, context) =>
      remembered("setLost", context, request, async (remember) => {
        const { deviceId, lost } = request;
        const owner = await device(deviceId);
        if (!owner.ok) return owner;
        // The tokens first: if the TSP cannot be reached, the device must not look safe.
        const passes = await changeAll(deviceId, lost ? "suspend" : "resume", context);
        if (!passes.ok) return passes;
        const answer = { deviceId, lost, passes: passes.value };
        await db.transaction(async (tx) => {
          await tx.query({ text: "update device set lost = $2 where id = $1" }, [deviceId, lost]);
          await remember(tx, answer);
        });
        return ok(answer);
      }),

    wipeDevice: (request, context) =>
      remembered("wipeDevice", context, request, async (remember) => {
        const { deviceId } = request;
        const owner = await device(deviceId);
        if (!owner.ok) return owner;
        const wiped = await changeAll(deviceId, "delete", context);
        if (!wiped.ok) return wiped;
        await db.transaction(async (tx) => {
          await tx.query({ text: "update device set lost = true where id = $1" }, [deviceId]);
          await remember(tx, {});
        });
        return ok({});
      }),

    async notices({ deviceId }) {
      const owner = await device(deviceId);
      return owner.ok ? ok({ notices: [...(await noticesOf(db, deviceId, POLICY.noticesShown))] }) : owner;
    },
  };
}
