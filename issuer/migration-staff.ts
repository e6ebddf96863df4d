/** The bank's own people. Their passkeys lie beside the customers', as a kind of their own. */
export const STAFF: string = `
  create table staff_member (
    staff_id text primary key,
    -- One name, one person: whoever is invited again under it gets another role.
    name text not null unique,
    simulated boolean not null,
    created_at bigint not null,
    -- The name stays, for the audit.
    dismissed_at bigint
  );
  create table staff_role (
    staff_id text not null,
    role text not null,
    granted_at bigint not null,
    primary key (staff_id, role)
  );
  create table staff_invitation (
    code_hash bytea primary key,
    staff_id text not null,
    expires_at bigint not null
  );
  create table staff_session (
    token_hash bytea primary key,
    staff_id text not null,
    role text not null,
    expires_at bigint not null
  );
  create index staff_session_of on staff_session (staff_id);`;
