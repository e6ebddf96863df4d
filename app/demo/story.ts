import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#platform/clock";
import { createLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { DEMO_CARDS } from "#protocol/pan";
import { readServeConfig } from "../config.ts";
import { openStage } from "../faces/stage.ts";
import { startSystem } from "../system.ts";
import { createWireHub } from "../wire/hub.ts";
import { openPlayer } from "./play.ts";

export interface StoryResult {
  readonly bound: boolean;
  readonly approved: boolean;
  readonly refunded: boolean;
  readonly refusedAfterLoss: boolean;
  readonly ms: number;
}

/** Plays bind, tap, refund, lost mode and a refused tap against a system of its own that leaves nothing behind. */
export async function playStory(say: (words: { zh: string; en: string }) => void): Promise<StoryResult> {
  const started = systemClock.now();
  const port = await freePort();
  const config = readServeConfig({ port: `${port}`, ephemeral: true });
  if (!config.ok) throw new Error(config.error.join("; "));
  const log = createLog("warn");
  const hub = createWireHub();
  const origin = `http://localhost:${port}`;
  const folder = mkdtempSync(join(tmpdir(), "kabao-phone-"));
  const system = await startSystem(config.value, { clock: systemClock, random: systemRandom, log, tap: hub, origin });
  const stage = await openStage({ host: "127.0.0.1", port, system, hub, log, demo: true });
  try {
    const player = await openPlayer({ origin, wallet: origin, acquirer: origin, issuer: origin }, folder);
    const pass = await player.bind(DEMO_CARDS[0]!);
    say({ zh: "卡已绑定", en: "The card is bound" });
    const sale = await player.pay(pass, 25_00n);
    say(sale.words);
    const refund = await player.refund(sale, 10_00n);
    say(refund.words);
    await player.setLost(true);
    const refused = await player.pay(pass, 5_00n);
    say(refused.words);
    player.phone.close();
    return {
      bound: true,
      approved: sale.state === "approved",
      refunded: refund.state === "approved",
      refusedAfterLoss: refused.state === "declined",
      ms: systemClock.now() - started,
    };
  } finally {
    await stage.close();
    await system.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
