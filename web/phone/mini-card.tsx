import type { PassView } from "#contracts/wallet-api";
import { CardArt } from "./card-art.tsx";

/** A card the size of a stamp, beside its name. */
export function MiniCard({
  pass,
  className = "w-12",
}: {
  pass: Pick<PassView, "product" | "token">;
  className?: string;
}) {
  const dim = pass.token.status !== "active";
  return (
    <span
      aria-hidden="true"
      className={`relative block aspect-[342/216] shrink-0 overflow-hidden rounded-[5px] ring-1 ring-black/10 ${dim ? "opacity-60 saturate-50" : ""} ${className}`}
    >
      <CardArt art={pass.product.art} />
    </span>
  );
}
