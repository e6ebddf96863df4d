import { seededRandom } from "#platform/random";
import { drawnCard, drawnLook, inventedNumber, spoilt } from "./rendered-card.ts";
import type { PictureStudio } from "./studio.ts";

/** Seeds: the reader's thresholds were chosen with the first; figures are told of the second, which nothing was chosen by. */
export const TUNING_SEED = 1;
export const HELD_OUT_SEED = 7_110_421;

const LENGTHS = [16, 17, 18, 19] as const;
const FRAMES = 3;
/** One thing that is no card for every so many cards. */
const CARDS_A_STRANGER = 4;

export interface PaintedPicture {
  readonly name: string;
  readonly file: Uint8Array;
}

/** Cards of every length in turn, three frames of each, and among them cards with a wrong digit and cards of no bank. */
export async function* paintedSet(
  studio: PictureStudio,
  { cards, seed, frames = FRAMES }: { cards: number; seed: number; frames?: number },
): AsyncGenerator<PaintedPicture> {
  const random = seededRandom(seed);
  const things: { name: string; number: string }[] = [];
  for (let i = 0; i < cards; i++) {
    const number = inventedNumber(random, LENGTHS[i % LENGTHS.length]);
    things.push({ name: number, number });
    if (i % CARDS_A_STRANGER !== 0) continue;
    const stranger = (i / CARDS_A_STRANGER) % 2 === 0 ? spoilt(random, number) : ofNoBank(random);
    things.push({ name: `none-${i / CARDS_A_STRANGER}`, number: stranger });
  }
  for (const { name, number } of things) {
    const card = drawnCard(random, number);
    // From a hand that takes care to one in bad light that does not hold still.
    const hard = 0.6 + random.below(11) / 10;
    for (let frame = 1; frame <= frames; frame++) {
      const file = await studio.paint(card, drawnLook(random, hard), "image/jpeg");
      yield { name: `${name}_${frame}.jpg`, file };
    }
  }
}

/** As on transit and member cards: digits enough, but no network has such a head. */
function ofNoBank(random: { below(limit: number): number }): string {
  let number = ["3104", "0098", "7701", "9001"][random.below(4)]!;
  while (number.length < 16 + random.below(4)) number += random.below(10);
  return number;
}
