import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { context, must } from "../../test/parties/basics.ts";
import { digestOf, dumpOf, startTestDatabase, type TestDatabase } from "../../test/parties/database.ts";
import { type Said, testPasskey } from "../../test/parties/passkey.ts";
import { openWallet, type WalletAlone } from "../../test/parties/wallet.ts";

let database: TestDatabase;
let wallet: WalletAlone;
let calls: WalletAlone["signIn"];
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());
beforeEach(async () => {
  wallet = await openWallet(database);
  calls = wallet.signIn;
});
afterEach(() => wallet.stop());

type Passkey = ReturnType<typeof testPasskey>;
const beginUp = async (name = "张伟") => must(await calls.registerOptions({ name }, context()));
const beginIn = async () => must(await calls.signInOptions({}, context()));

async function signedUp(name = "张伟") {
  const passkey = testPasskey();
  const { ceremonyId, options } = await beginUp(name);
  const session = must(await calls.register({ ceremonyId, response: passkey.register(options) }, context()));
  return { passkey, session };
}
async function signIn(passkey: Passkey, said: Partial<Said> = {}) {
  const { ceremonyId, options } = await beginIn();
  return calls.signIn({ ceremonyId, response: passkey.signIn(options, said) }, context());
}
const count = async (table: string) =>
  Number((await wallet.db.query<{ n: bigint }>({ text: `select count(*)::bigint as n from ${table}` }))[0]!.n);

describe("signing up and in", () => {
  test("a passkey makes an account, and signs in to it again and again", async () => {
    const { passkey, session } = await signedUp();
    expect(session).toMatchObject({ name: "张伟", accountId: expect.any(String) });
    expect(await wallet.server.session(session.accessToken)).toMatchObject({
      accountId: session.accountId,
      name: "张伟",
      keyId: passkey.id,
    });
    for (let again = 0; again < 2; again++) {
      const back = must(await signIn(passkey));
      expect(back.accountId).toBe(session.accountId);
      expect(back.accessToken).not.toBe(session.accessToken);
    }
  });

  test("the options ask for a verified holder, a discoverable passkey and the key of the device", async () => {
    const { options } = await beginUp();
    expect(options).toMatchObject({
      rp: { id: "localhost" },
      authenticatorSelection: { residentKey: "required", userVerification: "required" },
      extensions: { prf: { eval: { first: expect.any(String) } } },
    });
    expect((await beginIn()).options).toMatchObject({ userVerification: "required", rpId: "localhost" });
    expect((await beginIn()).options["challenge"]).not.toBe((await beginIn()).options["challenge"]);
  });

  test("a session lasts thirty days, and the tables do not tell it", async () => {
    const { session } = await signedUp();
    expect(await dumpOf(wallet.db)).not.toContain(session.accessToken);
    expect(await wallet.server.session(`${session.accessToken}x`)).toBeUndefined();
    expect(await wallet.server.session("")).toBeUndefined();
    wallet.clock.advance(30 * 86_400_000 - 1);
    expect(await wallet.server.session(session.accessToken)).toBeDefined();
    wallet.clock.advance(1);
    expect(await wallet.server.session(session.accessToken)).toBeUndefined();
  });
});

