import detectorUrl from "ocr-models/ch_PP-OCRv4_det_infer.onnx?url";
import recogniserUrl from "ocr-models/ch_PP-OCRv4_rec_infer.onnx?url";
import signsUrl from "ocr-models/ppocr_keys_v1.txt?url";
import runtimeUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { openModels } from "./models.ts";
import type { Picture } from "./picture.ts";
import { type Reading, readCard } from "./reader.ts";

/** What the page hears of its reader. */
export type FromScanner =
  | { readonly kind: "ready" }
  | { readonly kind: "failed" }
  | { readonly kind: "reading"; readonly reading: Reading };

/*
 * Reads cards off the page's own thread. Frames come in, what they say goes back to the page that sent them, and to nobody else:
 * this worker asks the server for its models and for nothing after that.
 */
const tell = (message: FromScanner) => self.postMessage(message);

const fetched = async (url: string) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`model: ${response.status}`);
  return response;
};
const bytesOf = async (url: string) => new Uint8Array(await (await fetched(url)).arrayBuffer());

try {
  const [detector, recogniser, signs] = await Promise.all([
    bytesOf(detectorUrl),
    bytesOf(recogniserUrl),
    fetched(signsUrl).then((response) => response.text()),
  ]);
  const models = await openModels({ detector, recogniser, signs, runtime: { url: runtimeUrl } });
  self.onmessage = async ({ data: picture }: MessageEvent<Picture>) => {
    const reading = await readCard(picture, models).catch(() => ({}));
    picture.data.fill(0);
    tell({ kind: "reading", reading });
  };
  tell({ kind: "ready" });
} catch {
  tell({ kind: "failed" });
}
