import type { Look, RenderedCard } from "./rendered-card.ts";

/*
 * Runs in the browser: paints a card and photographs it. Bundled and put into a blank page by `studio.ts`.
 */

const CARD_WIDTH = 1200;
const CARD_HEIGHT = 757;
const BANKS = "示范银行长河江南商业云岭农村信用社";

/** Digits as strokes in a box of 10 by 16: close to the type of embossing machines. */
const STROKES: Readonly<Record<string, string>> = {
  "0": "M5 0.8C1.6 0.8 0.9 4 0.9 8s0.7 7.2 4.1 7.2S9.1 12 9.1 8 8.4 0.8 5 0.8Z",
  "1": "M2 3.2L5.4 0.8V15.2M2.2 15.2H8.6",
  "2": "M1 3.6C1.4 1.8 2.9 0.8 5 0.8c2.5 0 4 1.3 4 3.6 0 2.2-1.3 3.5-3.4 5.2L1 13.4V15.2H9.2",
  "3": "M1.2 0.8H8.8L4.6 6.4c3 0 4.6 1.6 4.6 4.3 0 2.8-1.9 4.5-4.6 4.5-1.9 0-3.2-0.7-3.8-2",
  "4": "M6.8 15.2V0.8L0.8 10.8H9.4",
  "5": "M8.6 0.8H2L1.5 7.2C2.4 6.4 3.6 6 4.8 6c2.7 0 4.4 1.8 4.4 4.5 0 2.9-1.9 4.7-4.7 4.7-1.6 0-2.9-0.6-3.7-1.7",
  "6": "M8 0.8C4.4 2.2 0.9 5.6 0.9 10.4c0 3 1.6 4.8 4.1 4.8s4.1-1.8 4.1-4.5S7.4 6.4 5.1 6.4C3.3 6.4 1.7 7.5 1.1 9.2",
  "7": "M0.9 3V0.8H9.1C6.4 5 4.6 9.4 4.2 15.2",
  "8": "M5 7.4C2.9 7.4 1.5 6.1 1.5 4.1S2.9 0.8 5 0.8s3.5 1.3 3.5 3.3S7.1 7.4 5 7.4C2.4 7.4 0.8 9 0.8 11.3s1.6 3.9 4.2 3.9 4.2-1.6 4.2-3.9S7.6 7.4 5 7.4Z",
  "9": "M2 15.2c3.6-1.4 7.1-4.8 7.1-9.6 0-3-1.6-4.8-4.1-4.8S0.9 2.6 0.9 5.3 2.6 9.6 4.9 9.6c1.8 0 3.4-1.1 4-2.8",
  "/": "M8 0.8L2 15.2",
};

type Pen = OffscreenCanvasRenderingContext2D;

/** Small and even: pictures are the same again from the same seed. */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function paintArt(pen: Pen, { kind, from, to, seed }: RenderedCard["art"]): void {
  const roll = dice(seed);
  const fill = pen.createLinearGradient(0, 0, CARD_WIDTH, CARD_HEIGHT);
  fill.addColorStop(0, from);
  fill.addColorStop(1, kind === "plain" ? from : to);
  pen.fillStyle = fill;
  pen.fillRect(0, 0, CARD_WIDTH, CARD_HEIGHT);
  const pale = (alpha: number) => `rgb(255 255 255 / ${alpha})`;
  if (kind === "hills")
    for (let i = 0; i < 4; i++) {
      pen.fillStyle = i % 2 === 0 ? pale(0.09) : "rgb(0 0 0 / 0.12)";
      pen.beginPath();
      pen.moveTo(0, CARD_HEIGHT);
      for (let x = 0; x <= CARD_WIDTH; x += 60)
        pen.lineTo(x, CARD_HEIGHT * (0.45 + i * 0.13) + Math.sin(x / (110 + i * 40) + roll() * 0.4 + i) * 50);
      pen.lineTo(CARD_WIDTH, CARD_HEIGHT);
      pen.fill();
    }
  if (kind === "rings")
    for (let i = 0; i < 7; i++) {
      pen.strokeStyle = pale(0.14 - i * 0.012);
      pen.lineWidth = 3 + roll() * 6;
      pen.beginPath();
      pen.arc(CARD_WIDTH * (0.6 + roll() * 0.1), CARD_HEIGHT * 0.4, 70 + i * 70, 0, Math.PI * 2);
      pen.stroke();
    }
  if (kind === "stripes")
    for (let x = -CARD_HEIGHT; x < CARD_WIDTH; x += 46) {
      pen.strokeStyle = pale(0.05 + roll() * 0.05);
      pen.lineWidth = 12;
      pen.beginPath();
      pen.moveTo(x, 0);
      pen.lineTo(x + CARD_HEIGHT, CARD_HEIGHT);
      pen.stroke();
    }
  if (kind === "clouds")
    for (let i = 0; i < 26; i++) {
      pen.fillStyle = roll() < 0.5 ? pale(0.06) : "rgb(0 0 0 / 0.07)";
      pen.beginPath();
      pen.ellipse(roll() * CARD_WIDTH, roll() * CARD_HEIGHT, 60 + roll() * 160, 30 + roll() * 70, roll() * 3, 0, 7);
      pen.fill();
    }
}

