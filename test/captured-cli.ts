import { runCommandLine } from "../app/cli/command-line.ts";
import { program } from "../app/program.ts";

export interface Captured {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line in this process and keeps what it prints. */
export async function kabao(args: readonly string[], stdin = ""): Promise<Captured> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(program, args, {
    stdout: (line) => out.push(line),
    stderr: (line) => err.push(line),
    stdin: async () => new TextEncoder().encode(stdin),
  });
  return { code, stdout: out.join("\n"), stderr: err.join("\n") };
}
