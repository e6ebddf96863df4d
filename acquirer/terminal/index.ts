export {
  type ApduChannel,
  type ChipData,
  runContactless,
  type TapRequest,
  type TapResult,
  type TerminalConfig,
} from "./kernel.ts";
