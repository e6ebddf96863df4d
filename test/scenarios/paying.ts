import { expect } from "vitest";
import { toHex } from "#protocol/bytes";
import { encodeTlv, parseTlv } from "#protocol/tlv";
import { eventually } from "../../app/demo/play.ts";
import { must } from "../../app/headless/phone.ts";
import type { Scenario } from "./run.ts";
import type { Stage } from "./stage.ts";
import type { FinishedTap } from "./world.ts";

const MARKET_TILL = "T0000003";
/** Of the issuer's own demo policy: what it takes for a token to be suspended. */
const WRONG_CRYPTOGRAMS = 10;

/** A holder taps: the till and the phone say so, and the bank has the money. */
async function tapIsApproved(stage: Stage, who: "zhang" | "li"): Promise<void> {
  const holder = await stage[who]();
  const { player, card, pass } = holder;
  const before = await player.availableMinor(card);
  const known = (await player.notices(0)).length;
  const sale = await stage.pay(holder, 12_34n);
  expect(sale).toMatchObject({
    state: "approved",
    responseCode: "00",
    words: { zh: "交易成功" },
    amount: { minor: "1234", currency: "156" },
    tokenSuffix: pass.token.tokenSuffix,
  });
  expect(await player.availableMinor(card)).toBe(before - 12_34n);
  const notices = await player.notices(known + 1);
  expect(notices).toHaveLength(known + 1);
  expect(notices[0]).toMatchObject({ kind: "payment", amount: { minor: "1234" }, responseCode: "00" });
  expect(notices[0]!.merchantName).toContain("CAFE");
}

/** The same tap with one bit of its cryptogram turned. */
function withWrongCryptogram(tap: FinishedTap): FinishedTap {
  const items = parseTlv(tap.chip.field55).map((item) =>
    item.tag === "9F26" ? { tag: item.tag, value: item.value.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) } : item,
  );
  return { ...tap, chip: { ...tap.chip, field55: encodeTlv(items) } };
}

