/** Pixels as a canvas gives them: four bytes each, red first. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** A rectangle of text that may lie askew, in the picture's pixels. Its long side runs along `angle`, in radians. */
export interface TextBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly angle: number;
  readonly score: number;
}

/** Mean and spread of a model's training pictures, in the order blue, green, red. */
export interface Levels {
  readonly mean: readonly [number, number, number];
  readonly spread: readonly [number, number, number];
}

/**
 * A part of the picture as a model wants it: three planes, blue first, brought to its levels. The part is a grid that starts
 * at `from` and goes by `right` and `down` from cell to cell. Where cells are larger than pixels, each is an average.
 */
export function planes(
  picture: Picture,
  grid: {
    readonly columns: number;
    readonly rows: number;
    readonly from: readonly [number, number];
    readonly right: readonly [number, number];
    readonly down: readonly [number, number];
  },
  { mean, spread }: Levels,
): Float32Array {
  const { columns, rows, from, right, down } = grid;
  const out = new Float32Array(3 * columns * rows);
  const plane = columns * rows;
  const { width, height, data } = picture;
  const across = samples(Math.hypot(...right));
  const along = samples(Math.hypot(...down));
  const share = 1 / (across * along);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let j = 0; j < along; j++)
        for (let i = 0; i < across; i++) {
          const u = column + (i + 0.5) / across;
          const v = row + (j + 0.5) / along;
          const x = clamp(from[0] + u * right[0] + v * down[0] - 0.5, width - 1);
          const y = clamp(from[1] + u * right[1] + v * down[1] - 0.5, height - 1);
          const left = Math.floor(x);
          const top = Math.floor(y);
          const fx = x - left;
          const fy = y - top;
          const a = (top * width + left) * 4;
          const b = left + 1 < width ? a + 4 : a;
          const below = top + 1 < height ? width * 4 : 0;
          const wa = (1 - fx) * (1 - fy);
          const wb = fx * (1 - fy);
          const wc = (1 - fx) * fy;
          const wd = fx * fy;
          const c = a + below;
          const d = b + below;
          red += data[a]! * wa + data[b]! * wb + data[c]! * wc + data[d]! * wd;
          green += data[a + 1]! * wa + data[b + 1]! * wb + data[c + 1]! * wc + data[d + 1]! * wd;
          blue += data[a + 2]! * wa + data[b + 2]! * wb + data[c + 2]! * wc + data[d + 2]! * wd;
        }
      const at = row * columns + column;
      out[at] = ((blue * share) / 255 - mean[0]) / spread[0];
      out[plane + at] = ((green * share) / 255 - mean[1]) / spread[1];
      out[2 * plane + at] = ((red * share) / 255 - mean[2]) / spread[2];
    }
  return out;
}

function samples(pixelsPerCell: number): number {
  return Math.max(1, Math.min(8, Math.round(pixelsPerCell)));
}

function clamp(value: number, last: number): number {
  return value < 0 ? 0 : value > last ? last : value;
}
