import { runCommandLine } from "./cli/command-line.ts";
import { processIo } from "./cli/process-io.ts";
import { program } from "./program.ts";

process.exitCode = await runCommandLine(program, process.argv.slice(2), processIo());
