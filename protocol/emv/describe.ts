import { DecodeError, equalBytes, toHex } from "#protocol/bytes";
import { type DescribedNode, describeTlv, parseTlv } from "#protocol/tlv";
import { parseCommand, parseResponse, SW } from "./apdu.ts";
import { PPSE, PSE, UNIONPAY_AIDS } from "./applications.ts";
import { emvValues } from "./values.ts";

export interface DescribedApdu {
  readonly title: { readonly zh: string; readonly en: string };
  readonly words: { readonly zh: string; readonly en: string };
  readonly nodes: readonly DescribedNode[];
}

/** A command APDU in words. */
export function describeCommand(bytes: Uint8Array): DescribedApdu {
  const command = orUndefined(() => parseCommand(bytes));
  if (command === undefined)
    return { title: { zh: "无法识别的命令", en: "Unreadable command" }, words: { zh: "", en: "" }, nodes: [] };
  const nodes: DescribedNode[] = [
    { id: "header", name: { zh: "命令头", en: "Header" }, value: toHex(bytes.subarray(0, 4)).toUpperCase() },
  ];
  switch (`${command.cla.toString(16)}/${command.ins.toString(16)}`) {
    case "0/a4": {
      const directory = equalBytes(command.data, PPSE) || equalBytes(command.data, PSE);
      const aid = UNIONPAY_AIDS[toHex(command.data)];
      nodes.push({ id: "data", name: { zh: "名称", en: "Name" }, value: toHex(command.data).toUpperCase() });
      return directory
        ? {
            title: { zh: "选择支付目录 (PPSE)", en: "SELECT the payment directory (PPSE)" },
            words: { zh: "终端问：你有哪些支付应用？", en: "The terminal asks which payment applications there are." },
            nodes,
          }
        : {
            title: {
              zh: `选择应用${aid === undefined ? "" : `：银联${aid.zh}`}`,
              en: `SELECT application${aid === undefined ? "" : `: UnionPay ${aid.en}`}`,
            },
            words: { zh: "终端选定一个应用。", en: "The terminal chooses one application." },
            nodes,
          };
    }
    case "80/a8":
      nodes.push({
        id: "PDOL",
        name: { zh: "终端数据", en: "Terminal data" },
        value: toHex(command.data.subarray(2)).toUpperCase(),
      });
      return {
        title: { zh: "取处理选项 (GPO)", en: "GET PROCESSING OPTIONS" },
        words: {
          zh: "终端给出金额、日期和不可预知数，请卡片生成密文。",
          en: "The terminal gives amount, date and an unpredictable number, and asks for a cryptogram.",
        },
        nodes,
      };
    case "0/b2":
      return {
        title: { zh: "读记录", en: "READ RECORD" },
        words: { zh: "终端读卡片数据。", en: "The terminal reads card data." },
        nodes,
      };
    case "80/ca":
      return {
        title: { zh: "取数据", en: "GET DATA" },
        words: { zh: "终端读一个数据元。", en: "The terminal reads one data object." },
        nodes,
      };
    default:
      return { title: { zh: "命令", en: "Command" }, words: { zh: "", en: "" }, nodes };
  }
}

/** A response APDU in words; the card's number masked. */
export function describeResponse(bytes: Uint8Array, reveal = false): DescribedApdu {
  const response = orUndefined(() => parseResponse(bytes));
  if (response === undefined)
    return { title: { zh: "无法识别的应答", en: "Unreadable response" }, words: { zh: "", en: "" }, nodes: [] };
  const sw = response.sw.toString(16).toUpperCase().padStart(4, "0");
  const items = orUndefined(() => parseTlv(response.data)) ?? [];
  const nodes = [
    ...describeTlv(items, { reveal, inside: emvValues }),
    { id: "SW", name: { zh: "状态字", en: "Status word" }, value: sw },
  ];
  const ok = response.sw === SW.ok;
  const cryptogram = items.some((item) => item.tag === "77");
  return {
    title: { zh: `应答 ${sw}`, en: `Response ${sw}` },
    words: !ok
      ? { zh: "卡片拒绝了这个命令。", en: "The card refuses this command." }
      : cryptogram
        ? {
            zh: "卡片给出令牌号、计数器和只用一次的密文；里面没有真实卡号。",
            en: "The card gives the token number, the counter and a one-time cryptogram; the real number is not in it.",
          }
        : { zh: "成功。", en: "Done." },
    nodes,
  };
}

function orUndefined<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
