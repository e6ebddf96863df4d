import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openBaseline } from "./baseline.ts";
import { seedIssuer, seedTsp } from "./cards.ts";
import { startChain } from "./chain.ts";
import { measureCodec } from "./codec.ts";
import { measureCryptograms } from "./cryptograms.ts";
import { FULL, fitted, QUICK } from "./plan.ts";
import { prove } from "./proof.ts";
import { figuresOf, machineOf, type Round, resultsFile, table } from "./report.ts";
import { issuerStep, tspStep } from "./steps.ts";
import { makeTaps } from "./taps.ts";
import { openWorld } from "./world.ts";

const USAGE = `npm run bench -- [--quick] [--json] [--write] [--port N]
  --quick  within 50 seconds
  --json   the last line is one JSON object
  --write  the results go into bench/RESULTS.md as well
  --port   first of 20 loopback ports, 19100 when absent`;

/** All of a quick run, from the start of the process to its last line. */
const QUICK_MS = 45_000;
const IN_FLIGHT = 512;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    port: { type: "string", default: "19100" },
    help: { type: "boolean", default: false },
  },
});
const port = Number(values.port);
if (values.help || !Number.isInteger(port) || port < 1024 || port > 65_000) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}

const say = (line: string) => console.error(`bench: ${line}`);
const left = () => QUICK_MS - performance.now();

const closing: (() => Promise<void>)[] = [];
async function close(): Promise<void> {
  for (const one of closing.splice(0).reverse()) await one().catch((error: unknown) => say(String(error)));
}
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    void close().then(() => process.exit(130));
  });

async function run(): Promise<boolean> {
  const asked = values.quick ? QUICK : FULL;
  say(`编解码与密文 codec and cryptograms`);
  const codec = measureCodec(asked.codec);
  const cryptograms = measureCryptograms(asked.codec);

  say(`PostgreSQL，${asked.cards} 张卡 cards，${asked.taps} 次挥卡 taps`);
  const opened = await openWorld();

  closing.push(() => opened.close());
  const [, cards, baseline] = await Promise.all([
    seedIssuer(opened, asked.cards),
    seedTsp(opened, asked.cards),
    openBaseline(opened),
  ]);
  closing.push(() => baseline.close());
  // A party's process owns the cards it serves: those of the chain's processes are not those of the steps in this one.
  const half = cards.length / 2;
  const [ofChain, ofSteps] = [cards.slice(0, half), cards.slice(half)];
  const now = Date.now();
  const chain = await startChain(opened, port, await makeTaps(ofChain, asked.taps / 2, now));
  closing.push(() => chain.stop());
  const tsp = tspStep(opened, await makeTaps(ofSteps, asked.taps / 2, now));
  const issuer = issuerStep(opened, ofSteps);
  closing.push(
    () => tsp.close(),
    () => issuer.close(),
  );

  const plan = values.quick ? fitted(asked, left()) : asked;
  say(`预热 warming up`);
  await chain.peak({ inFlight: IN_FLIGHT, warmUpMs: 0, forMs: plan.warmUpMs });
  const step = { inFlight: IN_FLIGHT / 2, ...plan.step };
  const rounds: Round[] = [];
  for (let i = 1; i <= plan.rounds; i++) {
    say(`第 ${i}/${plan.rounds} 轮 round：${baseline.name}`);
    const measured = {
      baseline: await baseline.run(plan.baselineMs),
      chain: await chain.peak({ inFlight: IN_FLIGHT, warmUpMs: 500, forMs: plan.chainMs }),
      tsp: await tsp.run(step),
      issuer: await issuer.run(step),
    };
    rounds.push(measured);
  }
  say(`半载 half load, open arrival`);
  const open = await chain.open({ perSecond: halfOf(rounds), ...plan.open });
  await chain.stop();
  const proof = await prove(opened, chain.seen, issuer.asked);

  const machine = machineOf(opened);
  const figures = figuresOf({ codec, cryptograms, rounds, open, proof, baseline: baseline.name, plan, machine });
  console.log(table(figures, proof));
  if (values.write)
    writeFileSync(new URL("./RESULTS.md", import.meta.url), resultsFile(figures, proof, process.argv.slice(2)));
  if (values.json) console.log(JSON.stringify(figures));
  return proof.holds;
}

function halfOf(rounds: readonly Round[]): number {
  return rounds.reduce((sum, round) => sum + round.chain.perSecond, 0) / rounds.length / 2;
}

run().then(
  async (holds) => {
    await close();
    process.exit(holds ? 0 : 1);
  },
  async (error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    await close();
    process.exit(1);
  },
);
