import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

// House rules that no compiler or linter holds. Each rule is a list of offending places: empty when the house is tidy.

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((name) => /\.(ts|tsx|mjs|json|md|sh|grit|css|html)$/.test(name));
const text = new Map(files.map((name) => [name, readIfThere(join(root, name))]));

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // deleted but not yet committed
  }
}

const sources = files.filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"));
const isTest = (name: string) => /\.test\.tsx?$/.test(name) || name.startsWith("test/");
const roomOf = (name: string) => name.split("/")[0]!;
const PARTIES = ["device", "wallet-server", "tsp", "network", "issuer", "acquirer"];
const AMBIENT_ALLOWED = /^(platform|app|bench|test|tools|bin)\/|^web\/adapters\/|\.test\.tsx?$|\.config\.ts$/;

/** Lines that match, as "file:line". */
function places(pattern: RegExp, where: (name: string) => boolean): string[] {
  return sources.filter(where).flatMap((name) =>
    text
      .get(name)!
      .split("\n")
      .flatMap((line, i) => (pattern.test(line) ? [`${name}:${i + 1}`] : [])),
  );
}

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  contracts: ["protocol"],
  party: ["protocol", "contracts"],
  device: ["protocol", "contracts"],
  ...Object.fromEntries(
    PARTIES.filter((room) => room !== "device").map((room) => [room, ["protocol", "contracts", "party"]]),
  ),
  platform: ["protocol", "contracts"],
  web: ["protocol", "contracts", "device"],
  app: ["protocol", "contracts", "platform", ...PARTIES],
  bench: ["protocol", "contracts", "platform", "app", ...PARTIES],
};

function importsOf(name: string): string[] {
  return [...text.get(name)!.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
}

/** Programs that a file starts, by their URL. */
function programsOf(name: string): string[] {
  return [...text.get(name)!.matchAll(/new URL\("(\.[^"]+\.ts)", import\.meta\.url\)/g)].map((match) => match[1]!);
}

describe("tidy", () => {
  test("tests that run side by side listen at ports of their own", () => {
    const ports = files
      .filter((name) => name.startsWith("test/"))
      .flatMap((name) =>
        [...text.get(name)!.matchAll(/\bPORT = ([\d_]+);/g)].map((match) => match[1]!.replace("_", "")),
      );
    expect(ports.length).toBeGreaterThan(10);
    expect(ports.filter((port, i) => ports.indexOf(port) !== i)).toEqual([]);
  });

  test("the arrows between rooms point the right way", () => {
    const wrong = sources
      .filter((name) => !isTest(name) && MAY_IMPORT[roomOf(name)] !== undefined)
      .flatMap((name) =>
        importsOf(name).flatMap((target) => {
          const room = target.startsWith("#")
            ? target.slice(1).split("/")[0]!
            : target.startsWith(".")
              ? roomOf(relative(root, resolve(root, dirname(name), target)))
              : undefined;
          if (room === undefined || room === roomOf(name) || MAY_IMPORT[roomOf(name)]!.includes(room)) return [];
          return [`${name} -> ${target}`];
        }),
      );
    expect(wrong).toEqual([]);
  });

  test("another room is entered by its public face", () => {
    const wrong = sources
      .filter((name) => !isTest(name))
      .flatMap((name) =>
        importsOf(name)
          .filter(
            (target) =>
              target.startsWith(".") && roomOf(relative(root, resolve(root, dirname(name), target))) !== roomOf(name),
          )
          .map((target) => `${name} -> ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test("time and randomness are handed in", () => {
    const pattern =
      /Date\.now\b|Math\.random\b|performance\.now\b|new Date\(\)|[{,]\s*now\s*[,}].*=\s*Date\b|\bset(Timeout|Interval|Immediate)\(/;
    expect(places(pattern, (name) => !AMBIENT_ALLOWED.test(name))).toEqual([]);
  });

  test("SQL takes time and ids as parameters", () => {
    const pattern = /\bnow\(\)|current_timestamp|clock_timestamp|gen_random_uuid|\brandom\(\)\s*[,)*<>]/i;
    const sql = places(pattern, (name) => !isTest(name) && name !== "test/tidy.test.ts").filter((place) => {
      const [name, line] = place.split(":") as [string, string];
      const source = text.get(name)!.split("\n")[Number(line) - 1]!;
      return !/[cC]lock\.now\(\)|\.now\(\)|=>\s*now\(\)|\bnow\(\):/.test(source);
    });
    expect(sql).toEqual([]);
  });

  test("nothing is left for later in the code", () => {
    expect(places(/\b(TODO|FIXME|XXX|HACK)\b/, (name) => name !== "test/tidy.test.ts")).toEqual([]);
  });

  test("no test is skipped or alone", () => {
    expect(
      places(
        /\b(test|it|describe)\.(only|todo)\b|\b(test|it|describe)\.skip\(/,
        (name) => name !== "test/tidy.test.ts",
      ),
    ).toEqual([]);
  });

  test("every source file is imported or is an entry", () => {
    const entries = /^(app\/main\.ts|bench\/main\.ts|tools\/|test\/|web\/main\.tsx|.*\.config\.ts$)/;
    const reached = new Set(
      sources.flatMap((name) =>
        [...importsOf(name), ...programsOf(name)].map((target) => {
          if (target.startsWith(".")) return relative(root, resolve(root, dirname(name), target));
          const map = JSON.parse(text.get("package.json")!).imports as Record<string, string>;
          for (const [key, value] of Object.entries(map)) {
            const star = key.indexOf("*");
            if (star < 0 ? target === key : target.startsWith(key.slice(0, star))) {
              return value.replace("*", target.slice(star)).replace("./", "");
            }
          }
          return target;
        }),
      ),
    );
    const html = files
      .filter((name) => name.endsWith(".html"))
      .map((name) => text.get(name)!)
      .join("\n");
    const spawned = sources.map((name) => text.get(name)!).join("\n");
    const lost = sources.filter(
      (name) =>
        !isTest(name) &&
        !entries.test(name) &&
        !reached.has(name) &&
        !html.includes(name.split("/").at(-1)!) &&
        !spawned.includes(name),
    );
    expect(lost).toEqual([]);
  });

  test("no file of code grows past what one can read", () => {
    const long = sources.filter((name) => text.get(name)!.split("\n").length > 700 && !isTest(name));
    expect(long).toEqual([]);
  });

  test("the lock file carries no registry addresses", () => {
    expect(text.get("package-lock.json")!.includes('"resolved"')).toBe(false);
  });
});
