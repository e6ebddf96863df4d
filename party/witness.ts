import type { Api, CallContext, Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { Result } from "#protocol/bytes";
import type { Cause, FactData, Stage, Witness } from "#protocol/diagnosis";
import type { FactLog, FactNote } from "./fact-log.ts";

/** The stage each witnessed operation belongs to; the tables are in hops.ts. Operations that are not listed leave no facts of their hop. */
export type HopStages<A extends Api> = Readonly<Partial<Record<keyof A & string, Stage>>>;

/** Problem codes that mean: nobody knows what became of the request. */
const NO_ANSWER: ReadonlySet<string> = new Set(["peerUnavailable"]);

function hopNote(
  code: "sent" | "received" | "decided" | "answered" | "unanswered",
  stage: Stage,
  peer: Witness,
  operation: string,
  context: CallContext,
  more: FactData = {},
): FactNote {
  const { journeyId, idempotencyKey: hop } = context;
  return { journeyId, stage, code, outcome: "noted", data: { peer, operation, hop, ...more } };
}

/** What an answer says, for a fact: a decision's colour too, and the causes of a refusal, as many as there is room for. */
export function answerData(result: Result<unknown, Problem>): FactData {
  if (!result.ok) {
    const { code, cause, causes = [] } = result.error;
    return {
      answer: code,
      ...refusal(cause === undefined ? causes : [cause, ...causes.filter((one) => one !== cause)]),
    };
  }
  const { decision, causes } = (result.value ?? {}) as { decision?: unknown; causes?: unknown };
  if (typeof decision !== "string") return { answer: "ok" };
  const named = decision === "red" && Array.isArray(causes) ? (causes as Cause[]) : [];
  return { answer: "ok", colour: decision, ...refusal(named) };
}

/** A text of a fact's data is no longer than this. */
const TEXT_MAX = 128;

function refusal(causes: readonly Cause[]): FactData {
  const [cause] = causes;
  if (cause === undefined) return {};
  const fitting = causes.filter((_, i) => causes.slice(0, i + 1).join().length <= TEXT_MAX);
  return { cause, ...(fitting.length > 1 ? { causes: fitting.join() } : {}) };
}

/** The caller's side of a hop: `sent` before it asks, `answered` or `unanswered` after. */
export function witnessCalls<A extends Api>(
  calls: Calls<A>,
  stages: HopStages<A>,
  peer: Witness,
  facts: FactLog,
): Calls<A> {
  const wrapped = Object.entries(calls).map(([name, ask]) => {
    const stage = stages[name];
    if (stage === undefined) return [name, ask];
    const witnessed = async (request: never, context: CallContext) => {
      await facts.state(hopNote("sent", stage, peer, name, context));
      const result: Result<unknown, Problem> = await ask(request, context);
      const silent = !result.ok && NO_ANSWER.has(result.error.code);
      await facts.state(hopNote(silent ? "unanswered" : "answered", stage, peer, name, context, answerData(result)));
      return result;
    };
    return [name, witnessed];
  });
  return Object.fromEntries(wrapped) as Calls<A>;
}

/** The answering side: `received` before anything is done. What it decided it notes itself, by `decided`. */
export function witnessOffer<A extends Api>(
  offered: Calls<A>,
  stages: HopStages<A>,
  peer: Witness,
  facts: FactLog,
): Calls<A> {
  const wrapped = Object.entries(offered).map(([name, answer]) => {
    const stage = stages[name];
    if (stage === undefined) return [name, answer];
    const witnessed = async (request: never, context: CallContext) => {
      await facts.state(hopNote("received", stage, peer, name, context));
      return answer(request, context);
    };
    return [name, witnessed];
  });
  return Object.fromEntries(wrapped) as Calls<A>;
}

/** Notes a decision: with `tx`, in the transaction of the state it makes; `db` itself where there is no state to make. */
export function decided(
  facts: FactLog,
  tx: Queries,
  hop: {
    readonly stage: Stage;
    readonly peer: Witness;
    readonly operation: string;
    readonly context: CallContext;
    readonly answer: FactData;
  },
): Promise<void> {
  return facts.note(tx, hopNote("decided", hop.stage, hop.peer, hop.operation, hop.context, hop.answer));
}
