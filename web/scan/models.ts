import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import { alphabetOf } from "./decode.ts";
import type { Models } from "./reader.ts";

/** PP-OCRv4's two networks and the recogniser's list of signs, as files; and where the program that runs them comes from. */
export interface ModelFiles {
  readonly detector: Uint8Array;
  readonly recogniser: Uint8Array;
  readonly signs: string;
  readonly runtime: { readonly bytes: Uint8Array } | { readonly url: string };
}

/** Readies the models on one thread. */
export async function openModels({ detector, recogniser, signs, runtime }: ModelFiles): Promise<Models> {
  env.wasm.numThreads = 1;
  if ("bytes" in runtime) env.wasm.wasmBinary = runtime.bytes as Uint8Array<ArrayBuffer>;
  else env.wasm.wasmPaths = { wasm: runtime.url };
  const options = { executionProviders: ["wasm"], graphOptimizationLevel: "all" } as const;
  const find = await InferenceSession.create(detector, options);
  const read = await InferenceSession.create(recogniser, options);
  const run = async (session: InferenceSession, pixels: Float32Array, width: number, height: number) => {
    const input = new Tensor("float32", pixels, [1, 3, height, width]);
    const output = await session.run({ [session.inputNames[0]!]: input });
    return output[session.outputNames[0]!]!;
  };
  return {
    alphabet: alphabetOf(signs),
    async detect(pixels, width, height) {
      const map = await run(find, pixels, width, height);
      return { width, height, probability: map.data as Float32Array };
    },
    async recognise(pixels, width, height) {
      const table = await run(read, pixels, width, height);
      return { steps: table.dims[1]!, signs: table.dims[2]!, probability: table.data as Float32Array };
    },
  };
}
