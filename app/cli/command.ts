import { type ArgsDef, type CommandContext, type CommandDef, type CommandMeta, defineCommand } from "citty";
import type { Words } from "./fault.ts";

/** Where a command reads and writes: the process, or a test. */
export interface Io {
  stdout(line: string): void;
  stderr(line: string): void;
  /** All of standard input. */
  stdin(): Promise<Uint8Array>;
}

/** What a calculator answers. Exit codes: 0 done or equal, 1 not equal, 2 the input cannot be read. */
export interface Answer {
  readonly code: 0 | 1 | 2;
  /** The one document of --json. */
  readonly json: unknown;
  /** The same for people. */
  readonly lines: readonly string[];
  /** Beside the result, on stderr; a --json document says them itself. */
  readonly notes?: readonly Words[];
}

export const EXIT = { badInput: 2, crashed: 70 } as const;

const JSON_ARG = {
  json: { type: "boolean", default: false, description: "只输出一个 JSON 文档 / one JSON document on stdout" },
} as const;

/** What citty has no place for. */
interface Details {
  /** Lines shown under the options of --help. */
  readonly examples: readonly string[];
  /** Words that are no option may be many: hex pasted in groups. */
  readonly manyWords: boolean;
}
const details = new WeakMap<object, Details>();
export function detailsOf(command: object): Details {
  return details.get(command) ?? { examples: [], manyWords: false };
}

/** How a command ended, handed to the command line beside citty, which has no exit codes. */
export interface Session {
  readonly io: Io;
  exitCode: number;
}

export interface Ask<T extends ArgsDef> {
  readonly args: CommandContext<T & typeof JSON_ARG>["args"];
  /** As typed: what citty folds together (an option given several times) is still here. */
  readonly rawArgs: readonly string[];
  readonly io: Io;
}

/** A command that computes one answer and ends. */
export function calculator<const T extends ArgsDef>(definition: {
  readonly meta: CommandMeta;
  readonly args: T;
  readonly examples: readonly string[];
  readonly manyWords?: boolean;
  answer(ask: Ask<T>): Answer | Promise<Answer>;
}): CommandDef<T & typeof JSON_ARG> {
  const command = defineCommand<T & typeof JSON_ARG>({
    meta: definition.meta,
    args: { ...definition.args, ...JSON_ARG },
    async run({ args, rawArgs, data }) {
      const session = data as Session;
      const { io } = session;
      const answer = await definition.answer({ args, rawArgs, io });
      if (args["json"] === true) io.stdout(JSON.stringify(answer.json, undefined, 2));
      else {
        for (const { zh, en } of answer.notes ?? []) io.stderr(`${zh} / ${en}`);
        for (const line of answer.lines) io.stdout(line);
      }
      session.exitCode = answer.code;
    },
  });
  details.set(command, { examples: definition.examples, manyWords: definition.manyWords === true });
  return command;
}
