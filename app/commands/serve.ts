import { readFileSync } from "node:fs";
import { type ArgsDef, defineCommand } from "citty";
import { movableClock, systemClock } from "#platform/clock";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import {
  PEER_OPTIONS,
  type PeerOption,
  readServeConfig,
  type ServeConfig,
  TIMING_OPTIONS,
  type TimingOption,
} from "../config.ts";
import { builtPages } from "../faces/pages.ts";
import { openStage } from "../faces/stage.ts";
import { createFaultBoard } from "../sandbox/faults.ts";
import { createTheatre } from "../sandbox/theatre.ts";
import { type System, startSystem } from "../system.ts";
import { doorsOf, facesOf, PARTIES } from "../topology.ts";
import { createWireHub } from "../wire/hub.ts";
import { untilSignalled } from "./signals.ts";

const PEER_WORDS: Readonly<Record<PeerOption, string>> = {
  network: "转接网络的 tcp:// 地址 / the network's tcp:// address",
  tsp: "令牌服务方的 tcp:// 地址（授权）/ the token service's tcp:// address, for payments",
  "tsp-api": "令牌服务方的 http:// 地址 / the token service's http:// address",
  issuer: "发卡行的 tcp:// 地址（ISO 8583）/ the issuer's tcp:// address, ISO 8583",
  "issuer-api": "发卡行的 http:// 地址（绑卡）/ the issuer's http:// address, for binding",
  "wallet-api": "钱包服务器的 http:// 地址 / the wallet server's http:// address",
  "network-api": "转接网络的 http:// 地址（记录）/ the network's http:// address, for what it holds of a journey",
  "acquirer-api": "收单方的 http:// 地址（记录）/ the acquirer's http:// address, likewise",
};
const TIMING_WORDS: Readonly<Record<TimingOption, string>> = {
  "network-answer-ms": "收单等网络应答的毫秒数 / how long the acquirer waits for the network",
  "issuer-answer-ms": "网络等发卡行应答的毫秒数 / how long the network waits for an issuer",
  "reversal-repeat-ms": "未确认的冲正多久重发 / how often an unacknowledged reversal goes again",
};
const described = <Name extends string>(words: Readonly<Record<Name, string>>) =>
  Object.fromEntries(
    Object.entries<string>(words).map(([name, description]) => [name, { type: "string" as const, description }]),
  );

const OPTIONS = {
  port: {
    type: "string",
    description: "页面的端口，其他端口由它推算 / port of the page; others count from it",
    default: "8620",
  },
  host: { type: "string", description: "监听的本机地址 / loopback address to bind to", default: "127.0.0.1" },
  data: { type: "string", description: "数据与密钥的目录 / folder for data and keys", default: ".kabao" },
  ephemeral: {
    type: "boolean",
    description: "数据放在临时目录，结束时删除 / a temporary folder, removed at the end",
    default: false,
  },
  pages: {
    type: "boolean",
    description: "提供页面 / serve the pages",
    negativeDescription: "只要接口 / only the APIs",
    default: true,
  },
  database: { type: "string", description: "自己的 PostgreSQL / PostgreSQL by URL instead of the embedded one" },
  profile: { type: "string", description: "demo 或 production / demo or production", default: "demo" },
  party: {
    type: "string",
    description: `只运行这些，逗号分隔；其余由同一 --data 上的其他进程运行 / run only these; the others are processes on the same --data: ${PARTIES.join(", ")}`,
  },
  without: {
    type: "string",
    description: "不运行这些：由你自己的程序代替 / run all but these: programs of your own take their place",
  },
  smpp: { type: "string", description: "银行的短信中心 / the bank's SMSC: smpp://systemId@host:port" },
  "push-contact": {
    type: "string",
    description: "推送服务可以联系的人 / whom a push service may write to: mailto:ops@example.org",
  },
  "smpp-password": { type: "string", description: "短信中心密码的文件 / file with its password" },
  "bank-policy": {
    type: "string",
    description: "银行规则的 JSON 文件，盖在默认规则上 / JSON file with the bank's rules, laid over the defaults",
  },
  ...described(PEER_WORDS),
  ...described(TIMING_WORDS),
} satisfies ArgsDef;

