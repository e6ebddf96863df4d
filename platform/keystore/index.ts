export { sealer } from "./jwe.ts";
export { openKeyStore } from "./keystore.ts";
export { nodeCipher } from "./node-cipher.ts";
export { passSealer } from "./pass.ts";
