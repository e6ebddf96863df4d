import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
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
  // Not the models beside it: they are numbers in no order, and shrink by a twelfth at most.
  ".wasm",
]);
const SMALLEST_BYTES = 1024;
/** The best compression of a large file takes longer than anybody wants to wait for the first start. */
const LARGE_BYTES = 1_000_000;
const brotli = promisify(brotliCompress);
const deflate = promisify(gzip);

/**
 * Puts a .br and a .gz beside every file of a folder that gains by it. A large one whose name tells its contents is taken over
 * from an earlier build beside this one.
 */
export async function compressFolder(folder: string): Promise<void> {
  const beside = dirname(folder);
  // Drafts of other starts are not whole yet.
  const earlier = readdirSync(beside).filter((name) => name !== basename(folder) && !name.startsWith("draft-"));
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => WORTH_IT.has(extname(name))).map((name) => join(folder, name));
  for (const file of files) {
    if (statSync(file).size > LARGE_BYTES && takenOver(file)) continue;
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

  function takenOver(file: string): boolean {
    const name = file.slice(folder.length);
    const from = earlier.map((build) => join(beside, build, name)).find((one) => existsSync(`${one}.gz`));
    if (from === undefined || !/\/assets\//.test(file)) return false;
    for (const suffix of [".br", ".gz"]) copyFileSync(`${from}${suffix}`, `${file}${suffix}`);
    return true;
  }
}
