import { describe, expect, test } from "vitest";
import { kabao } from "./processes.ts";

// `kabao demo --scene` from outside: the failures that people meet most, and their ways out.

async function scene(args: readonly string[]): Promise<{ code: number | null; lines: string[]; stderr: string }> {
  const child = kabao(["demo", "--scene", ...args]);
  const heard = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]!.on("data", (chunk: Buffer) => {
      heard[stream] += chunk.toString();
    });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, lines: heard.stdout.trim().split("\n"), stderr: heard.stderr };
}

const CASE = expect.stringMatching(/^[2-9A-HJKMNP-Z]{3}-[2-9A-HJKMNP-Z]{3}$/);
const mismatch = {
  caseCode: CASE,
  cause: "reservedPhoneMismatch",
  certainty: "proven",
  stoppedBy: "issuer",
  actor: "branch",
  retry: "after",
};

describe("kabao demo --scene", () => {
  test.each([
    ["phone-mismatch", [mismatch, mismatch]],
    ["bound-elsewhere", [{ ...mismatch, cause: "boundElsewhere", actor: "holder" }]],
    ["bank-silent", [expect.objectContaining({ cause: "answerLost", certainty: "inferred", retry: "wait" })]],
  ])("%s: the finding, the way out, and one line of JSON", async (name, findings) => {
    const { code, lines, stderr } = await scene([name, "--json"]);
    expect(stderr).toBe("");
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toEqual({ scene: name, findings, ok: true, ms: expect.any(Number) });
    expect(code).toBe(0);
  });

  test("tells the story in one language", async () => {
    const { code, lines } = await scene(["phone-mismatch", "--lang", "zh"]);
    expect(code).toBe(0);
    const story = lines.join("\n");
    expect(story).toContain("仅修改网银或手机银行的登录手机号没有用");
    expect(story).toContain("手机得知后自己继续");
    expect(lines.at(-1)).toBe("验证码正确，卡已添加。");
  });

  test("an unknown scene, or one in another's system: exit code 2, and says what it wants", async () => {
    const unknown = await scene(["nothing"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("phone-mismatch, bound-elsewhere, bank-silent");
    expect((await scene(["bank-silent", "--url", "http://localhost:18599"])).code).toBe(2);
  });
});
