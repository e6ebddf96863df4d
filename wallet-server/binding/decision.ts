import type { CallContext } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import type { BindingView } from "#contracts/wallet-api";
import { err, ok, type Result } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import { about, type Desk } from "../desk.ts";
import { deviceOf } from "../devices.ts";
import { note } from "../notes.ts";
import { addPass } from "../passes.ts";
import { type BindingEvent, goesOnByItself } from "./core.ts";
import type { Binding, BindingStore } from "./store.sql.ts";

type Request = Parameters<Desk["tsp"]["requestToken"]>[0];
type Token = NonNullable<Extract<Awaited<ReturnType<Desk["tsp"]["requestToken"]>>, { ok: true }>["value"]["token"]>;

/** Refusals that name no cause, and have one. */
const CAUSE_OF: Readonly<Partial<Record<Problem["code"], Cause>>> = {
  badCiphertext: "sealedCardUnreadable",
  badCard: "panMistyped",
  badRequest: "contractMismatch",
  tooMany: "throttled",
};
/** Nobody knows what became of the request. */
const SILENT: ReadonlySet<Problem["code"]> = new Set(["peerUnavailable", "internal"]);

export interface Decisions {
  /** Asks the bank for what is still to be decided, under the same key as before; safe to repeat at any time. */
  ask(id: string): Promise<Result<BindingView, Problem>>;
  /** What is asked, for those who take it back. */
  request(binding: Binding): Promise<{ readonly request: Request; readonly key: string } | undefined>;
  activate(id: string, token: Token): Promise<Result<BindingView, Problem>>;
}

/** The causes that a refusal names. */
export function causesOf({ code, cause, causes }: Problem): readonly Cause[] {
  if (causes !== undefined && causes.length > 0) return causes;
  const one = cause ?? CAUSE_OF[code];
  return one === undefined ? [] : [one];
}

