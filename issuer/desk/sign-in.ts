import type { StaffRole } from "#contracts/desk-api";
import type { Calls } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import { problem } from "#contracts/problem";
import type { BankOpsApi, DeskSignInApi, StaffSession } from "#contracts/staff-api";
import type { Passkeys } from "#party";
import { err, fromAscii, fromBase64url, fromUtf8, ok, toBase64url, toHex } from "#protocol/bytes";
import type { BindingParts } from "../binding/parts.ts";
import { KEYS } from "../ports.ts";
import { writeAudit } from "./audit-trail.ts";
import type { Staff } from "./staff.ts";
import { allMembers, grantRole, readMember, readSession } from "./staff-store.ts";

/** Nobody mistakes one of these for another; 31 of them, ten signs: over 49 bits. */
const SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
const REGISTER = "deskRegister";
const SIGN_IN = "deskSignIn";
/** The audit's name for those who run the systems. */
const OPS = "operations";
const ownerOf = (staffId: string) => `staff:${staffId}`;

export interface DeskSignIn {
  readonly signIn: Calls<DeskSignInApi>;
  readonly ops: Calls<BankOpsApi>;
  /** Undefined: no such session, or it is over. */
  session(accessToken: string): Promise<Staff | undefined>;
}

/** How the bank's people come in and go. Invented people are admitted where the bank itself is invented, and nowhere else. */
export function deskSignIn(
  parts: BindingParts & {
    readonly passkeys: Passkeys;
    readonly sha256: (bytes: Uint8Array) => Uint8Array;
    readonly admitSimulated: boolean;
  },
): DeskSignIn {
  const { db, clock, random, keys, policy, passkeys, sha256, admitSimulated } = parts;
  const hashOf = (invitation: string) => keys.hmac(KEYS.code, fromAscii(`staff ${invitation}`));
  const tokenHash = (accessToken: string) => sha256(fromUtf8(accessToken));

  async function memberOf(staffId: string, queries: Queries = db) {
    const member = await readMember(queries, staffId);
    return member === undefined || (member.simulated && !admitSimulated) ? undefined : member;
  }

  async function invitedBy(hash: Uint8Array, queries: Queries = db): Promise<string | undefined> {
    const rows = await queries.query<{ staff_id: string }>(
      { text: "select staff_id from staff_invitation where code_hash = $1 and expires_at > $2" },
      [hash, clock.now()],
    );
    return rows[0]?.staff_id;
  }

  async function openSession(
    tx: Queries,
    { staffId, name, role, roles }: Staff & { readonly roles: readonly StaffRole[] },
    action: string,
  ): Promise<StaffSession> {
    const accessToken = toBase64url(random.bytes(32));
    const now = clock.now();
    const expiresAt = now + policy.desk.sessionMs;
    await tx.query(
      { text: "insert into staff_session (token_hash, staff_id, role, expires_at) values ($1, $2, $3, $4)" },
      [tokenHash(accessToken), staffId, role, expiresAt],
    );
    await writeAudit(tx, { at: now, staffId, action, subject: staffId, customerId: null, reason: role });
    return { staffId, name, role, roles: [...roles], accessToken, expiresAt };
  }

  function newInvitation(): string {
    const signs = Array.from({ length: 10 }, () => SIGNS[random.below(SIGNS.length)]!).join("");
    return `${signs.slice(0, 5)}-${signs.slice(5)}`;
  }

  return {
    signIn: {
      async registerOptions({ invitation }) {
        const hash = hashOf(invitation);
        const staffId = await invitedBy(hash);
        const member = staffId === undefined ? undefined : await memberOf(staffId);
        if (member === undefined) return err(problem("forbidden", { at: "invitation" }));
        const begun = await passkeys.beginRegistration({
          purpose: REGISTER,
          subject: { staffId: member.staffId, invitation: toBase64url(hash) },
          userName: member.name,
          userHandle: sha256(fromUtf8(`staff ${member.staffId}`)).subarray(0, 16),
          exclude: await passkeys.of(db, ownerOf(member.staffId)),
        });
        return ok({ ...begun, name: member.name });
      },

      async register({ ceremonyId, response }) {
        const proved = await passkeys.finishRegistration(REGISTER, ceremonyId, response);
        if (!proved.ok)
          return proved.error === "unknownCeremony"
            ? err(problem("notFound", { at: "ceremonyId" }))
            : err(problem("forbidden", { at: "response", detail: "the passkey does not verify" }));
        const { subject, key } = proved.value;
        const hash = fromBase64url(subject["invitation"]!)!;
        return db.transaction(async (tx) => {
          // Used up here, not before: whoever is interrupted at his passkey may begin again.
          const rows = await tx.query<{ staff_id: string }>(
            { text: "delete from staff_invitation where code_hash = $1 and expires_at > $2 returning staff_id" },
            [hash, clock.now()],
          );
          const member = rows[0] === undefined ? undefined : await memberOf(rows[0].staff_id, tx);
          const [role] = member?.roles ?? [];
          if (member === undefined || role === undefined) return err(problem("forbidden", { at: "invitation" }));
          const owner = { ownerId: ownerOf(member.staffId), kind: "staffPasskey", name: "passkey" } as const;
          if (!(await passkeys.add(tx, key, owner))) return err(problem("wrongState", { at: "response" }));
          return ok(await openSession(tx, { ...member, role }, "enrolPasskey"));
        });
      },

      async signInOptions() {
        return ok(await passkeys.beginAssertion({ purpose: SIGN_IN, subject: {} }));
      },

      async signIn({ ceremonyId, response, role: wanted }) {
        const proved = await passkeys.finishAssertion(SIGN_IN, ceremonyId, response);
        if (!proved.ok)
          return proved.error.fault === "unknownCeremony"
            ? err(problem("notFound", { at: "ceremonyId" }))
            : err(problem("forbidden", { at: "response", detail: "the passkey does not verify" }));
        const { kind, ownerId } = proved.value.key;
        const member = kind === "staffPasskey" ? await memberOf(ownerId.slice(ownerOf("").length)) : undefined;
        if (member === undefined) return err(problem("forbidden", { at: "response", detail: "not of the staff" }));
        const role = wanted ?? member.roles[0];
        if (role === undefined || !member.roles.includes(role)) return err(problem("forbidden", { at: "role" }));
        return ok(await db.transaction((tx) => openSession(tx, { ...member, role }, "signIn")));
      },

      async signOut({ accessToken }) {
        await db.transaction(async (tx) => {
          const rows = await tx.query<{ staff_id: string; role: string }>(
            { text: "delete from staff_session where token_hash = $1 returning staff_id, role" },
            [tokenHash(accessToken)],
          );
          if (rows[0] === undefined) return;
          const { staff_id: staffId, role: reason } = rows[0];
          await writeAudit(tx, {
            at: clock.now(),
            staffId,
            action: "signOut",
            subject: staffId,
            customerId: null,
            reason,
          });
        });
        return ok({});
      },
    },

    ops: {
      async staff() {
        const members = await allMembers(db);
        const shown = members.filter(({ simulated }) => admitSimulated || !simulated);
        const staff = await Promise.all(
          shown.map(async (member) => ({
            ...member,
            roles: [...member.roles],
            passkeys: (await passkeys.of(db, ownerOf(member.staffId))).length,
          })),
        );
        return ok({ staff });
      },

      async inviteStaff({ name, role }) {
        const now = clock.now();
        const invitation = newInvitation();
        const expiresAt = now + policy.desk.invitationMs;
        return db.transaction(async (tx) => {
          const fresh = `staff-${toHex(random.bytes(6))}`;
          // A person who left and comes back under his name is the same person.
          const rows = await tx.query<{ staff_id: string }>(
            {
              text: `insert into staff_member (staff_id, name, simulated, created_at) values ($1, $2, false, $3)
                on conflict (name) do update set dismissed_at = null returning staff_id`,
            },
            [fresh, name, now],
          );
          const staffId = rows[0]!.staff_id;
          const member = await memberOf(staffId, tx);
          if (member === undefined) return err(problem("forbidden", { at: "name", detail: "a name of the demo's" }));
          await grantRole(tx, staffId, role, now);
          await tx.query(
            { text: "insert into staff_invitation (code_hash, staff_id, expires_at) values ($1, $2, $3)" },
            [hashOf(invitation), staffId, expiresAt],
          );
          await writeAudit(tx, {
            at: now,
            staffId: OPS,
            action: "inviteStaff",
            subject: staffId,
            customerId: null,
            reason: role,
          });
          const { roles } = (await readMember(tx, staffId))!;
          return ok({ staffId, invitation, expiresAt, roles: [...roles] });
        });
      },

      async dismissStaff({ staffId }) {
        return db.transaction(async (tx) => {
          const now = clock.now();
          const rows = await tx.query(
            {
              text: `update staff_member set dismissed_at = $2 where staff_id = $1 and dismissed_at is null
                returning staff_id`,
            },
            [staffId, now],
          );
          if (rows.length === 0) return err(problem("notFound", { at: "staffId" }));
          for (const table of ["staff_session", "staff_invitation", "staff_role"])
            await tx.query({ text: `delete from ${table} where staff_id = $1` }, [staffId]);
          for (const { id } of await passkeys.of(tx, ownerOf(staffId))) await passkeys.remove(tx, ownerOf(staffId), id);
          await writeAudit(tx, {
            at: now,
            staffId: OPS,
            action: "dismissStaff",
            subject: staffId,
            customerId: null,
            reason: "",
          });
          return ok({});
        });
      },
    },

    async session(accessToken) {
      const row = await readSession(db, tokenHash(accessToken));
      if (row === undefined || row.expiresAt <= clock.now() || (row.simulated && !admitSimulated)) return undefined;
      const { staffId, name, role } = row;
      return { staffId, name, role };
    },
  };
}
