export { type HolderName, normaliseHolderName, sameHolderName } from "./holder-name.ts";
export { type IdNumber, type IdNumberParts, idNumberCheck, maskIdNumber, parseIdNumber } from "./id-number.ts";
export { type Mobile, maskMobile, parseMobile } from "./mobile.ts";
