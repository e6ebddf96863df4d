import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const READY_WITHIN_MS = 60_000;

/** The whole system as `npm start` runs it, in a process that a test may kill. */
export interface RunningSystem {
  readonly origin: string;
  /** kill -9: nothing is put away. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startSystem(port: number, dataDir: string): Promise<RunningSystem> {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", join(root, "app", "main.ts"), "serve", "--port", `${port}`, "--data", dataDir],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
  );
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await ready(child);
  const end = (signal: "SIGKILL" | "SIGTERM") => {
    child.kill(signal);
    return gone;
  };
  return { origin: `http://localhost:${port}`, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let told = "";
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the system did not start in time:\n${told}`));
    }, READY_WITHIN_MS);
    const listen = (data: Buffer) => {
      told += data.toString();
      if (!/^ready http/m.test(told)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout!.on("data", listen);
    child.stderr!.on("data", listen);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the system ended with code ${code}:\n${told}`));
    });
  });
}
