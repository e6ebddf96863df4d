import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explainApi } from "#contracts/explain-api";
import { problem } from "#contracts/problem";
import { Hono, listen, serveApi } from "#platform/http";
import { createLog } from "#platform/log";
import { ok } from "#protocol/bytes";
import { diagnose, viewFor } from "#protocol/diagnosis";
import { kabao } from "../../test/captured-cli.ts";
import { story } from "../../test/diagnosis/story.ts";

const json = async (...args: string[]) => JSON.parse((await kabao(["explain", ...args, "--json"])).stdout);

describe("kabao explain without a system", () => {
  test("--cause: the entry, in one language, and as a document", async () => {
    const zh = await kabao(["explain", "--cause", "reservedPhoneMismatch", "--lang", "zh"]);
    expect(zh).toMatchObject({ code: 0, stderr: "" });
    expect(zh.stdout).toContain(" 3. 仅修改网银或手机银行的登录手机号没有用。");
    const en = await kabao(["explain", "--cause", "reservedPhoneMismatch", "--lang", "en"]);
    expect(en.stdout).toContain("does not help");
    expect(en.stdout).not.toMatch(/\p{Script=Han}/u);
    expect(await json("--cause", "holdAboveAmount")).toMatchObject({
      code: "holdAboveAmount",
      asked: { zh: expect.any(String) },
    });
  });

  test("--cause: a typing error is met with what was probably meant", async () => {
    const answer = await kabao(["explain", "--cause", "cardExpird"]);
    expect(answer.code).toBe(2);
    expect(answer.stderr).toContain("did you mean cardExpired?");
  });

  test("--list: all of them", async () => {
    expect(await json("--list")).toHaveLength(161);
    expect((await kabao(["explain", "--list", "--lang", "en"])).stdout).toContain("reservedPhoneMismatch");
  });

  test("--symptom: questions until there is something to say", async () => {
    expect(await json("--symptom")).toMatchObject({
      answers: [],
      choices: expect.arrayContaining([expect.objectContaining({ id: "adding" })]),
    });
    const leaf = await json("--symptom", "--answers", "adding,could-not-add,yes,changed");
    expect(leaf.candidates[0]).toMatchObject({ cause: "reservedPhoneMismatch", actor: "branch" });
    const typed = await kabao(["explain", "--symptom", "--lang", "zh"], "2\n1\n1\n");
    expect(typed.code).toBe(0);
    expect(typed.stdout).toContain("什么时候不对？");
    expect(typed.stdout).toContain("预留手机号不符");
  });

  test.each([
    [["--symptom", "--answers", "adding,nothing"], "answer 2: wants one of could-not-add"],
    [["--symptom", "--list"], "excludes --symptom"],
    [["K7F-3QM", "--list"], "excludes CASE"],
    [[], "is required"],
    [["--import", "mdes"], "FILE"],
    [["K7F-3QO"], "sign 6: 0, O, 1, I and L never occur"],
    [["K7F"], "wants six signs"],
    [["K7F-3QM", "--data", "/nonexistent"], "no ops.key in that folder"],
    [["--import", "mdes", "/nonexistent"], "cannot open this file"],
    [["--import", "iso8583", "-", "--log", "bank"], "wants acquirer, network"],
  ])("%j: %s", async (args, message) => {
    const answer = await kabao(["explain", ...args], "");
    expect(answer.code).toBe(2);
    expect(answer.stderr).toContain(message);
    expect(answer.stdout).toBe("");
  });

  test("answers that end before the questions", async () => {
    const answer = await kabao(["explain", "--symptom"], "1\n");
    expect(answer).toMatchObject({ code: 2 });
    expect(answer.stderr).toContain("the answers end before the questions");
  });

  test("--import: a log through to findings; a broken one is told with its place and without its content", async () => {
    const log = JSON.stringify([
      { services: ["DIGITIZATION"], correlationId: "A1", recommendedDecision: "APPROVED" },
      { decision: "DECLINED", cvcResponse: "N" },
    ]);
    const read = await kabao(["explain", "--import", "mdes", "-", "--lang", "en"], log);
    expect(read.stdout).toContain("Security code differs · proven");
    expect(read.stdout).toContain("The bank stopped it: Security code differs");
    expect(JSON.parse((await kabao(["explain", "--import", "mdes", "-", "--json"], log)).stdout).journeys).toHaveLength(
      1,
    );
    const broken = await kabao(
      ["explain", "--import", "mdes", "-"],
      `{"correlationId": {"pan": "6222021234567890128"}}`,
    );
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain("entry 1 > correlationId");
    expect(broken.stderr).not.toContain("6222");
  });
});

