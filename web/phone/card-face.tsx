import type { Product, TokenStatus } from "#contracts/common";
import type { PassView } from "#contracts/wallet-api";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Dots, Waves } from "../ui/marks.tsx";
import { CardArt } from "./card-art.tsx";

/** A card as the wallet draws it: bank, product, last four digits. Never more of the number. */
export function CardFace({
  product,
  panSuffix,
  status = "active",
  provisioned = true,
  behind = false,
}: {
  product: Pick<Product, "bank" | "name" | "art">;
  panSuffix: string;
  status?: TokenStatus;
  provisioned?: boolean;
  /** Half hidden by another card: what tells it apart stands at its top. */
  behind?: boolean;
}) {
  const say = useSay();
  const dim = status !== "active";
  return (
    <div
      className={`relative aspect-[342/216] w-full overflow-hidden rounded-[18px] text-left text-white shadow-[0_10px_26px_-10px_rgb(0_0_0/0.5),0_-4px_12px_-3px_rgb(0_0_0/0.35)] ring-1 ring-white/10 ring-inset ${dim ? "saturate-50" : ""}`}
    >
      <CardArt art={product.art} />
      <div className="absolute inset-0 flex flex-col justify-between p-4">
        <div className="flex items-start justify-between">
          <div className="flex items-center gap-2.5">
            <BankMark />
            <div className="leading-tight">
              <p className="text-[15px] font-bold tracking-wide">{product.bank.zh}</p>
              <p className="text-[10px] tracking-wider text-white/85">{product.bank.en}</p>
            </div>
          </div>
          <div className="flex items-center gap-2 text-white/90">
            {behind && <span className="tabular text-[13px] tracking-wider">{panSuffix}</span>}
            <Waves className="size-6" />
          </div>
        </div>
        <div className="flex items-end justify-between">
          <div className="leading-tight">
            <p className="text-[13px] text-white/90">{say(product.name)}</p>
            <p className="tabular mt-1 flex items-center gap-2 text-[17px] font-medium tracking-[0.1em]">
              <Dots />
              {panSuffix}
            </p>
          </div>
          <span className="rounded-full border border-white/40 px-2 py-0.5 text-[10px] tracking-wider text-white/90">
            {say(TEXT.demo.badge)}
          </span>
        </div>
      </div>
      {(dim || !provisioned) && (
        <span className="absolute top-14 left-4 rounded-full bg-black/60 px-2.5 py-1 text-xs font-semibold">
          {say(dim ? TEXT.card.states[status] : TEXT.card.activating)}
        </span>
      )}
    </div>
  );
}

/** The invented bank's mark: a seal with a rising line. */
function BankMark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className="size-8">
      <rect
        x="1.5"
        y="1.5"
        width="29"
        height="29"
        rx="9"
        fill="#fff"
        fillOpacity="0.16"
        stroke="#fff"
        strokeOpacity="0.75"
      />
      <path
        d="M9 10.5h14M9 15.5h14M16 15.5v8M11.5 19.5 9.5 23M20.5 19.5l2 3.5"
        stroke="#fff"
        strokeWidth="2"
        strokeLinecap="round"
        fill="none"
      />
    </svg>
  );
}

/** The face of a card in the wallet. */
export function PassFace({ pass, behind = false }: { pass: PassView; behind?: boolean }) {
  const { product, token, provisioned } = pass;
  return (
    <CardFace
      product={product}
      panSuffix={token.panSuffix}
      status={token.status}
      provisioned={provisioned}
      behind={behind}
    />
  );
}
