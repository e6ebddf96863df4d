import { defineCommand } from "citty";
import { DecodeError, hexBytes } from "#protocol/bytes";
import { emvValues } from "#protocol/emv";
import { describeTlv, parseTlv } from "#protocol/tlv";

export const tlv = defineCommand({
  meta: { name: "tlv", description: "Decode EMV TLV (解析 TLV)" },
  args: { hex: { type: "positional", required: true, description: "Hex digits" } },
  run({ args }) {
    try {
      const nodes = describeTlv(parseTlv(hexBytes(args.hex)), { inside: emvValues });
      console.log(JSON.stringify(nodes, null, 2));
    } catch (error) {
      if (!(error instanceof DecodeError || error instanceof RangeError)) throw error;
      console.error(`kabao tlv: ${error.message}`);
      process.exitCode = 2;
    }
  },
});