describe("kabao explain with a system that runs", () => {
  const KEY = "the-key-of-those-who-run-it";
  let folder: string;
  let door: Awaited<ReturnType<typeof listen>>;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "kabao-explain-"));
    writeFileSync(join(folder, "ops.key"), `${KEY}\n`);
    const s = story("binding-1234");
    s.fails("issuer", "reservedPhoneMismatch");
    const holdings = s.holdings();
    const app = new Hono();
    serveApi(app, "/explain", {
      api: explainApi,
      log: createLog("warn"),
      callsFor: (context) =>
        context.req.header("authorization") === `Bearer ${KEY}`
          ? {
              finding: async ({ caseCode, journeyId, role }) =>
                caseCode === "K7F-3QM" || journeyId === "binding-1234"
                  ? ok(viewFor(role, diagnose(holdings), holdings, caseCode === undefined ? {} : { caseCode }))
                  : { ok: false, error: problem("notFound") },
            }
          : problem("notSignedIn"),
    });
    door = await listen(app, { host: "127.0.0.1", port: 0 });
    url = `http://127.0.0.1:${door.port}`;
  });
  afterAll(async () => {
    await door.close();
    rmSync(folder, { recursive: true });
  });
  const ask = (...args: string[]) => kabao(["explain", ...args, "--url", url, "--data", folder]);

  test("by case code, however it was typed, and by journey id", async () => {
    for (const code of ["K7F-3QM", "k7f3qm", "binding-1234"]) {
      const { code: exit, stdout } = await ask(code, "--lang", "zh");
      expect(exit).toBe(0);
      expect(stdout).toContain("预留手机号不符 · 已证实");
      expect(stdout).toContain("银行：止于“预留手机号不符”");
    }
  });

  test("the holder's page has no story", async () => {
    const { stdout } = await ask("K7F-3QM", "--role", "holder", "--lang", "en");
    expect(stdout).toContain("Reserved phone differs");
    expect(stdout).not.toContain("What happened");
  });

  test("as a document it is the contract's", async () => {
    const { stdout } = await ask("K7F-3QM", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ caseCode: "K7F-3QM", cause: "reservedPhoneMismatch", actor: "branch" });
  });

  test("no such case; another system's key; nobody there; somebody else there", async () => {
    expect((await ask("K7F-4QM")).stderr).toContain("no such case code");
    const other = mkdtempSync(join(tmpdir(), "kabao-explain-"));
    writeFileSync(join(other, "ops.key"), "another\n");
    expect((await kabao(["explain", "K7F-3QM", "--url", url, "--data", other])).stderr).toContain("not this system's");
    rmSync(other, { recursive: true });
    expect((await kabao(["explain", "K7F-3QM", "--url", "http://127.0.0.1:1", "--data", folder])).stderr).toContain(
      "does not answer",
    );
    const stranger: Server = createServer((_, response) => response.end("hello"));
    await new Promise<void>((started) => stranger.listen(0, "127.0.0.1", started));
    const { port } = stranger.address() as AddressInfo;
    expect(
      (await kabao(["explain", "K7F-3QM", "--url", `http://127.0.0.1:${port}`, "--data", folder])).stderr,
    ).toContain("does not fit the contract");
    await new Promise((closed) => stranger.close(closed));
  });
});
