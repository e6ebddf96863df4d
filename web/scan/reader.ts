import { boxesOf, type TextMap } from "./boxes.ts";
import { readSigns, type SignTable } from "./decode.ts";
import { type Levels, type Picture, planes, type TextBox } from "./picture.ts";
import { rowsOf } from "./rows.ts";

/** The two models: where text is, and what a strip of it says. */
export interface Models {
  detect(pixels: Float32Array, width: number, height: number): Promise<TextMap>;
  recognise(pixels: Float32Array, width: number, height: number): Promise<SignTable>;
  readonly alphabet: readonly string[];
}

export const DETECTOR = { width: 448, height: 288 } as const;
const DETECTOR_LEVELS: Levels = { mean: [0.485, 0.456, 0.406], spread: [0.229, 0.224, 0.225] };
const STRIP_HEIGHT = 48;
const STRIP_LEVELS: Levels = { mean: [0.5, 0.5, 0.5], spread: [0.5, 0.5, 0.5] };

export async function textsOf(picture: Picture, models: Models) {
  const scale = Math.min(DETECTOR.width / picture.width, DETECTOR.height / picture.height);
  const pixels = planes(
    picture,
    { columns: DETECTOR.width, rows: DETECTOR.height, from: [0, 0], right: [1 / scale, 0], down: [0, 1 / scale] },
    DETECTOR_LEVELS,
  );
  const map = await models.detect(pixels, DETECTOR.width, DETECTOR.height);
  const rows = rowsOf(boxesOf(map, scale));
  const out = [];
  for (const row of rows) out.push({ row, signs: await strip(picture, row, models) });
  return out;
}

export async function strip(picture: Picture, row: TextBox, models: Models) {
  const cell = row.height / STRIP_HEIGHT;
  const columns = Math.max(16, Math.min(1280, Math.round(row.width / cell)));
  const [cos, sin] = [Math.cos(row.angle), Math.sin(row.angle)];
  const [w, h] = [row.width / 2, row.height / 2];
  const pixels = planes(
    picture,
    {
      columns,
      rows: STRIP_HEIGHT,
      from: [row.x - w * cos + h * sin, row.y - w * sin - h * cos],
      right: [cell * cos, cell * sin],
      down: [-cell * sin, cell * cos],
    },
    STRIP_LEVELS,
  );
  return readSigns(await models.recognise(pixels, columns, STRIP_HEIGHT), models.alphabet);
}
