import type { BankAppApi, PendingBinding } from "#contracts/bank-app-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { AssertionFault, HeldKey, KeyKind, Subject } from "#party";
import { err, fromUtf8, ok, type Result, toHex } from "#protocol/bytes";
import type { Cause, FactData } from "#protocol/diagnosis";
import { type Instant, instant } from "#protocol/time";
import { proofCauses } from "../binding/method-facts.ts";
import { onBinding, step, stopped } from "../binding/parts.ts";
import { type BindingRow, bindingsOfCard, readBinding, verificationOf } from "../binding/store.ts";
import type { HeldCard } from "../cards/store.ts";
import { changeOnce } from "../change.ts";
import { accountsOfCustomer } from "../desk/views.ts";
import { refused } from "../hops.ts";
import { KEYS } from "../ports.ts";
import type { AppParts, BankSession } from "./sign-in.ts";
import { statementText } from "./statement.ts";

type ApprovalCalls = "pending" | "approveOptions" | "approve" | "faceFailed" | "decline";

/** How long an approval waits for the TSP's word before it answers without it. */
const ANSWER_WAIT_MS = 3000;
const PURPOSE = "approve";

/** Why a USB key was not taken, for the bank's own people. */
const KEY_REASONS: Readonly<Record<Exclude<AssertionFault, "unknownCeremony">, string>> = {
  unknownKey: "unregistered",
  notVerified: "wrong",
  locked: "locked",
  expired: "expired",
};

export interface ApprovalParts extends AppParts {
  /** Lets what was left for the TSP go out, and waits a little for it. */
  readonly settle: (waitMs: number) => Promise<void>;
}

