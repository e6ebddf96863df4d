import type * as v from "valibot";
import type { CodeOutcome, CodeSent, Language } from "#contracts/common";
import type { CallContext } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import { type FactNote, once } from "#party";
import { err, fromAscii, ok, type Result, toBase64url } from "#protocol/bytes";
import type { Cause } from "#protocol/diagnosis";
import { KEYS } from "../ports.ts";
import type { Token } from "../token.ts";
import type { Desk } from "./desk.ts";

/*
 * Codes made here and sent by the bank. UNVERIFIED defaults, those of the spec: six digits, three tries a code, three
 * codes a binding, 30 minutes.
 */
const CODES_MAX = 3;
const TRIES_MAX = 3;
const LIFE_MS = 30 * 60_000;
const RESEND_MS = 60_000;

interface Row {
  readonly serial: number;
  readonly key: string;
  readonly hash: string;
  readonly made_at: bigint;
  readonly expires_at: bigint;
  readonly tries: number;
  readonly dead: boolean;
  readonly sent_to: string | null;
}

type Outcome = CodeOutcome;
type Sent = v.InferOutput<typeof CodeSent>;

export interface OwnCodes {
  send(token: Token, methodId: string, language: Language, context: CallContext): Promise<Result<Sent, Problem>>;
  check(token: Token, code: string, context: CallContext): Promise<Result<Outcome, Problem>>;
}

