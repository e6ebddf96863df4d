export { type DescribedNode, describeTlv, maskDigits, type ValueReader } from "./describe.ts";
export { buildDol, type DolEntry, dolLength, encodeDol, parseDol, splitDol } from "./dol.ts";
export { formatOf, TAGS, type TagFact, type TagFormat } from "./tags.ts";
export { encodeTlv, findTag, parseTlv, type Tlv, type TlvInput, tagBytes } from "./tlv.ts";
