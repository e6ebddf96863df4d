import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { must } from "../../app/headless/phone.ts";
import type { Scenario } from "./run.ts";
import { cardOf } from "./stage.ts";

const wrong = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

export const BINDING: readonly Scenario[] = [
  {
    name: "a card is bound by a code sent to the phone the bank has on file",
    async play(stage) {
      const { player, pass, card } = await stage.zhang();
      expect(pass).toMatchObject({
        isDefault: true,
        provisioned: true,
        token: { status: "active", panSuffix: card.pan.slice(-4) },
        product: { kind: "debit", bank: { zh: "示范银行" } },
      });
      expect(await player.passes()).toEqual([pass]);
    },
  },
  {
    name: "the bank tells a masked phone number, and refuses a name, a phone and cards that do not fit",
    async play(stage) {
      const player = await stage.phone("hce");
      const aili = cardOf("aili");
      const application = await player.apply(aili);
      expect(application.binding).toMatchObject({
        stage: "awaitingVerification",
        decision: "yellow",
        methods: [
          { kind: "smsCode", sentTo: "138****8003", open: true },
          { kind: "bankApp", open: false, closedBecause: "bankAppNotReady" },
          { kind: "callCentre", phone: "95000", hours: { from: 8, to: 22 } },
        ],
      });
      // The middle dot has many shapes; the name is the same.
      expect((await player.apply(aili, { holderName: "买买提•艾力" })).binding.stage).toBe("awaitingVerification");
      const refusals = [
        [aili, { holderName: "张伟" }, "nameMismatch"],
        [aili, { mobile: "13900139000" }, "reservedPhoneMismatch"],
        [cardOf("wang"), {}, "cardNotActivated"],
        [cardOf("liu"), {}, "cardReportedLost"],
        [cardOf("yang"), {}, "cardFrozenByBank"],
      ] as const;
      for (const [card, typed, cause] of refusals) {
        // One account: a card that many accounts try is a risk of its own.
        const { binding } = await (await stage.phone("hce", player)).apply(card, typed);
        expect(binding).toMatchObject({ stage: "refused", decision: "red", causes: [cause] });
      }
      expect(await player.passes()).toEqual([]);
    },
  },
  {
    name: "a card bound to one account is refused to another",
    async play(stage) {
      await stage.zhang();
      const { binding } = await (await stage.phone("hce")).apply(cardOf("zhang"));
      expect(binding).toMatchObject({ stage: "refused", causes: ["boundElsewhere"] });
    },
  },
  {
    name: "three wrong codes kill the code; another comes after the cool-down, within the caps",
    async play(stage) {
      const player = await stage.phone("secureElement");
      const application = await player.apply(cardOf("chen"));
      for (const codesLeft of [2, 1, 0]) {
        const code = must(await player.sendCode(application));
        expect(await player.enterCode(application, wrong(code))).toEqual({ outcome: "wrong", triesLeft: 2 });
        expect(await player.enterCode(application, wrong(code))).toEqual({ outcome: "wrong", triesLeft: 1 });
        const killed = codesLeft > 0 ? { outcome: "dead", codesLeft } : { outcome: "methodDead" };
        expect(await player.enterCode(application, wrong(code))).toEqual(killed);
        expect(await player.enterCode(application, code)).toEqual(killed);

        const soon = await player.sendCode(application);
        expect(soon.ok ? "sent" : soon.error.code).toBe("tooMany");
        if (codesLeft === 0) {
          expect(soon.ok || soon.error.retryAfterMs).toBeUndefined();
          continue;
        }
        const wait = soon.ok ? 0 : (soon.error.retryAfterMs ?? 0);
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(60_000);
        // On the machine's clock nobody waits a minute: the cool-down has shown itself.
        if (stage.world.advance === undefined) break;
        stage.world.advance(wait);
      }
      expect(await player.passes()).toEqual([]);
      const again = await player.apply(cardOf("chen"));
      expect(await player.enterCode(again, must(await player.sendCode(again)))).toEqual({ outcome: "passed" });
      await player.collect(again);
      await player.wipe();
    },
  },
  {
    name: "two devices of one account: a token and keys for each, and the loss of one leaves the other",
    async play(stage) {
      const first = await stage.zhang();
      const phone = await stage.phone("secureElement", first.player);
      const second = { ...first, player: phone, pass: await phone.bind(first.card) };
      const { devices } = must(await phone.phone.calls.me({}, phone.context()));
      expect(devices.map(({ deviceId }) => deviceId)).toEqual([first.player.phone.deviceId, phone.phone.deviceId]);

      const [one, other] = [await stage.finishTap(first, 1_00n), await stage.finishTap(second, 1_00n)];
      expect(one.chip.tokenPan).not.toBe(other.chip.tokenPan);
      expect([one.chip.tokenPan, other.chip.tokenPan]).not.toContain(first.card.pan);

      await phone.setLost(true);
      expect((await stage.pay(second, 2_00n)).state).toBe("declined");
      expect((await stage.pay(first, 2_00n)).state).toBe("approved");
      await phone.wipe();
      expect((await stage.pay(first, 2_00n)).state).toBe("approved");
    },
  },
  {
    name: "neither card number nor code stays on the phone",
    async play(stage) {
      const phone = await stage.phone("hce");
      const card = cardOf("chen");
      const application = await phone.apply(card);
      const code = must(await phone.sendCode(application));
      expect(await phone.enterCode(application, code)).toEqual({ outcome: "passed" });
      await phone.collect(application);
      const kept = readFileSync(join(phone.phone.folder, "cards.journal"), "utf8");
      expect(kept).toContain("dataJwe");
      expect(kept).not.toContain(card.pan);
      expect(kept).not.toContain(`"${code}"`);
      await phone.wipe();
    },
  },
];
