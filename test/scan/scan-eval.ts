import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { evaluate } from "./evaluate.ts";
import { modelsInNode } from "./models.ts";
import { HELD_OUT_SEED, paintedSet } from "./painted-set.ts";
import { openStudio } from "./studio.ts";

/*
 * npm run scan-eval -- DIR [--json] [--paint N --seed S]
 *
 * Runs the wallet's card reader over a folder of pictures (PNG, JPEG, WebP) named by the number on the card: 6222….png, or
 * 6222…_1.jpg, 6222…_2.jpg for several pictures of one. A number counts as accepted when two of the last three frames agree
 * on it (three of the last five where the table of ranges does not know its length). A card of fewer than five pictures is
 * looked at up to five times in all, each further time cut a little otherwise. Of a picture whose name is no card's number nothing may be accepted.
 *
 *   --json      one line for programs
 *   --paint N   first paints N cards, and things that are none, into DIR
 *   --seed S    of the painting (the held-out set)
 */

const WIDEST = 1600;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    paint: { type: "string" },
    seed: { type: "string", default: `${HELD_OUT_SEED}` },
  },
});
const [folder] = positionals;
if (folder === undefined || positionals.length > 1) fail("wants one folder: npm run scan-eval -- DIR [--json]");

const studio = await openStudio().catch((error: Error) => fail(`no browser to open pictures with: ${error.message}`));
try {
  if (values.paint !== undefined) {
    mkdirSync(folder, { recursive: true });
    const pictures = paintedSet(studio, {
      cards: wholeNumber("paint", values.paint),
      seed: wholeNumber("seed", values.seed),
    });
    for await (const { name, file } of pictures) writeFileSync(join(folder, name), file);
  }
  const names = picturesIn(folder);
  if (names.length === 0) fail(`${folder} has no pictures (.png, .jpg, .jpeg, .webp)`);
  const models = await modelsInNode();
  const pictures = names.map((name) => ({
    name,
    open: () =>
      studio.open(readFileSync(join(folder, name)), WIDEST).catch(() => fail(`${join(folder, name)} is no picture`)),
  }));
  const figures = await evaluate(pictures, models, (name, what) => {
    if (!values.json) console.log(`${name}: ${what} accepted`);
  });
  if (values.json) console.log(JSON.stringify(figures));
  else
    console.log(
      `${figures.framesRight} of ${figures.frames} frames right, ${figures.cardsRight} of ${figures.cards} cards right, ${figures.wrongAccepted} wrong numbers accepted, ${figures.msPerFrame} ms a frame`,
    );
} finally {
  await studio.close();
}
// The models' runtime keeps a handle open.
process.exit(0);

function picturesIn(path: string): string[] {
  try {
    return readdirSync(path)
      .filter((name) => /\.(png|jpe?g|webp)$/i.test(name))
      .sort(new Intl.Collator("en", { numeric: true }).compare);
  } catch {
    return fail(`${path} cannot be read`);
  }
}

function wholeNumber(name: string, text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : fail(`--${name} wants a whole number`);
}

function fail(what: string): never {
  console.error(`scan-eval: ${what}`);
  process.exit(1);
}
