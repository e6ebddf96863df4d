import { explainDol, explainTlv } from "../calc/tlv.ts";
import { calculator } from "../cli/command.ts";
import { badInput } from "../cli/fault.ts";
import { hexOf, textOf } from "../cli/input.ts";

export const tlv = calculator({
  meta: {
    name: "tlv",
    description:
      "解析 EMV TLV：嵌套、名称、偏移、位的含义、DOL 列表 / Decode EMV TLV: nesting, names, offsets, bits in words, data object lists",
  },
  args: {
    hex: { type: "positional", description: "十六进制；可以有空格；- 读标准输入 / hex, spaces allowed; - reads stdin" },
    dol: {
      type: "boolean",
      default: false,
      description: "HEX 是一个 DOL (PDOL、CDOL) / HEX is a data object list by itself",
    },
    values: {
      type: "string",
      valueHint: "HEX",
      description: "与 --dol 一起：列表的值 / with --dol: the values that were sent for the list",
    },
    reveal: {
      type: "boolean",
      default: false,
      description: "显示卡号等敏感值 / show card numbers and other secrets",
    },
  },
  manyWords: true,
  examples: [
    "kabao tlv 9F2608AD03EE811AFAD484",
    "kabao tlv --dol 9F66049F02069F3704",
    "cat fci.hex | kabao tlv - --json",
  ],
  async answer({ args, io }) {
    const bytes = hexOf(await textOf(args._.join(" "), io), "HEX");
    const values = typeof args.values === "string" ? hexOf(args.values, "--values") : undefined;
    if (args.dol === true) return explainDol(bytes, values, args.reveal === true);
    if (values !== undefined) throw badInput("--values", "只能与 --dol 一起用", "goes with --dol only");
    return explainTlv(bytes, args.reveal === true);
  },
});