export const PAYING: readonly Scenario[] = [
  { name: "a tap with single-use keys: approved, booked, told", play: (stage) => tapIsApproved(stage, "zhang") },
  { name: "a tap with a secure element: approved, booked, told", play: (stage) => tapIsApproved(stage, "li") },
  {
    name: "a phone with single-use keys never runs out of them while it is online",
    async play(stage) {
      const zhang = await stage.zhang();
      for (let tap = 0; tap < 12; tap++) expect((await stage.pay(zhang, 1_00n)).state).toBe("approved");
    },
  },
  {
    name: "more than there is: 51, and the exact balance still goes",
    async play(stage) {
      const chen = await stage.bindNew("chen");
      const { player, card } = chen;
      const balance = await player.availableMinor(card);
      expect(await stage.pay(chen, balance + 1n)).toMatchObject({
        state: "declined",
        responseCode: "51",
        words: { zh: "余额不足", en: "Insufficient funds" },
      });
      expect(await player.availableMinor(card)).toBe(balance);
      expect((await player.notices(1))[0]).toMatchObject({ kind: "declined", responseCode: "51" });
      const all = await stage.pay(chen, balance);
      expect(all.state).toBe("approved");
      expect((await stage.pay(chen, 1n)).responseCode).toBe("51");
      expect(must(await stage.voidSale(chen, all)).state).toBe("approved");
      expect(await player.availableMinor(card)).toBe(balance);
      await player.wipe();
    },
  },
  {
    name: "refunds in parts up to the sale, a void of the whole, and the till's totals",
    async play(stage) {
      const zhang = await stage.zhang();
      const { player, card } = zhang;
      const totals = async () => must(await player.till.totals({ terminalId: MARKET_TILL }, player.context()));
      const [balance, before] = [await player.availableMinor(card), await totals()];

      const sale = await stage.pay(zhang, 100_00n, MARKET_TILL);
      expect(must(await stage.refund(zhang, sale, 30_00n)).state).toBe("approved");
      const tooMuch = await stage.refund(zhang, sale, 70_01n);
      expect(tooMuch).toMatchObject({ ok: false, error: { code: "wrongState", at: "amount" } });
      const tooLate = await stage.voidSale(zhang, sale);
      expect(tooLate, "a void after a refund").toMatchObject({ ok: false, error: { code: "wrongState" } });
      expect(must(await stage.refund(zhang, sale, 70_00n)).state).toBe("approved");
      expect(await stage.refund(zhang, sale, 1n)).toMatchObject({ ok: false });
      expect(await player.sale(sale.saleId)).toMatchObject({ state: "approved", refundedMinor: "10000" });

      const second = await stage.pay(zhang, 20_00n, MARKET_TILL);
      const voided = must(await stage.voidSale(zhang, second));
      expect(voided).toMatchObject({ kind: "void", state: "approved", amount: { minor: "2000" } });
      expect(await stage.voidSale(zhang, second), "a second void").toMatchObject({ ok: false });

      expect(await player.availableMinor(card)).toBe(balance);
      const after = await totals();
      expect(after.sales - before.sales).toBe(2);
      expect(after.refunds - before.refunds).toBe(3);
      expect(BigInt(after.salesMinor) - BigInt(before.salesMinor)).toBe(120_00n);
      expect(BigInt(after.netMinor)).toBe(BigInt(before.netMinor));
    },
  },
  {
    name: "the same cryptogram twice: refused, and the money moves once",
    async play(stage) {
      const zhang = await stage.zhang();
      const before = await zhang.player.availableMinor(zhang.card);
      const tap = await stage.finishTap(zhang, 5_00n);
      expect(await stage.present(tap)).toBe("00");
      expect(await stage.present(tap)).toBe("94");
      // For another sum it does not fit the cryptogram's own data.
      expect(await stage.present({ ...tap, minor: 1n })).toBe("30");
      expect(await zhang.player.availableMinor(zhang.card)).toBe(before - 5_00n);
    },
  },
  {
    name: "a wrong cryptogram: refused; ten of them suspend the token, and its holder cannot undo that",
    async play(stage) {
      const holder = await stage.bindNew("aili", "secureElement");
      const { player, card, pass } = holder;
      const before = await player.availableMinor(card);
      const tap = await stage.finishTap(holder, 3_00n);
      for (let count = 1; count < WRONG_CRYPTOGRAMS; count++)
        expect(await stage.present(withWrongCryptogram(tap))).toBe("59");
      // The right one was not spent by the wrong ones, and begins the count anew.
      expect(await stage.present(tap)).toBe("00");
      const next = await stage.finishTap(holder, 3_00n);
      for (let count = 1; count <= WRONG_CRYPTOGRAMS; count++)
        expect(await stage.present(withWrongCryptogram(next))).toBe("59");
      expect(await stage.present(next)).toBe("62");
      expect(await player.availableMinor(card)).toBe(before - 3_00n);
      const told = await eventually(async () =>
        (await player.passes()).find(({ token }) => token.status === "suspended"),
      );
      expect(told?.token.suspendedBy).toEqual(["tsp"]);
      const undo = await player.phone.calls.changePass({ passId: pass.passId, change: "resume" }, player.context());
      expect(undo).toMatchObject({ ok: false, error: { code: "forbidden" } });
      await player.wipe();
    },
  },
  {
    name: "what the shop keeps is the device's number, not the card's",
    async play(stage) {
      const zhang = await stage.zhang();
      const tap = await stage.finishTap(zhang, 1_00n);
      expect(tap.chip.tokenPan).toMatch(/^\d{19}$/);
      expect(toHex(tap.chip.field55)).not.toContain(zhang.card.pan.slice(0, 12));
      const { sales } = must(await zhang.player.till.history({ terminalId: tap.terminalId }, zhang.player.context()));
      expect(JSON.stringify(sales)).not.toContain(zhang.card.pan);
    },
  },
];
