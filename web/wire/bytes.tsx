import type { WireRow } from "#contracts/wire";

/** A part of a message: bytes of hex, characters of a text. */
export interface Range {
  readonly at: number;
  readonly length: number;
}

const IN_LINE = 16;

/** The message itself: hex with offsets, or the text of a call; one part of it can be lit. */
export function Bytes({ row, lit, onLight }: { row: WireRow; lit: Range | undefined; onLight: (at: number) => void }) {
  return row.form === "hex" ? <Hex raw={row.raw} lit={lit} onLight={onLight} /> : <Text raw={row.raw} lit={lit} />;
}

/** Scrolls the box of the bytes and nothing around it. */
function intoView(part: HTMLElement | null): void {
  const box = part?.closest("[data-bytes]");
  if (part === null || !(box instanceof HTMLElement)) return;
  const [inner, outer] = [part.getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.top < outer.top) box.scrollTop -= outer.top - inner.top + 8;
  else if (inner.bottom > outer.bottom) box.scrollTop += inner.bottom - outer.bottom + 8;
}

function Hex({ raw, lit, onLight }: { raw: string; lit: Range | undefined; onLight: (at: number) => void }) {
  const bytes = raw.match(/../g) ?? [];
  const lines = Array.from({ length: Math.ceil(bytes.length / IN_LINE) }, (_, i) => i * IN_LINE);
  const isLit = (at: number) => lit !== undefined && at >= lit.at && at < lit.at + lit.length;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for the mouse; by keyboard each field lights its bytes
    <div
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      data-bytes
      onMouseOver={({ target }) => {
        const at = target instanceof HTMLElement ? target.dataset["at"] : undefined;
        if (at !== undefined) onLight(Number(at));
      }}
      onFocus={() => {}}
      className="max-h-52 overflow-auto rounded-xl bg-panel-2 px-3 py-2 font-mono text-[11px] leading-5"
    >
      {lines.map((from) => (
        <div key={from} className="flex whitespace-nowrap">
          <span className="mr-3 text-ink-3 select-none">{from.toString(16).toUpperCase().padStart(4, "0")}</span>
          {bytes.slice(from, from + IN_LINE).map((byte, i) => {
            const at = from + i;
            return (
              <span
                key={at}
                data-at={at}
                ref={at === lit?.at ? intoView : undefined}
                className={`px-[3px] ${i === IN_LINE / 2 ? "ml-1.5" : ""} ${isLit(at) ? "bg-accent text-accent-ink" : byte === "**" ? "text-ink-3" : "text-ink"}`}
              >
                {byte.replaceAll("*", "•")}
              </span>
            );
          })}
        </div>
      ))}
    </div>
  );
}

function Text({ raw, lit }: { raw: string; lit: Range | undefined }) {
  const { at, length } = lit ?? { at: raw.length, length: 0 };
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      data-bytes
      className="max-h-64 overflow-auto rounded-xl bg-panel-2 px-3 py-2 font-mono text-[11px] leading-5 whitespace-pre-wrap break-all text-ink-2"
    >
      {raw.slice(0, at)}
      {length > 0 && (
        <mark ref={intoView} className="rounded-sm bg-accent text-accent-ink">
          {raw.slice(at, at + length)}
        </mark>
      )}
      {raw.slice(at + length)}
    </pre>
  );
}
