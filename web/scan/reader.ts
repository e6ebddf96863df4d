import { boxesOf, type TextMap } from "./boxes.ts";
import { readSigns, type Sign, type SignTable } from "./decode.ts";
import { expiryIn } from "./expiry.ts";
import { type NumberRead, numberIn } from "./number.ts";
import { type Levels, type Picture, planes, type TextBox } from "./picture.ts";
import { rowsOf } from "./rows.ts";

/** The two models: where text is, and what a strip of it says. */
export interface Models {
  detect(pixels: Float32Array, width: number, height: number): Promise<TextMap>;
  recognise(pixels: Float32Array, width: number, height: number): Promise<SignTable>;
  /** The signs in the recogniser's order. */
  readonly alphabet: readonly string[];
}

/** What one frame says. Lives in memory only, and no longer than the frames that it is compared with. */
export interface Reading {
  readonly number?: NumberRead;
  /** MM/YY. */
  readonly expiry?: string;
}

const LONG_SIDE = 448;
const SHORT_SIDE = 288;
const DETECTOR_LEVELS: Levels = { mean: [0.485, 0.456, 0.406], spread: [0.229, 0.224, 0.225] };
const STRIP_HEIGHT = 48;
const STRIP_LONGEST = 1024;
const STRIP_LEVELS: Levels = { mean: [0.5, 0.5, 0.5], spread: [0.5, 0.5, 0.5] };
/** A number is at least this many times as long as high; a date lies in between. */
const NUMBER_FROM = 6;
const DATE_FROM = 1.6;
const DATE_TO = 8;
/** Rows of each kind that are read in one frame: the recogniser is what takes time. */
const MOST_ROWS = 3;

interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Reads a card in a picture: number, and expiry where it stands by the number. */
export async function readCard(picture: Picture, models: Models): Promise<Reading> {
  const whole = { x: 0, y: 0, width: picture.width, height: picture.height };
  const rows = await rowsIn(picture, whole, models);
  const reading = await readRows(picture, rows, models);
  const closer = reading.number === undefined ? textPart(picture, rows) : undefined;
  return closer === undefined ? reading : readRows(picture, await rowsIn(picture, closer, models), models);
}

async function rowsIn(picture: Picture, part: Part, models: Models): Promise<TextBox[]> {
  const [columns, rows] = part.width >= part.height ? [LONG_SIDE, SHORT_SIDE] : [SHORT_SIDE, LONG_SIDE];
  const scale = Math.min(columns / part.width, rows / part.height);
  const grid = { columns, rows, from: [part.x, part.y], right: [1 / scale, 0], down: [0, 1 / scale] } as const;
  const pixels = planes(picture, grid, DETECTOR_LEVELS);
  const map = await models.detect(pixels, columns, rows);
  pixels.fill(0);
  const boxes = boxesOf(map, scale);
  return rowsOf(boxes.map((box) => ({ ...box, x: box.x + part.x, y: box.y + part.y })));
}

async function readRows(picture: Picture, rows: readonly TextBox[], models: Models): Promise<Reading> {
  const long = rows.filter(({ width, height }) => width >= NUMBER_FROM * height).sort((a, b) => b.width - a.width);
  const tries = long.slice(0, MOST_ROWS);
  // The card may be held upside down: its longest row then reads from the other end.
  for (const row of [...tries, ...tries.slice(0, 1).map(fromTheOtherEnd)]) {
    const number = numberIn(await readStrip(picture, row, models));
    if (number === undefined) continue;
    const expiry = number.kind === "card" ? await expiryBelow(picture, row, rows, models) : undefined;
    return { number, ...(expiry === undefined ? {} : { expiry }) };
  }
  return {};
}

function fromTheOtherEnd(row: TextBox): TextBox {
  return { ...row, angle: row.angle + Math.PI };
}

/** The date stands below the number, within a third of its length. */
async function expiryBelow(picture: Picture, number: TextBox, rows: readonly TextBox[], models: Models) {
  const below = ({ x, y }: TextBox) =>
    (y - number.y) * Math.cos(number.angle) - (x - number.x) * Math.sin(number.angle);
  const near = rows
    .filter((row) => row.width >= DATE_FROM * row.height && row.width <= DATE_TO * row.height)
    .filter((row) => below(row) > number.height / 2 && below(row) < number.width / 3)
    .sort((a, b) => below(a) - below(b));
  const reversed = Math.cos(number.angle - (near[0]?.angle ?? number.angle)) < 0;
  for (const row of near.slice(0, MOST_ROWS)) {
    const expiry = expiryIn(await readStrip(picture, reversed ? fromTheOtherEnd(row) : row, models));
    if (expiry !== undefined) return expiry;
  }
  return undefined;
}

async function readStrip(picture: Picture, row: TextBox, models: Models): Promise<Sign[]> {
  const cell = row.height / STRIP_HEIGHT;
  const columns = Math.max(16, Math.min(STRIP_LONGEST, Math.round(row.width / cell)));
  const step = row.width / columns;
  const [cos, sin] = [Math.cos(row.angle), Math.sin(row.angle)];
  const [w, h] = [row.width / 2, row.height / 2];
  const grid = {
    columns,
    rows: STRIP_HEIGHT,
    from: [row.x - w * cos + h * sin, row.y - w * sin - h * cos],
    right: [step * cos, step * sin],
    down: [-cell * sin, cell * cos],
  } as const;
  const pixels = planes(picture, grid, STRIP_LEVELS);
  const table = await models.recognise(pixels, columns, STRIP_HEIGHT);
  pixels.fill(0);
  return readSigns(table, models.alphabet);
}

/** Where all text of the picture is, when that is a small part of it: a card held too far away. */
function textPart(picture: Picture, rows: readonly TextBox[]): Part | undefined {
  if (rows.length === 0) return undefined;
  const reach = rows.map(({ x, y, width, height }) => ({ x, y, half: Math.max(width, height) / 2 }));
  const left = Math.min(...reach.map(({ x, half }) => x - half));
  const right = Math.max(...reach.map(({ x, half }) => x + half));
  const top = Math.min(...reach.map(({ y, half }) => y - half));
  const bottom = Math.max(...reach.map(({ y, half }) => y + half));
  const margin = 0.08 * (right - left);
  const x = Math.max(0, left - margin);
  const y = Math.max(0, top - margin);
  const width = Math.min(picture.width, right + margin) - x;
  const height = Math.min(picture.height, bottom + margin) - y;
  return width < CLOSER_BELOW * picture.width ? { x, y, width, height } : undefined;
}
const CLOSER_BELOW = 0.7;
