import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import type { Calls } from "#contracts/operation";
import { problem } from "#contracts/problem";
import type { WalletSignInApi } from "#contracts/wallet-api";
import { err, fromUtf8, ok, toBase64url } from "#protocol/bytes";
import { POLICY, type WalletServerPorts } from "../ports.ts";

/** Input of the PRF extension: the same for every device, since the output is bound to the passkey anyway. */
const PRF_INPUT = toBase64url(fromUtf8("kabao/device-key/v1"));
const PRF = { prf: { eval: { first: PRF_INPUT } } } as unknown as NonNullable<
  Parameters<typeof generateRegistrationOptions>[0]["extensions"]
>;

export interface Session {
  readonly accountId: string;
  readonly name: string;
}

/** Sign-up and sign-in by passkey. The holder is verified in both; the credential is discoverable, so nobody types a name to sign in. */
export function createSignIn(
  ports: WalletServerPorts,
): Calls<WalletSignInApi> & { session(accessToken: string): Promise<Session | undefined> } {
  const { db, clock, random, webAuthn } = ports;
  const hash = (accessToken: string) => ports.sha256(fromUtf8(accessToken));

  async function openSession(accountId: string, name: string) {
    const accessToken = toBase64url(random.bytes(32));
    await db.query({ text: "insert into session (token_hash, account_id, expires_at) values ($1, $2, $3)" }, [
      hash(accessToken),
      accountId,
      clock.now() + POLICY.sessionMs,
    ]);
    return { accountId, name, accessToken };
  }

  async function begin(challenge: string, name: string | null, userHandle: Uint8Array | null): Promise<string> {
    const id = random.uuid();
    await db.query(
      { text: "insert into ceremony (id, challenge, name, user_handle, expires_at) values ($1, $2, $3, $4, $5)" },
      [id, challenge, name, userHandle, clock.now() + POLICY.ceremonyMs],
    );
    return id;
  }

  /** A ceremony is used once, whether it succeeds or not. */
  async function take(id: string) {
    const rows = await db.query<{
      challenge: string;
      name: string | null;
      user_handle: Uint8Array | null;
      expires_at: bigint;
    }>({ text: "delete from ceremony where id = $1 returning challenge, name, user_handle, expires_at" }, [id]);
    return rows[0] !== undefined && rows[0].expires_at > clock.now() ? rows[0] : undefined;
  }

  return {
    async registerOptions({ name }) {
      const userHandle = random.bytes(16);
      const options = await generateRegistrationOptions({
        rpName: "卡包 Kabao",
        rpID: webAuthn.rpId,
        userName: name,
        userID: new Uint8Array(userHandle),
        challenge: new Uint8Array(random.bytes(32)),
        attestationType: "none",
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
        extensions: PRF,
      });
      return ok({ ceremonyId: await begin(options.challenge, name, userHandle), options: { ...options } });
    },

    async register({ ceremonyId, response }) {
      const ceremony = await take(ceremonyId);
      if (ceremony === undefined || ceremony.name === null || ceremony.user_handle === null)
        return err(problem("notFound", { at: "ceremonyId" }));
      const verified = await verifyRegistrationResponse({
        response: response as unknown as RegistrationResponseJSON,
        expectedChallenge: ceremony.challenge,
        expectedOrigin: [...webAuthn.origins],
        expectedRPID: webAuthn.rpId,
        requireUserVerification: true,
      }).catch(() => undefined);
      if (verified?.verified !== true)
        return err(problem("forbidden", { at: "response", detail: "the passkey does not verify" }));
      const { credential } = verified.registrationInfo;
      const accountId = random.uuid();
      const { name, user_handle } = ceremony;
      const created = await db.transaction(async (tx) => {
        await tx.query({ text: "insert into account (id, name, user_handle, created_at) values ($1, $2, $3, $4)" }, [
          accountId,
          name,
          user_handle,
          clock.now(),
        ]);
        const made = await tx.query(
          {
            text: `insert into passkey (id, account_id, public_key, counter, transports, created_at) values ($1, $2, $3, $4, $5::jsonb, $6)
              on conflict do nothing returning id`,
          },
          [
            credential.id,
            accountId,
            credential.publicKey,
            credential.counter,
            JSON.stringify(credential.transports ?? []),
            clock.now(),
          ],
        );
        if (made.length === 0) await tx.query({ text: "delete from account where id = $1" }, [accountId]);
        return made.length === 1;
      });
      if (!created)
        return err(problem("wrongState", { at: "response", detail: "this passkey has an account: sign in with it" }));
      return ok(await openSession(accountId, name));
    },

    async signInOptions() {
      const options = await generateAuthenticationOptions({
        rpID: webAuthn.rpId,
        challenge: new Uint8Array(random.bytes(32)),
        userVerification: "required",
        extensions: PRF,
      });
      return ok({ ceremonyId: await begin(options.challenge, null, null), options: { ...options } });
    },

    async signIn({ ceremonyId, response }) {
      const ceremony = await take(ceremonyId);
      if (ceremony === undefined) return err(problem("notFound", { at: "ceremonyId" }));
      const id = typeof response["id"] === "string" ? response["id"] : "";
      const rows = await db.query<{ account_id: string; name: string; public_key: Uint8Array; counter: bigint }>(
        {
          text: "select k.account_id, a.name, k.public_key, k.counter from passkey k join account a on a.id = k.account_id where k.id = $1",
        },
        [id],
      );
      const passkey = rows[0];
      if (passkey === undefined)
        return err(problem("forbidden", { at: "response", detail: "no account has this passkey" }));
      const verified = await verifyAuthenticationResponse({
        response: response as unknown as AuthenticationResponseJSON,
        expectedChallenge: ceremony.challenge,
        expectedOrigin: [...webAuthn.origins],
        expectedRPID: webAuthn.rpId,
        credential: { id, publicKey: new Uint8Array(passkey.public_key), counter: Number(passkey.counter) },
        requireUserVerification: true,
      }).catch(() => undefined);
      if (verified?.verified !== true)
        return err(problem("forbidden", { at: "response", detail: "the passkey does not verify" }));
      // Again at the write: of two that came together with one count, one is a copy.
      const counted = await db.query(
        {
          text: "update passkey set counter = $2 where id = $1 and (counter < $2 or (counter = 0 and $2 = 0)) returning id",
        },
        [id, verified.authenticationInfo.newCounter],
      );
      if (counted.length === 0)
        return err(problem("forbidden", { at: "response", detail: "the passkey does not verify" }));
      return ok(await openSession(passkey.account_id, passkey.name));
    },

    async session(accessToken) {
      const rows = await db.query<{ account_id: string; name: string; expires_at: bigint }>(
        {
          name: "wallet.session",
          text: "select s.account_id, a.name, s.expires_at from session s join account a on a.id = s.account_id where s.token_hash = $1",
        },
        [hash(accessToken)],
      );
      const row = rows[0];
      return row !== undefined && row.expires_at > clock.now()
        ? { accountId: row.account_id, name: row.name }
        : undefined;
    },
  };
}
