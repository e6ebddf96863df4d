import * as v from "valibot";
import { CardStatusSchema } from "#contracts/desk-api";

const PrintedCard = v.object({
  id: v.string(),
  pan: v.string(),
  kind: v.picklist(["debit", "credit"]),
  holderName: v.string(),
  mobile: v.string(),
  /** YYMM. */
  expiry: v.string(),
  cvn2: v.string(),
  status: CardStatusSchema,
});
/** A card of the invented bank, as it is printed. */
export type PrintedCard = v.InferOutput<typeof PrintedCard>;

/** The demo's cards; none when this is not a demo or the server is away. */
export async function fetchDemoCards(): Promise<readonly PrintedCard[]> {
  try {
    const response = await fetch("/demo/v1/cards", { cache: "no-store" });
    const parsed = v.safeParse(v.object({ cards: v.array(PrintedCard) }), await response.json());
    return parsed.success ? parsed.output.cards : [];
  } catch {
    return [];
  }
}
