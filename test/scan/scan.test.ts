import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluate, numberOf } from "./evaluate.ts";
import { modelsInNode } from "./models.ts";
import { type PaintedPicture, paintedSet, TUNING_SEED } from "./painted-set.ts";
import { openStudio, type PictureStudio } from "./studio.ts";

// A few cards for every run; `npm run proof` and `npm run scan-eval` read many.

let studio: PictureStudio;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(() => studio.close());

test("cards of 16 to 19 digits are read by the models that the page uses; a card with a wrong digit is not", async () => {
  const painted: PaintedPicture[] = [];
  for await (const picture of paintedSet(studio, { cards: 4, seed: TUNING_SEED, frames: 2 })) painted.push(picture);
  const pictures = painted.map(({ name, file }) => ({ name, open: () => studio.open(file, 1600) }));
  const figures = await evaluate(pictures, await modelsInNode());
  expect(figures).toMatchObject({ frames: 8, cards: 4, cardsRight: 4, wrongAccepted: 0 });
  expect(figures.framesRight).toBeGreaterThanOrEqual(7);
}, 240_000);

test("a picture is named by its card's number, or by what is no card", () => {
  expect(numberOf("6259991000000021.png")).toBe("6259991000000021");
  expect(numberOf("6259991000000021_2.jpg")).toBe("6259991000000021");
  expect(numberOf("6259991000000022.png")).toBeUndefined();
  expect(numberOf("none-1_1.jpg")).toBeUndefined();
});
