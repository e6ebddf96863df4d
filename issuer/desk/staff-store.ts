import type { StaffRole } from "#contracts/desk-api";
import type { Db, Queries } from "#contracts/ports";
import type { Instant } from "#protocol/time";
import type { Staff } from "./staff.ts";

export interface StaffMember {
  readonly staffId: string;
  readonly name: string;
  readonly simulated: boolean;
  /** In the order in which they were granted. */
  readonly roles: readonly StaffRole[];
}

/** Seeds people who are known from elsewhere: the demo's, and holders of machine keys. Those that are there stay as they are. */
export async function seedStaff(db: Db, staff: readonly Staff[], simulated: boolean, now: Instant): Promise<void> {
  await db.transaction(async (tx) => {
    for (const { staffId, name, role } of staff) {
      await tx.query(
        {
          text: `insert into staff_member (staff_id, name, simulated, created_at) values ($1, $2, $3, $4)
            on conflict do nothing`,
        },
        [staffId, name, simulated, now],
      );
      await grantRole(tx, staffId, role, now);
    }
  });
}

export async function grantRole(tx: Queries, staffId: string, role: StaffRole, now: Instant): Promise<void> {
  await tx.query(
    { text: "insert into staff_role (staff_id, role, granted_at) values ($1, $2, $3) on conflict do nothing" },
    [staffId, role, now],
  );
}

interface MemberRow {
  readonly staff_id: string;
  readonly name: string;
  readonly simulated: boolean;
  readonly roles: readonly StaffRole[] | null;
}
const MEMBERS = `
  select m.staff_id, m.name, m.simulated,
    (select array_agg(r.role order by r.granted_at, r.role) from staff_role r where r.staff_id = m.staff_id) as roles
  from staff_member m where m.dismissed_at is null`;
const memberOf = (row: MemberRow): StaffMember => ({
  staffId: row.staff_id,
  name: row.name,
  simulated: row.simulated,
  roles: row.roles ?? [],
});

export async function allMembers(db: Queries): Promise<readonly StaffMember[]> {
  return (await db.query<MemberRow>({ text: `${MEMBERS} order by m.created_at, m.staff_id` })).map(memberOf);
}

/** Undefined: nobody, or nobody any more. */
export async function readMember(db: Queries, staffId: string): Promise<StaffMember | undefined> {
  const rows = await db.query<MemberRow>({ text: `${MEMBERS} and m.staff_id = $1` }, [staffId]);
  return rows[0] === undefined ? undefined : memberOf(rows[0]);
}

export interface SessionRow extends Staff {
  readonly simulated: boolean;
  readonly expiresAt: number;
}

/** With the person as he is now: a role that was taken away ends the session. */
export async function readSession(db: Queries, tokenHash: Uint8Array): Promise<SessionRow | undefined> {
  const rows = await db.query<{
    staff_id: string;
    name: string;
    role: StaffRole;
    simulated: boolean;
    expires_at: bigint;
  }>(
    {
      text: `select s.staff_id, m.name, s.role, m.simulated, s.expires_at from staff_session s
        join staff_member m on m.staff_id = s.staff_id and m.dismissed_at is null
        join staff_role r on r.staff_id = s.staff_id and r.role = s.role
        where s.token_hash = $1`,
    },
    [tokenHash],
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  const { staff_id: staffId, name, role, simulated } = row;
  return { staffId, name, role, simulated, expiresAt: Number(row.expires_at) };
}
