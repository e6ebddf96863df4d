import { createInterface } from "node:readline/promises";
import { askNext, type Leaf } from "#protocol/diagnosis";
import type { Io } from "../cli/command.ts";
import { badInput } from "../cli/fault.ts";
import type { Paper } from "./paper.ts";
import { questionPage } from "./symptom-page.ts";

/** Where the answers come from: a person at a terminal, or lines of standard input. */
interface Answers {
  next(): Promise<string | undefined>;
  close(): void;
}

async function openAnswers(io: Io): Promise<Answers> {
  if (process.stdin.isTTY !== true) {
    const lines = new TextDecoder()
      .decode(await io.stdin())
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
    return { next: async () => lines.shift(), close() {} };
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  return { next: async () => (await terminal.question("> ")).trim(), close: () => terminal.close() };
}

/** Asks until there is something to say. An answer that does not fit is asked for again, at a terminal. */
export async function interview(
  paper: Paper,
  io: Io,
): Promise<{ readonly given: readonly string[]; readonly leaf: Leaf }> {
  const answers = await openAnswers(io);
  const given: string[] = [];
  try {
    for (;;) {
      const at = askNext(given);
      if (!at.ok) throw badInput("--symptom", at.error.zh, at.error.en, "badAnswer");
      if (at.value.kind === "leaf") return { given, leaf: at.value };
      for (const line of questionPage(at.value, paper)) io.stdout(line);
      const answer = await answers.next();
      if (answer === undefined)
        throw badInput("--symptom", "回答没有给完", "the answers end before the questions", "missing");
      const next = askNext([...given, answer]);
      if (next.ok) given.push(answer);
      else if (process.stdin.isTTY === true) io.stderr(paper.say(next.error));
      else throw badInput("--symptom", next.error.zh, next.error.en, "badAnswer");
    }
  } finally {
    answers.close();
  }
}
