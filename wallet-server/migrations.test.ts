import { afterAll, beforeAll, expect, test } from "vitest";
import { migrate } from "#platform/postgres";
import { instant } from "#protocol/time";
import { digestOf, startTestDatabase, type TestDatabase } from "../test/parties/database.ts";
import { migrations } from "./migrations.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

test("what the first release kept is there after the second", async () => {
  const db = await database.open("wallet", migrations.slice(0, 1));
  const view = { bindingId: "b1", stage: "active", checks: [], methods: [] };
  const token = { tokenRef: "t1", status: "active" };
  await db.query({ text: "insert into account values ('a1', '张伟', '\\x01', 5)" });
  await db.query({ text: "insert into passkey values ('k1', 'a1', '\\x02', 7, '[\"usb\"]', 6)" });
  await db.query({ text: "insert into session values ('\\x03', 'a1', 99)" });
  await db.query({ text: "insert into device values ('d1', 'a1', '手机', 'phone', 'hce', '{}', false, 5)" });
  await db.query(
    {
      text: `insert into binding (id, account_id, device_id, stage, pan_ref, token_ref, view, version, started_at)
        values ('b1', 'a1', 'd1', 'active', 'ref', 't1', $1::jsonb, 0, 5)`,
    },
    [JSON.stringify(view)],
  );
  await db.query({ text: "insert into pass values ('p1', 'a1', 'd1', 't1', $1::jsonb, 5, '{}', true, true, 5)" }, [
    JSON.stringify(token),
  ]);

  await migrate(db, "wallet", migrations, instant(10));
  const rows = (text: string) => db.query<Record<string, unknown>>({ text });
  expect(await rows("select id, owner_id, kind, counter, transports, valid_until from webauthn_key")).toEqual([
    { id: "k1", owner_id: "a1", kind: "passkey", counter: 7n, transports: ["usb"], valid_until: null },
  ]);
  expect(await rows("select region, locked, birth_year from account")).toEqual([
    { region: "CN", locked: false, birth_year: null },
  ]);
  expect(await rows("select binding_id, held, gone from pass")).toEqual([
    { binding_id: "b1", held: false, gone: false },
  ]);
  expect(await rows("select device_id, pan_ref, at from attempt")).toEqual([
    { device_id: "d1", pan_ref: "ref", at: 5n },
  ]);
  expect((await rows("select view from binding"))[0]!["view"]).toEqual({ ...view, causes: [], source: "typed" });

  const before = await digestOf(db);
  await migrate(db, "wallet", migrations, instant(11));
  expect(await digestOf(db)).toBe(before);
});