describe("sign-up is refused", () => {
  test.each<[string, Partial<Said>]>([
    ["another page", { origin: "http://localhost:9999" }],
    ["another host", { rpId: "evil.example" }],
    ["another challenge", { challenge: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }],
    ["a sign-in's data", { type: "webauthn.get" }],
    ["nobody verified", { verified: false }],
  ])("%s", async (_name, said) => {
    const { ceremonyId, options } = await beginUp();
    const response = testPasskey().register(options, said);
    expect(await calls.register({ ceremonyId, response }, context())).toMatchObject({
      error: { code: "forbidden", at: "response" },
    });
    expect([await count("account"), await count("session")]).toEqual([0, 0]);
    // The ceremony is used up, also by a failure.
    expect(await calls.register({ ceremonyId, response: testPasskey().register(options) }, context())).toMatchObject({
      error: { code: "notFound", at: "ceremonyId" },
    });
  });

  test("a ceremony that is unknown, late, done, or a sign-in's", async () => {
    const passkey = testPasskey();
    const known = await beginUp();
    const refused = { error: { code: "notFound", at: "ceremonyId" } };
    const register = (ceremonyId: string, response = passkey.register(known.options)) =>
      calls.register({ ceremonyId, response }, context());
    expect(await register("nobody")).toMatchObject(refused);
    must(await register(known.ceremonyId));
    expect(await register(known.ceremonyId)).toMatchObject(refused);
    const late = await beginUp();
    wallet.clock.advance(5 * 60_000);
    expect(await register(late.ceremonyId, testPasskey().register(late.options))).toMatchObject(refused);
    const other = await beginIn();
    expect(await register(other.ceremonyId, testPasskey().register(other.options))).toMatchObject(refused);
    expect(await count("account")).toBe(1);
  });

  test.each([{}, { id: 7 }, { response: {} }, { response: { clientDataJSON: "e30", attestationObject: "oA" } }])(
    "a response that is none: %j",
    async (response) => {
      const { ceremonyId } = await beginUp();
      expect(await calls.register({ ceremonyId, response }, context())).toMatchObject({ error: { code: "forbidden" } });
    },
  );

  test("a passkey that has an account makes no second one", async () => {
    const { passkey } = await signedUp();
    const { ceremonyId, options } = await beginUp("李娜");
    expect(await calls.register({ ceremonyId, response: passkey.register(options) }, context())).toMatchObject({
      error: { code: "wrongState", at: "response" },
    });
    expect(await count("account")).toBe(1);
  });
});

describe("sign-in is refused", () => {
  test.each<[string, Partial<Said>]>([
    ["another page", { origin: "http://localhost:9999" }],
    ["another host", { rpId: "evil.example" }],
    ["another challenge", { challenge: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }],
    ["a sign-up's data", { type: "webauthn.create" }],
    ["nobody verified", { verified: false }],
  ])("%s", async (_name, said) => {
    const { passkey } = await signedUp();
    const sessions = await count("session");
    expect(await signIn(passkey, said)).toMatchObject({ error: { code: "forbidden", at: "response" } });
    expect(await count("session")).toBe(sessions);
    must(await signIn(passkey));
  });

  test("a counter that does not rise: a copy of the passkey is about", async () => {
    const { passkey } = await signedUp();
    must(await signIn(passkey, { counter: 5 }));
    for (const counter of [5, 4, 0])
      expect(await signIn(passkey, { counter })).toMatchObject({ error: { code: "forbidden" } });
    must(await signIn(passkey, { counter: 6 }));
  });

  test("a ceremony signs in once, also when both come together", async () => {
    const { passkey } = await signedUp();
    const { ceremonyId, options } = await beginIn();
    const response = passkey.signIn(options);
    const both = await Promise.all([1, 2].map(() => calls.signIn({ ceremonyId, response }, context())));
    expect(both.map((one) => one.ok).sort()).toEqual([false, true]);
    expect(await calls.signIn({ ceremonyId, response }, context())).toMatchObject({ error: { code: "notFound" } });
    const late = await beginIn();
    wallet.clock.advance(5 * 60_000);
    expect(
      await calls.signIn({ ceremonyId: late.ceremonyId, response: passkey.signIn(late.options) }, context()),
    ).toMatchObject({ error: { code: "notFound", at: "ceremonyId" } });
  });

  test("an unknown passkey, and one that signs under another's name", async () => {
    const { passkey } = await signedUp();
    expect(await signIn(testPasskey())).toMatchObject({ error: { code: "forbidden" } });
    const { ceremonyId, options } = await beginIn();
    const forged = { ...testPasskey().signIn(options), id: passkey.id, rawId: passkey.id };
    expect(await calls.signIn({ ceremonyId, response: forged }, context())).toMatchObject({
      error: { code: "forbidden" },
    });
  });

  test("what is refused by its form changes nothing at all", async () => {
    const before = await digestOf(wallet.db);
    expect(await calls.registerOptions({ name: " " }, context())).toMatchObject({
      error: { code: "badRequest", at: "name" },
    });
    expect(await calls.registerOptions({ name: "x".repeat(65) }, context())).toMatchObject({ error: { at: "name" } });
    expect(await calls.signIn({ ceremonyId: "'; drop table", response: {} }, context())).toMatchObject({
      error: { at: "ceremonyId" },
    });
    expect(await digestOf(wallet.db)).toBe(before);
  });
});
