export { ATC_GAP_MAX, type AtcVerdict, type AtcWindow, acceptAtc, EMPTY_WINDOW } from "./atc-window.ts";
export { DEVICE_DOMAIN, domainAllows, type TokenDomain, TRANSIT_MCCS } from "./domain.ts";
export {
  ASSURANCE,
  BIN_CONTROLLER,
  DEMO_TRID,
  isTokenPan,
  makePar,
  makeTokenPan,
  type Par,
  TOKEN_RANGES,
} from "./identifiers.ts";
export { type Suspender, stepToken, type TokenEvent, type TokenState } from "./life-cycle.ts";
export {
  type CertificateRequest,
  encodeCertificate,
  marksProvisioning,
} from "./push-certificate.ts";
export { PASS_IV, type PassData, passKey } from "./push-provisioning.ts";