interface Type {
  readonly font: string;
  readonly heightPx: number;
  readonly spacingPx: number;
}

/** Draws a row of characters with `stroke`, from the left; gives its width. */
function setRow(pen: Pen, text: string, x: number, y: number, type: Type, draw: boolean): number {
  let at = x;
  const { font, heightPx, spacingPx } = type;
  for (const character of text) {
    if (character === " ") {
      at += heightPx * 0.45;
      continue;
    }
    if (font === "strokes") {
      const scale = heightPx / 16;
      if (draw) {
        pen.save();
        pen.translate(at, y - heightPx / 2);
        pen.scale(scale, scale);
        pen.lineWidth = 1.9;
        pen.lineCap = "round";
        pen.lineJoin = "round";
        pen.stroke(new Path2D(STROKES[character] ?? ""));
        pen.restore();
      }
      at += heightPx * 0.62 + spacingPx;
    } else {
      pen.font = `600 ${heightPx * 1.37}px "${font}"`;
      pen.textBaseline = "alphabetic";
      if (draw) pen.fillText(character, at, y + heightPx / 2);
      at += pen.measureText(character).width + spacingPx;
    }
  }
  return at - x;
}

function paintNumber(pen: Pen, text: string, x: number, y: number, type: Type, print: RenderedCard["print"]): void {
  const layer = (ink: string, dx: number, dy: number) => {
    pen.strokeStyle = ink;
    pen.fillStyle = ink;
    setRow(pen, text, x + dx, y + dy, type, true);
  };
  for (const [ink, dx, dy] of LAYERS[print.look]) layer(ink, dx, dy);
  if (print.look !== "silver") layer(print.ink, 0, 0);
}

type Layer = readonly [ink: string, dx: number, dy: number];
/** Shadow and light under the digits. */
const LAYERS: Readonly<Record<RenderedCard["print"]["look"], readonly Layer[]>> = {
  flat: [],
  embossed: [
    ["rgb(0 0 0 / 0.55)", 3, 3],
    ["rgb(255 255 255 / 0.6)", -2, -2],
  ],
  silver: [
    ["rgb(0 0 0 / 0.6)", 2.5, 3],
    ["#f7f7f7", -1.5, -1.5],
    ["#b9bec6", 0, 0],
  ],
  engraved: [["rgb(255 255 255 / 0.35)", 2, 2]],
};

