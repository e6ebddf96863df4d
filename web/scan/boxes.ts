import type { TextBox } from "./picture.ts";

/** Where the detector sees text: a probability a pixel. */
export interface TextMap {
  readonly width: number;
  readonly height: number;
  readonly probability: Float32Array;
}

const TEXT_FROM = 0.3;
const BOX_FROM = 0.5;
const LEAST_PIXELS = 16;
/** The detector marks the core of a row: boxes grow by their area over their edge, times this (differentiable binarisation). */
const GROW = 1.6;

type Point = readonly [x: number, y: number];

/**
 * The boxes of a text map, each around one connected patch. `scale` is map pixels per picture pixel.
 * Source: Liao et al., "Real-time scene text detection with differentiable binarization", post-processing.
 */
export function boxesOf({ width, height, probability }: TextMap, scale: number): TextBox[] {
  const seen = new Uint8Array(width * height);
  const boxes: TextBox[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1 || probability[start]! < TEXT_FROM) continue;
    const patch = patchAt(start);
    if (patch.length < LEAST_PIXELS) continue;
    const score = patch.reduce((sum, at) => sum + probability[at]!, 0) / patch.length;
    if (score >= BOX_FROM) boxes.push(boxAround(patch, score));
  }
  return boxes;

  function patchAt(start: number): number[] {
    const patch = [start];
    seen[start] = 1;
    for (let i = 0; i < patch.length; i++) {
      const at = patch[i]!;
      const x = at % width;
      const next = [x > 0 ? at - 1 : -1, x < width - 1 ? at + 1 : -1, at - width, at + width];
      for (const beside of next)
        if (beside >= 0 && beside < seen.length && seen[beside] === 0 && probability[beside]! >= TEXT_FROM) {
          seen[beside] = 1;
          patch.push(beside);
        }
    }
    return patch;
  }

  function boxAround(patch: readonly number[], score: number): TextBox {
    const rect = smallestRect(hullOf(outline(patch, width)));
    const grown = (rect.width * rect.height * GROW) / (2 * (rect.width + rect.height));
    return {
      x: rect.x / scale,
      y: rect.y / scale,
      width: (rect.width + 2 * grown) / scale,
      height: (rect.height + 2 * grown) / scale,
      angle: rect.angle,
      score,
    };
  }
}

/** The corners of each row's first and last pixel: all that a hull needs. */
function outline(patch: readonly number[], width: number): Point[] {
  const ends = new Map<number, [number, number]>();
  for (const at of patch) {
    const x = at % width;
    const y = (at - x) / width;
    const row = ends.get(y);
    if (row === undefined) ends.set(y, [x, x]);
    else if (x < row[0]) row[0] = x;
    else if (x > row[1]) row[1] = x;
  }
  return [...ends].flatMap(([y, [first, last]]): Point[] => [
    [first, y],
    [last + 1, y],
    [first, y + 1],
    [last + 1, y + 1],
  ]);
}

/** Andrew's monotone chain. */
function hullOf(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (ordered: readonly Point[]) => {
    const chain: Point[] = [];
    for (const point of ordered) {
      while (chain.length > 1 && cross(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop();
      chain.push(point);
    }
    chain.pop();
    return chain;
  };
  return [...half(sorted), ...half([...sorted].reverse())];
}

function cross(o: Point, a: Point, b: Point): number {
  return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
}

/** One side of the smallest rectangle lies on the hull. Its long side gives the angle, from -90 to 90 degrees. */
function smallestRect(hull: readonly Point[]): Omit<TextBox, "score"> {
  let best: Omit<TextBox, "score"> | undefined;
  hull.forEach((point, i) => {
    const next = hull[(i + 1) % hull.length]!;
    const side = Math.atan2(next[1] - point[1], next[0] - point[0]);
    const found = rectAlong(hull, side);
    if (best === undefined || found.width * found.height < best.width * best.height) best = found;
  });
  const { x, y, width, height, angle } = best!;
  const long = width >= height ? angle : angle + Math.PI / 2;
  return {
    x,
    y,
    width: Math.max(width, height),
    height: Math.min(width, height),
    angle: long - Math.PI * Math.round(long / Math.PI),
  };
}

function rectAlong(hull: readonly Point[], angle: number): Omit<TextBox, "score"> {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const along = hull.map(([x, y]) => x * cos + y * sin);
  const up = hull.map(([x, y]) => y * cos - x * sin);
  const [left, right, top, bottom] = [Math.min(...along), Math.max(...along), Math.min(...up), Math.max(...up)];
  const [u, v] = [(left + right) / 2, (top + bottom) / 2];
  return { x: u * cos - v * sin, y: u * sin + v * cos, width: right - left, height: bottom - top, angle };
}
