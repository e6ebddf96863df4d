import { luhnOk } from "#protocol/pan";
import { createAgreement } from "../../web/scan/agreement.ts";
import type { Picture } from "../../web/scan/picture.ts";
import { type Models, readCard } from "../../web/scan/reader.ts";

/** A picture and its name: the number on the card, and what tells several pictures of it apart (`6222…_2.jpg`). */
export interface NamedPicture {
  readonly name: string;
  open(): Promise<Picture>;
}

export interface ScanFigures {
  /** Pictures of cards, and those whose first look gave the number. */
  readonly frames: number;
  readonly framesRight: number;
  /** Cards, and those accepted with their own number. */
  readonly cards: number;
  readonly cardsRight: number;
  /** Any number that was accepted and is not the one in the name. */
  readonly wrongAccepted: number;
  readonly msPerFrame: number;
}

/** Looks that a thing gets where it has fewer pictures: the camera goes on looking too. */
const LEAST_LOOKS = 5;
/** How much of a picture each further look leaves away on its sides, from left to right. */
const CUTS: readonly (readonly [left: number, right: number])[] = [
  [0, 0],
  [0.03, 0.015],
  [0.01, 0.035],
  [0.025, 0.03],
  [0.035, 0],
];

/** The number in a picture's name, if it can be a card's; anything else is a thing that no number may be accepted of. */
export function numberOf(name: string): string | undefined {
  const digits = /^(\d{12,19})(?:[^\d].*)?$/.exec(name)?.[1];
  return digits !== undefined && luhnOk(digits) ? digits : undefined;
}

/** Pictures of one card, in their order; things of any other name stand alone unless they end in a count (`toy_1`, `toy_2`). */
function grouped(pictures: readonly NamedPicture[]): ReadonlyMap<string, readonly NamedPicture[]> {
  const groups = new Map<string, NamedPicture[]>();
  for (const picture of pictures) {
    const key = /^(\d{12,19})(?:[^\d].*)?$/.exec(picture.name)?.[1] ?? picture.name.replace(/_\d+\.\w+$/, "");
    groups.set(key, [...(groups.get(key) ?? []), picture]);
  }
  return groups;
}

/**
 * Reads as the camera step does: frame after frame until enough of the last three agree. Where there are fewer than five
 * pictures of a card, they are looked at again, each time cut a little otherwise, as the camera step cuts its frames.
 */
export async function evaluate(
  pictures: readonly NamedPicture[],
  models: Models,
  onWrong: (name: string, what: string) => void = () => {},
): Promise<ScanFigures> {
  const figures = { frames: 0, framesRight: 0, cards: 0, cardsRight: 0, wrongAccepted: 0 };
  let spentMs = 0;
  let looks = 0;
  for (const [name, frames] of grouped(pictures)) {
    const number = numberOf(frames[0]!.name);
    const agreement = createAgreement();
    let accepted: string | undefined;
    for (let look = 0; look < Math.max(LEAST_LOOKS, frames.length); look++) {
      const round = Math.floor(look / frames.length);
      const picture = cut(await frames[look % frames.length]!.open(), CUTS[round]!);
      const began = performance.now();
      const reading = await readCard(picture, models);
      spentMs += performance.now() - began;
      looks += 1;
      if (round === 0 && number !== undefined) {
        figures.frames += 1;
        if (reading.number?.digits === number) figures.framesRight += 1;
      }
      const agreed = agreement.hear(reading);
      if (agreed?.kind === "card") accepted ??= agreed.card.pan;
      if (accepted !== undefined && round > 0) break;
    }
    if (number !== undefined) figures.cards += 1;
    if (accepted === number) figures.cardsRight += number === undefined ? 0 : 1;
    else {
      if (accepted !== undefined) figures.wrongAccepted += 1;
      onWrong(name, accepted === undefined ? "nothing" : "another number");
    }
  }
  return { ...figures, msPerFrame: looks === 0 ? 0 : Math.round(spentMs / looks) };
}

function cut({ width, height, data }: Picture, [left, right]: readonly [number, number]): Picture {
  const from = Math.round(width * left);
  const columns = width - from - Math.round(width * right);
  const out = new Uint8ClampedArray(columns * height * 4);
  for (let y = 0; y < height; y++)
    out.set(data.subarray((y * width + from) * 4, (y * width + from + columns) * 4), y * columns * 4);
  return { width: columns, height, data: out };
}
