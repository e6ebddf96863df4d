import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import * as v from "valibot";
import { FactSchema } from "#contracts/facts";
import type { DeviceJournal } from "#device/secure-element";
import type { Fact } from "#protocol/diagnosis";

export interface FactJournal extends DeviceJournal {
  /** The newest fact that was ever added here. */
  last(): Fact | undefined;
}

/** Facts that wait to be told, one a line in a file; a line that a crash cut short never happened. */
export function openFactJournal(file: string): FactJournal {
  let facts: readonly Fact[] = existsSync(file) ? readFileSync(file, "utf8").split("\n").flatMap(parseLine) : [];

  let newest: Fact | undefined = facts.at(-1);

  function write(to: string, flag: "a" | "w", lines: readonly Fact[]): void {
    const handle = openSync(to, flag, 0o600);
    try {
      writeSync(handle, lines.map((fact) => `${JSON.stringify(fact)}\n`).join(""));
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }

  return {
    async add(fact) {
      write(file, "a", [fact]);
      facts = [...facts, fact];
      newest = fact;
    },
    last: () => newest,
    pending: async () => facts,
    async drop(count) {
      const left = facts.slice(count);
      write(`${file}.new`, "w", left);
      renameSync(`${file}.new`, file);
      facts = left;
    },
  };
}

function parseLine(line: string): Fact[] {
  try {
    const parsed = v.safeParse(FactSchema, JSON.parse(line));
    return parsed.success ? [parsed.output] : [];
  } catch {
    return [];
  }
}
