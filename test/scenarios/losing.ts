import { expect } from "vitest";
import { eventually } from "../../app/demo/play.ts";
import { must } from "../../app/headless/phone.ts";
import type { Scenario } from "./run.ts";

export const LOSING: readonly Scenario[] = [
  {
    name: "suspended by its holder a card is declined, resumed it pays",
    async play(stage) {
      const zhang = await stage.zhang();
      const { calls } = zhang.player.phone;
      const { passId } = zhang.pass;
      const change = async (to: "suspend" | "resume") =>
        must(await calls.changePass({ passId, change: to }, zhang.player.context()));
      expect((await change("suspend")).token).toMatchObject({ status: "suspended", suspendedBy: ["holder"] });
      expect(await stage.pay(zhang, 4_00n)).toMatchObject({ state: "declined", responseCode: "62" });
      expect((await change("resume")).token.status).toBe("active");
      expect((await stage.pay(zhang, 4_00n)).state).toBe("approved");
    },
  },
  {
    name: "lost mode stops a phone that does not know it; found, it pays again",
    async play(stage) {
      const li = await stage.li();
      await li.player.setLost(true);
      expect(await stage.pay(li, 6_00n)).toMatchObject({ state: "declined", responseCode: "62" });
      await li.player.setLost(false);
      expect((await stage.pay(li, 6_00n)).state).toBe("approved");
    },
  },
  {
    name: "whoever suspended a card must resume it: being found is not enough for its holder's own block",
    async play(stage) {
      const li = await stage.li();
      const { calls } = li.player.phone;
      const change = async (to: "suspend" | "resume") =>
        must(await calls.changePass({ passId: li.pass.passId, change: to }, li.player.context())).token;
      await change("suspend");
      await li.player.setLost(true);
      await li.player.setLost(false);
      expect((await stage.pay(li, 2_00n)).responseCode).toBe("62");
      expect((await change("resume")).status).toBe("active");
      expect((await stage.pay(li, 2_00n)).state).toBe("approved");
    },
  },
  {
    name: "a wiped phone pays no more, its refund still arrives, and the card may go to another account",
    async play(stage) {
      const gone = await stage.bindNew("aili");
      const { player, card, pass } = gone;
      const before = await player.availableMinor(card);
      const sale = await stage.pay(gone, 50_00n);
      expect(sale.state).toBe("approved");
      await player.phone.wallet.follow([pass]);
      const tap = await stage.finishTap(gone, 7_00n);
      await player.wipe();
      expect(await player.passes()).toEqual([]);
      expect(await player.phone.storage.cards()).toEqual([]);
      expect(await stage.present(tap)).toBe("14");
      expect(must(await stage.refund(gone, sale, 50_00n)).state).toBe("approved");
      expect(await player.availableMinor(card)).toBe(before);
      const next = await stage.bindNew("aili");
      expect((await stage.pay(next, 1_00n)).state).toBe("approved");
      await next.player.wipe();
    },
  },
  {
    name: "a card reported lost at the bank: its token stops, in the wallet too; found it pays",
    async play(stage) {
      const li = await stage.li();
      const { context } = li.player;
      const becomes = async (status: string, suspendedBy: readonly string[]) => {
        const token = await eventually(async () => {
          const pass = (await li.player.passes()).find(({ passId }) => passId === li.pass.passId);
          return pass?.token.status === status ? pass.token : undefined;
        });
        expect(token?.suspendedBy, `never ${status}`).toEqual(suspendedBy);
      };
      const card = { cardId: "card-li" };
      expect(must(await stage.desk("agent-1").reportLost(card, context())).status).toBe("lost");
      await becomes("suspended", ["issuer"]);
      expect(await stage.pay(li, 2_00n)).toMatchObject({ state: "declined", responseCode: "62" });
      expect(must(await stage.desk("teller-1").liftLost(card, context())).status).toBe("active");
      await becomes("active", []);
      expect((await stage.pay(li, 2_00n)).state).toBe("approved");
    },
  },
];
