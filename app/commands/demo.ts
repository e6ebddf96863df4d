import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ArgsDef, defineCommand } from "citty";
import type { Language } from "#contracts/common";
import type { WireRow } from "#contracts/wire";
import { systemClock } from "#platform/clock";
import { startOwnSystem } from "../demo/own-system.ts";
import { openPlayer } from "../demo/play.ts";
import { type FailureScene, playFailure, SCENE_NAMES } from "../demo/scenes.ts";
import { stoppedBy } from "../demo/stopped-by.ts";
import { playStory, type Scene, SceneFailed, type StoryResult } from "../demo/story.ts";
import { createTeller, type Teller } from "../demo/teller.ts";
import { watchHub, watchUrl } from "../demo/wire-watch.ts";
import { type SandboxWorld, startSandbox } from "../sandbox/world.ts";
import { untilSignalled } from "./signals.ts";

const OPTIONS = {
  lang: { type: "string", description: "语言，默认看 LANG / zh or en; without it as LANG says" },
  brief: { type: "boolean", description: "不显示解码后的字段 / without the decoded fields", default: false },
  json: {
    type: "boolean",
    description: "只在最后输出一行 JSON / one line of JSON instead of the story",
    default: false,
  },
  scene: {
    type: "string",
    valueHint: SCENE_NAMES.join("|"),
    description: "只演一种常见的失败和出路 / play one failure that people meet often, and its way out",
  },
  url: {
    type: "string",
    description:
      "在运行中的系统里演示，例如 http://localhost:8620 / play in a running system instead of one of its own",
  },
} satisfies ArgsDef;

export const demo = defineCommand({
  meta: {
    name: "demo",
    description: "演示一张卡的经历：绑卡、支付、退款、丢失 / Play one card's story: bind, tap, refund, loss",
  },
  args: OPTIONS,
  async run({ args }) {
    const faults: string[] = [];
    const lang = args.lang ?? languageOf(process.env);
    if (lang !== "zh" && lang !== "en") faults.push("--lang: 要 zh 或 en / wants zh or en");
    if (args.url !== undefined && !/^http:\/\/localhost:\d{1,5}\/?$/.test(args.url))
      faults.push("--url: 要 http://localhost:端口，通行密钥只认它 / wants http://localhost:port, as passkeys do");
    const scene = SCENE_NAMES.find((name) => name === args.scene);
    if (args.scene !== undefined && scene === undefined) faults.push(`--scene: 要 / wants ${SCENE_NAMES.join(", ")}`);
    if (scene !== undefined && args.url !== undefined)
      faults.push("--scene: 只在自己的沙盒里演，不要 --url / plays in a sandbox of its own, without --url");
    if (faults.length > 0) {
      for (const fault of faults) console.error(`kabao: ${fault}`);
      process.exit(2);
    }
    if (scene !== undefined) process.exit(await failure(scene, lang as Language, args.json));
    const started = systemClock.now();
    const teller = createTeller({
      language: lang as Language,
      brief: args.brief,
      colours: process.stdout.isTTY === true && !process.env["NO_COLOR"] && !args.json,
      print: args.json ? () => {} : (line) => console.log(line),
      complain: (line) => console.error(line),
    });
    const result = await play(teller, args.url?.replace(/\/$/, ""));
    if (args.json) console.log(JSON.stringify({ ...result, ms: systemClock.now() - started }));
    process.exit(Object.values(result).every((reached) => reached) ? 0 : 1);
  },
});

/** Plays one failure; the exit code says whether it came out as told. */
async function failure(scene: FailureScene, language: Language, json: boolean): Promise<number> {
  const started = systemClock.now();
  const findings: object[] = [];
  const print = (line: string) => {
    if (!json) console.log(line);
  };
  let ok = false;
  let world: SandboxWorld | undefined;
  try {
    world = await startSandbox();
    await playFailure(scene, world, {
      says: (words) => print(words[language]),
      found({ caseCode, cause, certainty, stoppedBy, actor, retry, what, remedy }) {
        findings.push({ caseCode, cause, certainty, stoppedBy, actor, retry: retry.kind });
        print(`  ${caseCode === undefined ? "" : `${caseCode}  `}${what[language]}`);
        for (const words of remedy) print(`  → ${words[language]}`);
      },
    });
    ok = true;
  } catch (error) {
    console.error(`kabao: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await world?.stop();
  }
  if (json) console.log(JSON.stringify({ scene, findings, ok, ms: systemClock.now() - started }));
  return ok ? 0 : 1;
}

/** By the usual variables, the first that is set; Chinese unless it names English. */
function languageOf(environment: NodeJS.ProcessEnv): Language {
  const locale = environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"] || "";
  return /^en/i.test(locale) ? "en" : "zh";
}

/** A signal ends the story where it is. */
class Interrupted extends Error {}

async function play(teller: Teller, url: string | undefined): Promise<StoryResult> {
  const interrupted = untilSignalled().then(() => {
    throw new Interrupted();
  });
  const folder = mkdtempSync(join(tmpdir(), "kabao-phone-"));
  const undo: (() => void | Promise<void>)[] = [() => rmSync(folder, { recursive: true, force: true })];
  /** What was reached counts also when a later scene fails. */
  let reached: StoryResult = { bound: false, approved: false, refunded: false, refusedAfterLoss: false };
  let scene: Scene | undefined;
  let rows: WireRow[] = [];
  /** The notice of a payment overtakes the till's own answer now and then: it has a scene of its own. */
  let held: WireRow[] = [];
  const onRow = (row: WireRow) => {
    rows.push(row);
    if (scene?.name === "tap" && row.title.en.startsWith("notifyPayment")) held.push(row);
    else teller.message(row);
  };

  const starting = url === undefined ? startOwnSystem() : Promise.resolve(undefined);
  // A system that is just starting must be there before it can be stopped.
  undo.push(async () => (await starting.catch(() => undefined))?.stop());

  async function tell(): Promise<void> {
    const own = await starting;
    const page = own?.url ?? url!;
    await fetch(`${page}/demo/v1/cards`).catch(() => {
      throw new Error(`${page} 没有应答：系统在运行吗？ / ${page} does not answer: is the system running?`);
    });
    const faces = { origin: page, wallet: page, acquirer: page, issuer: page };
    const player = await openPlayer(faces, {
      folder,
      name: "演示手机",
      keySource: "hce",
    });
    undo.push(() => player.phone.close());
    // In a system of others the card is theirs again afterwards.
    if (own === undefined) undo.push(() => player.wipe());
    const watch = own === undefined ? await watchUrl(page, onRow) : watchHub(own.hub, onRow);
    undo.push(() => watch.stop());
    const { statement } = await playStory(player, {
      scene(next) {
        scene = next;
        teller.scene(next);
        rows = held;
        held = [];
        for (const row of rows) teller.message(row);
      },
      after: teller.after,
      quiet: watch.quiet,
      reached(part) {
        reached = { ...reached, ...part };
      },
    });
    teller.statement(statement);
  }

  teller.opening();
  try {
    await Promise.race([tell(), interrupted]);
  } catch (error) {
    if (error instanceof SceneFailed) teller.failure(error.scene, stoppedBy(rows) ?? error.scene.asked, error.message);
    else if (!(error instanceof Interrupted)) console.error(`kabao: ${error instanceof Error ? error.message : error}`);
  } finally {
    for (const step of undo.reverse()) await step();
  }
  return reached;
}
