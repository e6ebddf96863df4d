import type { Io } from "./command.ts";
import { badInput } from "./fault.ts";

const MAX_STDIN_BYTES = 4 * 1024 * 1024;

/** The process's own streams. A reader that goes away (`kabao … | head`) ends us quietly. */
export function processIo(): Io {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  return {
    stdout: (line) => console.log(line),
    stderr: (line) => console.error(line),
    async stdin() {
      const parts: Buffer[] = [];
      let size = 0;
      for await (const part of process.stdin as AsyncIterable<Buffer>) {
        size += part.length;
        if (size > MAX_STDIN_BYTES) throw badInput("-", "标准输入超过 4 MB", "standard input over 4 MB");
        parts.push(part);
      }
      return new Uint8Array(Buffer.concat(parts));
    },
  };
}
