import { defineCommand } from "citty";
import { systemClock } from "#platform/clock";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { PEER_OPTIONS, readServeConfig, type ServeConfig } from "../config.ts";
import { builtPages } from "../faces/pages.ts";
import { openStage } from "../faces/stage.ts";
import { startSystem } from "../system.ts";
import { EDGES, PARTIES } from "../topology.ts";
import { createWireHub } from "../wire/hub.ts";

/** Ports of the faces of parties that run alone, counted from the base port. */
const FACE_OFFSET = { wallet: 1, acquirer: 2, issuer: 3, tsp: undefined, network: undefined } as const;

export const serve = defineCommand({
  meta: { name: "serve", description: "Run the whole system, one party alone, or all but some (启动系统)" },
  args: {
    port: { type: "string", description: "Base port of the page; other doors count from it", default: "8620" },
    host: { type: "string", description: "Loopback address to bind to", default: "127.0.0.1" },
    data: { type: "string", description: "Folder for data and keys", default: ".kabao" },
    ephemeral: {
      type: "boolean",
      description: "Keep everything in a temporary folder and remove it at the end",
      default: false,
    },
    database: { type: "string", description: "PostgreSQL by URL instead of the embedded one" },
    profile: { type: "string", description: "demo or production", default: "demo" },
    party: { type: "string", description: `Run only these, comma-separated: ${PARTIES.join(", ")}` },
    without: { type: "string", description: "Run all but these" },
    smpp: { type: "string", description: "The bank's SMSC: smpp://systemId@host:port" },
    "smpp-password": { type: "string", description: "File with its password" },
    ...Object.fromEntries(
      PEER_OPTIONS.map((name) => [
        name,
        { type: "string" as const, description: `Where ${name} is, when it does not run here` },
      ]),
    ),
  },
  async run({ args }) {
    const text = (name: string) => (typeof args[name] === "string" ? (args[name] as string) : undefined);
    const config = readServeConfig({
      port: text("port"),
      host: text("host"),
      data: text("data"),
      ephemeral: args["ephemeral"] === true,
      database: text("database"),
      profile: text("profile"),
      party: text("party"),
      without: text("without"),
      smpp: text("smpp"),
      smppPassword: text("smpp-password"),
      peers: Object.fromEntries(PEER_OPTIONS.map((name) => [name, text(name)])),
    });
    if (!config.ok) {
      for (const fault of config.error) console.error(`kabao: ${fault}`);
      process.exit(2);
    }
    try {
      await run(config.value);
    } catch (error) {
      console.error(`kabao: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(1);
    }
  },
});

/** Runs until SIGINT or SIGTERM, then stops cleanly. */
async function run(config: ServeConfig): Promise<void> {
  const say = (line: string) => console.error(`kabao: ${line}`);
  const log = createLog(process.env["KABAO_LOG"] === "info" ? "info" : "warn");
  const demo = config.profile === "demo";
  const hub = createWireHub();
  const whole = config.hosted.size === PARTIES.length || config.hosted.has("wallet");
  const alone = config.hosted.size === 1 ? [...config.hosted][0]! : undefined;
  const pages = demo && whole && alone === undefined ? builtPages(say) : undefined;
  const origin = `http://localhost:${config.port}`;
  const system = await startSystem(config, {
    clock: systemClock,
    random: systemRandom,
    log,
    tap: demo ? hub : { record() {} },
    origin,
  });
  const facePort =
    alone === undefined
      ? config.port
      : alone === "tsp" || alone === "network"
        ? undefined
        : config.port + FACE_OFFSET[alone];
  const stage =
    facePort === undefined
      ? undefined
      : await openStage({
          host: config.host,
          port: facePort,
          system,
          hub,
          log,
          demo,
          ...(pages === undefined ? {} : { pages }),
        });

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void Promise.resolve(stage?.close())
      .then(() => system.stop())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error("stop.failed", { error });
          process.exit(1);
        },
      );
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  for (const [name, edge] of Object.entries(EDGES)) {
    if (alone !== undefined && edge.to === alone)
      say(`${name}: listening on 127.0.0.1:${config.port + edge.portOffset}`);
  }
  if (demo) say("demo profile: 示范银行, shop, cards and phone are simulated");
  console.log(facePort === undefined ? `ready ${alone}` : `ready http://localhost:${facePort}`);
  await new Promise(() => {});
}
