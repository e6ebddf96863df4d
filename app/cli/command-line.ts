import { type ArgsDef, type CommandMeta, runCommand, type SubCommandsDef } from "citty";
import { checkArgs, nearest } from "./check-args.ts";
import { detailsOf, EXIT, type Io, type Session } from "./command.ts";
import { type Fault, InputError, type Words } from "./fault.ts";
import { usage } from "./usage.ts";

/** A command that loads when it is called, so that a calculator answers at once and help loads nothing. */
export interface Entry extends Words {
  readonly load: SubCommandsDef[string];
}

export interface Program {
  readonly name: string;
  readonly about: Words;
  readonly version: string;
  readonly commands: Readonly<Record<string, Entry>>;
}

/** Runs one command line. Gives its exit code: 0 done, 1 "no" for an answer, 2 bad input, 70 a fault of ours. */
export async function runCommandLine(program: Program, rawArgs: readonly string[], io: Io): Promise<number> {
  const session: Session = { io, exitCode: 0 };
  const path = [program.name];
  try {
    await dispatch(program, rawArgs, session, path);
    return session.exitCode;
  } catch (error) {
    if (error instanceof InputError) {
      tell(error.fault, path, rawArgs, io);
      return EXIT.badInput;
    }
    const message = error instanceof Error ? error.message : String(error);
    if (rawArgs.includes("--json")) io.stdout(JSON.stringify({ error: { code: "crashed", message } }, undefined, 2));
    io.stderr(`${path.join(" ")}: ${message}`);
    if (process.env["KABAO_TRACE"] !== undefined && error instanceof Error) io.stderr(error.stack ?? "");
    return EXIT.crashed;
  }
}

async function dispatch(program: Program, rawArgs: readonly string[], session: Session, path: string[]): Promise<void> {
  const { io } = session;
  const [first, ...others] = rawArgs;
  const beforeDashes = rawArgs.slice(0, rawArgs.includes("--") ? rawArgs.indexOf("--") : rawArgs.length);
  const wantsHelp = beforeDashes.includes("--help") || beforeDashes.includes("-h");
  if (first === undefined) {
    io.stderr(overview(program));
    throw new InputError({ code: "noCommand", zh: "没有给出命令", en: "no command given" });
  }
  if (first === "--version" || first === "-v") return io.stdout(program.version);
  if (first === "help") return dispatch(program, [...others, "--help"], session, path);
  if (first === "--help" || first === "-h") return io.stdout(overview(program));
  const entry = Object.hasOwn(program.commands, first) ? program.commands[first] : undefined;
  if (entry === undefined) throw unknown(first, Object.keys(program.commands));

  let command = await resolve(entry.load);
  let rest = others;
  path.push(first);
  for (;;) {
    const subCommands = (await resolve(command.subCommands)) as SubCommandsDef | undefined;
    if (subCommands === undefined) break;
    const name = rest.find((word) => !word.startsWith("-"));
    if (name === undefined) {
      if (wantsHelp) break;
      throw new InputError({
        code: "noCommand",
        zh: `缺少子命令：${Object.keys(subCommands).join("、")}`,
        en: `wants a subcommand: ${Object.keys(subCommands).join(", ")}`,
      });
    }
    if (!Object.hasOwn(subCommands, name)) throw unknown(name, Object.keys(subCommands));
    command = await resolve(subCommands[name]!);
    rest = rest.toSpliced(rest.indexOf(name), 1);
    path.push(name);
  }
  const { examples, manyWords } = detailsOf(command);
  const args = ((await resolve(command.args)) ?? {}) as ArgsDef;
  if (wantsHelp) {
    const inside = Object.entries(((await resolve(command.subCommands)) ?? {}) as SubCommandsDef);
    const described = inside.map(async ([name, sub]) => [name, await descriptionOf(await resolve(sub))] as const);
    return io.stdout(
      usage({
        path: path.join(" "),
        description: await descriptionOf(command),
        args,
        subCommands: Object.fromEntries(await Promise.all(described)),
        examples,
      }),
    );
  }
  const fault = checkArgs(args, rest, manyWords);
  if (fault !== undefined) throw fault;
  await runCommand(command, { rawArgs: [...rest], data: session });
}

async function resolve<T>(value: T | Promise<T> | (() => T) | (() => Promise<T>)): Promise<T> {
  return typeof value === "function" ? await (value as () => T | Promise<T>)() : await value;
}

async function descriptionOf(command: { meta?: unknown }): Promise<string> {
  return ((await resolve(command.meta)) as CommandMeta | undefined)?.description ?? "";
}

function unknown(typed: string, names: readonly string[]): InputError {
  const near = nearest(typed, names);
  return new InputError({
    code: "unknownCommand",
    zh: near === undefined ? `没有这个命令；有 ${names.join("、")}` : `没有这个命令；是不是 ${near}？`,
    en:
      near === undefined ? `no such command; there are ${names.join(", ")}` : `no such command; did you mean ${near}?`,
  });
}

function overview(program: Program): string {
  const names = Object.keys(program.commands);
  const width = Math.max(...names.map((name) => name.length));
  return [
    `${program.about.zh}`,
    `${program.about.en} (v${program.version})`,
    "",
    `用法 USAGE  ${program.name} <command> [options]`,
    "",
    ...Object.entries(program.commands).map(([name, { zh, en }]) => `  ${name.padEnd(width)}  ${zh} / ${en}`),
    "",
    `${program.name} <command> --help  查看一个命令的选项 / shows a command's options`,
  ].join("\n");
}

/** Faults of the command line itself, where help helps. */
const USAGE_FAULTS: ReadonlySet<string> = new Set([
  "noCommand",
  "unknownCommand",
  "unknownOption",
  "missingValue",
  "missingOption",
  "missingArgument",
  "wordsTooMany",
]);

/** A fault for people on stderr; with --json also as the one document on stdout. */
function tell(fault: Fault, path: readonly string[], rawArgs: readonly string[], io: Io): void {
  if (rawArgs.includes("--json")) io.stdout(JSON.stringify({ error: fault }, undefined, 2));
  const where = fault.option === undefined ? "" : ` ${fault.option}`;
  io.stderr(`${path.join(" ")}:${where} ${fault.zh} / ${fault.en}`);
  if (USAGE_FAULTS.has(fault.code)) io.stderr(`${path.join(" ")} --help`);
}
