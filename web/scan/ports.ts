import type { Result } from "#protocol/bytes";
import type { Picture } from "./picture.ts";
import type { Reading } from "./reader.ts";

/** `refused`: by the holder or by the device's rules. `busy`: another app has it. */
export type CameraFault = "refused" | "none" | "busy";

/** A camera that is on. */
export interface LiveCamera {
  /** Plays what it sees; its frames are cut by what this element shows. */
  show(video: HTMLVideoElement): void;
  /** What lies in the guide now, each turn cut a little otherwise: two frames are then not misread alike. Whoever takes it wipes it. */
  grab(turn: number): Picture | undefined;
  /** Absent: no lamp, or none that a page may switch. */
  readonly torch?: (on: boolean) => Promise<void>;
  close(): void;
}

export interface Camera {
  /** `onLost`: it was unplugged, or taken back in the settings. */
  open(onLost: () => void): Promise<Result<LiveCamera, CameraFault>>;
}

/** The reader, ready. */
export interface Scanner {
  /** Takes the picture's memory along and wipes it. Undefined: the reader has ended. */
  read(picture: Picture): Promise<Reading | undefined>;
  close(): void;
}

/** Loads the models; they stay in the browser's cache. Undefined: they could not be loaded. */
export type OpenScanner = () => Promise<Scanner | undefined>;
