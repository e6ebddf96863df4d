export {
  type ApduChannel,
  type ApduDirection,
  type ChipData,
  runContactless,
  type TapRequest,
  type TapResult,
  type TerminalConfig,
} from "./kernel.ts";
