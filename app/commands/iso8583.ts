import { defineCommand } from "citty";
import { DecodeError, hexBytes } from "#protocol/bytes";
import { CUPS, describeMessage, POS_BCD, parseMessage } from "#protocol/iso8583";

export const iso8583 = defineCommand({
  meta: { name: "iso8583", description: "Decode ISO 8583 (解析 ISO 8583 报文)" },
  args: {
    hex: { type: "positional", required: true, description: "Hex digits, without header" },
    dialect: { type: "enum", options: ["cups", "bcd"], default: "cups", description: "Which UnionPay dialect" },
  },
  run({ args }) {
    try {
      const spec = args.dialect === "bcd" ? POS_BCD : CUPS;
      console.log(JSON.stringify(describeMessage(spec, parseMessage(spec, hexBytes(args.hex))), null, 2));
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof RangeError)) throw error;
      console.error(`kabao iso8583: ${error.message}`);
      process.exitCode = 2;
    }
  },
});
