import { expect, test } from "vitest";
import { boxesOf } from "./boxes.ts";
import type { TextBox } from "./picture.ts";
import { rowsOf } from "./rows.ts";

const [WIDTH, HEIGHT] = [448, 288];

/** A map on which bars lie, as the detector marks rows. */
function mapOf(...bars: readonly Omit<TextBox, "score">[]) {
  const probability = new Float32Array(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      for (const bar of bars) {
        const [dx, dy] = [x + 0.5 - bar.x, y + 0.5 - bar.y];
        const along = dx * Math.cos(bar.angle) + dy * Math.sin(bar.angle);
        const up = dy * Math.cos(bar.angle) - dx * Math.sin(bar.angle);
        if (Math.abs(along) < bar.width / 2 && Math.abs(up) < bar.height / 2) probability[y * WIDTH + x] = 0.8;
      }
  return { width: WIDTH, height: HEIGHT, probability };
}

test.each([0, 0.05, -0.2, 0.35])("a bar at %s radians is found where it lies, and grown", (angle) => {
  const [box, ...others] = boxesOf(mapOf({ x: 200, y: 140, width: 240, height: 12, angle }), 0.5);
  expect(others).toEqual([]);
  expect(box!.x / 2).toBeCloseTo(100 * 2, -1);
  expect(box!.y / 2).toBeCloseTo(140, -1);
  expect(Math.abs(box!.angle - angle)).toBeLessThan(0.02);
  // In the picture's pixels, two for one of the map's; a margin of 240*12*1.6 over the edge's length on each side.
  const margin = (240 * 12 * 1.6) / (2 * (240 + 12));
  expect(Math.abs(box!.width / 2 - (240 + 2 * margin))).toBeLessThan(4);
  expect(Math.abs(box!.height / 2 - (12 + 2 * margin))).toBeLessThan(4);
});

test("specks and faint patches are none", () => {
  const faint = mapOf({ x: 200, y: 140, width: 240, height: 12, angle: 0 });
  for (let i = 0; i < faint.probability.length; i++) faint.probability[i]! *= 0.5;
  expect(boxesOf(faint, 1)).toEqual([]);
  expect(boxesOf(mapOf({ x: 20, y: 20, width: 3, height: 3, angle: 0 }), 1)).toEqual([]);
});

const box = (x: number, y: number, width: number, height = 20, angle = 0): TextBox => ({
  x,
  y,
  width,
  height,
  angle,
  score: 0.9,
});

test("a number's groups are one row; what stands above, below or far beside is not of it", () => {
  const groups = [60, 160, 260, 360].map((x) => box(x, 150, 80));
  const rows = rowsOf([box(100, 60, 120), ...groups, box(200, 190, 90, 14), box(520, 150, 60)]);
  expect(rows.map(({ width }) => width).sort((a, b) => a - b)).toEqual([60, 90, 120, 380]);
});

test.each([0.15, -0.5, 1.4, Math.PI / 2])("groups of a card held at %s radians lie on its own line", (angle) => {
  const groups = [0, 100, 200, 300].map((along) =>
    box(60 + along * Math.cos(angle), 100 + along * Math.sin(angle), 80, 20, angle),
  );
  const [row, ...others] = rowsOf(groups);
  expect(others).toEqual([]);
  // Either end may be its head.
  expect(Math.sin(row!.angle - angle)).toBeCloseTo(0, 2);
  expect(row!.width).toBeCloseTo(380, 0);
});