function paintCard(card: RenderedCard): OffscreenCanvas {
  const canvas = new OffscreenCanvas(CARD_WIDTH, CARD_HEIGHT);
  const pen = canvas.getContext("2d")!;
  pen.beginPath();
  pen.roundRect(0, 0, CARD_WIDTH, CARD_HEIGHT, 44);
  pen.clip();
  paintArt(pen, card.art);
  const { print } = card;
  pen.fillStyle = print.ink;
  pen.font = '700 52px "Noto Sans SC Variable", "Open Sans", sans-serif';
  pen.fillText(card.bank.zh, 70, 105);
  pen.font = '500 26px "Open Sans", "DejaVu Sans"';
  pen.fillText(card.bank.en, 72, 145);
  if (card.chip) paintChip(pen);
  if (card.waves) paintWaves(pen, print.ink);
  const heightPx = CARD_HEIGHT * print.size;
  const type = { font: print.font, heightPx, spacingPx: heightPx * print.spacing };
  const left = CARD_WIDTH * print.left;
  const room = CARD_WIDTH * (0.97 - print.left);
  const wide = setRow(pen, card.grouped, 0, 0, type, false);
  const fit = Math.min(1, room / wide);
  const fitted = { font: type.font, heightPx: heightPx * fit, spacingPx: type.spacingPx * fit };
  paintNumber(pen, card.grouped, left, CARD_HEIGHT * print.at, fitted, print);
  const small = { font: print.font, heightPx: CARD_HEIGHT * 0.05, spacingPx: 5 };
  const belowY = CARD_HEIGHT * (print.at + 0.15);
  pen.fillStyle = print.ink;
  pen.font = '500 19px "Open Sans", "DejaVu Sans"';
  pen.fillText("VALID", 430, belowY - 8);
  pen.fillText("THRU", 430, belowY + 14);
  paintNumber(pen, card.expiry, 500, belowY, small, print);
  pen.font = '600 42px "DejaVu Sans Mono"';
  pen.fillText(card.holder, left, CARD_HEIGHT * 0.93);
  paintMark(pen);
  return canvas;
}

function paintChip(pen: Pen): void {
  const gold = pen.createLinearGradient(90, 230, 250, 350);
  gold.addColorStop(0, "#e8d38e");
  gold.addColorStop(1, "#a8873a");
  pen.fillStyle = gold;
  pen.beginPath();
  pen.roundRect(95, 205, 150, 115, 18);
  pen.fill();
  pen.strokeStyle = "rgb(60 40 0 / 0.6)";
  pen.lineWidth = 2.5;
  pen.strokeRect(140, 205, 60, 115);
  for (const y of [243, 282]) {
    pen.beginPath();
    pen.moveTo(95, y);
    pen.lineTo(245, y);
    pen.stroke();
  }
}

function paintWaves(pen: Pen, ink: string): void {
  pen.strokeStyle = ink;
  pen.lineWidth = 6;
  for (let i = 0; i < 4; i++) {
    pen.beginPath();
    pen.arc(290, 262, 16 + i * 16, -0.7, 0.7);
    pen.stroke();
  }
}

/** A network's mark that is none. */
function paintMark(pen: Pen): void {
  for (const [i, ink] of ["#c8202f", "#1d5fae", "#0d7c63"].entries()) {
    pen.fillStyle = ink;
    pen.beginPath();
    pen.moveTo(980 + i * 44, 620);
    pen.lineTo(1050 + i * 44, 620);
    pen.lineTo(1030 + i * 44, 710);
    pen.lineTo(960 + i * 44, 710);
    pen.fill();
  }
}

/** Through a lens: a mesh of small pieces, each of them straight. */
function project(pen: Pen, card: OffscreenCanvas, look: Look): void {
  const { width, height, scale, tiltX, tiltY, dx, dy } = look;
  const cardWidth = width * scale;
  const cardHeight = (cardWidth * CARD_HEIGHT) / CARD_WIDTH;
  const turn = (look.angle * Math.PI) / 180;
  const place = (u: number, v: number): [number, number] => {
    const x = (u - 0.5) * cardWidth;
    const y = (v - 0.5) * cardHeight;
    const depth = 1 + tiltX * (u - 0.5) + tiltY * (v - 0.5);
    const [px, py] = [x / depth, y / depth];
    return [
      width * (0.5 + dx) + px * Math.cos(turn) - py * Math.sin(turn),
      height / 2 + width * dy + px * Math.sin(turn) + py * Math.cos(turn),
    ];
  };
  const columns = 24;
  const rows = 16;
  for (let i = 0; i < columns; i++)
    for (let j = 0; j < rows; j++) {
      const [ax, ay] = place(i / columns, j / rows);
      const [bx, by] = place((i + 1) / columns, j / rows);
      const [cx, cy] = place(i / columns, (j + 1) / rows);
      const w = CARD_WIDTH / columns;
      const h = CARD_HEIGHT / rows;
      pen.setTransform((bx - ax) / w, (by - ay) / w, (cx - ax) / h, (cy - ay) / h, ax, ay);
      // One pixel over the edge hides the seams.
      pen.drawImage(
        card,
        i * w,
        j * h,
        Math.min(w + 2, CARD_WIDTH - i * w),
        Math.min(h + 2, CARD_HEIGHT - j * h),
        0,
        0,
        Math.min(w + 2, CARD_WIDTH - i * w),
        Math.min(h + 2, CARD_HEIGHT - j * h),
      );
    }
  pen.resetTransform();
}

