import type { Language, Words } from "#contracts/common";
import type { PartyName, WireNode, WireRow } from "#contracts/wire";
import { formatMoney } from "#protocol/money";
import { chinaDate, chinaTime, instant } from "#protocol/time";
import type { Scene, StatementLine } from "./story.ts";

/** Tells the story on a terminal, in one language. */
export interface Teller {
  opening(): void;
  scene(scene: Scene): void;
  message(row: WireRow): void;
  after(words: Words): void;
  statement(lines: readonly StatementLine[]): void;
  failure(scene: Scene, stoppedBy: PartyName, cause: string): void;
}

const PARTY_NAMES: Readonly<Record<PartyName, Words>> = {
  device: { zh: "手机里的卡", en: "card in the phone" },
  phone: { zh: "手机", en: "phone" },
  terminal: { zh: "收银机", en: "till" },
  acquirer: { zh: "收单机构", en: "acquirer" },
  network: { zh: "转接网络", en: "network" },
  tsp: { zh: "令牌服务方", en: "token service" },
  issuer: { zh: "发卡银行", en: "bank" },
  wallet: { zh: "钱包服务器", en: "wallet server" },
  sms: { zh: "短信", en: "text message" },
};
const OPENING: readonly Words[] = [
  {
    zh: "卡包演示。全部是模拟：示范银行、示范咖啡、银行卡和手机都是虚构的，没有真实的钱。",
    en: "Kabao demo. All of it is simulated: bank, cafe, card and phone are invented, and no real money moves.",
  },
  {
    zh: "每条报文都按真实的格式编码、传输、解码；卡号、密钥和验证码打星号。",
    en: "Every message is encoded, carried and decoded in its real format; numbers, keys and codes are masked.",
  },
];
const NUMERALS: Readonly<Record<Language, string>> = { zh: "一二三四五六七八九", en: "123456789" };
const SGR = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 } as const;
const BODY = "      ";
const WIDE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/g;

export function createTeller(options: {
  readonly language: Language;
  /** Without the decoded fields. */
  readonly brief: boolean;
  readonly colours: boolean;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}): Teller {
  const { language, brief, colours, print, complain } = options;
  const say = (words: Words) => words[language];
  const paint = (colour: keyof typeof SGR, text: string) => (colours ? `\u001b[${SGR[colour]}m${text}\u001b[0m` : text);
  let scenes = 0;

  const field = ({ id, name, value, children }: WireNode, depth: number): readonly string[] => {
    const label = say(name) === id ? id : `${id} ${say(name)}`;
    const indent = BODY + "  ".repeat(depth);
    return [
      paint("dim", `${indent}${label}${value === undefined ? "" : `: ${value}`}`),
      ...(children ?? []).flatMap((child) => field(child, depth + 1)),
    ];
  };

  return {
    opening() {
      for (const words of OPENING) print(say(words));
    },
    scene({ title, before }) {
      const number = NUMERALS[language][scenes++];
      print("");
      print(paint("bold", language === "zh" ? `${number}、${say(title)}` : `${number}. ${say(title)}`));
      print(`   ${say(before)}`);
      print("");
    },
    message({ from, to, title, words, nodes }) {
      const arrow = `${say(PARTY_NAMES[from])} → ${say(PARTY_NAMES[to])}`;
      print(`   ${paint("cyan", padded(arrow, 30))}  ${say(title)}`);
      if (say(words) !== "") print(`${BODY}${say(words)}`);
      if (!brief) for (const node of nodes) for (const line of field(node, 1)) print(line);
    },
    after(words) {
      print("");
      print(`   ${paint("green", "✔")} ${say(words)}`);
    },
    statement(lines) {
      print("");
      print(paint("bold", say({ zh: "银行的对账单（新的在上）", en: "The bank's statement, newest first" })));
      for (const { at, text, minor, balanceMinor } of lines) {
        const sum = (digits: string) => formatMoney({ minor: BigInt(digits), currency: "156" });
        const amount = `${minor.startsWith("-") ? "" : "+"}${sum(minor)}`;
        const balance = say({ zh: "余额 ", en: "balance " }) + sum(balanceMinor);
        print(`   ${momentOf(at)}  ${padded(text, 22)}  ${amount.padStart(12)}  ${balance}`);
      }
    },
    failure({ title }, stoppedBy, cause) {
      const party = say(PARTY_NAMES[stoppedBy]);
      complain(
        paint(
          "red",
          language === "zh"
            ? `kabao: 演示停在“${say(title)}”，停在${party}：${cause}`
            : `kabao: the demo stopped in "${say(title)}", at the ${party}: ${cause}`,
        ),
      );
    },
  };
}

/** MM-DD hh:mm:ss, China time. */
function momentOf(at: number): string {
  const date = chinaDate(instant(at));
  const time = chinaTime(instant(at));
  return `${date.slice(0, 2)}-${date.slice(2)} ${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}`;
}

/** Filled up to a width in columns; a Chinese character takes two. */
function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - text.length - (text.match(WIDE)?.length ?? 0)));
}
