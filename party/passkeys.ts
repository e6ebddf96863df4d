import {
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import type { Clock, Db, Queries, Random } from "#contracts/ports";
import { err, ok, type Result } from "#protocol/bytes";
import { type Instant, instant } from "#protocol/time";

/** Goes into a migration of the party's own schema. */
export const PASSKEY_TABLES = `
  create table webauthn_key (
    -- The credential's id, base64url.
    id text primary key,
    owner_id text not null,
    kind text not null,
    name text not null,
    public_key bytea not null,
    counter bigint not null,
    transports jsonb not null,
    -- Not accepted from here on; none: for good.
    valid_until bigint,
    wrong_tries smallint not null default 0,
    created_at bigint not null
  );
  create index webauthn_key_owner on webauthn_key (owner_id);
  create table webauthn_ceremony (
    id text primary key,
    purpose text not null,
    subject jsonb not null,
    challenge text not null,
    user_handle bytea,
    expires_at bigint not null
  );`;

/** `passkey`: a customer's. `usbKey`: one that is carried about and was registered as such. `staffPasskey`: of the party's own people. */
export type KeyKind = "passkey" | "usbKey" | "staffPasskey";

export interface HeldKey {
  readonly id: string;
  readonly ownerId: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly transports: readonly string[];
  readonly validUntil: Instant | null;
  readonly wrongTries: number;
  readonly createdAt: Instant;
}

/** A key that has just proved itself and belongs to nobody yet. */
export interface NewKey {
  readonly id: string;
  readonly publicKey: Uint8Array;
  readonly counter: number;
  readonly transports: readonly string[];
}

/** What a ceremony is about, as its party wants it back. */
export type Subject = Readonly<Record<string, string>>;
type Ceremony = Record<string, unknown>;
type Extensions = NonNullable<Parameters<typeof generateRegistrationOptions>[0]["extensions"]>;

export interface Begun {
  readonly ceremonyId: string;
  /** For the browser, as the library made it. */
  readonly options: Ceremony;
}

/**
 * `unknownCeremony`: never begun, for another purpose, over, or used. `unknownKey`: nobody has registered it. `locked`:
 * too many wrong tries. `expired`: past its validity. `notVerified`: signature, challenge, page or counter do not fit.
 */
export type AssertionFault = "unknownCeremony" | "unknownKey" | "locked" | "expired" | "notVerified";

export interface Passkeys {
  /** @param about.roaming wants a key that is carried about; else any authenticator will do. */
  beginRegistration(about: {
    readonly purpose: string;
    readonly subject: Subject;
    readonly userName: string;
    readonly userHandle: Uint8Array;
    readonly roaming?: boolean;
    readonly exclude?: readonly HeldKey[];
    readonly extensions?: object;
  }): Promise<Begun>;
  finishRegistration(
    purpose: string,
    ceremonyId: string,
    response: Ceremony,
  ): Promise<
    Result<
      { readonly subject: Subject; readonly userHandle: Uint8Array; readonly key: NewKey },
      "unknownCeremony" | "notVerified"
    >
  >;
  /** Gives a proved key its owner. False when it has one already. */
  add(
    tx: Queries,
    key: NewKey,
    owner: {
      readonly ownerId: string;
      readonly kind: KeyKind;
      readonly name: string;
      readonly validUntil?: Instant;
    },
  ): Promise<boolean>;
  /** @param about.challenge what the key signs, when it is to sign something; else it is drawn. @param about.allow none: any key that its device finds. */
  beginAssertion(about: {
    readonly purpose: string;
    readonly subject: Subject;
    readonly challenge?: Uint8Array;
    readonly allow?: readonly HeldKey[];
    readonly extensions?: object;
  }): Promise<Begun>;
  /** The fault names the ceremony's subject where there was one. */
  finishAssertion(
    purpose: string,
    ceremonyId: string,
    response: Ceremony,
  ): Promise<
    Result<
      { readonly subject: Subject; readonly key: HeldKey },
      { readonly fault: AssertionFault; readonly subject?: Subject; readonly key?: HeldKey }
    >
  >;
  of(db: Queries, ownerId: string): Promise<readonly HeldKey[]>;
  /** False when the owner has no such key. */
  remove(tx: Queries, ownerId: string, keyId: string): Promise<boolean>;
}

export interface PasskeyPorts {
  readonly db: Db;
  readonly clock: Clock;
  readonly random: Random;
  readonly webAuthn: {
    /** Host name that keys are bound to. */
    readonly rpId: string;
    /** Origins of the pages that may use them. */
    readonly origins: readonly string[];
  };
  /** What the browser calls the party. */
  readonly rpName: string;
  readonly ceremonyMs: number;
  /** Wrong tries after which a `usbKey` is locked. */
  readonly usbKeyTries?: number;
}

const USB_KEY_TRIES = 5;

interface KeyRow {
  readonly id: string;
  readonly owner_id: string;
  readonly kind: KeyKind;
  readonly name: string;
  readonly public_key: Uint8Array;
  readonly counter: bigint;
  readonly transports: readonly string[];
  readonly valid_until: bigint | null;
  readonly wrong_tries: number;
  readonly created_at: bigint;
}

/**
 * WebAuthn ceremonies over a party's own tables. The holder is verified in each; a ceremony is used once, whether it
 * succeeds or not.
 */
export function createPasskeys(ports: PasskeyPorts): Passkeys {
  const { db, clock, random, webAuthn, rpName, ceremonyMs } = ports;
  const usbKeyTries = ports.usbKeyTries ?? USB_KEY_TRIES;

  async function begin(
    about: { readonly purpose: string; readonly subject: Subject },
    challenge: string,
    userHandle: Uint8Array | null,
  ): Promise<string> {
    const id = random.uuid();
    await db.query(
      {
        text: `insert into webauthn_ceremony (id, purpose, subject, challenge, user_handle, expires_at)
          values ($1, $2, $3::jsonb, $4, $5, $6)`,
      },
      [id, about.purpose, JSON.stringify(about.subject), challenge, userHandle, clock.now() + ceremonyMs],
    );
    return id;
  }

  async function take(purpose: string, id: string) {
    const rows = await db.query<{
      subject: Subject;
      challenge: string;
      user_handle: Uint8Array | null;
      expires_at: bigint;
    }>(
      {
        text: `delete from webauthn_ceremony where id = $1 and purpose = $2
          returning subject, challenge, user_handle, expires_at`,
      },
      [id, purpose],
    );
    const row = rows[0];
    return row === undefined ? undefined : { ...row, late: row.expires_at <= clock.now() };
  }

  const expected = (challenge: string) => ({
    expectedChallenge: challenge,
    expectedOrigin: [...webAuthn.origins],
    expectedRPID: webAuthn.rpId,
    requireUserVerification: true,
  });
  const named = (keys: readonly HeldKey[]) =>
    keys.map(({ id, transports }) => ({ id, transports: [...transports] as AuthenticatorTransport[] }));
  const extra = (extensions: object | undefined) =>
    extensions === undefined ? {} : { extensions: extensions as Extensions };

  return {
    async beginRegistration(about) {
      const options = await generateRegistrationOptions({
        rpName,
        rpID: webAuthn.rpId,
        userName: about.userName,
        userID: new Uint8Array(about.userHandle),
        challenge: new Uint8Array(random.bytes(32)),
        attestationType: "none",
        excludeCredentials: named(about.exclude ?? []),
        authenticatorSelection: {
          userVerification: "required",
          residentKey: about.roaming === true ? "preferred" : "required",
          ...(about.roaming === true ? { authenticatorAttachment: "cross-platform" as const } : {}),
        },
        ...extra(about.extensions),
      });
      return { ceremonyId: await begin(about, options.challenge, about.userHandle), options: { ...options } };
    },

    async finishRegistration(purpose, ceremonyId, response) {
      const ceremony = await take(purpose, ceremonyId);
      if (ceremony === undefined || ceremony.late || ceremony.user_handle === null) return err("unknownCeremony");
      const verified = await verifyRegistrationResponse({
        response: response as unknown as RegistrationResponseJSON,
        ...expected(ceremony.challenge),
      }).catch(() => undefined);
      if (verified?.verified !== true) return err("notVerified");
      const { id, publicKey, counter, transports } = verified.registrationInfo.credential;
      const key = { id, publicKey, counter, transports: transports ?? [] };
      return ok({ subject: ceremony.subject, userHandle: ceremony.user_handle, key });
    },

    async add(tx, key, owner) {
      const rows = await tx.query(
        {
          text: `insert into webauthn_key (id, owner_id, kind, name, public_key, counter, transports, valid_until, created_at)
            values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9) on conflict do nothing returning id`,
        },
        [
          key.id,
          owner.ownerId,
          owner.kind,
          owner.name,
          key.publicKey,
          key.counter,
          JSON.stringify(key.transports),
          owner.validUntil ?? null,
          clock.now(),
        ],
      );
      return rows.length === 1;
    },

    async beginAssertion(about) {
      const options = await generateAuthenticationOptions({
        rpID: webAuthn.rpId,
        challenge: new Uint8Array(about.challenge ?? random.bytes(32)),
        userVerification: "required",
        allowCredentials: named(about.allow ?? []),
        ...extra(about.extensions),
      });
      return { ceremonyId: await begin(about, options.challenge, null), options: { ...options } };
    },

    async finishAssertion(purpose, ceremonyId, response) {
      const ceremony = await take(purpose, ceremonyId);
      if (ceremony === undefined) return err({ fault: "unknownCeremony" });
      const { subject } = ceremony;
      if (ceremony.late) return err({ fault: "unknownCeremony", subject });
      const id = typeof response["id"] === "string" ? response["id"] : "";
      const rows = await db.query<KeyRow>({ text: "select * from webauthn_key where id = $1" }, [id]);
      const row = rows[0];
      if (row === undefined) return err({ fault: "unknownKey", subject });
      const key = heldKey(row);
      if (row.kind === "usbKey" && row.wrong_tries >= usbKeyTries) return err({ fault: "locked", subject, key });
      if (row.valid_until !== null && row.valid_until <= clock.now()) return err({ fault: "expired", subject, key });
      const verified = await verifyAuthenticationResponse({
        response: response as unknown as AuthenticationResponseJSON,
        ...expected(ceremony.challenge),
        credential: { id, publicKey: new Uint8Array(row.public_key), counter: Number(row.counter) },
      }).catch(() => undefined);
      // Again at the write: of two that came together with one count, one is a copy.
      const counted =
        verified?.verified === true &&
        (
          await db.query(
            {
              text: `update webauthn_key set counter = $2, wrong_tries = 0
                where id = $1 and (counter < $2 or (counter = 0 and $2 = 0)) returning id`,
            },
            [id, verified.authenticationInfo.newCounter],
          )
        ).length === 1;
      if (counted) return ok({ subject, key });
      await db.query({ text: "update webauthn_key set wrong_tries = least(wrong_tries + 1, 100) where id = $1" }, [id]);
      return err({ fault: "notVerified", subject, key });
    },

    async of(queries, ownerId) {
      const rows = await queries.query<KeyRow>(
        { text: "select * from webauthn_key where owner_id = $1 order by created_at, id" },
        [ownerId],
      );
      return rows.map(heldKey);
    },

    async remove(tx, ownerId, keyId) {
      const rows = await tx.query({ text: "delete from webauthn_key where owner_id = $1 and id = $2 returning id" }, [
        ownerId,
        keyId,
      ]);
      return rows.length === 1;
    },
  };
}

function heldKey(row: KeyRow): HeldKey {
  return {
    id: row.id,
    ownerId: row.owner_id,
    kind: row.kind,
    name: row.name,
    transports: row.transports,
    validUntil: row.valid_until === null ? null : instant(Number(row.valid_until)),
    wrongTries: row.wrong_tries,
    createdAt: instant(Number(row.created_at)),
  };
}
