import type { SaleView } from "#contracts/acquirer-api";
import type { Random } from "#contracts/ports";
import type { PassView } from "#contracts/wallet-api";
import type { Player } from "../../app/demo/play.ts";

export interface ShopperOptions {
  readonly player: Player;
  readonly pass: PassView;
  readonly terminalId: string;
  readonly random: Random;
  /** Refunds and voids now and then. */
  readonly givesBack: boolean;
  /** Resolves when the shop is open: true; or has closed for good: false. */
  readonly open: () => Promise<boolean>;
  /** What a till showed. */
  readonly saw: (view: SaleView) => void;
}

const AMOUNT_MAX_MINOR = 200;
const AFTER_FAILURE_MS = 25;

/** One holder at one till, tap after tap. Whatever fails is tried again: the system may be dead for a moment. */
export async function shop(options: ShopperOptions): Promise<void> {
  const { player, pass, terminalId, random, saw } = options;
  while (await options.open()) {
    try {
      const minor = 1 + random.below(AMOUNT_MAX_MINOR);
      const sale = await player.pay(pass, BigInt(minor), terminalId);
      saw(sale);
      if (options.givesBack && sale.state === "approved" && random.below(5) === 0) {
        const given =
          random.below(2) === 0
            ? await player.voidSale(sale)
            : await player.refund(sale, 1n + BigInt(random.below(minor)));
        if (given.ok) saw(given.value);
      }
    } catch {
      // Nothing was shown, so nothing is promised.
      await new Promise((next) => setTimeout(next, AFTER_FAILURE_MS));
    }
  }
}
