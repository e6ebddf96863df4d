import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#platform/clock";
import { createLog } from "#platform/log";
import { openPostgres, startEmbeddedPostgres } from "#platform/postgres";
import { calculator } from "../cli/command.ts";
import { badInput } from "../cli/fault.ts";
import { bilingual } from "../cli/tree.ts";
import { type Check, failure, passed, words } from "../doctor/check.ts";
import { folderCheck, keyChecks, lockChecks, newestFile, postgresChecks } from "../doctor/data.ts";
import {
  availableMemory,
  browserCheck,
  clockSyncCheck,
  cryptoCheck,
  diskChecks,
  judgeClock,
  judgeMemory,
  judgeNode,
  localhostCheck,
  processorCheck,
} from "../doctor/machine.ts";
import { portChecks } from "../doctor/ports.ts";

const MARKS = { ok: "ok  ", warn: "warn", fail: "FAIL" } as const;

export const doctor = calculator({
  meta: {
    name: "doctor",
    description:
      "检查本机、端口、数据与密钥；有一项不行则退出码 1 / Check machine, ports, data and keys; exit code 1 when something fails",
  },
  args: {
    data: { type: "string", valueHint: "DIR", default: ".kabao", description: "数据目录 / folder for data and keys" },
    port: { type: "string", valueHint: "N", default: "8620", description: "页面的端口 / base port of the page" },
    start: {
      type: "boolean",
      default: false,
      description: "在临时目录里真的启动一次数据库 / really start a database, in a temporary folder",
    },
  },
  examples: ["kabao doctor", "kabao doctor --data /var/lib/kabao --port 9000 --json"],
  async answer({ args }) {
    const port = Number(args.port);
    if (!Number.isInteger(port) || port < 1 || port > 65_500)
      throw badInput("--port", "要 1 至 65500 的整数", "wants a number from 1 to 65500", "badValue");
    const { data } = args;
    const checks: Check[] = [
      judgeNode(process.versions.node),
      processorCheck(),
      judgeMemory(availableMemory()),
      ...diskChecks(data),
      cryptoCheck(),
      judgeClock(systemClock.now(), newestFile(data)),
      ...clockSyncCheck(),
      await localhostCheck(),
      ...(await portChecks(port)),
      folderCheck(data),
      ...lockChecks(data),
      ...postgresChecks(data),
      ...(args.start ? [await startCheck()] : []),
      ...keyChecks(data),
      browserCheck(),
    ];
    const count = (status: Check["status"]) => checks.filter((check) => check.status === status).length;
    const summary = { ok: count("ok"), warn: count("warn"), fail: count("fail") };
    return {
      code: summary.fail > 0 ? 1 : 0,
      json: { ok: summary.fail === 0, summary, checks },
      lines: [
        ...checks.flatMap((check) => [
          `${MARKS[check.status]} ${bilingual(check)}`,
          ...(check.remedy === undefined ? [] : [`     → ${bilingual(check.remedy)}`]),
        ]),
        `${summary.ok} ok, ${summary.warn} warn, ${summary.fail} fail`,
      ],
    };
  },
});

/** The whole way: a new database, one query, stopped and removed again. */
async function startCheck(): Promise<Check> {
  const folder = mkdtempSync(join(tmpdir(), "kabao-doctor-"));
  const began = systemClock.now();
  try {
    const server = await startEmbeddedPostgres({ dataDir: folder, log: createLog("error") });
    try {
      const db = openPostgres(server.url, "doctor");
      await db.query({ text: "select 1 as one" }, []);
      await db.close();
    } finally {
      await server.stop();
    }
    const tookMs = systemClock.now() - began;
    return passed("start", `数据库试启动成功，${tookMs} 毫秒`, `a database was started and stopped in ${tookMs} ms`);
  } catch (error) {
    return failure(
      "start",
      words("数据库启动不了", `no database could be started: ${error instanceof Error ? error.message : ""}`),
      words("用 --database postgres://… 接自己的数据库", "give a server of your own with --database postgres://…"),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
