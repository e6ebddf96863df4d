import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { StaffRole } from "#contracts/desk-api";
import { issuerDeskApi } from "#contracts/desk-api";
import { memoryCalls } from "#platform/calls";
import { type Bank, choose, context, decided, must, openBank, printed, typedCard } from "../../test/parties/bank.ts";
import { testPasskey } from "../../test/parties/passkey.ts";
import { DEFAULT_POLICY, seedStaff } from "../index.ts";

let bank: Bank;
beforeAll(async () => {
  bank = await openBank(17);
});
afterAll(() => bank.close());
beforeEach(() => bank.reset());

type Key = ReturnType<typeof testPasskey>;
const door = () => bank.issuer.deskSignIn;
const invite = async (name: string, role: StaffRole) =>
  must(await bank.issuer.ops.inviteStaff({ name, role }, context()));
async function enrol(invitation: string, key: Key = testPasskey()) {
  const { ceremonyId, options } = must(await door().registerOptions({ invitation }, context()));
  return door().register({ ceremonyId, response: key.register(options) }, context());
}
async function signIn(key: Key, role?: StaffRole) {
  const { ceremonyId, options } = must(await door().signInOptions({}, context()));
  return door().signIn(
    { ceremonyId, response: key.signIn(options), ...(role === undefined ? {} : { role }) },
    context(),
  );
}
async function desk(accessToken: string) {
  const calls = await bank.issuer.deskSession(accessToken);
  return calls === undefined ? undefined : memoryCalls(issuerDeskApi, { calls });
}

test("an invitation enrols one passkey, which signs its person in", async () => {
  const key = testPasskey();
  const { invitation, staffId } = await invite("周敏", "teller");
  expect(must(await enrol(invitation, key))).toMatchObject({
    staffId,
    name: "周敏",
    role: "teller",
    roles: ["teller"],
  });
  expect(await door().registerOptions({ invitation }, context())).toMatchObject({ error: { code: "forbidden" } });
  const session = must(await signIn(key));
  expect(must(await (await desk(session.accessToken))!.me({}, context()))).toMatchObject({
    staffId,
    name: "周敏",
    role: "teller",
  });
});

test("two who hold one invitation: the second is refused, whatever he began before", async () => {
  const { invitation } = await invite("周敏", "teller");
  const [one, two] = [
    must(await door().registerOptions({ invitation }, context())),
    must(await door().registerOptions({ invitation }, context())),
  ];
  must(await door().register({ ceremonyId: one.ceremonyId, response: testPasskey().register(one.options) }, context()));
  expect(
    await door().register({ ceremonyId: two.ceremonyId, response: testPasskey().register(two.options) }, context()),
  ).toMatchObject({ error: { code: "forbidden" } });
});

test("invitations and sessions end by themselves", async () => {
  const key = testPasskey();
  const late = await invite("周敏", "teller");
  bank.clock.advance(DEFAULT_POLICY.desk.invitationMs);
  expect(await door().registerOptions({ invitation: late.invitation }, context())).toMatchObject({ ok: false });
  const session = must(await enrol((await invite("周敏", "teller")).invitation, key));
  bank.clock.advance(DEFAULT_POLICY.desk.sessionMs - 1);
  expect(await desk(session.accessToken)).toBeDefined();
  bank.clock.advance(1);
  expect(await desk(session.accessToken)).toBeUndefined();
});

test("whoever signs out or is dismissed is out at once", async () => {
  const key = testPasskey();
  const { staffId, invitation } = await invite("周敏", "teller");
  const session = must(await enrol(invitation, key));
  must(await door().signOut({ accessToken: session.accessToken }, context()));
  expect(await desk(session.accessToken)).toBeUndefined();
  const again = must(await signIn(key));
  must(await bank.issuer.ops.dismissStaff({ staffId }, context()));
  expect(await desk(again.accessToken)).toBeUndefined();
  expect(await signIn(key)).toMatchObject({ error: { code: "forbidden" } });
  const { entries } = must(await bank.desk("supervisor").auditTrail({}, context()));
  expect(entries.map(({ action, name }) => [action, name]).slice(0, 4)).toEqual([
    ["dismissStaff", "operations"],
    ["signIn", "周敏"],
    ["signOut", "周敏"],
    ["enrolPasskey", "周敏"],
  ]);
});

test("a role that one does not have cannot be taken", async () => {
  const key = testPasskey();
  must(await enrol((await invite("何强", "agent")).invitation, key));
  expect(await signIn(key, "supervisor")).toMatchObject({ error: { code: "forbidden", at: "role" } });
});

test("a customer's passkey does not open the desk, nor a staff member's the bank's app", async () => {
  const key = testPasskey();
  must(await enrol((await invite("何强", "agent")).invitation, key));
  const app = must(await bank.signIn.signInOptions({}, context()));
  expect(
    await bank.signIn.signIn({ ceremonyId: app.ceremonyId, response: key.signIn(app.options) }, context()),
  ).toMatchObject({ error: { code: "forbidden" } });
});

test("four eyes are two people's: one person with both roles does not override what he asked himself", async () => {
  const [one, two] = [testPasskey(), testPasskey()];
  const first = must(await enrol((await invite("何强", "agent")).invitation, one));
  await invite("何强", "supervisor");
  must(await enrol((await invite("沈静", "supervisor")).invitation, two));
  const { bindingId } = await decided(bank, typedCard("zhang"));
  must(await choose(bank, bindingId, "call", "K7F-3QM"));
  must(await (await desk(first.accessToken))!.approveCall({ bindingId, answers: [] }, context()));

  const asSupervisor = must(await signIn(one, "supervisor"));
  expect(asSupervisor).toMatchObject({ staffId: first.staffId, role: "supervisor", roles: ["agent", "supervisor"] });
  const over = { bindingId, reason: "他说得对" };
  expect(await (await desk(asSupervisor.accessToken))!.overrideCall(over, context())).toMatchObject({
    error: { code: "forbidden" },
  });
  const second = must(await signIn(two));
  expect(must(await (await desk(second.accessToken))!.overrideCall(over, context())).state).toBe("approved");
  const { entries } = must(await bank.desk("supervisor").auditTrail({ customerId: "customer-zhang" }, context()));
  expect(entries[0]).toMatchObject({ action: "overrideCall", name: "何强", secondName: "沈静" });
});

test("invented staff come in at an invented bank only", async () => {
  await seedStaff(bank.db, [{ staffId: "teller-1", name: "周敏", role: "teller" }], true, bank.clock.now());
  expect(must(await bank.issuer.ops.staff({}, context())).staff).toEqual([]);
  expect(await bank.issuer.ops.inviteStaff({ name: "周敏", role: "teller" }, context())).toMatchObject({
    error: { code: "forbidden", at: "name" },
  });
});

test("the hotline sees names masked, the counter whole", async () => {
  const text = printed("zhang").pan.slice(-4);
  const seen = async (role: StaffRole) =>
    must(await bank.desk(role).findCustomers({ text }, context())).customers.map(({ name }) => name);
  expect(await seen("teller")).toContain("张伟");
  expect(await seen("agent")).toContain("张*");
  expect(JSON.stringify(must(await bank.desk("agent").accounts({}, context())))).not.toContain("张伟");
});