export const serve = defineCommand({
  meta: {
    name: "serve",
    description:
      "启动整个系统、单独一方，或除某几方之外的全部 / Run the whole system, one party alone, or all but some",
  },
  args: OPTIONS,
  async run({ args }) {
    const typed = args as Readonly<Record<string, unknown>>;
    const text = (name: string) => (typeof typed[name] === "string" ? typed[name] : undefined);
    const texts = <Name extends string>(names: readonly Name[]) =>
      Object.fromEntries(names.map((name) => [name, text(name)])) as Record<Name, string | undefined>;
    const config = readServeConfig({
      ...texts(["port", "host", "data", "database", "profile", "party", "without", "smpp"]),
      ephemeral: args.ephemeral,
      smppPassword: text("smpp-password"),
      bankPolicy: textOf(text("bank-policy")),
      pushContact: text("push-contact"),
      peers: texts(PEER_OPTIONS),
      timing: texts(TIMING_OPTIONS),
    });
    if (!config.ok) {
      for (const fault of config.error) console.error(`kabao: ${fault}`);
      process.exit(2);
    }
    try {
      await run(config.value, args.pages);
    } catch (error) {
      console.error(`kabao: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(1);
    }
  },
});

/** What a file holds; null: it can't be read. */
function textOf(file: string | undefined): string | null | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** Runs until SIGINT or SIGTERM, then stops cleanly; a signal during the start waits for its end. */
async function run(config: ServeConfig, wantsPages: boolean): Promise<never> {
  const signalled = untilSignalled();
  const say = (line: string) => console.error(`kabao: ${line}`);
  const log = createLog(process.env["KABAO_LOG"] === "info" ? "info" : "warn");
  const demo = config.profile === "demo";
  const hub = createWireHub();
  const controls = demo ? demoControls() : undefined;
  const faces = facesOf(config);
  // Built while the parties start: neither waits for the other.
  const building = demo && wantsPages && !config.apart && faces.length > 0 ? builtPages(say) : undefined;
  building?.catch(() => {}); // told below, where the system can be stopped
  const system = await startSystem(config, {
    clock: controls?.clock ?? systemClock,
    random: systemRandom,
    log,
    ...(controls === undefined ? {} : { faults: controls.faults }),
    tap: demo ? hub : { record() {} },
    origin: `http://localhost:${config.port}`,
  });
  const stages: Awaited<ReturnType<typeof openStage>>[] = [];
  try {
    const pages = await building;
    for (const { port, parties } of faces) {
      stages.push(
        await openStage({
          host: config.host,
          port,
          system: shownOf(system, parties),
          hub,
          log,
          demo,
          ...(controls === undefined
            ? {}
            : { sandbox: controls, faultyDoors: controls.faults, theatre: controls.theatre }),
          ...(pages === undefined ? {} : { pages }),
        }),
      );
    }
    for (const door of doorsOf(config.hosted))
      say(`${door.name}: ${door.scheme}://127.0.0.1:${config.port + door.portOffset}${door.path}`);
    if (config.apart) for (const { port, parties } of faces) say(`${parties.join(", ")}: http://localhost:${port}`);
    if (config.strangers.size > 0)
      say(
        `HTTP 调用须带链路密钥 / calls over HTTP carry their link's key: Authorization: Bearer base64url(${system.dataDir}/links/*.secret)`,
      );
    if (demo)
      say("示范环境：银行、商店、银行卡和手机都是模拟的 / demo profile: bank, shop, cards and phone are simulated");
    console.log(`ready ${faces[0] === undefined ? [...config.hosted].join(",") : `http://localhost:${faces[0].port}`}`);
    await signalled;
  } finally {
    for (const stage of stages) await stage.close();
    await controls?.theatre.close();
    await system.stop();
  }
  return process.exit(0);
}

/** In the demo every line can be broken and the time can be moved; until somebody does, nothing is different. */
function demoControls() {
  const clock = movableClock();
  return { clock, faults: createFaultBoard(clock), theatre: createTheatre(systemClock) };
}

/** The part of a system that one face shows. */
function shownOf(system: System, parties: readonly string[]): System {
  const { wallet, acquirer, issuer, inbox, ...rest } = system;
  return {
    ...rest,
    ...(wallet !== undefined && parties.includes("wallet") ? { wallet } : {}),
    ...(acquirer !== undefined && parties.includes("acquirer") ? { acquirer } : {}),
    ...(issuer !== undefined && parties.includes("issuer") ? { issuer } : {}),
    ...(inbox !== undefined && parties.includes("issuer") ? { inbox } : {}),
  };
}
