import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { problem } from "#contracts/problem";
import { bankOpsApi } from "#contracts/staff-api";
import { Hono, listen, serveApi } from "#platform/http";
import { createLog } from "#platform/log";
import { seededRandom } from "#platform/random";
import { kabao } from "../../test/captured-cli.ts";
import { type Bank, context, must, openBank } from "../../test/parties/bank.ts";
import { testPasskey } from "../../test/parties/passkey.ts";
import { openStaffKeys } from "../staff.ts";

const KEY = "the-key-of-those-who-run-it";
let folder: string;
let bank: Bank;
let door: Awaited<ReturnType<typeof listen>>;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kabao-staff-"));
  writeFileSync(join(folder, "ops.key"), `${KEY}\n`);
  bank = await openBank(23);
  const app = new Hono();
  serveApi(app, "/bank-ops", {
    api: bankOpsApi,
    log: createLog("warn"),
    callsFor: (asked) =>
      asked.req.header("authorization") === `Bearer ${KEY}` ? bank.issuer.ops : problem("notSignedIn"),
  });
  door = await listen(app, { host: "127.0.0.1", port: 0 });
});
afterAll(async () => {
  await door.close();
  await bank.close();
  rmSync(folder, { recursive: true });
});
const staff = (...args: string[]) =>
  kabao(["staff", ...args, "--url", `http://127.0.0.1:${door.port}`, "--data", folder]);

test("invite prints an invitation that enrols a passkey; list and dismiss know its person", async () => {
  const invited = await staff("invite", "周敏", "--role", "teller");
  expect(invited.code).toBe(0);
  expect(invited.stdout).toContain("柜员 teller");
  const invitation = /invitation: (\S+)/.exec(invited.stdout)![1]!;
  const { ceremonyId, options } = must(await bank.issuer.deskSignIn.registerOptions({ invitation }, context()));
  const response = testPasskey().register(options);
  const session = must(await bank.issuer.deskSignIn.register({ ceremonyId, response }, context()));

  bank.clock.advance(1);
  expect((await staff("invite", "周敏", "--role", "supervisor", "--json")).code).toBe(0);
  const { stdout } = await staff("list", "--json");
  expect(JSON.parse(stdout).staff).toEqual([
    { staffId: session.staffId, name: "周敏", roles: ["teller", "supervisor"], passkeys: 1, simulated: false },
  ]);
  expect((await staff("dismiss", session.staffId)).code).toBe(0);
  expect(await bank.issuer.deskSession(session.accessToken)).toBeUndefined();
  expect((await staff("list")).stdout).toBe("");
});

test.each([
  [["invite"], "NAME 必须给出 / is required"],
  [["invite", "周敏"], "--role 必须给出 / is required"],
  [["hire", "周敏"], "/ wants invite, list or dismiss"],
  [["dismiss", "nobody"], "/ nobody has this id"],
  [["invite", "x".repeat(65), "--role", "agent"], "/ is no name or id"],
])("%j: what is wrong, and where", async (args, words) => {
  const { code, stderr } = await staff(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(words);
});

test("another system's key opens nothing", async () => {
  const other = mkdtempSync(join(tmpdir(), "kabao-staff-"));
  writeFileSync(join(other, "ops.key"), "another\n");
  const asked = await kabao(["staff", "list", "--url", `http://127.0.0.1:${door.port}`, "--data", other]);
  expect(asked.stderr).toContain("not this system's");
  rmSync(other, { recursive: true });
});

test("a production profile has no demo staff, not even on data that a demo left", () => {
  const data = mkdtempSync(join(tmpdir(), "kabao-staff-"));
  const random = seededRandom(3);
  expect(openStaffKeys(data, random, false)).toMatchObject({ demo: [], others: [] });
  const demo = openStaffKeys(data, random, true);
  expect(demo.demo.map(({ staffId }) => staffId)).toEqual(["teller-1", "agent-1", "agent-2", "supervisor-1"]);
  const key = demo.keyOf("supervisor-1")!;
  expect(demo.staffOf(key)?.name).toBe("沈静");
  const production = openStaffKeys(data, random, false);
  expect(production.staffOf(key)).toBeUndefined();
  expect(production.demo).toEqual([]);
  rmSync(data, { recursive: true });
});
