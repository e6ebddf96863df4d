import type { Words } from "#contracts/common";
import type { Block } from "./blocks.ts";

/** A document of the project, read at build time and loaded when it is opened. */
export interface Document {
  readonly name: string;
  readonly title: Words;
  readonly about: Words;
  /** Below docs/, without its ending. */
  readonly file: string;
}

export const LIBRARY: readonly Document[] = [
  {
    name: "diagnosis",
    title: { zh: "所有原因", en: "Every cause" },
    about: { zh: "谁停下的、由谁处理、怎么办、何时再试", en: "who stopped it, who acts, what to do, when to retry" },
    file: "diagnosis",
  },
  {
    name: "diagnosis-how",
    title: { zh: "原因是怎么查出来的", en: "How a finding is reached" },
    about: { zh: "五种证据，和什么时候才算证实", en: "five kinds of evidence, and when it is certain" },
    file: "diagnosis-how",
  },
  {
    name: "sandbox",
    title: { zh: "沙盒：卡号与故障", en: "Sandbox: cards and faults" },
    about: { zh: "每张演示卡的表现，每种连线故障", en: "what each printed card does, and each fault on a line" },
    file: "sandbox",
  },
  {
    name: "scenarios",
    title: { zh: "写一个场景", en: "Write a scenario" },
    about: { zh: "一个小 JSON 文件，经真实的各方演一遍", en: "a small JSON file, played through the real parties" },
    file: "scenarios",
  },
  {
    name: "bring-your-own",
    title: { zh: "换上你自己的一方", en: "Bring your own party" },
    about: { zh: "用你的银行、网络或终端代替我们的", en: "your bank, network or terminal in place of ours" },
    file: "bring-your-own",
  },
  {
    name: "architecture",
    title: { zh: "架构", en: "Architecture" },
    about: { zh: "房间、箭头、一笔付款怎么走", en: "rooms, arrows, and the way of a payment" },
    file: "../ARCHITECTURE",
  },
];

const TEXTS = import.meta.glob<readonly Block[]>(["../../docs/*.md", "../../ARCHITECTURE.md"], { import: "default" });

export async function textOf({ file }: Document): Promise<readonly Block[]> {
  return (await TEXTS[file.startsWith("..") ? `../${file}.md` : `../../docs/${file}.md`]?.()) ?? [];
}

const SHOTS: Readonly<Record<string, string>> = import.meta.glob("../../docs/shots/*.png", {
  eager: true,
  query: "?url",
  import: "default",
});

/** A picture by its name; undefined: none was taken. */
export function shotOf(name: string): string | undefined {
  return SHOTS[`../../docs/shots/${name}.png`];
}