export function ownCodes(desk: Desk): OwnCodes {
  const { db, clock, random, keys, facts, cards, delivery } = desk;
  if (delivery === undefined) throw new RangeError("tsp: to make codes it wants a bank that delivers them");

  const hashOf = (bindingId: string, serial: number, code: string) =>
    toBase64url(keys.hmac(KEYS.code, fromAscii(`${bindingId}/${serial}/${code}`)));
  const codesOf = (on: Queries, bindingId: string) =>
    on.query<Row>(
      {
        text: `select serial, key, hash, made_at, expires_at, tries, dead, sent_to from code
          where binding_id = $1 order by serial for update`,
      },
      [bindingId],
    );
  const left = (rows: readonly Row[]) => CODES_MAX - rows.length;
  const sentOf = (row: Row, rows: readonly Row[]): Sent => ({
    sentTo: row.sent_to!,
    expiresAt: Number(row.expires_at),
    resendAt: Number(row.made_at) + RESEND_MS,
    codesLeft: left(rows),
  });
  const note = (bindingId: string, code: FactNote["code"], outcome: FactNote["outcome"] = "noted"): FactNote => ({
    journeyId: bindingId,
    stage: "verification",
    code,
    outcome,
  });

  /** A place for one more code, or the one that this very call made before. */
  async function place(bindingId: string, key: string): Promise<Result<{ row: Row; rows: readonly Row[] }, Problem>> {
    const now = clock.now();
    return db.transaction(async (tx) => {
      const rows = await codesOf(tx, bindingId);
      const own = rows.find((row) => row.key === key);
      if (own !== undefined) return ok({ row: own, rows });
      const last = rows.at(-1);
      if (rows.length >= CODES_MAX) return err(problem("tooMany", { at: "methodId", cause: "methodUsedUp" }));
      const waitMs = last === undefined ? 0 : Number(last.made_at) + RESEND_MS - now;
      if (waitMs > 0)
        // Asking too soon is no cause: what keeps the newest code from being entered is.
        return err(
          problem("tooMany", { cause: last!.dead ? "codeTriesUsedUp" : "codeUnclaimed", retryAfterMs: waitMs }),
        );
      const row: Row = {
        serial: rows.length + 1,
        key,
        hash: "",
        made_at: BigInt(now),
        expires_at: BigInt(now + LIFE_MS),
        tries: 0,
        dead: false,
        sent_to: null,
      };
      await tx.query(
        {
          text: `insert into code (binding_id, serial, key, hash, made_at, expires_at, tries, dead)
            values ($1, $2, $3, '', $4, $5, 0, false)`,
        },
        [bindingId, row.serial, key, row.made_at, row.expires_at],
      );
      await facts.note(tx, note(bindingId, "codeMade"));
      return ok({ row, rows: [...rows, row] });
    });
  }

  async function set(bindingId: string, serial: number, hash: string, sentTo: string | null): Promise<void> {
    await db.query({ text: "update code set hash = $3, sent_to = $4 where binding_id = $1 and serial = $2" }, [
      bindingId,
      serial,
      hash,
      sentTo,
    ]);
  }

  /** What one entry comes to. Writes the try that it was; the caller remembers the answer in the same transaction. */
  async function judge(tx: Queries, bindingId: string, code: string): Promise<Outcome> {
    const rows = await codesOf(tx, bindingId);
    const sent = rows.filter((row) => row.sent_to !== null);
    const newest = sent.at(-1);
    if (newest === undefined) return { outcome: "noCode" };
    const codesLeft = left(rows);
    if (newest.dead) return codesLeft > 0 ? { outcome: "dead", codesLeft } : { outcome: "methodDead" };
    const fits = sent.find((row) => row.hash === hashOf(bindingId, row.serial, code));
    if (fits === newest && clock.now() > Number(newest.expires_at)) return { outcome: "expired", codesLeft };
    const right = fits === newest;
    const tries = newest.tries + 1;
    const dead = right || tries >= TRIES_MAX;
    await tx.query({ text: "update code set tries = $3, dead = $4 where binding_id = $1 and serial = $2" }, [
      bindingId,
      newest.serial,
      tries,
      dead,
    ]);
    if (right) return { outcome: "passed" };
    if (dead) return codesLeft > 0 ? { outcome: "dead", codesLeft } : { outcome: "methodDead" };
    return { outcome: fits === undefined ? "wrong" : "superseded", triesLeft: TRIES_MAX - tries };
  }

  return {
    async send({ bindingId }, methodId, language, context) {
      const placed = await place(bindingId, context.idempotencyKey);
      if (!placed.ok) return placed;
      const { row, rows } = placed.value;
      if (row.sent_to !== null) return ok(sentOf(row, rows));
      // Not known to have been sent: another code goes in its place, and the former one, if it came, is not the one.
      const code = String(random.below(1_000_000)).padStart(6, "0");
      const sealed = await cards.sealToIssuer({ code }, context);
      if (!sealed.ok) return sealed;
      const hash = hashOf(bindingId, row.serial, code);
      await set(bindingId, row.serial, hash, null);
      const expiresAt = Number(row.expires_at);
      const sent = await delivery.deliverCode(
        { bindingId, methodId, language, codeJwe: sealed.value, expiresAt },
        context,
      );
      if (!sent.ok) return sent;
      await set(bindingId, row.serial, hash, sent.value.sentTo);
      await facts.state(note(bindingId, "codeSent"));
      return ok(sentOf({ ...row, sent_to: sent.value.sentTo }, rows));
    },

    check({ bindingId }, code, { idempotencyKey }) {
      const name = { caller: "wallet", operation: "ownCode", key: idempotencyKey };
      const asked = { bindingId, entry: hashOf(bindingId, 0, code) };
      return once<Outcome>(db, name, asked, clock.now(), (remember) =>
        db.transaction(async (tx) => {
          const outcome = await judge(tx, bindingId, code);
          const cause = CAUSE_OF[outcome.outcome];
          await facts.note(tx, cause === undefined ? note(bindingId, "codeRight") : note(bindingId, cause, "failed"));
          await remember(tx, outcome);
          return ok(outcome);
        }),
      );
    },
  };
}

const CAUSE_OF: Readonly<Record<Outcome["outcome"], Cause | undefined>> = {
  passed: undefined,
  wrong: "codeWrong",
  dead: "codeTriesUsedUp",
  expired: "codeExpired",
  superseded: "codeSuperseded",
  noCode: "codeExpired",
  methodDead: "methodUsedUp",
};
