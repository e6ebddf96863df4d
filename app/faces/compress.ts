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
/** A large file, as a camera's model, is compressed in the one way that every browser takes, and no longer than it pays. */
const LARGE_BYTES = 1_000_000;
const QUALITY = { small: 10, large: 4 } as const;
const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/** Puts a .br, and beside smaller files a .gz, to every file of a folder that gains by it. */
export async function compressFolder(folder: string): Promise<void> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => WORTH_IT.has(extname(name))).map((name) => join(folder, name));
  for (const file of files) {
    const plain = readFileSync(file);
    if (plain.length < SMALLEST_BYTES) continue;
    const large = plain.length > LARGE_BYTES;
    const params = {
      [zlib.BROTLI_PARAM_QUALITY]: QUALITY[large ? "large" : "small"],
      [zlib.BROTLI_PARAM_SIZE_HINT]: plain.length,
    };
    const br = await brotli(plain, { params });
    if (br.length < plain.length) writeFileSync(`${file}.br`, br);
    if (large) continue;
    const gz = await deflate(plain, { level: 9 });
    if (gz.length < plain.length) writeFileSync(`${file}.gz`, gz);
  }
}
