import { ANSWERED_TABLE, FACT_TABLE, PASSKEY_TABLES } from "#party";

/** What a bank needs to decide, verify, run a desk and an app: on top of what it needs to authorise. */
export const VERIFICATION_AND_DESK: string = `
  ${FACT_TABLE}
  ${PASSKEY_TABLES}

  alter table customer
    -- YYYYMMDD: by then the record must have been renewed by rule, whatever the document says.
    add column review_due text not null default '99991231',
    add column document_kind text not null default 'residentId',
    -- Remote transactions are shut.
    add column counter_only boolean not null default false,
    -- The bank's own mark: 'watch' or 'refuse'.
    add column risk_mark text;
  create index customer_mobile on customer (mobile);
  create index customer_name on customer (holder_name);
  create index customer_phone_tail on customer (right(mobile, 4));

  alter table account
    -- I, II or III.
    add column class smallint not null default 1,
    -- By law; nobody is told more than to go to the branch.
    add column restricted boolean not null default false,
    add column arrears_minor bigint not null default 0;

  update card set status = case status when 'frozen' then 'frozenByBank' when 'cancelled' then 'closed' else status end;
  alter table card
    -- "status" is what these two come to (cards/status.ts): payments read that one word.
    add column base_status text not null default 'active',
    add column blocks text[] not null default '{}',
    add column successor_id text;
  update card set
    base_status = case when status in ('notActivated', 'closed') then status else 'active' end,
    blocks = case when status in ('lost', 'frozenByBank') then array[status] else '{}' end;
  create index card_suffix on card (pan_suffix);
  create index card_customer on card (customer_id);

  -- Who looks for one payment knows when it was, and no account.
  create index authorisation_decided on authorisation using brin (decided_at);

  create table decision (
    b smallint not null,
    binding_id text not null,
    -- Idempotency key of the request it answered.
    key text not null,
    card_id text,
    device_id text not null,
    wallet_account text not null,
    colour text not null,
    causes text[] not null,
    told text[] not null,
    -- Something that was typed is not the bank's.
    mismatch boolean not null,
    rules text[] not null,
    -- What wallet and TSP advised, and how the card came.
    advice jsonb not null,
    retry_at bigint,
    decided_at bigint not null,
    primary key (b, binding_id, key)
  );
  create index decision_card on decision (card_id, decided_at);
  create index decision_device on decision (device_id, decided_at);
  insert into decision
    select b, id, 'before', card_id, device_id, wallet_account, decision, '{}', '{}',
      coalesce(reason in ('nameMismatch', 'mobileMismatch', 'expiryMismatch', 'cvn2Mismatch'), false), '{}', '{}', null,
      decided_at
    from binding;

  alter table binding
    drop column reason,
    drop column sent_to,
    add column journey_id text not null default '',
    -- Key of the decision that stands.
    add column asked_key text not null default 'before',
    add column verified_by text,
    add column ended_at bigint,
    add column ended_because text,
    add column app_state text not null default 'idle',
    add column app_asked_at bigint,
    add column faces_failed smallint not null default 0,
    add column call_state text not null default 'none',
    -- The holder said that the masked phone is not his.
    add column disowned boolean not null default false,
    -- Codes up to this number do not count: they went to another phone.
    add column codes_before smallint not null default 0,
    add column case_code text,
    -- Why the bank keeps the token suspended: 'card', 'desk'. Empty: it does not.
    add column suspended_for text[] not null default '{}';
  update binding set journey_id = id, verified_by = case when verified_at is not null then 'smsCode' end;
  create index binding_journey on binding (journey_id);
  create index binding_case on binding (case_code) where case_code is not null;

  alter table activation_code
    add column voided boolean not null default false,
    -- What the carrier said: true, false, or nothing yet.
    add column delivered boolean;
  -- Messages to one phone on one China day, for whatever purpose.
  create table phone_day (
    b smallint not null,
    mobile_hmac bytea not null,
    day integer not null,
    messages integer not null,
    primary key (b, mobile_hmac, day)
  );
  alter table answered_call rename to code_answer;
  ${ANSWERED_TABLE}

  -- A row that is written again before it was sent is sent as it is then; "serial" tells the two apart.
  alter table outbox add column serial bigint not null default 0;
  -- Payments' notices come once each, and pay for no second index.
  create unique index outbox_latest on outbox (b, id) where kind <> 'paymentNotice';

  create table call_case (
    b smallint not null,
    binding_id text not null,
    since bigint not null,
    -- What it came to: open, awaitingSecond, approved, refused.
    state text not null,
    -- Who asked the questions.
    agent text,
    wrong_answers smallint,
    primary key (b, binding_id)
  );
  create index call_case_since on call_case (since, binding_id);

  create table audit_entry (
    seq bigint generated always as identity primary key,
    at bigint not null,
    staff_id text not null,
    second text,
    action text not null,
    subject text not null,
    customer_id text,
    reason text not null
  );
  create index audit_customer on audit_entry (customer_id, seq);

  create table app_session (
    token_hash bytea primary key,
    customer_id text not null,
    expires_at bigint not null
  );
  create table app_enrolment (
    id text primary key,
    -- None: what was typed belongs to nobody; it is answered as if it did.
    customer_id text,
    code_hash bytea not null,
    wrong_tries smallint not null,
    expires_at bigint not null
  );
  -- Proofs that were taken: the same one again changes nothing.
  create table app_approval (
    ceremony_id text primary key,
    binding_id text not null,
    customer_id text not null,
    method text not null,
    key_id text not null,
    at bigint not null
  );

  create table fee_quote (
    id text primary key,
    customer_id text not null,
    card_id text not null,
    to_bank text not null,
    merchant_category text,
    amount_minor bigint not null,
    fee_minor bigint not null,
    rule_id text not null,
    valid_until bigint not null,
    transfer_id text
  );
  create table transfer (
    id text primary key,
    quote_id text not null unique,
    account_id text not null,
    to_bank text not null,
    to_account_id text,
    amount_minor bigint not null,
    fee_minor bigint not null,
    day integer not null,
    at bigint not null
  );
  create index transfer_day on transfer (account_id, day);
`;
