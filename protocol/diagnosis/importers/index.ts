export { ISO8583_DEFAULTS, type Iso8583Options, importIso8583 } from "./iso8583.ts";
export type { ImportedJourney } from "./journeys.ts";
export { importLithic } from "./lithic.ts";
export { importMdes } from "./mdes.ts";
export { importVts } from "./vts.ts";
