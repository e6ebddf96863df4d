import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { doorsOf, facesOf, PARTIES } from "../topology.ts";
import { type Check, failure, passed, warning, words } from "./check.ts";

/** Whether a loopback port can be taken: "free", or the system's word for why not. */
export function tryPort(port: number, host: string): Promise<"free" | string> {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => answer(error.code ?? "error"));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => answer("free")));
  });
}

export interface Owner {
  readonly pid: number;
  readonly name: string;
  readonly isKabao: boolean;
}

/** Who listens on a port, where /proc tells. */
export function ownerOf(port: number): Owner | undefined {
  const sockets = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listenersIn(table, port)));
  if (sockets.size === 0) return undefined;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const holds = readdirSync(`/proc/${pid}/fd`).some((fd) => sockets.has(readlinkSync(`/proc/${pid}/fd/${fd}`)));
      if (!holds) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      return {
        pid: Number(pid),
        name: readFileSync(`/proc/${pid}/comm`, "utf8").trim(),
        isKabao: command.includes("app/main.ts"),
      };
    } catch {
      // Gone meanwhile, or another user's.
    }
  }
  return undefined;
}

/** State 0A is "listening"; addresses are hex, the port behind the colon. */
function listenersIn(table: string, port: number): readonly string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  try {
    return readFileSync(table, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[1]?.endsWith(wanted) === true && columns[3] === "0A")
      .map((columns) => `socket:[${columns[9]}]`);
  } catch {
    return [];
  }
}

/** Ports of the whole system in one process, and of its parties when each runs apart. */
export function portsOf(base: number): { readonly page: number; readonly apart: readonly number[] } {
  const whole = facesOf({ hosted: new Set(PARTIES), apart: false, port: base });
  const faces = facesOf({ hosted: new Set(PARTIES), apart: true, port: base }).map(({ port }) => port);
  const doors = PARTIES.flatMap((party) => doorsOf(new Set([party])).map(({ portOffset }) => base + portOffset));
  return { page: whole[0]?.port ?? base, apart: [...new Set([...faces, ...doors])].sort((a, b) => a - b) };
}

export async function portChecks(base: number): Promise<readonly Check[]> {
  const { page, apart } = portsOf(base);
  const checks: Check[] = [await pageCheck(page)];
  const taken: number[] = [];
  for (const port of apart) if ((await tryPort(port, "127.0.0.1")) !== "free") taken.push(port);
  const range = `${apart[0]}–${apart.at(-1)}`;
  checks.push(
    taken.length === 0
      ? passed(
          "portsApart",
          `端口 ${range} 空闲 (各方分开运行时用)`,
          `ports ${range} are free (for parties that run apart)`,
        )
      : warning(
          "portsApart",
          words(
            `端口 ${taken.map(named).join("、")} 被占用；只在各方分开运行时用到`,
            `ports ${taken.map(named).join(", ")} are taken; only parties that run apart need them`,
          ),
          words("用 --port 换一个起始端口", "choose another base port with --port"),
        ),
  );
  return checks;
}

function named(port: number): string {
  const owner = ownerOf(port);
  return owner === undefined ? String(port) : `${port} (${owner.name} ${owner.pid})`;
}

async function pageCheck(port: number): Promise<Check> {
  const remedy = words("停掉它，或用 --port 换一个端口", "stop it, or choose another port with --port");
  const [four, six] = [await tryPort(port, "127.0.0.1"), await tryPort(port, "::1")];
  if (four === "EACCES")
    return failure(
      "port",
      words(`没有权限用端口 ${port}`, `port ${port} is not allowed to this user`),
      words("选 1024 以上的端口", "choose one above 1024"),
    );
  const owner = four === "free" && six !== "EADDRINUSE" ? undefined : ownerOf(port);
  const by =
    owner === undefined
      ? words("别的程序", "another program")
      : words(`${owner.name} (进程 ${owner.pid})`, `${owner.name} (process ${owner.pid})`);
  if (owner?.isKabao === true)
    return warning(
      "port",
      words(
        `卡包已在端口 ${port} 上运行 (进程 ${owner.pid})`,
        `Kabao runs on port ${port} already (process ${owner.pid})`,
      ),
      remedy,
    );
  if (four !== "free")
    return failure("port", words(`端口 ${port} 被 ${by.zh} 占用`, `port ${port} is taken by ${by.en}`), remedy);
  if (six === "EADDRINUSE")
    return warning(
      "port",
      words(
        `端口 ${port} 在 [::1] 上被 ${by.zh} 占用：浏览器打开 localhost 时可能到它那里`,
        `port ${port} on [::1] is taken by ${by.en}: a browser asked for localhost may land there`,
      ),
      remedy,
    );
  return passed("port", `端口 ${port} 空闲 (页面)`, `port ${port} is free (the page)`);
}
