import { execFileSync } from "node:child_process";
import { cpus, release, totalmem, type } from "node:os";
import type { BaselineFigures } from "./baseline.ts";
import type { ChainFigures } from "./chain.ts";
import type { CodecFigures } from "./codec.ts";
import type { CryptogramFigures } from "./cryptograms.ts";
import { median } from "./median.ts";
import type { Plan } from "./plan.ts";
import type { Proof } from "./proof.ts";
import type { StepFigures } from "./steps.ts";
import type { World } from "./world.ts";

/** What was measured one after the other, so that a machine that slows down slows all of it. */
export interface Round {
  readonly baseline: BaselineFigures;
  readonly chain: ChainFigures;
  readonly tsp: StepFigures;
  readonly issuer: StepFigures;
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  /** Settings that make a commit durable, as the server reports them. */
  readonly durability: string;
  readonly commit: string;
  readonly date: string;
}

export interface Figures {
  /** npm `iso_8583` over ours, pack and unpack of one message. */
  readonly codecRatio: number;
  readonly codecMicros: number;
  readonly npmCodecMicros: number;
  readonly cryptogramsPerSecond: number;
  readonly baseline: string;
  readonly baselinePerSecond: number;
  /** The lesser of both parties' steps over the baseline of the same round. */
  readonly stepRatio: number;
  readonly tspStepRatio: number;
  readonly issuerStepRatio: number;
  readonly tspStepPerSecond: number;
  readonly issuerStepPerSecond: number;
  /** The whole chain at its peak over the baseline of the same round. */
  readonly chainRatio: number;
  readonly chainPerSecond: number;
  readonly chainPeakP50Ms: number;
  readonly chainPeakP99Ms: number;
  /** At half the peak, payments arriving as they please. */
  readonly chainHalfPerSecond: number;
  readonly chainP50Ms: number;
  readonly chainP99Ms: number;
  readonly walBytesPerPayment: number;
  /** CPU µs a payment at the peak, by process. */
  readonly cpuMicrosPerPayment: Readonly<Record<string, number>>;
  readonly baselineCpuMicros: number;
  readonly cards: number;
  readonly rounds: number;
  readonly proofHolds: boolean;
  readonly machine: Machine;
}

export function machineOf(world: World): Machine {
  const all = cpus();
  const { server_version: version, ...durability } = world.settings;
  return {
    cpu: all[0]?.model.trim() ?? "unknown",
    cores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    postgres: version ?? "unknown",
    durability: Object.entries(durability)
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join(" "),
    commit: commitOf(),
    date: new Date().toISOString().slice(0, 10),
  };
}

/** An archive without history has none. */
function commitOf(): string {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      cwd: new URL("..", import.meta.url),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}

export function figuresOf(run: {
  readonly codec: CodecFigures;
  readonly cryptograms: CryptogramFigures;
  readonly rounds: readonly Round[];
  readonly open: ChainFigures;
  readonly proof: Proof;
  readonly baseline: string;
  readonly plan: Plan;
  readonly machine: Machine;
}): Figures {
  const { rounds } = run;
  const over = (pick: (round: Round) => number) => median(rounds.map(pick));
  const ratio = (pick: (round: Round) => number) => over((round) => pick(round) / round.baseline.perSecond);
  const tspStepRatio = ratio((round) => round.tsp.perSecond);
  const issuerStepRatio = ratio((round) => round.issuer.perSecond);
  const processes = Object.keys(rounds[0]?.chain.cpuMicros ?? {});
  return {
    codecRatio: rounded(run.codec.ratio),
    codecMicros: rounded(run.codec.oursMicros),
    npmCodecMicros: rounded(run.codec.npmMicros),
    cryptogramsPerSecond: Math.round(run.cryptograms.perSecond),
    baseline: run.baseline,
    baselinePerSecond: Math.round(over((round) => round.baseline.perSecond)),
    stepRatio: rounded(Math.min(tspStepRatio, issuerStepRatio)),
    tspStepRatio: rounded(tspStepRatio),
    issuerStepRatio: rounded(issuerStepRatio),
    tspStepPerSecond: Math.round(over((round) => round.tsp.perSecond)),
    issuerStepPerSecond: Math.round(over((round) => round.issuer.perSecond)),
    chainRatio: rounded(ratio((round) => round.chain.perSecond)),
    chainPerSecond: Math.round(over((round) => round.chain.perSecond)),
    chainPeakP50Ms: rounded(over((round) => round.chain.p50Ms)),
    chainPeakP99Ms: rounded(over((round) => round.chain.p99Ms)),
    chainHalfPerSecond: Math.round(run.open.perSecond),
    chainP50Ms: rounded(run.open.p50Ms),
    chainP99Ms: rounded(run.open.p99Ms),
    walBytesPerPayment: Math.round(over((round) => round.chain.walBytesPerPayment)),
    cpuMicrosPerPayment: Object.fromEntries(
      processes.map((name) => [name, Math.round(over((round) => round.chain.cpuMicros[name] ?? Number.NaN))]),
    ),
    baselineCpuMicros: Math.round(
      over(({ baseline: { cpuMicros } }) => (cpuMicros.client ?? Number.NaN) + (cpuMicros.postgres ?? Number.NaN)),
    ),
    cards: run.plan.cards,
    rounds: rounds.length,
    proofHolds: run.proof.holds,
    machine: run.machine,
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(value >= 100 ? 4 : 3));
}

