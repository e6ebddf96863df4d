import { allEnded } from "./laws.ts";
import { NO_FAULTS } from "./wire.ts";
import { PARTIES, type Tables, type WireName, type World } from "./world.ts";

const SPAN_MS = 180_000;
/** How long a payment is on its way over honest wires, about. */
const MIDWAY_MS = 300;
const STEP_MS = 30_000;
/** Time-outs, repeats and their repeats, several times over. */
const HEAL_STEPS = 60;

/**
 * One run: payments, refunds and voids over some minutes, while wires misbehave and are cut and parties die and come
 * back, all drawn from the world's own randomness. Then everything heals, and time goes on until all has ended.
 */
export async function simulate(tables: Tables, world: World): Promise<void> {
  const { clock, random, wires } = world;
  const names = Object.keys(wires) as WireName[];
  for (const name of names) {
    // A wire may be honest: what goes wrong on one must not hide what goes wrong on another.
    const bad = random.below(3);
    wires[name].faults = {
      lose: bad * random.below(40),
      double: bad * random.below(150),
      late: bad * random.below(120),
      lateMs: [2000, 15_000, 60_000][random.below(3)]!,
    };
  }
  const at = (work: () => void, ms = 1 + random.below(SPAN_MS)) => clock.after(ms, work);
  /** Sales of which a till may give something back. */
  const sold: { readonly id: string; readonly minor: bigint }[] = [];

  const moments = Array.from({ length: 8 + random.below(12) }, () => 1 + random.below(SPAN_MS));
  /** Mishaps come while something is under way: at another time they hurt nobody. */
  const midway = () => moments[random.below(moments.length)]! + random.below(MIDWAY_MS);
  for (const moment of moments) {
    at(() => {
      const token = tables.tokens[random.below(tables.tokens.length)]!;
      const minor = BigInt([random.below(900), 3_000, 250_000, 900_000][random.below(4)]! + 1);
      void world.tap(token, minor).then((view) => {
        if (view?.state === "approved") sold.push({ id: view.saleId, minor });
      });
    }, moment);
  }
  for (let i = random.below(3); i > 0; i--) at(() => void world.replay());
  for (let i = random.below(6); i > 0; i--) {
    at(() => {
      const sale = sold[random.below(Math.max(1, sold.length))];
      if (sale === undefined) return;
      const kind = random.below(2) === 0 ? "void" : "refund";
      void world.giveBack(kind, sale.id, 1n + BigInt(random.below(Number(sale.minor))));
    });
  }
  for (let i = random.below(4); i > 0; i--) {
    const wire = wires[names[random.below(names.length)]!];
    const cutFor = 1 + random.below(40_000);
    at(() => {
      wire.cut();
      clock.after(cutFor, () => wire.mend());
    }, midway());
  }
  for (let i = random.below(5); i > 0; i--) {
    const party = PARTIES[random.below(PARTIES.length)]!;
    const deadFor = 1 + random.below(30_000);
    at(() => {
      world.kill(party);
      clock.after(deadFor, () => world.restart(party));
    }, midway());
  }
  await world.run(SPAN_MS + 45_000);

  for (const name of names) {
    wires[name].faults = NO_FAULTS;
    wires[name].mend();
  }
  for (const party of PARTIES) world.restart(party);
  for (let step = 0; step < HEAL_STEPS && !(await allEnded(tables)); step++) await world.run(STEP_MS);
}
