import { type ArgsDef, defineCommand } from "citty";
import { systemClock } from "#platform/clock";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { PEER_OPTIONS, readServeConfig, type ServeConfig, TIMING_OPTIONS } from "../config.ts";
import { builtPages } from "../faces/pages.ts";
import { openStage } from "../faces/stage.ts";
import { type System, startSystem } from "../system.ts";
import { doorsOf, facesOf, PARTIES } from "../topology.ts";
import { createWireHub } from "../wire/hub.ts";
import { unknownOptions } from "./unknown-options.ts";

const OPTIONS = {
  port: { type: "string", description: "Base port of the page; other doors count from it", default: "8620" },
  host: { type: "string", description: "Loopback address to bind to", default: "127.0.0.1" },
  data: { type: "string", description: "Folder for data and keys", default: ".kabao" },
  ephemeral: {
    type: "boolean",
    description: "Keep everything in a temporary folder and remove it at the end",
    default: false,
  },
  pages: { type: "boolean", description: "Serve the pages", negativeDescription: "Only the APIs", default: true },
  database: { type: "string", description: "PostgreSQL by URL instead of the embedded one" },
  profile: { type: "string", description: "demo or production", default: "demo" },
  party: {
    type: "string",
    description: `Run only these, comma-separated; the others are processes of Kabao on the same --data: ${PARTIES.join(", ")}`,
  },
  without: { type: "string", description: "Run all but these: programs of your own take their place" },
  smpp: { type: "string", description: "The bank's SMSC: smpp://systemId@host:port" },
  "smpp-password": { type: "string", description: "File with its password" },
  ...Object.fromEntries(
    PEER_OPTIONS.map((name) => [
      name,
      { type: "string" as const, description: `Where ${name} is, when it does not run here` },
    ]),
  ),
  ...Object.fromEntries(
    TIMING_OPTIONS.map((name) => [
      name,
      { type: "string" as const, description: "Milliseconds instead of the default" },
    ]),
  ),
} satisfies ArgsDef;

export const serve = defineCommand({
  meta: { name: "serve", description: "Run the whole system, one party alone, or all but some (启动系统)" },
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
      peers: texts(PEER_OPTIONS),
      timing: texts(TIMING_OPTIONS),
    });
    const faults = [...unknownOptions(typed, OPTIONS), ...(config.ok ? [] : config.error)];
    if (faults.length > 0 || !config.ok) {
      for (const fault of faults) console.error(`kabao: ${fault}`);
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

/** Runs until SIGINT or SIGTERM, then stops cleanly; a signal during the start waits for its end. */
async function run(config: ServeConfig, wantsPages: boolean): Promise<never> {
  const signalled = new Promise<void>((resolve) => {
    process.on("SIGINT", resolve);
    process.on("SIGTERM", resolve);
  });
  const say = (line: string) => console.error(`kabao: ${line}`);
  const log = createLog(process.env["KABAO_LOG"] === "info" ? "info" : "warn");
  const demo = config.profile === "demo";
  const hub = createWireHub();
  const faces = facesOf(config);
  const pages = demo && wantsPages && !config.apart && faces.length > 0 ? builtPages(say) : undefined;
  const system = await startSystem(config, {
    clock: systemClock,
    random: systemRandom,
    log,
    tap: demo ? hub : { record() {} },
    origin: `http://localhost:${config.port}`,
  });
  const stages: Awaited<ReturnType<typeof openStage>>[] = [];
  try {
    for (const { port, parties } of faces) {
      stages.push(
        await openStage({
          host: config.host,
          port,
          system: shownOf(system, parties),
          hub,
          log,
          demo,
          ...(pages === undefined ? {} : { pages }),
        }),
      );
    }
    for (const door of doorsOf(config.hosted))
      say(`${door.name}: ${door.scheme}://127.0.0.1:${config.port + door.portOffset}${door.path}`);
    if (config.apart) for (const { port, parties } of faces) say(`${parties.join(", ")}: http://localhost:${port}`);
    if (config.strangers.size > 0)
      say(`calls over HTTP carry the key of their link, base64url of ${system.dataDir}/links/*.secret`);
    if (demo) say("demo profile: 示范银行, shop, cards and phone are simulated");
    console.log(`ready ${faces[0] === undefined ? [...config.hosted].join(",") : `http://localhost:${faces[0].port}`}`);
    await signalled;
  } finally {
    for (const stage of stages) await stage.close();
    await system.stop();
  }
  return process.exit(0);
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
