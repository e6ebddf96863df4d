import { spawnSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { lookup } from "node:dns/promises";
import { existsSync, readFileSync, statfsSync } from "node:fs";
import { arch, availableParallelism, freemem, platform } from "node:os";
import { dirname, resolve } from "node:path";
import { type Check, failure, passed, warning, words } from "./check.ts";

const OLDEST_NODE = { major: 20, minor: 19 } as const;

export function judgeNode(version: string): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const { major: least, minor: leastMinor } = OLDEST_NODE;
  const recent = major > least || (major === least && minor >= leastMinor);
  const said = words(
    `Node.js ${version}，需要 ${least}.${leastMinor} 以上`,
    `Node.js ${version}, wants ${least}.${leastMinor} or later`,
  );
  return recent
    ? passed("node", said.zh, said.en)
    : failure("node", said, words("从 https://nodejs.org 安装新版", "install a later one from https://nodejs.org"));
}

const MB = 1024 * 1024;
const MEMORY_MB = { fail: 256, warn: 1024 } as const;
const DISK_MB = { fail: 300, warn: 4096 } as const;

export function judgeMemory(freeBytes: number): Check {
  const free = Math.floor(freeBytes / MB);
  const said = words(`可用内存 ${free} MB`, `${free} MB of memory available`);
  const remedy = words("关掉别的程序，或换一台机器", "close other programs, or take another machine");
  if (free < MEMORY_MB.fail) return failure("memory", said, remedy);
  return free < MEMORY_MB.warn ? warning("memory", said, remedy) : passed("memory", said.zh, said.en);
}

export function judgeDisk(freeBytes: number): Check {
  const free = Math.floor(freeBytes / MB);
  const said = words(`数据目录所在磁盘可用 ${free} MB`, `${free} MB free on the disk of the data folder`);
  const remedy = words("清理磁盘，或用 --data 换一个目录", "free some space, or choose another folder with --data");
  if (free < DISK_MB.fail) return failure("disk", said, remedy);
  return free < DISK_MB.warn ? warning("disk", said, remedy) : passed("disk", said.zh, said.en);
}

