import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEMO_CARDS } from "#protocol/pan";
import { openOneProcess } from "./one-process.ts";
import { kabao } from "./processes.ts";
import { openStage, type Stage } from "./stage.ts";
import type { World } from "./world.ts";

// `kabao demo` from outside.

const PORT = 18_580;
const URL_OPTION = ["--url", `http://localhost:${PORT}`];
const DONE = { bound: true, approved: true, refunded: true, refusedAfterLoss: true, ms: expect.any(Number) };
const temporary = mkdtempSync(join(tmpdir(), "kabao-demo-"));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

interface Told {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function demo(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Told> {
  const child = kabao(["demo", ...args], { TMPDIR: temporary, NO_COLOR: "", ...environment });
  const heard = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream]!.on("data", (chunk: Buffer) => {
      heard[stream] += chunk.toString();
    });
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, ...heard };
}

describe("kabao demo in a system of its own", () => {
  test("--json ends with one line, exit code 0, and leaves nothing", async () => {
    const { code, stdout, stderr } = await demo(["--json"]);
    expect(stderr).toBe("");
    expect(stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(stdout)).toEqual(DONE);
    expect(code).toBe(0);
    expect(readdirSync(temporary).filter((name) => name.startsWith("kabao"))).toEqual([]);
  });

  test("tells every message in order, in Chinese, decoded, and shows no number, code or key", async () => {
    const { code, stdout } = await demo([], { LC_ALL: "zh_CN.UTF-8" });
    expect(code).toBe(0);
    const told = [
      "全部是模拟",
      "一、绑卡",
      "decideBinding",
      "二、验证",
      "checkCode",
      "三、支付",
      "取处理选项 (GPO)",
      "消费请求 0200",
      "authoriseToken",
      "消费应答 0210",
      "收银机显示“交易成功”",
      "四、通知",
      "notifyPayment",
      "手机通知：DEMO CAFE，支付 ¥25.80",
      "五、退款",
      "0220",
      "六、丢失模式",
      "changeDevice",
      "七、丢失后的支付",
      "tokenSuspended",
      "拒绝，应答码 62",
      "银行的对账单",
      "+¥10.00",
      "-¥25.80",
    ];
    let at = -1;
    for (const words of told) {
      const next = stdout.indexOf(words, at + 1);
      expect(next, words).toBeGreaterThan(at);
      at = next;
    }
    expect(stdout).toContain("9F26");
    for (const { pan, mobile } of DEMO_CARDS) {
      expect(stdout).not.toContain(pan);
      expect(stdout).not.toContain(mobile);
    }
    // No token number, and no hex that could be a card's key.
    expect(stdout).not.toMatch(/62999[01]\d{10}/);
    expect(stdout).not.toMatch(/keyHex|udkHex: [0-9a-f]/);
    expect(stdout).not.toContain("\u001b[");
  });
});

describe("kabao demo in a running system", () => {
  let world: World;
  let stage: Stage;
  beforeAll(async () => {
    world = await openOneProcess(PORT);
    stage = await openStage(world);
  });
  afterAll(async () => {
    await stage.close();
    await world.close();
  });

  test("plays with a card that is free, in English and brief, and gives it back", async () => {
    await stage.zhang();
    const { code, stdout } = await demo([...URL_OPTION, "--lang", "en", "--brief"]);
    expect(code).toBe(0);
    expect(stdout).toContain("7. A tap after the loss");
    expect(stdout).toContain("李娜, ending 0021");
    expect(stdout).toContain("Purchase answer 0210");
    expect(stdout).not.toContain("9F26");
    const li = await stage.li();
    expect(li.pass.token.status).toBe("active");
  });

  test("a scene that fails names itself and who said no, with exit code 1", async () => {
    await Promise.all([stage.zhang(), stage.li(), stage.bindNew("aili")]);
    const { code, stdout, stderr } = await demo([...URL_OPTION, "--json", "--lang", "en"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      bound: false,
      approved: false,
      refunded: false,
      refusedAfterLoss: false,
    });
    expect(stderr.trim()).toBe('kabao: the demo stopped in "Bind", at the bank: the bank says boundElsewhere');
  });

  test("a system that is not there: one line, exit code 1", async () => {
    const { code, stderr } = await demo(["--url", "http://localhost:18599", "--json"]);
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toEqual([expect.stringContaining("http://localhost:18599 does not answer")]);
  });
});
