import type { Words } from "#contracts/common";
import type { WireNode, WireRow } from "#contracts/wire";

/** What of a row depends on its kind of message. */
export interface Content extends Pick<WireRow, "title" | "form" | "raw"> {
  readonly words: Words;
  readonly why: Words;
  readonly nodes: readonly WireNode[];
  readonly cryptogram?: true;
}
