import type { TextBox } from "./picture.ts";

/** Digits of a number stand in groups: the gap between two may be this many heights wide. */
const GAP_HEIGHTS = 2.2;
const HEIGHTS_ALIKE = 0.6;
const OFF_LINE_HEIGHTS = 0.45;
/** A box this many times as long as high tells its direction well. */
const TELLING = 3;

/** Joins boxes that lie on one line beside each other: the detector may part a number at its gaps. */
export function rowsOf(boxes: readonly TextBox[]): TextBox[] {
  const tilt = commonAngle(boxes);
  const lying = boxes
    .map((box) => turned(box, tilt))
    .filter((box) => box !== undefined)
    .sort((a, b) => left(a) - left(b));
  const rows: TextBox[] = [];
  for (const box of lying) {
    const at = rows.findIndex((row) => beside(row, box, tilt));
    if (at < 0) rows.push(box);
    else rows[at] = joined(rows[at]!, box, tilt);
  }
  return rows;

  function left(box: TextBox): number {
    return alongOf(box, tilt) - box.width / 2;
  }
}

/** Lines of one card run alike, whichever way the card is held: the longest say how. From -90 to 90 degrees. */
function commonAngle(boxes: readonly TextBox[]): number {
  let cos = 0;
  let sin = 0;
  for (const { width, height, angle } of boxes) {
    if (width < TELLING * height) continue;
    // Doubled, a line and the same line the other way round are one direction.
    cos += width * Math.cos(2 * angle);
    sin += width * Math.sin(2 * angle);
  }
  return Math.atan2(sin, cos) / 2;
}

/** The same line, told by the angle nearest to the common one. */
function nearest(angle: number, tilt: number): number {
  return angle - Math.PI * Math.round((angle - tilt) / Math.PI);
}

/** The box along the common direction; its own where it has a clear one. What lies across is no text of this card. */
function turned(box: TextBox, tilt: number): TextBox | undefined {
  const { width, height } = box;
  const angle = nearest(box.angle, tilt);
  const off = Math.abs(angle - tilt);
  if (width >= TELLING * height) return off < Math.PI / 6 ? { ...box, angle } : undefined;
  // Short boxes: whichever side lies along the line.
  return off < Math.PI / 4 ? { ...box, angle: tilt } : { ...box, width: height, height: width, angle: tilt };
}

function alongOf(box: TextBox, tilt: number): number {
  return box.x * Math.cos(tilt) + box.y * Math.sin(tilt);
}

/** How far the box's middle lies off the line of the row, seen along the row's own direction. */
function offLine(row: TextBox, box: TextBox, angle: number): number {
  return Math.abs((box.y - row.y) * Math.cos(angle) - (box.x - row.x) * Math.sin(angle));
}

function beside(row: TextBox, box: TextBox, tilt: number): boolean {
  const high = Math.max(row.height, box.height);
  if (Math.min(row.height, box.height) < HEIGHTS_ALIKE * high) return false;
  const angle = row.width >= TELLING * row.height ? row.angle : tilt;
  if (offLine(row, box, angle) > OFF_LINE_HEIGHTS * high) return false;
  const gap = Math.abs(alongOf(box, angle) - alongOf(row, angle)) - (row.width + box.width) / 2;
  return gap < GAP_HEIGHTS * high;
}

/** The box around both, along the line through their middles. */
function joined(row: TextBox, box: TextBox, tilt: number): TextBox {
  const direction = nearest(Math.atan2(box.y - row.y, box.x - row.x), tilt);
  const angle = Math.abs(direction - tilt) < Math.PI / 9 ? direction : tilt;
  const ends = [row, box].flatMap((one) => [alongOf(one, angle) - one.width / 2, alongOf(one, angle) + one.width / 2]);
  const [left, right] = [Math.min(...ends), Math.max(...ends)];
  const shift = (left + right) / 2 - alongOf(row, angle);
  return {
    x: row.x + shift * Math.cos(angle),
    y: row.y + shift * Math.sin(angle),
    width: right - left,
    height: Math.max(row.height, box.height),
    angle,
    score: Math.min(row.score, box.score),
  };
}
