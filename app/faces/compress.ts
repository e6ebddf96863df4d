import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip, constants as zlib } from "node:zlib";

const WORTH_IT: ReadonlySet<string> = new Set([
  ".html",
  ".js",
  ".mjs",
  ".css",
  ".svg",
  ".json",
  ".webmanifest",
  ".wasm",
  ".onnx",
]);
const SMALLEST_BYTES = 1024;
/** The best compression of a large file takes longer than anybody wants to wait for the first start. */
const LARGE_BYTES = 1_000_000;
const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/** Puts a .br and a .gz beside every file of a folder that gains by it. */
export async function compressFolder(folder: string): Promise<void> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => WORTH_IT.has(extname(name))).map((name) => join(folder, name));
  for (const file of files) {
    const plain = readFileSync(file);
    if (plain.length < SMALLEST_BYTES) continue;
    const quality = plain.length > LARGE_BYTES ? 5 : 10;
    const [br, gz] = await Promise.all([
      brotli(plain, {
        params: { [zlib.BROTLI_PARAM_QUALITY]: quality, [zlib.BROTLI_PARAM_SIZE_HINT]: plain.length },
      }),
      deflate(plain, { level: plain.length > LARGE_BYTES ? 6 : 9 }),
    ]);
    if (br.length < plain.length) writeFileSync(`${file}.br`, br);
    if (gz.length < plain.length) writeFileSync(`${file}.gz`, gz);
  }
}