/** The holder's word in the bank's app, signed over what the app shows. */
export function approving(parts: ApprovalParts, who: BankSession): Pick<Calls<BankAppApi>, ApprovalCalls> {
  const { db, clock, keys, policy, facts, passkeys, sha256, settle } = parts;
  const { customerId } = who;

  function statementOf(binding: BindingRow, panSuffix: string, askedAt: Instant): string {
    const reference = keys.hmac(KEYS.code, fromUtf8(`asked ${binding.id} ${askedAt}`)).subarray(0, 4);
    const { deviceName } = binding;
    return statementText({
      bankName: policy.bankApp.name,
      panSuffix,
      deviceName,
      askedAt,
      reference: toHex(reference).toUpperCase(),
    });
  }

  /** When this binding's asking ends; undefined: it does not wait for the app. */
  function waitsUntil(binding: BindingRow): { readonly askedAt: Instant; readonly until: Instant } | undefined {
    const state = verificationOf(binding);
    if (state.kind !== "waiting" || state.app !== "asked" || binding.appAskedAt === null) return undefined;
    const until = instant(binding.appAskedAt + policy.bankApp.approvalMs);
    return until > clock.now() ? { askedAt: binding.appAskedAt, until } : undefined;
  }

  /** The customer's own binding, held. Another's is one that does not exist. */
  function onOwn<T>(
    tx: Queries,
    bindingId: string,
    work: (binding: BindingRow, card: HeldCard) => Promise<Result<T, Problem>>,
  ): Promise<Result<T, Problem>> {
    return onBinding(tx, bindingId, async (_tx, binding, card) =>
      card.customer.customerId === customerId ? work(binding, card) : err(problem("notFound", { at: "bindingId" })),
    );
  }

  async function appFact(tx: Queries, journeyId: string, cause: Cause, data: FactData = {}): Promise<void> {
    await facts.note(tx, { ...stopped(journeyId, cause, data), party: "bankApp" });
  }

  async function tellFailed(tx: Queries, { id, journeyId }: BindingRow, cause: Cause): Promise<void> {
    const about = { bindingId: id, journeyId };
    await parts.outbox.call(tx, "methodsChanged", about, { bindingId: id, cause }, clock.now());
  }

  /** What a failed assertion says: of the key when one was to sign, of the journey when it came too late. */
  async function failed(
    fault: AssertionFault,
    subject: Subject | undefined,
    detail: FactData = {},
  ): Promise<Result<never, Problem>> {
    const bindingId = subject?.["bindingId"];
    const usbKey = subject?.["by"] === "usbKey" && fault !== "unknownCeremony";
    const cause: Cause = usbKey ? "usbKeyNotAccepted" : "proofForOtherJourney";
    if (bindingId !== undefined)
      await db.transaction(async (tx) => {
        const binding = await readBinding(tx, bindingId, true);
        if (binding === undefined) return;
        await appFact(tx, binding.journeyId, cause, { reason: usbKey ? KEY_REASONS[fault] : fault, ...detail });
        await tellFailed(tx, binding, cause);
      });
    parts.nudge();
    return err(refused(usbKey || fault === "notVerified" ? "forbidden" : "wrongState", [cause], { at: "response" }));
  }

  return {
    async pending() {
      const found: PendingBinding[] = [];
      for (const { cardId, panSuffix } of await accountsOfCustomer(db, customerId)) {
        for (const binding of await bindingsOfCard(db, cardId, false)) {
          const waits = waitsUntil(binding);
          if (waits === undefined) continue;
          found.push({
            bindingId: binding.id,
            panSuffix,
            deviceName: binding.deviceName,
            asked: waits.askedAt,
            expiresAt: waits.until,
            statement: statementOf(binding, panSuffix, waits.askedAt),
          });
        }
      }
      return ok({ bindings: found.sort((a, b) => a.asked - b.asked) });
    },

    async approveOptions({ bindingId, by }) {
      const kind: KeyKind = by;
      const held = (await passkeys.of(db, customerId)).filter((key) => key.kind === kind);
      const asked = await db.transaction((tx) =>
        onOwn(tx, bindingId, async (binding, card) => {
          const waits = waitsUntil(binding);
          if (waits === undefined) return err(problem("wrongState", { at: "bindingId" }));
          if (by === "usbKey" && held.length === 0) {
            await appFact(tx, binding.journeyId, "usbKeyNotAccepted", { reason: "unregistered" });
            await tellFailed(tx, binding, "usbKeyNotAccepted");
            return err(refused("wrongState", ["usbKeyNotAccepted"], { at: "by" }));
          }
          const statement = statementOf(binding, card.panSuffix, waits.askedAt);
          return ok({ statement, askedAt: waits.askedAt });
        }),
      );
      parts.nudge();
      if (!asked.ok) return asked;
      const { statement, askedAt } = asked.value;
      const begun = await passkeys.beginAssertion({
        purpose: PURPOSE,
        subject: { bindingId, customerId, by, askedAt: String(askedAt) },
        challenge: sha256(fromUtf8(statement)),
        allow: held,
      });
      return ok({ ...begun, statement });
    },

    async approve({ ceremonyId, response }) {
      const before = await approvedBefore(ceremonyId);
      if (before !== undefined) return ok({ bindingId: before, activated: await isActive(before) });
      const proved = await passkeys.finishAssertion(PURPOSE, ceremonyId, response);
      if (!proved.ok) {
        // A page whose browser found no key answers with nothing.
        const absent = typeof response["id"] !== "string" ? { reason: "absent" } : {};
        return failed(proved.error.fault, proved.error.subject, absent);
      }
      const { subject, key } = proved.value;
      const bindingId = subject["bindingId"]!;
      const fault = misuse(subject, key);
      if (fault !== undefined) return failed(fault, subject, { key: key.kind });
      const approved = await db.transaction((tx) =>
        onOwn(tx, bindingId, (binding, card) => take(tx, binding, card, ceremonyId, subject, key)),
      );
      if (!approved.ok) return approved;
      await settle(ANSWER_WAIT_MS);
      return ok({ bindingId, activated: await isActive(bindingId) });
    },

    faceFailed: (request, context) =>
      onAsked("faceFailed", request, context, async (tx, binding, card) => {
        const failures = binding.facesFailed + 1;
        const last = failures >= policy.bankApp.faceTries;
        const row = { ...binding, facesFailed: failures };
        const stepped = await step(parts, tx, row, card, { kind: "faceFailed", last }, clock.now(), "faceCheckFailed");
        if (!stepped.ok) return err(problem("wrongState", { at: "bindingId" }));
        const triesLeft = policy.bankApp.faceTries - failures;
        await appFact(tx, binding.journeyId, "faceCheckFailed", { triesLeft });
        return ok({});
      }),

    decline: (request, context) =>
      onAsked("decline", request, context, async (tx, binding, card) => {
        const stepped = await step(parts, tx, binding, card, { kind: "appDeclined" }, clock.now());
        if (!stepped.ok) return err(problem("wrongState", { at: "bindingId" }));
        await appFact(tx, binding.journeyId, "bankAppDeclined");
        return ok({});
      }),
  };

  function onAsked(
    operation: "faceFailed" | "decline",
    request: { readonly bindingId: string },
    context: CallContext,
    work: (tx: Queries, binding: BindingRow, card: HeldCard) => Promise<Result<Record<string, never>, Problem>>,
  ) {
    return changeOnce(parts, `customer:${customerId}`, operation, request, context, (tx) =>
      onOwn(tx, request.bindingId, (binding, card) => work(tx, binding, card)),
    );
  }

  /** A key that proved itself, but is not the one that was to sign. */
  function misuse(subject: Subject, key: HeldKey): AssertionFault | undefined {
    if (subject["customerId"] !== customerId) return "unknownCeremony";
    if (key.ownerId !== customerId) return "notVerified";
    return key.kind === subject["by"] ? undefined : "unknownKey";
  }

  /** The proof becomes the bank's word. */
  async function take(
    tx: Queries,
    binding: BindingRow,
    card: HeldCard,
    ceremonyId: string,
    subject: Subject,
    key: HeldKey,
  ): Promise<Result<void, Problem>> {
    const now = clock.now();
    const { id, journeyId } = binding;
    const causes = await proofCauses(parts, tx, binding, card, now);
    if (causes.length > 0) {
      await facts.note(tx, ...causes.map((cause) => stopped(journeyId, cause)));
      return err(refused("wrongState", causes, { at: "bindingId" }));
    }
    // Of this asking, and not of an earlier one.
    const fits = waitsUntil(binding) !== undefined && String(binding.appAskedAt) === subject["askedAt"];
    const stepped = await step(parts, tx, binding, card, { kind: "appApproved", fits }, now);
    if (!stepped.ok) {
      if (stepped.error !== "otherJourney") return err(problem("wrongState", { at: "bindingId" }));
      await appFact(tx, journeyId, "proofForOtherJourney", { reason: "late" });
      return err(refused("wrongState", ["proofForOtherJourney"], { at: "ceremonyId" }));
    }
    await facts.note(tx, {
      journeyId,
      stage: "verification",
      code: "bankAppApproved",
      outcome: "noted",
      data: { by: key.kind },
      party: "bankApp",
    });
    await tx.query(
      {
        text: `insert into app_approval (ceremony_id, binding_id, customer_id, method, key_id, at)
          values ($1, $2, $3, $4, $5, $6)`,
      },
      [ceremonyId, id, customerId, key.kind, key.id, now],
    );
    return ok(undefined);
  }

  async function approvedBefore(ceremonyId: string): Promise<string | undefined> {
    const rows = await db.query<{ binding_id: string }>(
      { text: "select binding_id from app_approval where ceremony_id = $1 and customer_id = $2" },
      [ceremonyId, customerId],
    );
    return rows[0]?.binding_id;
  }

  async function isActive(bindingId: string): Promise<boolean> {
    return (await readBinding(db, bindingId, false))?.token?.status === "active";
  }
}
