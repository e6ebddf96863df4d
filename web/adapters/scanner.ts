import type { OpenScanner } from "../scan/ports.ts";
import type { Reading } from "../scan/reader.ts";
import type { FromScanner } from "../scan/worker.ts";

/** The reader in a worker of its own. Closing ends the worker, and with it all that it held. */
export const openScanner: OpenScanner = () =>
  new Promise((resolve) => {
    const worker = new Worker(new URL("../scan/worker.ts", import.meta.url), { type: "module" });
    let asked: ((reading: Reading | undefined) => void) | undefined;
    const answer = (reading: Reading | undefined) => {
      asked?.(reading);
      asked = undefined;
    };
    const end = () => {
      worker.terminate();
      answer(undefined);
    };
    const failed = () => {
      end();
      resolve(undefined);
    };
    worker.onerror = failed;
    worker.onmessage = ({ data }: MessageEvent<FromScanner>) => {
      if (data.kind === "failed") return failed();
      if (data.kind === "reading") return answer(data.reading);
      resolve({
        read: (picture) =>
          new Promise((heard) => {
            asked = heard;
            worker.postMessage(picture, [picture.data.buffer]);
          }),
        close: end,
      });
    };
  });
