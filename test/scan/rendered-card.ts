import { IIN_RANGES, luhnDigit } from "#protocol/pan";

/** A card that nobody has, and how it is photographed. Plain data, so that a picture can be painted again from it. */
export interface RenderedCard {
  /** What is printed; the file's name. */
  readonly number: string;
  readonly grouped: string;
  readonly expiry: string;
  readonly holder: string;
  readonly bank: { readonly zh: string; readonly en: string };
  readonly art: {
    readonly kind: "plain" | "gradient" | "hills" | "rings" | "stripes" | "clouds";
    readonly from: string;
    readonly to: string;
    readonly seed: number;
  };
  readonly print: {
    readonly font: string;
    /** Height of the digits as a share of the card's. */
    readonly size: number;
    /** Middle of the row, as a share of the card's height. */
    readonly at: number;
    readonly left: number;
    /** Between digits, in their height. */
    readonly spacing: number;
    readonly look: "flat" | "embossed" | "silver" | "engraved";
    readonly ink: string;
  };
  readonly chip: boolean;
  readonly waves: boolean;
}

/** One look through the camera's frame. Angles in degrees, lengths as shares of the frame's width. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly angle: number;
  readonly tiltX: number;
  readonly tiltY: number;
  readonly scale: number;
  readonly dx: number;
  readonly dy: number;
  readonly blurPx: number;
  /** The hand moves: pixels, and whither. */
  readonly motionPx: number;
  readonly motionAngle: number;
  readonly light: number;
  readonly shade: number;
  readonly shadeAngle: number;
  readonly glare: number;
  readonly glareX: number;
  readonly glareY: number;
  readonly noise: number;
  readonly background: string;
  readonly quality: number;
  readonly seed: number;
}

interface Draw {
  below(limit: number): number;
}

const pick = <T>(random: Draw, from: readonly T[]): T => from[random.below(from.length)]!;
const between = (random: Draw, low: number, high: number) => low + (random.below(100_001) / 100_000) * (high - low);

const FONTS = [
  "strokes",
  "strokes",
  "strokes",
  "DejaVu Sans Mono",
  "DejaVu Sans",
  "DejaVu Sans Condensed",
  "Open Sans",
];
const HOLDERS = ["ZHANG WEI", "LI NA", "WANG XIAOMING", "OUYANG JING", "MAMAT ALI", "CHEN JIE"];
const BANKS = [
  { zh: "示范银行", en: "DEMO BANK" },
  { zh: "长河银行", en: "CHANGHE BANK" },
  { zh: "江南商业银行", en: "JIANGNAN COMMERCIAL BANK" },
  { zh: "云岭农村信用社", en: "YUNLING RURAL CREDIT" },
];
const DARK = ["#0f3f8f", "#15171c", "#7a1020", "#0b5a3c", "#3b1d6b", "#44506a", "#8a2b06", "#063f63"];
const BRIGHT = ["#d9b36a", "#c9ced8", "#e8e2d0", "#b7d3ea", "#f1f1f1", "#e3c3cf"];

/** Heads of other banks' cards: real, and not in our table. */
const UNLISTED_HEADS = ["621700", "622848", "622588", "621661", "622700"];

/** A whole number of a real range, its other digits drawn: nobody's that we know. */
export function inventedNumber(random: Draw, length?: number): string {
  const ranges = IIN_RANGES.filter((range) => length === undefined || range.length === length);
  const { prefix, length: long } =
    ranges.length > 0 ? pick(random, ranges) : { prefix: pick(random, UNLISTED_HEADS), length: length ?? 16 };
  let body = prefix;
  while (body.length < long - 1) body += random.below(10);
  return body + luhnDigit(body);
}

/** The same number with one digit wrong: Luhn fails, as on a toy card. */
export function spoilt(random: Draw, number: string): string {
  const at = 7 + random.below(number.length - 7);
  const digit = (Number(number[at]) + 1 + random.below(9)) % 10;
  return `${number.slice(0, at)}${digit}${number.slice(at + 1)}`;
}

function grouping(random: Draw, number: string): string {
  const bySix = number.length === 19 && random.below(3) === 0;
  if (bySix) return `${number.slice(0, 6)} ${number.slice(6)}`;
  if (random.below(12) === 0) return number;
  return number.replace(/(\d{4})(?=\d)/g, "$1 ");
}

export function drawnCard(random: Draw, number: string): RenderedCard {
  const light = random.below(4) === 0;
  const [from, to] = light ? [pick(random, BRIGHT), pick(random, BRIGHT)] : [pick(random, DARK), pick(random, DARK)];
  const look = pick(random, ["flat", "flat", "embossed", "embossed", "silver", "engraved"] as const);
  const month = 1 + random.below(12);
  return {
    number,
    grouped: grouping(random, number),
    expiry: `${month < 10 ? "0" : ""}${month}/${27 + random.below(9)}`,
    holder: pick(random, HOLDERS),
    bank: pick(random, BANKS),
    art: {
      kind: pick(random, ["plain", "gradient", "hills", "rings", "stripes", "clouds"]),
      from,
      to,
      seed: random.below(2 ** 31),
    },
    print: {
      font: pick(random, FONTS),
      size: between(random, 0.075, 0.105),
      at: between(random, 0.52, 0.66),
      left: between(random, 0.06, 0.1),
      spacing: between(random, 0.1, 0.24),
      look,
      ink: light ? pick(random, ["#1b1d22", "#3a2d12", "#102a5c"]) : pick(random, ["#ffffff", "#f4e7c0", "#dfe6ee"]),
    },
    chip: random.below(4) > 0,
    waves: random.below(2) === 0,
  };
}

/** How hard a look may be: 1 is a hand that takes some care; more is a worse light, a worse hand, a worse lens. */
export function drawnLook(random: Draw, hard = 1): Look {
  return {
    width: 896,
    height: 576,
    angle: between(random, -8, 8) * hard,
    tiltX: between(random, -0.14, 0.14) * hard,
    tiltY: between(random, -0.14, 0.14) * hard,
    scale: between(random, Math.max(0.5, 0.94 - 0.2 * hard), 0.96),
    dx: between(random, -0.02, 0.02),
    dy: between(random, -0.02, 0.02),
    blurPx: between(random, 0, 2) * hard,
    motionPx: random.below(3) === 0 ? between(random, 0, 4) * hard : 0,
    motionAngle: between(random, 0, 360),
    light: between(random, 0.65 - 0.25 * hard, 1.1 + 0.15 * hard),
    shade: between(random, 0, 0.5) * hard,
    shadeAngle: between(random, 0, 360),
    glare: random.below(3) === 0 ? Math.min(0.9, between(random, 0.15, 0.65) * hard) : 0,
    glareX: between(random, 0.1, 0.9),
    glareY: between(random, 0.1, 0.9),
    noise: between(random, 2, 22) * hard,
    background: pick(random, ["#3a3128", "#c8b89a", "#1a1a1e", "#e6e6e2", "#54616b"]),
    quality: between(random, 0.6, 0.92),
    seed: random.below(2 ** 31),
  };
}
