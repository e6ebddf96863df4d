import type { WireRow } from "#contracts/wire";
import type { WireHub } from "../wire/hub.ts";

/** The wire view of a running system, as it happens. */
export interface WireWatch {
  /** Resolves once nothing has passed for a moment: the messages of a step are all there. */
  quiet(): Promise<void>;
  stop(): void;
}

const QUIET_MS = 60;
const QUIET_WITHIN_MS = 1500;

/** In this process. */
export function watchHub(hub: WireHub, onRow: (row: WireRow) => void): WireWatch {
  return watch((seen) =>
    hub.subscribe((row) => {
      seen();
      onRow(row);
    }),
  );
}

/** Over HTTP. @param url Of the page; rows that passed before are left out. */
export async function watchUrl(url: string, onRow: (row: WireRow) => void): Promise<WireWatch> {
  const { rows } = (await (await fetch(`${url}/demo/v1/wire`)).json()) as { rows: readonly WireRow[] };
  const before = rows.at(-1)?.seq ?? 0;
  const cut = new AbortController();
  const response = await fetch(`${url}/demo/v1/events`, { signal: cut.signal });
  return watch((seen) => {
    void read(response, (event, data) => {
      if (event !== "wire") return;
      const row = JSON.parse(data) as WireRow;
      if (row.seq <= before) return;
      seen();
      onRow(row);
    });
    return () => cut.abort();
  });
}

function watch(open: (seen: () => void) => () => void): WireWatch {
  let newest = 0;
  const stop = open(() => {
    newest = performance.now();
  });
  return {
    async quiet() {
      const asked = performance.now();
      newest = asked;
      while (performance.now() - newest < QUIET_MS && performance.now() - asked < QUIET_WITHIN_MS)
        await new Promise((next) => setTimeout(next, QUIET_MS / 3));
    },
    stop,
  };
}

/** Server-Sent Events: blocks of `field: value` lines, an empty line after each. */
async function read(response: Response, onEvent: (event: string, data: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  let held = "";
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      held += decoder.decode(chunk, { stream: true });
      const blocks = held.split("\n\n");
      held = blocks.pop()!;
      for (const block of blocks) {
        const field = (name: string) =>
          block
            .split("\n")
            .filter((line) => line.startsWith(`${name}: `))
            .map((line) => line.slice(name.length + 2))
            .join("\n");
        onEvent(field("event"), field("data"));
      }
    }
  } catch {
    // Cut by `stop`, or the system ended: there is nothing more to watch.
  }
}
