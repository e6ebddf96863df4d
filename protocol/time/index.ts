export {
  chinaDate,
  chinaTime,
  type ExpiryYymm,
  endOfExpiry,
  type Instant,
  instant,
  isExpired,
  parseExpiry,
  toF7,
  toYymmdd,
} from "./time.ts";
