import type { Language, Words } from "#contracts/common";

const SGR = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Colour = keyof typeof SGR;

/** How a page is set: in which language, and whether the terminal takes colours. */
export interface Paper {
  readonly language: Language;
  say(words: Words): string;
  paint(colour: Colour, text: string): string;
  /** A heading and what stands under it. */
  section(title: Words, lines: readonly string[]): readonly string[];
  /** A label of even width, and a value. */
  row(label: Words, value: string): string;
}

const LABEL_WIDTH = 12;
const WIDE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/g;

/** Columns that a text takes on a terminal. */
function widthOf(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}

export function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(1, width - widthOf(text)));
}

export function createPaper(language: Language, colours: boolean): Paper {
  const say = (words: Words) => words[language];
  const paint = (colour: Colour, text: string) => (colours ? `\u001b[${SGR[colour]}m${text}\u001b[0m` : text);
  return {
    language,
    say,
    paint,
    section: (title, lines) => (lines.length === 0 ? [] : ["", paint("bold", say(title)), ...lines]),
    row: (label, value) => `${paint("dim", padded(say(label), LABEL_WIDTH))}${value}`,
  };
}

/** By the usual variables, the first that is set; Chinese unless it names English. */
export function languageOf(environment: NodeJS.ProcessEnv): Language {
  const locale = environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"] || "";
  return /^en/i.test(locale) ? "en" : "zh";
}

/** "16:20:01.250", on this machine's clock. */
export function timeOf(at: number): string {
  const moment = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  const ms = String(moment.getMilliseconds()).padStart(3, "0");
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}.${ms}`;
}

/** "2026-11-24 16:20", on this machine's clock. */
export function dayAndTimeOf(at: number): string {
  const moment = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())} ${timeOf(at).slice(0, 5)}`;
}
