import type { Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { WalletSignInApi } from "#contracts/wallet-api";
import { createPasskeys, type NewKey, type Passkeys } from "#party";
import { equalBytes, err, fromUtf8, ok, type Result, toBase64url } from "#protocol/bytes";
import type { Desk } from "../desk.ts";
import { devicesOf } from "../devices.ts";
import type { Errands } from "../errands.ts";
import { countTry } from "../limits.ts";
import { journeyOf, passesOf } from "../passes.ts";
import type { Session } from "../session.ts";
import { type Account, accountOf, accountsNamed } from "./account.ts";

/** Input of the PRF extension: the same for every device, since the output is bound to the passkey anyway. */
const EXTENSIONS = { prf: { eval: { first: toBase64url(fromUtf8("kabao/device-key/v1")) } } };

interface SessionRow {
  readonly account_id: string;
  readonly name: string;
  readonly key_id: string | null;
  readonly expires_at: bigint;
  readonly finds_only: boolean;
  /** The device that this passkey enrolled was reported lost after the session began. */
  readonly lost: boolean;
}

export interface SignIn {
  readonly calls: Calls<WalletSignInApi>;
  readonly passkeys: Passkeys;
  session(accessToken: string): Promise<Session | undefined>;
}

/**
 * Sign-up, sign-in, a second device, and recovery. The holder is verified in each; the credential is discoverable, so nobody
 * types a name to sign in. Who is told nothing is told nothing at all: a wrong code and an unknown name read the same.
 */
export function createSignIn(desk: Desk, errands: Errands): SignIn {
  const { db, clock, random, policy, webAuthn, hash } = desk;
  const passkeys = createPasskeys({
    db,
    clock,
    random,
    webAuthn,
    rpName: "卡包 Kabao",
    ceremonyMs: policy.ceremonyMs,
  });

  /** @param keyId null: by a recovery code, which only finds devices. */
  async function openSession(tx: Queries, accountId: string, name: string, keyId: string | null) {
    const accessToken = toBase64url(random.bytes(32));
    const now = clock.now();
    await tx.query(
      {
        text: `insert into session (token_hash, account_id, expires_at, key_id, opened_at, finds_only)
          values ($1, $2, $3, $4, $5, $6)`,
      },
      [
        hash(accessToken),
        accountId,
        now + (keyId === null ? policy.findSessionMs : policy.sessionMs),
        keyId,
        now,
        keyId === null,
      ],
    );
    await tx.query({ text: "update account set last_used_at = $2 where id = $1" }, [accountId, now]);
    return { accountId, name, accessToken };
  }

  /**
   * A device that joins gets a user handle of its own: two devices may share an authenticator (a watch and its phone, two
   * pages of one browser), and under one handle the second passkey would take the place of the first.
   */
  async function beginFor(purpose: "join" | "recover", account: Account, deviceName?: string) {
    return passkeys.beginRegistration({
      purpose,
      subject: { accountId: account.accountId },
      userName: deviceName === undefined ? account.name : `${account.name} · ${deviceName}`,
      userHandle: purpose === "join" ? random.bytes(16) : account.userHandle,
      extensions: EXTENSIONS,
    });
  }

  /** The account that has this code, which is spent by it. */
  async function spendRecoveryCode(accountName: string, recoveryCode: string): Promise<Result<Account, Problem>> {
    const counted = await countTry(desk, "recovery", accountName);
    if (!counted.ok) return counted;
    for (const account of await accountsNamed(db, accountName)) {
      const spent = await db.query(
        { text: "delete from recovery_code where account_id = $1 and code_hash = $2 returning account_id" },
        [account.accountId, recoveryHash(desk, account.accountId, recoveryCode)],
      );
      if (spent.length > 0) return ok(account);
    }
    return err(problem("notFound", { at: "recoveryCode", detail: "no unused code of this account" }));
  }

  /** Adds a proved passkey to an account that is there, with what else goes with it. */
  async function addKey(
    purpose: string,
    { ceremonyId, response }: { readonly ceremonyId: string; readonly response: Record<string, unknown> },
    also: (tx: Queries, account: Account, key: NewKey) => Promise<void>,
  ) {
    const finished = await passkeys.finishRegistration(purpose, ceremonyId, response);
    if (!finished.ok) return err(faultOf(finished.error));
    const { subject, key } = finished.value;
    const account = await accountOf(db, subject["accountId"]!);
    if (account === undefined) return err(problem("notFound", { at: "ceremonyId" }));
    const { accountId, name } = account;
    return db.transaction(async (tx) => {
      if (!(await passkeys.add(tx, key, { ownerId: accountId, kind: "passkey", name: "" }))) return err(keyTaken());
      await also(tx, account, key);
      await tx.query({ text: "update account set settings_changed_at = $2 where id = $1" }, [accountId, clock.now()]);
      return ok(await openSession(tx, accountId, name, key.id));
    });
  }

  /** Every card of the account stops, and stays so until the bank has verified its holder anew. */
  async function holdCards(tx: Queries, accountId: string): Promise<void> {
    for (const { id: deviceId } of await devicesOf(tx, accountId))
      for (const pass of await passesOf(tx, deviceId)) {
        const { tokenRef } = pass.token;
        await tx.query({ text: "update pass set held = true, card_jwe = null where id = $1" }, [pass.passId]);
        // In the holder's name: ending lost mode lifts only what the wallet suspended.
        await errands.add(
          tx,
          { kind: "changeToken", body: { tokenRef, change: "suspend", by: "holder" } },
          { journeyId: journeyOf(pass), deviceId },
        );
      }
  }

  const calls: Calls<WalletSignInApi> = {
    async registerOptions({ name, birthYear }) {
      const begun = await passkeys.beginRegistration({
        purpose: "register",
        subject: { name, ...(birthYear === undefined ? {} : { birthYear: String(birthYear) }) },
        userName: name,
        userHandle: random.bytes(16),
        extensions: EXTENSIONS,
      });
      return ok(begun);
    },

    async register({ ceremonyId, response }) {
      const finished = await passkeys.finishRegistration("register", ceremonyId, response);
      if (!finished.ok) return err(faultOf(finished.error));
      const { subject, userHandle, key } = finished.value;
      const accountId = random.uuid();
      const name = subject["name"]!;
      const birthYear = subject["birthYear"];
      return db.transaction(async (tx) => {
        if (!(await passkeys.add(tx, key, { ownerId: accountId, kind: "passkey", name: "" }))) return err(keyTaken());
        await tx.query(
          { text: "insert into account (id, name, user_handle, created_at, birth_year) values ($1, $2, $3, $4, $5)" },
          [accountId, name, userHandle, clock.now(), birthYear === undefined ? null : Number(birthYear)],
        );
        return ok(await openSession(tx, accountId, name, key.id));
      });
    },

    async signInOptions() {
      return ok(await passkeys.beginAssertion({ purpose: "signIn", subject: {}, extensions: EXTENSIONS }));
    },

    async signIn({ ceremonyId, response }) {
      const finished = await passkeys.finishAssertion("signIn", ceremonyId, response);
      if (!finished.ok) return err(faultOf(finished.error.fault));
      const { key } = finished.value;
      const account = await accountOf(db, key.ownerId);
      if (account === undefined) return err(faultOf("unknownKey"));
      return ok(await openSession(db, account.accountId, account.name, key.id));
    },

    async joinOptions({ joinCode, accountName, deviceName }) {
      const counted = await countTry(desk, "join", accountName);
      if (!counted.ok) return counted;
      for (const account of await accountsNamed(db, accountName))
        if (await takeJoinCode(account.accountId, joinCode)) return ok(await beginFor("join", account, deviceName));
      return err(problem("notFound", { at: "joinCode", detail: "no device of this account shows that code now" }));
    },

    join: (request) => addKey("join", request, async () => {}),

    async recoverOptions({ accountName, recoveryCode }) {
      const account = await spendRecoveryCode(accountName, recoveryCode);
      return account.ok ? ok(await beginFor("recover", account.value)) : account;
    },

    async findSignIn({ accountName, recoveryCode }) {
      const account = await spendRecoveryCode(accountName, recoveryCode);
      if (!account.ok) return account;
      const { accountId, name } = account.value;
      return ok(await openSession(db, accountId, name, null));
    },

    recover: (request) =>
      addKey("recover", request, async (tx, { accountId }, key) => {
        // Whoever has the lost passkey has it no longer.
        await tx.query({ text: "delete from session where account_id = $1" }, [accountId]);
        for (const held of await passkeys.of(tx, accountId))
          if (held.id !== key.id) await passkeys.remove(tx, accountId, held.id);
        await tx.query({ text: "delete from join_code where account_id = $1" }, [accountId]);
        await holdCards(tx, accountId);
      }),
  };

  /** Right: the code is spent. Wrong: one try less for each code that the account shows. */
  async function takeJoinCode(accountId: string, code: string): Promise<boolean> {
    return db.transaction(async (tx) => {
      const rows = await tx.query<{ id: string; code_hash: Uint8Array }>(
        {
          text: `update join_code set tries = tries + 1 where account_id = $1 and expires_at > $2 and tries < $3
            returning id, code_hash`,
        },
        [accountId, clock.now(), policy.joinCode.triesMax],
      );
      const right = rows.find((row) => equalBytes(row.code_hash, joinHash(desk, accountId, code)));
      if (right === undefined) return false;
      await tx.query({ text: "delete from join_code where id = $1" }, [right.id]);
      return true;
    });
  }

  return {
    calls,
    passkeys,
    async session(accessToken) {
      const tokenHash = hash(accessToken);
      const rows = await db.query<SessionRow>(
        {
          name: "wallet.session",
          text: `select s.account_id, a.name, s.key_id, s.expires_at, s.finds_only,
              exists (select 1 from device d where d.account_id = s.account_id and d.key_id = s.key_id and d.removed_at is null
                and d.lost and d.lost_since >= s.opened_at) as lost
            from session s join account a on a.id = s.account_id where s.token_hash = $1`,
        },
        [tokenHash],
      );
      const row = rows[0];
      if (row === undefined || row.expires_at <= clock.now()) return undefined;
      const reach = row.finds_only ? "find" : row.lost ? "lost" : "all";
      return { accountId: row.account_id, name: row.name, keyId: row.key_id, tokenHash, reach };
    },
  };
}

export function recoveryHash({ hash }: Pick<Desk, "hash">, accountId: string, code: string): Uint8Array {
  return hash(`recovery/${accountId}/${code}`);
}

export function joinHash({ hash }: Pick<Desk, "hash">, accountId: string, code: string): Uint8Array {
  return hash(`join/${accountId}/${code}`);
}

function keyTaken(): Problem {
  return problem("wrongState", { at: "response", detail: "this passkey has an account: sign in with it" });
}

function faultOf(fault: "unknownCeremony" | "unknownKey" | "locked" | "expired" | "notVerified"): Problem {
  if (fault === "unknownCeremony") return problem("notFound", { at: "ceremonyId" });
  const detail = fault === "unknownKey" ? "no account has this passkey" : "the passkey does not verify";
  return problem("forbidden", { at: "response", detail });
}