/** Memory that may still be taken: what the kernel says, within what a container allows. */
export function availableMemory(): number {
  const known = /^MemAvailable:\s+(\d+) kB$/m.exec(textOf("/proc/meminfo") ?? "")?.[1];
  const machine = known === undefined ? freemem() : Number(known) * 1024;
  const limit = Number(textOf("/sys/fs/cgroup/memory.max") ?? "NaN");
  const used = Number(textOf("/sys/fs/cgroup/memory.current") ?? "NaN");
  return Number.isFinite(limit - used) ? Math.min(machine, limit - used) : machine;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** The nearest folder above (or at) a path that is there. */
export function nearestFolder(path: string): string {
  let folder = resolve(path);
  while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

const TMPFS = 0x01021994;

export function diskChecks(dataDir: string): readonly Check[] {
  const { bavail, bsize, type } = statfsSync(nearestFolder(dataDir));
  const volatile =
    type === TMPFS
      ? [
          warning(
            "diskKind",
            words(
              "数据目录在内存盘上，重启后数据会丢失",
              "the data folder is on a memory disk: a restart loses the data",
            ),
            words("用 --data 选一个磁盘上的目录", "choose a folder on a disk with --data"),
          ),
        ]
      : [];
  return [judgeDisk(bavail * bsize), ...volatile];
}

export function processorCheck(): Check {
  const count = availableParallelism();
  return passed(
    "processors",
    `${count} 个处理器，${platform()} ${arch()}`,
    `${count} processors, ${platform()} ${arch()}`,
  );
}

/** A library built for FIPS, or without its old algorithms, has no triple DES; a Node without full ICU cannot read GBK. */
export function cryptoCheck(): Check {
  const said = words(
    "加密库支持 3DES 与 AES-GCM，文本库支持 GBK",
    "the crypto library has 3DES and AES-GCM, the text library GBK",
  );
  try {
    createCipheriv("des-ede3", Buffer.alloc(24), null);
    createCipheriv("aes-256-gcm", Buffer.alloc(32), Buffer.alloc(12));
    new TextDecoder("gbk");
    return passed("crypto", said.zh, said.en);
  } catch (error) {
    return failure(
      "crypto",
      words(
        "加密库或文本库缺少所需的算法",
        `a needed algorithm is missing: ${error instanceof Error ? error.message : ""}`,
      ),
      words("使用 nodejs.org 的官方 Node.js", "use the official Node.js from nodejs.org"),
    );
  }
}

/** Before this nobody can be running this version: the clock is not set. */
const EARLIEST_YEAR = 2025;
const LATEST_YEAR = 2099;
const BACKWARDS_MS = 5 * 60_000;

/** @param newestFile time of the newest file that an earlier run left, epoch milliseconds. */
export function judgeClock(now: number, newestFile: number | undefined): Check {
  const time = `${new Date(now).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const year = new Date(now).getUTCFullYear();
  const remedy = words(
    "校准系统时间 (NTP)：有效期、日切和验证码都按它计算",
    "set the clock (NTP): expiry, cut-over and codes go by it",
  );
  if (year < EARLIEST_YEAR || year > LATEST_YEAR)
    return failure("clock", words(`系统时间不对：${time}`, `the clock is wrong: ${time}`), remedy);
  if (newestFile !== undefined && newestFile > now + BACKWARDS_MS)
    return failure(
      "clock",
      words(`系统时间 ${time}，早于数据目录里的文件`, `the clock says ${time}, earlier than files in the data folder`),
      remedy,
    );
  return passed("clock", `系统时间 ${time}`, `the clock says ${time}`);
}

/** Where the machine says so: whether its clock follows a time server. */
export function clockSyncCheck(): readonly Check[] {
  const { status, stdout } = spawnSync("timedatectl", ["show", "-p", "NTPSynchronized", "--value"], {
    encoding: "utf8",
    timeout: 2000,
  });
  if (status !== 0 || stdout.trim() !== "no") return [];
  return [
    warning(
      "clockSync",
      words("系统时间没有与时间服务器同步", "the clock does not follow a time server"),
      words("timedatectl set-ntp true", "timedatectl set-ntp true"),
    ),
  ];
}

/** The page is at http://localhost: passkeys work there and at no IP address. */
export async function localhostCheck(): Promise<Check> {
  const found = await lookup("localhost", { all: true }).catch(() => []);
  const addresses = found.map(({ address }) => address);
  return addresses.some((address) => address.startsWith("127.") || address === "::1")
    ? passed("localhost", `localhost 是 ${addresses.join("、")}`, `localhost is ${addresses.join(", ")}`)
    : failure(
        "localhost",
        words("localhost 没有指向本机", "localhost does not lead to this machine"),
        words("在 hosts 文件里加上 127.0.0.1 localhost", "add 127.0.0.1 localhost to the hosts file"),
      );
}

const SYSTEM_BROWSER = "/usr/bin/chromium";

/** The browser that the tests drive; Kabao itself runs without one. */
export function browserCheck(): Check {
  if (existsSync(SYSTEM_BROWSER))
    return passed("browser", `测试用浏览器 ${SYSTEM_BROWSER}`, `browser for the tests: ${SYSTEM_BROWSER}`);
  if (existsSync(new URL("../../node_modules/@sparticuz/chromium/bin/chromium.br", import.meta.url)))
    return passed("browser", "测试用浏览器来自 npm", "browser for the tests: from npm");
  return warning(
    "browser",
    words("没有测试用浏览器：浏览器测试无法运行", "no browser for the tests: those in a browser cannot run"),
    words("安装 chromium，或执行 npm ci --include=dev", "install chromium, or run npm ci --include=dev"),
  );
}
