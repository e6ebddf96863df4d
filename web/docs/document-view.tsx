import { type ReactNode, useEffect, useState } from "react";
import { useLocation } from "wouter";
import { useSay } from "../text/language.tsx";
import { Spinner } from "../ui/button.tsx";
import type { Block, Inline } from "./blocks.ts";
import { type Document, LIBRARY, textOf } from "./library.ts";
import { DOCS } from "./words.ts";

/** One of the project's documents. */
export function DocumentView({ document }: { document: Document }) {
  const say = useSay();
  const [blocks, setBlocks] = useState<readonly Block[] | undefined>(undefined);
  useEffect(() => {
    let gone = false;
    setBlocks(undefined);
    void textOf(document).then((read) => gone || setBlocks(read));
    return () => {
      gone = true;
    };
  }, [document]);
  if (blocks === undefined)
    return (
      <p role="status" className="grid place-items-center py-24 text-accent">
        <Spinner className="size-8" />
      </p>
    );
  const parts = blocks.flatMap((block) => (block.kind === "heading" && block.level === 2 ? [flat(block.text)] : []));
  return (
    <>
      {parts.length > 2 && (
        <nav aria-label={say(DOCS.onPage)} className="mb-6 flex flex-wrap gap-2">
          {parts.map((part) => (
            <a
              key={part}
              href={`#${slugOf(part)}`}
              className="rounded-full border border-line bg-panel px-3 py-1.5 text-[13px] text-ink-2 hover:border-accent"
            >
              {part}
            </a>
          ))}
        </nav>
      )}
      <article lang="en" className="grid grid-cols-1 gap-4 text-[15px] leading-relaxed">
        {blocks.map((block, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a document never changes its order
          <OneBlock key={i} block={block} />
        ))}
      </article>
    </>
  );
}

const HEADINGS: Readonly<Record<number, string>> = {
  1: "text-[28px] font-bold tracking-tight",
  2: "mt-5 text-[21px] font-bold",
  3: "mt-3 text-[17px] font-bold",
};

function OneBlock({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading": {
      const Tag = `h${Math.min(block.level + 1, 6)}` as "h2";
      return (
        <Tag id={slugOf(flat(block.text))} className={`scroll-mt-6 ${HEADINGS[block.level] ?? "font-bold"}`}>
          <Line text={block.text} />
        </Tag>
      );
    }
    case "paragraph":
      return (
        <p>
          <Line text={block.text} />
        </p>
      );
    case "list": {
      const Tag = block.ordered ? "ol" : "ul";
      return (
        <Tag className={`grid gap-1.5 pl-6 ${block.ordered ? "list-decimal" : "list-disc"} marker:text-ink-3`}>
          {block.items.map((item, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a document never changes its order
            <li key={i}>
              <Line text={item} />
            </li>
          ))}
        </Tag>
      );
    }
    case "code":
      return (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          className="overflow-x-auto rounded-2xl bg-panel-2 p-4 font-mono text-[13px] leading-relaxed ring-1 ring-line"
        >
          {block.text}
        </pre>
      );
    case "table":
      return (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label={block.head.map(flat).join(", ")}
          className="overflow-x-auto rounded-2xl bg-panel ring-1 ring-line"
        >
          <table className="w-full text-[13px]">
            <thead>
              <tr className="bg-panel-2 text-left">
                {block.head.map((cell, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a document never changes its order
                  <th key={i} scope="col" className="px-3 py-2 font-semibold whitespace-nowrap">
                    <Line text={cell} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {block.rows.map((row, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a document never changes its order
                <tr key={i} className="border-line border-t align-top">
                  {row.map((cell, j) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a document never changes its order
                    <td key={j} className="min-w-24 px-3 py-2">
                      <Line text={cell} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      );
  }
}

function Line({ text }: { text: readonly Inline[] }): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: a document never changes its order
  return text.map((one, i) => <Piece key={i} piece={one} />);
}

function Piece({ piece }: { piece: Inline }) {
  switch (piece.kind) {
    case "text":
      return piece.text;
    case "code":
      return (
        <code className="rounded-md bg-panel-2 px-1.5 py-0.5 font-mono text-[0.88em] break-words">{piece.text}</code>
      );
    case "strong":
      return (
        <strong>
          <Line text={piece.text} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Line text={piece.text} />
        </em>
      );
    case "break":
      return <br />;
    case "link":
      return <LinkTo to={piece.to} text={piece.text} />;
  }
}

/** Links between documents lead to their pages here; files that have none are named, not linked. */
function LinkTo({ to, text }: { to: string; text: readonly Inline[] }) {
  const [, go] = useLocation();
  const look = "font-medium text-accent underline underline-offset-2";
  if (/^(https?:|#)/.test(to))
    return (
      <a href={to} className={look}>
        <Line text={text} />
      </a>
    );
  const name = to.replace(/#.*$/, "").split("/").at(-1)?.replace(/\.md$/, "").toLowerCase();
  const known = LIBRARY.find((one) => one.name === name);
  if (known === undefined) return <Line text={text} />;
  return (
    <a
      href={`/docs/${known.name}`}
      className={look}
      onClick={(event) => {
        event.preventDefault();
        go(`/${known.name}`);
      }}
    >
      <Line text={text} />
    </a>
  );
}

function flat(text: readonly Inline[]): string {
  return text
    .map((one) => (one.kind === "break" ? " " : typeof one.text === "string" ? one.text : flat(one.text)))
    .join("");
}

function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "");
}
