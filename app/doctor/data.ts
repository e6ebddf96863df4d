import { accessSync, constants, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { openKeyStore } from "#platform/keystore";
import { type ClusterState, probeCluster, probeEmbeddedPostgres } from "#platform/postgres";
import { systemRandom } from "#platform/random";
import { type Check, failure, passed, warning, words } from "./check.ts";
import { nearestFolder } from "./machine.ts";

/** Permission bits of group and others. */
const NOT_OURS = 0o077;

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function folderCheck(dataDir: string): Check {
  const folder = resolve(dataDir);
  const remedy = words(
    "改正权限，或用 --data 换一个目录",
    "mend its permissions, or choose another folder with --data",
  );
  const nearest = nearestFolder(folder);
  const isNew = nearest !== folder;
  if (!statSync(nearest).isDirectory())
    return failure("data", words(`${nearest} 不是目录`, `${nearest} is not a folder`), remedy);
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch {
    return failure("data", words(`不能写 ${nearest}`, `${nearest} cannot be written`), remedy);
  }
  if (isNew)
    return passed("data", `数据目录 ${folder} 首次启动时创建`, `data folder ${folder} is made at the first start`);
  if ((statSync(folder).mode & NOT_OURS) !== 0 && process.platform !== "win32")
    return warning(
      "data",
      words(`数据目录 ${folder} 别的用户也能进入`, `data folder ${folder} can be entered by other users`),
      words(`chmod 700 ${folder}`, `chmod 700 ${folder}`),
    );
  return passed("data", `数据目录 ${folder} 可写`, `data folder ${folder} can be written`);
}

/** Locks that running parties hold on the folder, and those that killed ones left. */
export function lockChecks(dataDir: string): readonly Check[] {
  const folder = resolve(dataDir);
  const locks = entries(folder).filter((name) => /^lock-[a-z]+$/.test(name));
  const held = locks.filter((name) => isKabao(Number(textOf(join(folder, name)))));
  if (locks.length === 0) return [];
  const pids = [...new Set(held.map((name) => Number(textOf(join(folder, name)))))];
  if (held.length > 0)
    return [
      warning(
        "lock",
        words(`数据正在被进程 ${pids.join("、")} 使用`, `the data is in use by process ${pids.join(", ")}`),
        words(
          "停掉它再启动另一个，或用 --data 换一个目录",
          "stop it before starting another, or choose another folder with --data",
        ),
      ),
    ];
  return [
    passed(
      "lock",
      "上次没有正常结束，留下的锁会在下次启动时清除",
      "the last run did not end by itself; its locks are removed at the next start",
    ),
  ];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function isKabao(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return (
      textOf(`/proc/${pid}/cmdline`).includes("app/main.ts") || (process.platform !== "linux" && process.kill(pid, 0))
    );
  } catch {
    return false;
  }
}

const CLUSTER_WORDS: Readonly<Record<Exclude<ClusterState["state"], "none">, readonly [zh: string, en: string]>> = {
  stopped: ["已正常停止", "stopped cleanly"],
  running: ["正在运行，下次启动会接管它", "running; the next start takes it over"],
  killed: ["上次被强行结束，下次启动时恢复", "was killed; the next start recovers it"],
};

/** The programs of the embedded server, and each folder of one: together there is one, apart one a party. */
export function postgresChecks(dataDir: string): readonly Check[] {
  const probe = probeEmbeddedPostgres();
  if (!probe.ok)
    return [
      failure(
        "postgres",
        words(`内置 PostgreSQL 不能运行：${probe.error}`, `the embedded PostgreSQL does not run: ${probe.error}`),
        words(
          "重新执行 npm ci，或用 --database postgres://… 接自己的数据库",
          "run npm ci again, or give a server of your own with --database postgres://…",
        ),
      ),
    ];
  const { version, asRoot } = probe.value;
  const programs = passed(
    "postgres",
    `内置 PostgreSQL ${version} 可以运行${asRoot ? " (root：经用户命名空间)" : ""}`,
    `the embedded PostgreSQL ${version} runs${asRoot ? " (as root, through a user namespace)" : ""}`,
  );
  const folder = resolve(dataDir);
  const homes = [folder, ...entries(folder).map((name) => join(folder, name))];
  const clusters = homes.flatMap((home) => clusterCheck(home, version));
  return [programs, ...clusters];
}

function clusterCheck(home: string, version: string): readonly Check[] {
  const { state, madeBy } = probeCluster(home);
  if (state === "none") return [];
  if (madeBy !== version.split(".")[0])
    return [
      failure(
        "cluster",
        words(
          `${home} 的数据由 PostgreSQL ${madeBy} 创建，程序是 ${version}`,
          `the data in ${home} was made by PostgreSQL ${madeBy}, the programs are ${version}`,
        ),
        words(
          "用旧版导出再导入，或用 --data 换一个目录",
          "dump it with the old version and load it, or choose another folder with --data",
        ),
      ),
    ];
  const [zh, en] = CLUSTER_WORDS[state];
  return [passed("cluster", `${join(home, "postgres")}：${zh}`, `${join(home, "postgres")}: ${en}`)];
}

/** Whether every party's keys open, and who else could read them. Nothing of a key is shown. */
export function keyChecks(dataDir: string): readonly Check[] {
  const folder = join(resolve(dataDir), "keys");
  const parties = entries(folder).filter((party) => entries(join(folder, party)).includes("keys.sealed"));
  if (parties.length === 0)
    return [passed("keys", "还没有密钥，首次启动时生成", "no keys yet; they are made at the first start")];
  return parties.map((party) => {
    const file = join(folder, party, "keys.sealed");
    try {
      openKeyStore({ file }, systemRandom);
    } catch (error) {
      return failure(
        "keys",
        words(
          `${party} 的密钥打不开`,
          `the keys of ${party} do not open: ${error instanceof Error ? error.message : ""}`,
        ),
        words(
          "从备份恢复 keys.sealed 与 master.key，两个文件要来自同一次备份",
          "restore keys.sealed and master.key, both from the same backup",
        ),
      );
    }
    const open = ["keys.sealed", "master.key"].filter(
      (name) => (statSync(join(folder, party, name)).mode & NOT_OURS) !== 0 && process.platform !== "win32",
    );
    return open.length > 0
      ? warning(
          "keys",
          words(
            `${party} 的密钥文件别的用户也能读：${open.join("、")}`,
            `key files of ${party} can be read by other users: ${open.join(", ")}`,
          ),
          words(`chmod 600 ${join(folder, party)}/*`, `chmod 600 ${join(folder, party)}/*`),
        )
      : passed("keys", `${party} 的密钥可以打开`, `the keys of ${party} open`);
  });
}

/** Time of the newest file that a run wrote, epoch milliseconds. */
export function newestFile(dataDir: string): number | undefined {
  const folder = resolve(dataDir);
  const files = [
    join(folder, "postgres.log"),
    join(folder, "postgres", "global", "pg_control"),
    ...entries(join(folder, "keys")).map((party) => join(folder, "keys", party, "keys.sealed")),
  ];
  const times = files.flatMap((file) => {
    try {
      return [statSync(file).mtimeMs];
    } catch {
      return [];
    }
  });
  return times.length === 0 ? undefined : Math.max(...times);
}
