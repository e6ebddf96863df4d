import { type ArgsDef, defineCommand } from "citty";
import { builtPages } from "../faces/pages.ts";
import { allScenarios, findScenario } from "../sandbox/library.ts";
import { confusionMatrix } from "../sandbox/matrix.ts";
import { playAll } from "../sandbox/play.ts";
import type { Outcome } from "../sandbox/run.ts";
import type { Scenario } from "../sandbox/scenario.ts";
import { startSandbox } from "../sandbox/world.ts";
import { untilSignalled } from "./signals.ts";

const OPTIONS = {
  action: { type: "positional", description: "list | run | matrix | serve", required: true },
  scenario: { type: "positional", description: "场景的编号或文件 / a scenario's id or file", required: false },
  all: { type: "boolean", description: "全部场景 / every scenario", default: false },
  json: { type: "boolean", description: "只输出 JSON / JSON only", default: false },
  port: { type: "string", description: "serve 的端口 / port of serve", default: "8620" },
} satisfies ArgsDef;

export const sandbox = defineCommand({
  meta: { name: "sandbox", description: "按需演出任何情况 / play any situation on demand" },
  args: OPTIONS,
  async run({ args }) {
    switch (args.action) {
      case "list":
        return list(args.json);
      case "run":
        return process.exit(
          await run(chosen(args.all, args.scenario), args.all || args.scenario === undefined, args.json),
        );
      case "matrix":
        return process.exit(await matrix());
      case "serve":
        return serve(Number(args.port));
      default:
        console.error("kabao: sandbox list | run | matrix | serve");
        return process.exit(2);
    }
  },
});

function chosen(all: boolean, named: string | undefined): readonly Scenario[] {
  if (all || named === undefined) return allScenarios();
  try {
    const one = findScenario(named);
    if (one !== undefined) return [one];
    console.error(`kabao: 没有这个场景 / no such scenario: kabao sandbox list`);
  } catch (error) {
    console.error(`kabao: ${error instanceof Error ? error.message : String(error)}`);
  }
  return process.exit(2);
}

function list(json: boolean): void {
  const rows = allScenarios().map(({ id, title, about, neighbourOf, expect }) => ({
    id,
    title,
    about,
    cause: expect.cause,
    ...(neighbourOf === undefined ? {} : { neighbourOf }),
  }));
  if (json) console.log(JSON.stringify({ scenarios: rows }));
  else
    for (const { id, title, cause } of rows) console.log(`${id.padEnd(34)} ${cause ?? "-"}  ${title.zh} / ${title.en}`);
}

/** Exit code 1 when something was found that is not there. */
async function run(scenarios: readonly Scenario[], many: boolean, json: boolean): Promise<number> {
  const outcomes = await playAll(scenarios, (outcome) => {
    if (json) return;
    const { right, id, found, certainty, ms, broke } = outcome;
    console.log(
      `${right ? "✓" : "✗"} ${id}: ${found} (${certainty}, ${ms} ms)${broke === undefined ? "" : ` ${broke}`}`,
    );
    for (const party of outcome.misledWithout) console.log(`  ! without ${party}: another cause`);
  });
  const right = outcomes.filter((outcome) => outcome.right && outcome.misledWithout.length === 0).length;
  const [only] = outcomes;
  if (!many && only !== undefined) {
    console.log(json ? JSON.stringify(only.finding ?? { broke: only.broke }) : words(only));
    return right === 1 ? 0 : 1;
  }
  const summary = {
    scenarios: outcomes.length,
    right,
    confidentErrors: outcomes.filter((one) => one.confidentError || one.misledWithout.length > 0).length,
    unclear: outcomes.filter((one) => one.certainty === "unclear").length,
  };
  console.log(JSON.stringify(summary));
  return right === outcomes.length ? 0 : 1;
}

function words({ finding }: Outcome): string {
  if (finding === undefined) return "";
  const lines = [finding.what, ...finding.remedy].map(({ zh, en }) => `  ${zh} ${en}`);
  return [`stopped by ${finding.stoppedBy}, ${finding.actor} acts, retry ${finding.retry.kind}`, ...lines].join("\n");
}

async function matrix(): Promise<number> {
  const outcomes = await playAll(allScenarios());
  console.log(confusionMatrix(outcomes));
  return outcomes.some(({ confidentError }) => confidentError) ? 1 : 0;
}

async function serve(port: number): Promise<never> {
  const say = (line: string) => console.error(`kabao: ${line}`);
  const signalled = untilSignalled();
  const world = await startSandbox({ port, pages: await builtPages(say) });
  say(
    "沙盒：可以弄坏任何连线，可以拨动时间 / sandbox: any line can be broken, time can be moved: POST /sandbox/v1/addFault",
  );
  console.log(`ready ${world.url}`);
  await signalled;
  await world.stop();
  return process.exit(0);
}