export function decisions(desk: Desk, store: BindingStore): Decisions {
  const { db, clock, random, tsp, policy, publish } = desk;

  const keyOf = ({ view, attempt }: Binding) => `${view.bindingId}-${attempt}`;
  const backoff = (tries: number) => Math.min(policy.retry.longestMs, policy.retry.firstMs * 2 ** Math.min(tries, 20));

  async function request(binding: Binding) {
    const { view, cardJwe, asked, activationData } = binding;
    if (cardJwe === null || asked === null) return undefined;
    const owner = await deviceOf(db, binding.accountId, view.deviceId);
    if (!owner.ok) return undefined;
    const { id, name, kind, keySource, publicKey } = owner.value;
    return {
      key: keyOf(binding),
      request: {
        bindingId: view.bindingId,
        cardJwe,
        walletAccount: binding.accountId,
        device: { deviceId: id, name, kind, keySource, publicKey },
        terms: asked.terms,
        source: view.source,
        wallet: asked.wallet,
        ...(activationData === null ? {} : { activationData }),
      },
    };
  }

  /** The TSP answers, so it is the bank behind it that does not. */
  async function silentParty(context: CallContext): Promise<"tsp" | "issuer"> {
    return (await tsp.publicKey({}, context)).ok ? "issuer" : "tsp";
  }

  async function ask(id: string): Promise<Result<BindingView, Problem>> {
    const loaded = await store.load(id);
    if (!loaded.ok) return loaded;
    const binding = loaded.value;
    const { view, tries } = binding;
    if (view.stage !== "awaitingBank") return ok(view);
    const wait = (party: "wallet" | "tsp" | "issuer", causes: readonly Cause[], afterMs = backoff(tries)) =>
      settle(
        id,
        { kind: "unanswered", party, nextTryAt: clock.now() + afterMs, causes },
        // No failure, and yet what its holder asks about when it lasts.
        { tries: tries + 1, withCase: true },
      );
    // Its owner lost it, or support holds the account: nothing is asked until that is over.
    if (binding.held !== undefined && binding.held !== "removed") return wait("wallet", [binding.held]);
    const made = await request(binding);
    if (made === undefined) return settle(id, { kind: "gone" });
    if (clock.now() - view.waitingFor!.since > policy.retry.patienceMs)
      return settle(id, { kind: "ended", causes: ["answerTooLate"] });

    const context = about(id, made.key);
    const answer = await tsp.requestToken(made.request, context);
    if (answer.ok) {
      const { decision, causes, retryAt, methods, verifyBy, token } = answer.value;
      if (decision === "red" && goesOnByItself(causes)) {
        const nextTryAt = Math.max(retryAt ?? 0, clock.now() + backoff(tries));
        return settle(
          id,
          { kind: "unanswered", party: "issuer", nextTryAt, causes },
          // Answered, so asked anew: a new question, with a key of its own.
          { tries: tries + 1, attempt: binding.attempt + 1 },
        );
      }
      const status = token?.status;
      const said = { kind: "decided", decision, causes, retryAt, methods, verifyBy, status } as const;
      const decided = await settle(
        id,
        (before) => (decision === "red" && before.attempt !== binding.attempt ? askedAnew() : said),
        token === undefined ? {} : { tokenRef: token.tokenRef },
      );
      if (decided.ok && decided.value.stage === "awaitingBank") return ask(id);
      return decided.ok && token !== undefined && isAlive(token) ? activate(id, token) : decided;
    }
    const { error } = answer;
    if (SILENT.has(error.code)) return wait(await silentParty(context), []);
    const causes = causesOf(error);
    if (error.code === "tooMany" || goesOnByItself(causes))
      return wait("tsp", causes, Math.max(error.retryAfterMs ?? 0, backoff(tries)));
    if (error.code === "unknownTerms" || causes.includes("termsSuperseded")) {
      const found = await tsp.checkEligibility({ cardJwe: made.request.cardJwe }, about(id, `${made.key}-terms`));
      if (!found.ok) return wait("tsp", []);
      // Said here too: looking the new ones up was a question of its own, after which the bank's word is an old one.
      const notes = [note(id, "terms", "termsSuperseded", "failed")];
      return settle(id, { kind: "termsChanged", terms: found.value.terms }, { notes });
    }
    return settle(id, { kind: "decided", decision: "red", causes, methods: [] });
  }

  /** The bank refused before it cured what it refused for: its answer is an old one. */
  function askedAnew(): BindingEvent {
    return { kind: "unanswered", party: "issuer", nextTryAt: clock.now(), causes: [] };
  }

  /** Somebody else may have settled it in the meantime: then it stands as it stands. */
  async function settle(...step: Parameters<BindingStore["advance"]>): Promise<Result<BindingView, Problem>> {
    const done = await store.advance(...step);
    if (done.ok || done.error.code !== "wrongState") return done;
    const now = await store.load(step[0]);
    return now.ok ? ok(now.value.view) : now;
  }

  /** The token lives: the card appears, and the journey is over. */
  async function activate(id: string, token: Token): Promise<Result<BindingView, Problem>> {
    const loaded = await store.load(id);
    if (!loaded.ok) return loaded;
    const { view, accountId, cardJwe } = loaded.value;
    if (view.stage === "active") return ok(view);
    if (view.stage !== "awaitingVerification") return err(problem("wrongState", { at: "bindingId" }));
    const passId = random.uuid();
    const done = await settle(
      id,
      { kind: "activated", passId },
      {
        also: async (tx) => {
          await addPass(tx, {
            id: passId,
            accountId,
            deviceId: view.deviceId,
            bindingId: id,
            token,
            product: view.product!,
            cardJwe: view.product!.kind === "debit" ? cardJwe : null,
            at: clock.now(),
          });
        },
        notes: [
          { journeyId: id, stage: "issue", code: "tokenState", outcome: "noted", data: { status: token.status } },
        ],
      },
    );
    publish(view.deviceId, { type: "passes", deviceId: view.deviceId });
    return done;
  }

  return { ask, request, activate };
}

/** Active, or active but for a device that is held: either way the bank has let it live. */
export function isAlive(token: { readonly status: string }): boolean {
  return token.status === "active" || token.status === "suspended";
}
