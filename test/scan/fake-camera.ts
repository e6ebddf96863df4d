import { writeFileSync } from "node:fs";
import type { Picture } from "../../web/scan/picture.ts";

/** A film for Chromium's fake camera: YUV4MPEG2, played again and again. All pictures have the size of the first. */
export function writeFilm(path: string, pictures: readonly Picture[], framesASecond = 5): void {
  const { width, height } = pictures[0]!;
  const parts: Uint8Array[] = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesASecond}:1 Ip A1:1 C420jpeg\n`)];
  for (const picture of pictures) {
    if (picture.width !== width || picture.height !== height) throw new RangeError("film: wants pictures of one size");
    parts.push(Buffer.from("FRAME\n"), planesOf(picture));
  }
  writeFileSync(path, Buffer.concat(parts));
}

/** Brightness of each pixel, then the two colour planes, of each four pixels one. Source: JFIF's YCbCr. */
function planesOf({ width, height, data }: Picture): Buffer {
  const half = width / 2;
  const out = Buffer.alloc(width * height + half * height);
  const blue = width * height;
  const red = blue + (half * height) / 2;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
      out[y * width + x] = byte(0.299 * r + 0.587 * g + 0.114 * b);
      if (x % 2 === 1 || y % 2 === 1) continue;
      const to = (y / 2) * half + x / 2;
      out[blue + to] = byte(128 - 0.168736 * r - 0.331264 * g + 0.5 * b);
      out[red + to] = byte(128 + 0.5 * r - 0.418688 * g - 0.081312 * b);
    }
  return out;
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
