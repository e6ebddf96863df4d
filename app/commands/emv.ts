import { defineCommand } from "citty";
import { hexBytes, toHex } from "#protocol/bytes";
import { pureCipher } from "#protocol/crypto";
import { applicationCryptogram, type CryptogramScheme, deriveCardKeyA } from "#protocol/emv";

export const emv = defineCommand({
  meta: { name: "emv", description: "Compute an application cryptogram under test keys (用测试密钥计算应用密文)" },
  args: {
    scheme: { type: "enum", options: ["pboc", "csk", "cvn10", "cvn18"], default: "pboc", description: "Which rules" },
    imk: { type: "string", required: true, description: "Issuer master key, a test key" },
    pan: { type: "string", required: true, description: "Card number" },
    psn: { type: "string", default: "00", description: "PAN sequence number" },
    atc: { type: "string", required: true, description: "Counter, four hex digits" },
    data: { type: "string", required: true, description: "Input of the cryptogram" },
  },
  run({ args }) {
    try {
      const key = deriveCardKeyA(hexBytes(args.imk), args.pan, args.psn, pureCipher);
      const atc = Number.parseInt(args.atc, 16);
      const scheme = args.scheme as CryptogramScheme;
      console.log(toHex(applicationCryptogram(scheme, key, atc, hexBytes(args.data), pureCipher)).toUpperCase());
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      console.error(`kabao emv: ${error.message}`);
      process.exitCode = 2;
    }
  },
});