type Line = readonly [what: string, figure: string, beside: string];

function lines(f: Figures): readonly Line[] {
  const cpu = Object.entries(f.cpuMicrosPerPayment);
  const sum = cpu.reduce((total, [, micros]) => total + micros, 0);
  return [
    ["编解码 Codec, pack + unpack", `${f.codecMicros} µs`, `npm iso_8583 ${f.npmCodecMicros} µs: ${f.codecRatio}×`],
    ["密文验证 Cryptogram checks, one core", `${f.cryptogramsPerSecond}/s`, ""],
    ["基准 Baseline", `${f.baselinePerSecond}/s`, `${f.baseline}; CPU ${f.baselineCpuMicros} µs`],
    ["TSP 一步 TSP step, durable", `${f.tspStepPerSecond}/s`, `${f.tspStepRatio}×`],
    ["发卡行一步 Issuer step, durable", `${f.issuerStepPerSecond}/s`, `${f.issuerStepRatio}×`],
    [
      "全链路 Whole chain, peak",
      `${f.chainPerSecond}/s`,
      `${f.chainRatio}×; p50 ${f.chainPeakP50Ms} ms, p99 ${f.chainPeakP99Ms} ms`,
    ],
    ["半载 At half of it, open arrival", `${f.chainHalfPerSecond}/s`, `p50 ${f.chainP50Ms} ms, p99 ${f.chainP99Ms} ms`],
    ["预写日志 WAL", `${f.walBytesPerPayment} B`, "a payment"],
    ["CPU", `${sum} µs`, `a payment: ${cpu.map(([name, micros]) => `${name} ${micros}`).join(", ")}`],
  ];
}

export function table(figures: Figures, proof: Proof): string {
  const rows = lines(figures).map(
    ([what, figure, beside]) => `${what}: ${figure}${beside === "" ? "" : ` (${beside})`}`,
  );
  const claims = proof.claims.map(({ claim, holds, found }) => `${holds ? "ok  " : "FAIL"} ${claim}: ${found}`);
  return [...rows, ...claims].join("\n");
}

export function resultsFile(figures: Figures, proof: Proof, options: readonly string[]): string {
  const { machine } = figures;
  const command = `npm run bench${options.length === 0 ? "" : ` -- ${options.join(" ")}`}`;
  return `# 结果 Results

\`${command}\`, ${machine.date}, commit ${machine.commit}.

${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}, Node ${machine.node}, embedded PostgreSQL ${machine.postgres} (${machine.durability}).
${figures.cards} tokens and accounts; medians of ${figures.rounds} rounds, each of them baseline, chain, TSP, issuer one after the other.

| | | |
|---|---|---|
${lines(figures)
  .map((row) => `| ${row.join(" | ")} |`)
  .join("\n")}

Afterwards, from the parties' own books:

${proof.claims.map(({ claim, holds, found }) => `- ${holds ? "ok" : "**not so**"}: ${claim} (${found})`).join("\n")}

${NOTES}`;
}

const NOTES = `## What is measured

- **Codec**: the purchase of the chain with its chip data as text, written and read by both codecs, which write the same bytes.
- **Cryptogram checks**: card key from the master key, session key, MAC, comparison; 5,000 cards, none of them remembered.
- **Baseline**: on the same server as the parties, over TCP with a password, scale 10, in the same rounds.
- **A step**: one party alone, by its own door and in this process, 256 payments in flight: frames in, decided, durable, frames
  out. The TSP checks every cryptogram and spends every ATC; the issuer posts every payment and writes its notice.
- **The chain**: acquirer, network, TSP and issuer in a process each, joined by framed TCP with a handshake, all on one server.
  The terminals are in the acquirer's process with the load, 512 payments in flight. Each payment: kept by the acquirer (a
  commit), network, TSP (a commit), issuer (a commit), back, outcome kept by the acquirer (a commit), journal behind it.
- **Half load**: payments arrive as a Poisson process at half the peak; time counts from the moment a payment was due.
- **CPU and WAL** are counted over all payments of a peak, warm-up included, and divided by them. CPU is what the system charges each
  process, the collector's and the compiler's threads included.

Not in it: the taps. Each was made before by the real kernel and the real applet of a secure element, so that devices do not eat the cores
of the parties; nor the delivery of the notices, which lie durable in the issuer's outbox.
`;