function photograph(card: OffscreenCanvas | undefined, look: Look): OffscreenCanvas {
  const { width, height } = look;
  const scene = new OffscreenCanvas(width, height);
  const pen = scene.getContext("2d")!;
  pen.fillStyle = look.background;
  pen.fillRect(0, 0, width, height);
  pen.imageSmoothingQuality = "high";
  if (card !== undefined) project(pen, card, look);
  const out = new OffscreenCanvas(width, height);
  const lens = out.getContext("2d", { willReadFrequently: true })!;
  lens.filter = look.blurPx > 0 ? `blur(${look.blurPx}px)` : "none";
  const steps = look.motionPx > 0 ? 5 : 1;
  for (let i = 0; i < steps; i++) {
    const far = steps === 1 ? 0 : (i / (steps - 1) - 0.5) * look.motionPx;
    const angle = (look.motionAngle * Math.PI) / 180;
    lens.globalAlpha = 1 / (i + 1);
    lens.drawImage(scene, far * Math.cos(angle), far * Math.sin(angle));
  }
  lens.filter = "none";
  lens.globalAlpha = 1;
  if (look.glare > 0) {
    const spot = lens.createRadialGradient(
      look.glareX * width,
      look.glareY * height,
      0,
      look.glareX * width,
      look.glareY * height,
      width * 0.28,
    );
    spot.addColorStop(0, `rgb(255 255 255 / ${look.glare})`);
    spot.addColorStop(1, "rgb(255 255 255 / 0)");
    lens.fillStyle = spot;
    lens.fillRect(0, 0, width, height);
  }
  expose(lens, look);
  return out;
}

/** Light, shade and the sensor's noise. */
function expose(lens: Pen, look: Look): void {
  const { width, height } = look;
  const image = lens.getImageData(0, 0, width, height);
  const { data } = image;
  const roll = dice(look.seed);
  const angle = (look.shadeAngle * Math.PI) / 180;
  const [sx, sy] = [Math.cos(angle) / width, Math.sin(angle) / height];
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i += 4) {
      const light = look.light * (1 + look.shade * ((x - width / 2) * sx + (y - height / 2) * sy));
      const noise = (roll() + roll() + roll() - 1.5) * look.noise;
      for (let k = 0; k < 3; k++) data[i + k] = data[i + k]! * light + noise;
    }
  lens.putImageData(image, 0, 0);
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

async function paint(card: RenderedCard | undefined, look: Look, type: string): Promise<string> {
  // The first drawing with a font only asks for it.
  await Promise.all(
    ["700 52px", "500 26px"].map((font) => document.fonts.load(`${font} "Noto Sans SC Variable"`, BANKS)),
  );
  const photo = photograph(card === undefined ? undefined : paintCard(card), look);
  const blob = await photo.convertToBlob({ type, quality: look.quality });
  return base64(new Uint8Array(await blob.arrayBuffer()));
}

/** Width, height and pixels of a picture file. */
async function open(file: string, atMost: number): Promise<string> {
  const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes]));
  const scale = Math.min(1, atMost / Math.max(image.width, image.height));
  const [width, height] = [Math.round(image.width * scale), Math.round(image.height * scale)];
  const pen = new OffscreenCanvas(width, height).getContext("2d")!;
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, width, height);
  return `${width} ${height} ${base64(new Uint8Array(pen.getImageData(0, 0, width, height).data.buffer))}`;
}

Object.assign(globalThis, { studio: { paint, open } });
