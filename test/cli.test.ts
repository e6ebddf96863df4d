import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { kabao } from "./captured-cli.ts";
import emv from "./vectors/emv.json" with { type: "json" };
import cups from "./vectors/iso8583-cups.json" with { type: "json" };

// The command line from outside: as a process, the way a person or a script calls it.

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = join(root, "bin", "kabao.mjs");
const call = (args: readonly string[], options: { input?: string; cwd?: string } = {}) =>
  spawnSync(process.execPath, [bin, ...args], { encoding: "utf8", ...options });

const PBOC = emv.cryptograms[2]!;
const ARQC = [
  "emv",
  "arqc",
  "--imk",
  PBOC.imk,
  "--pan",
  PBOC.pan,
  "--psn",
  PBOC.psn,
  "--atc",
  PBOC.atc,
  "--data",
  PBOC.data,
];

describe("as a process", () => {
  test("a calculator works from any folder, with one JSON document on stdout", () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "kabao-cli-"));
    try {
      const { status, stdout } = call(["tlv", "9F2608AD03EE811AFAD484", "--json"], { cwd: elsewhere });
      expect(status).toBe(0);
      expect(JSON.parse(stdout).items[0]).toMatchObject({ tag: "9F26", value: "AD03EE811AFAD484" });
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  test("decode | encode over a pipe gives the same bytes", () => {
    const hex = cups.messages[0]!.hex;
    const decoded = call(["iso8583", "decode", "-", "--json", "--reveal"], { input: hex });
    expect(decoded.status).toBe(0);
    const encoded = call(["iso8583", "encode", "-"], { input: decoded.stdout });
    expect(encoded.stdout.trim()).toBe(hex.toUpperCase());
  });

  test("exit codes: 0 equal, 1 not equal, 2 bad input; the explanation in the document", () => {
    expect(call([...ARQC, "--expect", PBOC.arqc, "--json"]).status).toBe(0);
    const other = call([...ARQC.with(7, "00"), "--expect", PBOC.arqc, "--json"]);
    expect(other.status).toBe(1);
    expect(JSON.parse(other.stdout).explanation).toMatchObject({
      fits: true,
      causes: [{ id: "psn", fix: "--psn 01" }],
    });
    const bad = call([...ARQC.with(3, "F0C3"), "--json"]);
    expect(bad.status).toBe(2);
    expect(JSON.parse(bad.stdout).error).toMatchObject({ option: "--imk", code: "badLength" });
  });

  test("a reader that has seen enough ends it without a word", async () => {
    const child = spawn(process.execPath, [bin, "iso8583", "decode", cups.messages[0]!.hex], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (part) => {
      stderr += part;
    });
    await new Promise((resolve) => child.on("close", resolve));
    expect(stderr).toBe("");
  });

  test("a calculator answers in about a second", () => {
    const times = [1, 2, 3].map(() => {
      const began = performance.now();
      expect(call(["tlv", "9C0100"]).status).toBe(0);
      return performance.now() - began;
    });
    // Half a second here when nothing else runs; the bound leaves room for a busy machine.
    expect(Math.min(...times)).toBeLessThan(3000);
  });
});

describe("the command line itself", () => {
  test("help on stdout, code 0: the program, a group, a command; each in both languages", async () => {
    for (const args of [["--help"], ["help"], ["-h"]]) {
      const { code, stdout } = await kabao(args);
      expect(code).toBe(0);
      expect(stdout).toContain("启动整个系统，或其中一方 / run the whole system, or one party of it");
    }
    expect((await kabao(["emv", "--help"])).stdout).toContain("session-key  ");
    for (const args of [
      ["emv", "arqc", "--help"],
      ["help", "emv", "arqc"],
      ["emv", "arqc", "-h", "--imk"],
    ]) {
      const { code, stdout } = await kabao(args);
      expect(code).toBe(0);
      expect(stdout).toContain("kabao emv arqc [options]");
      expect(stdout).toContain("--expect <HEX>");
    }
    expect((await kabao(["tlv", "--help"])).stdout).toMatch(/HEX +十六进制/);
  });

  test("the version is the package's", async () => {
    for (const flag of ["--version", "-v"]) expect((await kabao([flag])).stdout).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("nothing asked: help on stderr, code 2", async () => {
    const { code, stdout, stderr } = await kabao([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("no command given");
    expect(stderr).toContain("iso8583");
  });

  test.each<[string[], RegExp]>([
    [["tlvv"], /no such command; did you mean tlv\?/],
    [["banana"], /no such command; there are serve/],
    [["constructor"], /no such command/],
    [["__proto__"], /no such command/],
    [["emv"], /wants a subcommand: arqc, arpc, session-key/],
    [["emv", "aqrc"], /did you mean arqc\?/],
    [["emv", "toString"], /no such command/],
    [["iso8583", "decod", "00"], /did you mean decode\?/],
    [["serve", "--prot", "1"], /--prot .*did you mean --port\?/],
    [["tlv", "9C0100", "--jsno"], /--jsno .*did you mean --json\?/],
    [["tlv", "9C0100", "--toString"], /--toString .*no such option/],
    [["tlv", "9C0100", "-x"], /-x .*no such option/],
    [["doctor", "--port"], /--port .*wants a value/],
    [["doctor", "--port", "--data"], /--port .*wants a value/],
    [["doctor", "--port="], /--port .*wants a value/],
    [["doctor", "--no-data", "x"], /--no-data .*no such option/],
    [["doctor", "elsewhere"], /words too many/],
    [["iso8583", "encode", "a.json", "b.json"], /words too many/],
    [["emv", "arqc", "--scheme", "visa"], /--scheme .*wants one of pboc \| csk \| cvn10 \| cvn18/],
  ])("%j: code 2, a word of help, no stack trace", async (args, cause) => {
    const { code, stdout, stderr } = await kabao(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(cause);
    expect(stderr).not.toMatch(/\n\s+at /);
    const { error } = JSON.parse((await kabao([...args, "--json"])).stdout);
    expect(error).toMatchObject({ code: expect.any(String), zh: expect.any(String), en: expect.any(String) });
  });

  test("an option that looks like a secret is not repeated", async () => {
    const { stderr } = await kabao(["tlv", "--F0C34A8124CEE0A91A0B034AA97D6EAC"]);
    expect(stderr).not.toContain("F0C34A");
  });
});
