import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { systemClock } from "#platform/clock";
import { silentLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { FRAMINGS, tcpLink } from "#platform/tcp";
import { binary, parsePar, parseTokenBlock, text } from "#protocol/iso8583";
import { findTag, parseTlv } from "#protocol/tlv";
import { eventually, openPlayer } from "../../app/demo/play.ts";
import { openOwnAcquirer } from "./own-acquirer.ts";
import { openOwnIssuer } from "./own-issuer.ts";
import { openOwnNetwork } from "./own-network.ts";
import { type Serving, serve } from "./processes.ts";
import { cardOf, openStage } from "./stage.ts";

// A program of one's own in place of one of ours, over nothing but the published formats.

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "kabao-own-"));
  undo.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

async function serveWithout(party: string, port: number, data: string, ...options: string[]): Promise<Serving> {
  const serving = await serve(["--without", party, "--no-pages", "--port", `${port}`, "--data", data, ...options]);
  undo.push(async () => {
    serving.child.kill("SIGTERM");
    expect(await serving.ended).toBe(0);
  });
  return serving;
}

function openWorld(port: number) {
  const page = `http://localhost:${port}`;
  return { origin: page, wallet: page, acquirer: page, issuer: page };
}

test("an own issuer: it binds, approves and declines, by the real number and with the token beside it", async () => {
  const [port, isoPort, httpPort] = [18_350, 18_370, 18_371];
  const issuer = await openOwnIssuer(isoPort, httpPort);
  undo.push(() => issuer.stop());
  const data = folder();
  const addresses = ["--issuer", `tcp://127.0.0.1:${isoPort}`, "--issuer-api", `http://127.0.0.1:${httpPort}`];
  const serving = await serveWithout("issuer", port, data, ...addresses);
  expect(serving.ready).toBe(`http://localhost:${port}`);
  const player = await openPlayer(openWorld(port), { folder: folder(), name: "手机", keySource: "hce" });
  undo.push(() => player.phone.close());
  const card = cardOf("zhang");

  // Green: without a code.
  const pass = await player.bind(card);
  expect(pass).toMatchObject({ token: { status: "active", panSuffix: "0017" }, product: { id: "own-debit" } });
  expect(issuer.cards[0]).toMatchObject({ pan: card.pan, holderName: card.holderName });
  const told = await eventually(async () => issuer.told[0]);
  expect(told).toEqual({ tokenRef: pass.token.tokenRef, status: "active" });

  issuer.answers = ["00", "51"];
  expect(await player.pay(pass, 15_00n)).toMatchObject({ state: "approved", responseCode: "00" });
  expect(await player.pay(pass, 25_00n)).toMatchObject({ state: "declined", responseCode: "51" });
  expect(issuer.got.map(({ mti }) => mti)).toEqual(["0200", "0200"]);
  const [first] = issuer.got;
  const token = parseTokenBlock(text(first!, 63))!;
  expect(text(first!, 2)).toBe(card.pan);
  expect(text(first!, 4)).toBe("000000001500");
  expect(token.tokenPan).not.toBe(card.pan);
  expect(token.tokenPan.slice(-4)).toBe(pass.token.tokenSuffix);
  expect(parsePar(text(first!, 56))).toMatch(/^[0-9A-Z]{29}$/);
  // Neither the token's expiry nor a track stands beside the real number, and the chip data names no number at all.
  expect([14, 35, 36, 45].filter((field) => first!.fields[field] !== undefined)).toEqual([]);
  const chip = parseTlv(binary(first!, 55)!);
  expect(["57", "5A"].map((tag) => findTag(chip, tag))).toEqual([undefined, undefined]);
  expect(findTag(chip, "9F26")).toHaveLength(8);

  // The way back: a notice, with the key of the link and not without.
  const notify = (authorization: string) =>
    fetch(`http://127.0.0.1:${port + 14}/tsp/issuer/v1/notifyPayment`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": systemRandom.uuid(), authorization },
      body: JSON.stringify({
        tokenPan: token.tokenPan,
        notice: {
          noticeId: "own-1",
          kind: "payment",
          amount: { minor: "1500", currency: "156" },
          merchantName: "示范咖啡",
          responseCode: "00",
          at: systemClock.now(),
        },
      }),
    });
  const key = readFileSync(join(data, "links", "issuerToTsp.secret")).toString("base64url");
  expect(serving.said()).toContain(join(data, "links"));
  expect((await notify("Bearer nonsense")).status).toBe(401);
  expect((await notify(`Bearer ${key}`)).status).toBe(200);
  expect((await player.notices(1))[0]).toMatchObject({ noticeId: "own-1", merchantName: "示范咖啡" });
});

test("an own issuer that is not there: the phone is told to try again", async () => {
  const port = 18_400;
  await serveWithout(
    "issuer",
    port,
    folder(),
    "--issuer",
    "tcp://127.0.0.1:18420",
    "--issuer-api",
    "http://127.0.0.1:18421",
  );
  const player = await openPlayer(openWorld(port), { folder: folder(), name: "手机", keySource: "hce" });
  undo.push(() => player.phone.close());
  await expect(player.apply(cardOf("zhang"))).rejects.toThrow("peerUnavailable");
});

test("an own network between our acquirer, our token service and our issuer", async () => {
  const port = 18_380;
  const network = await openOwnNetwork({ acquirer: 18_399, tsp: port + 12, issuer: port + 13 });
  undo.push(() => network.stop());
  await serveWithout("network", port, folder(), "--network", "tcp://127.0.0.1:18399");
  const stage = await openStage({
    faces: openWorld(port),
    present: () => Promise.reject(new Error("not used")),
    close: async () => {},
  });
  undo.push(() => stage.close());
  const zhang = await stage.zhang();
  expect(await stage.pay(zhang, 8_00n)).toMatchObject({ state: "approved", responseCode: "00" });
  expect(await stage.pay(zhang, 10_000_00n)).toMatchObject({ state: "declined", responseCode: "51" });
  expect(network.pans).toEqual([zhang.card.pan, zhang.card.pan]);
  await stage.expectSquare();
});

test("an own acquirer at our network's door", async () => {
  const port = 18_440;
  await serveWithout("acquirer", port, folder());
  const acquirer = openOwnAcquirer(
    tcpLink({
      host: "127.0.0.1",
      port: port + 11,
      framing: FRAMINGS.cups,
      timers: systemClock,
      log: silentLog,
    }),
  );
  undo.push(() => acquirer.stop());
  const stage = await openStage({ faces: openWorld(port), present: acquirer.purchase, close: async () => {} });
  undo.push(() => stage.close());
  const zhang = await stage.zhang();
  expect(await stage.present(await stage.finishTap(zhang, 8_00n))).toBe("00");
  expect(await stage.present(await stage.finishTap(zhang, 10_000_00n))).toBe("51");
  await stage.expectSquare();
});
