import type { BankSignInApi } from "#contracts/bank-app-api";
import type { Words } from "#contracts/common";
import type { Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { problem } from "#contracts/problem";
import type { Passkeys } from "#party";
import { equalBytes, err, fromAscii, fromUtf8, ok, toBase64url } from "#protocol/bytes";
import { countMessage, messagesToday } from "../binding/code-store.ts";
import type { BindingParts } from "../binding/parts.ts";
import { bindingsOfCard, verificationOf } from "../binding/store.ts";
import { holdCustomer, isDocumentOf } from "../cards/store.ts";
import { accountsOfCustomer } from "../desk/views.ts";
import { KEYS } from "../ports.ts";

export interface AppParts extends BindingParts {
  readonly passkeys: Passkeys;
  readonly sha256: (bytes: Uint8Array) => Uint8Array;
}

/** Who is signed in to the bank's app. */
export interface BankSession {
  readonly customerId: string;
  readonly name: string;
}

/** Nobody has told which language the holder reads: both. */
function enrolmentText(bank: Words, code: string, minutes: number): string {
  return `【${bank.zh}】验证码 ${code}，用于开通手机银行，${minutes}分钟内有效，请勿泄露。${bank.en}: code for the bank's app, valid for ${minutes} minutes. Do not share it.`;
}

/** Enrolments that one phone may begin in a day, right or wrong. */
const ENROLMENTS_A_DAY = 5;

/**
 * The app's door: a customer proves himself once by card, identity number and a code to the reserved phone, then by
 * passkey. Whether the three belong together is answered alike, and so is every code that does not fit.
 */
export function bankSignIn(
  parts: AppParts,
): Calls<BankSignInApi> & { session(accessToken: string): Promise<BankSession | undefined> } {
  const { db, clock, random, keys, policy, outbox, nudge, passkeys, sha256 } = parts;
  const codeHash = (id: string, code: string) => keys.hmac(KEYS.code, fromAscii(`enrol ${id} ${code}`));
  const noFit = () => err(problem("forbidden", { at: "code", cause: "codeWrong" }));

  async function findCustomer(mobile: string, panSuffix: string, idNumber: string): Promise<string | undefined> {
    const rows = await db.query<{ id: string }>(
      {
        text: `select distinct u.id from customer u join card c on c.customer_id = u.id
          where u.mobile = $1 and c.pan_suffix = $2`,
      },
      [mobile, panSuffix],
    );
    for (const { id } of rows) {
      const customer = await holdCustomer(db, id);
      if (customer !== undefined && isDocumentOf(keys, customer, { kind: "residentId", number: idNumber })) return id;
    }
    return undefined;
  }

  /** The app is a way from now on: wallets in which a card of the customer's waits look again. */
  async function tellWaiting(tx: Queries, customerId: string): Promise<void> {
    const now = clock.now();
    for (const { cardId } of await accountsOfCustomer(tx, customerId)) {
      for (const binding of await bindingsOfCard(tx, cardId, false)) {
        if (verificationOf(binding).kind !== "waiting") continue;
        const { id: bindingId, journeyId } = binding;
        await outbox.call(tx, "methodsChanged", { bindingId, journeyId }, { bindingId }, now);
      }
    }
  }

  async function openSession(customerId: string) {
    const accessToken = toBase64url(random.bytes(32));
    await db.query({ text: "insert into app_session (token_hash, customer_id, expires_at) values ($1, $2, $3)" }, [
      sha256(fromUtf8(accessToken)),
      customerId,
      clock.now() + policy.bankApp.sessionMs,
    ]);
    return { customerId, name: await nameOf(customerId), accessToken };
  }

  async function nameOf(customerId: string): Promise<string> {
    const rows = await db.query<{ holder_name: string }>({ text: "select holder_name from customer where id = $1" }, [
      customerId,
    ]);
    return rows[0]?.holder_name ?? "";
  }

  return {
    async startEnrolment({ panSuffix, idNumber, mobile }) {
      const now = clock.now();
      const attempts = `enrol ${mobile}`;
      const customerId = await findCustomer(mobile, panSuffix, idNumber);
      const id = random.uuid();
      const code = random.below(1_000_000).toString().padStart(6, "0");
      const expiresAt = now + policy.bankApp.enrolmentMs;
      const begun = await db.transaction(async (tx) => {
        if ((await messagesToday(tx, keys, attempts, now)) >= ENROLMENTS_A_DAY) return false;
        await countMessage(tx, keys, attempts, now);
        await tx.query(
          {
            text: `insert into app_enrolment (id, customer_id, code_hash, wrong_tries, expires_at)
              values ($1, $2, $3, 0, $4)`,
          },
          [id, customerId ?? null, codeHash(id, code), expiresAt],
        );
        if (customerId === undefined) return true;
        if ((await messagesToday(tx, keys, mobile, now)) >= policy.code.messagesPerPhonePerDay) return true;
        await countMessage(tx, keys, mobile, now);
        const text = enrolmentText(policy.bank, code, Math.floor(policy.bankApp.enrolmentMs / 60_000));
        await outbox.text(
          tx,
          { id: `enrol-${id}`, owner: id, uselessAfter: (now + policy.bankApp.enrolmentMs) as typeof now },
          { toMobile: mobile, text, at: now },
        );
        return true;
      });
      if (!begun) return err(problem("tooMany", { cause: "smsDailyCap" }));
      nudge();
      return ok({ enrolmentId: id, expiresAt });
    },

    async registerOptions({ enrolmentId, code }) {
      const customerId = await db.transaction(async (tx) => {
        const rows = await tx.query<{
          customer_id: string | null;
          code_hash: Uint8Array;
          wrong_tries: number;
          expires_at: bigint;
        }>({ text: "select * from app_enrolment where id = $1 for update" }, [enrolmentId]);
        const row = rows[0];
        if (row === undefined || row.expires_at <= clock.now() || row.wrong_tries >= policy.code.tries)
          return undefined;
        if (row.customer_id !== null && equalBytes(row.code_hash, codeHash(enrolmentId, code))) {
          await tx.query({ text: "delete from app_enrolment where id = $1" }, [enrolmentId]);
          return row.customer_id;
        }
        await tx.query({ text: "update app_enrolment set wrong_tries = wrong_tries + 1 where id = $1" }, [enrolmentId]);
        return undefined;
      });
      if (customerId === undefined) return noFit();
      return ok(
        await passkeys.beginRegistration({
          purpose: "register",
          subject: { customerId },
          userName: await nameOf(customerId),
          userHandle: sha256(fromUtf8(`customer ${customerId}`)).subarray(0, 16),
          exclude: await passkeys.of(db, customerId),
        }),
      );
    },

    async register({ ceremonyId, response }) {
      const proved = await passkeys.finishRegistration("register", ceremonyId, response);
      if (!proved.ok)
        return proved.error === "unknownCeremony"
          ? err(problem("notFound", { at: "ceremonyId" }))
          : err(problem("forbidden", { at: "response", detail: "the passkey does not verify" }));
      const customerId = proved.value.subject["customerId"]!;
      const added = await db.transaction(async (tx) => {
        const owner = { ownerId: customerId, kind: "passkey", name: "passkey" } as const;
        if (!(await passkeys.add(tx, proved.value.key, owner))) return false;
        await tellWaiting(tx, customerId);
        return true;
      });
      nudge();
      if (!added) return err(problem("wrongState", { at: "response", detail: "this passkey is registered already" }));
      return ok(await openSession(customerId));
    },

    async signInOptions() {
      return ok(await passkeys.beginAssertion({ purpose: "signIn", subject: {} }));
    },

    async signIn({ ceremonyId, response }) {
      const proved = await passkeys.finishAssertion("signIn", ceremonyId, response);
      if (!proved.ok)
        return proved.error.fault === "unknownCeremony"
          ? err(problem("notFound", { at: "ceremonyId" }))
          : err(problem("forbidden", { at: "response", detail: "the passkey does not verify" }));
      const { kind, ownerId } = proved.value.key;
      if (kind !== "passkey")
        return err(problem("forbidden", { at: "response", detail: "a USB key signs, it does not sign in" }));
      return ok(await openSession(ownerId));
    },

    async signOut({ accessToken }) {
      await db.query({ text: "delete from app_session where token_hash = $1" }, [sha256(fromUtf8(accessToken))]);
      return ok({});
    },

    async session(accessToken) {
      const rows = await db.query<{ customer_id: string; holder_name: string; expires_at: bigint }>(
        {
          text: `select s.customer_id, u.holder_name, s.expires_at from app_session s
            join customer u on u.id = s.customer_id where s.token_hash = $1`,
        },
        [sha256(fromUtf8(accessToken))],
      );
      const row = rows[0];
      if (row === undefined || row.expires_at <= clock.now()) return undefined;
      return { customerId: row.customer_id, name: row.holder_name };
    },
  };
}
