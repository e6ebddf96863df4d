export { aesEncrypt } from "./aes.ts";
export { aesCmac } from "./cmac.ts";
export { desEncrypt, tripleDesEncrypt } from "./des.ts";
export {
  adjustParity,
  type CardCipher,
  keyCheckValue,
  macAlgorithm3,
  padMethod1,
  padMethod2,
  pureCipher,
} from "./mac.ts";
export { sha1 } from "./sha1.ts";
