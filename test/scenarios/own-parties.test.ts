import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterEach, expect, test } from "vitest";
import { acquirerTillApi } from "#contracts/acquirer-api";
import { DeviceData } from "#contracts/device-package";
import { cardKeySource, createApplet } from "#device/secure-element";
import { httpCalls } from "#platform/calls";
import { systemClock } from "#platform/clock";
import { openDeviceStorage } from "#platform/device-storage";
import { nodeCipher } from "#platform/keystore";
import { silentLog } from "#platform/log";
import { systemRandom } from "#platform/random";
import { FRAMINGS, tcpLink } from "#platform/tcp";
import { binary, parsePar, parseTokenBlock, text } from "#protocol/iso8583";
import { findTag, parseTlv } from "#protocol/tlv";
import { eventually, openPlayer } from "../../app/demo/play.ts";
import { holdToField } from "../../app/headless/field-client.ts";
import { must } from "../../app/headless/phone.ts";
import { callDoor } from "./json-door.ts";
import { openOwnAcquirer } from "./own-acquirer.ts";
import { OWN_CODE, openOwnIssuer } from "./own-issuer.ts";
import { openOwnNetwork } from "./own-network.ts";
import { openOwnTsp } from "./own-tsp.ts";
import { openOwnWallet } from "./own-wallet.ts";
import { type Serving, serve } from "./processes.ts";
import { cardOf, openStage } from "./stage.ts";
import { deskKeyIn } from "./world.ts";

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

/** The key of a link, as a program of one's own reads it. */
function keyOf(data: string, link: string): string {
  return readFileSync(join(data, "links", `${link}.secret`)).toString("base64url");
}

function openWorld(port: number) {
  const page = `http://localhost:${port}`;
  return { origin: page, wallet: page, acquirer: page, issuer: page };
}

test("an own issuer: it binds by its own code, approves and declines, by the real number and with the token beside it", async () => {
  const [port, isoPort, httpPort] = [18_350, 18_370, 18_371];
  const issuer = await openOwnIssuer(isoPort, httpPort);
  let running = true;
  const stop = async () => {
    if (running) await issuer.stop();
    running = false;
  };
  undo.push(stop);
  const data = folder();
  const addresses = ["--issuer", `tcp://127.0.0.1:${isoPort}`, "--issuer-api", `http://127.0.0.1:${httpPort}`];
  const serving = await serveWithout("issuer", port, data, ...addresses);
  expect(serving.ready).toBe(`http://localhost:${port}`);
  const player = await openPlayer(openWorld(port), { folder: folder(), name: "手机", keySource: "hce" });
  undo.push(() => player.phone.close());
  const card = cardOf("zhang");

  const application = await player.apply(card);
  const { bindingId, stage, methods } = application.binding;
  expect(stage).toBe("awaitingVerification");
  const { calls } = player.phone;
  must(await calls.sendCode({ bindingId, methodId: methods[0]!.methodId, language: "zh" }, player.context()));
  expect(await player.enterCode(application, "000000")).toEqual({ outcome: "wrong", triesLeft: 2 });
  expect(await player.enterCode(application, OWN_CODE)).toEqual({ outcome: "passed" });
  const pass = await player.collect(application);
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
  const notice = {
    noticeId: "own-1",
    journeyId: "iso-own-1",
    kind: "payment",
    amount: { minor: "1500", currency: "156" },
    merchantName: "示范咖啡",
    responseCode: "00",
    at: systemClock.now(),
  };
  const notify = (key: string) =>
    callDoor(`http://127.0.0.1:${port + 14}/tsp/issuer/v1/notifyPayment`, key, { tokenPan: token.tokenPan, notice });
  expect(serving.said()).toContain(join(data, "links"));
  expect((await notify("nonsense")).status).toBe(401);
  expect((await notify(keyOf(data, "issuerToTsp"))).status).toBe(200);
  expect((await player.notices(1))[0]).toMatchObject({ noticeId: "own-1", merchantName: "示范咖啡" });

  // Gone: nothing reaches it, and both sides are told so.
  await stop();
  expect(await player.pay(pass, 1_00n)).toMatchObject({ state: "declined", responseCode: "91" });
  await expect(player.apply(cardOf("li"))).rejects.toThrow("peerUnavailable");
});

test("an own network between our acquirer, our token service and our issuer", async () => {
  const port = 18_380;
  const network = await openOwnNetwork({ acquirer: 18_399, tsp: port + 12, issuer: port + 13 });
  undo.push(() => network.stop());
  const data = folder();
  await serveWithout("network", port, data, "--network", "tcp://127.0.0.1:18399");
  const stage = await openStage({
    faces: openWorld(port),
    deskKey: (staffId) => deskKeyIn(data, staffId),
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
  const data = folder();
  await serveWithout("acquirer", port, data);
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
  const stage = await openStage({
    faces: openWorld(port),
    deskKey: (staffId) => deskKeyIn(data, staffId),
    present: acquirer.purchase,
    close: async () => {},
  });
  undo.push(() => stage.close());
  const zhang = await stage.zhang();
  expect(await stage.present(await stage.finishTap(zhang, 8_00n))).toBe("00");
  expect(await stage.present(await stage.finishTap(zhang, 10_000_00n))).toBe("51");
  await stage.expectSquare();
});

test("an own token service between our wallet server, our network and our issuer", async () => {
  const [port, frames, http] = [18_500, 18_520, 18_521];
  const data = folder();
  const tsp = await openOwnTsp({
    frames,
    http,
    wallet: `http://127.0.0.1:${port + 16}/wallet/tsp/v1`,
    walletKey: () => keyOf(data, "tspToWallet"),
  });
  undo.push(() => tsp.stop());
  await serveWithout("tsp", port, data, "--tsp", `tcp://127.0.0.1:${frames}`, "--tsp-api", `http://127.0.0.1:${http}`);
  const player = await openPlayer(openWorld(port), { folder: folder(), name: "手机", keySource: "secureElement" });
  undo.push(() => player.phone.close());
  const card = cardOf("zhang");
  const pass = await player.bind(card);
  expect(pass.token).toMatchObject({ tokenRef: "own-token", status: "active" });
  const before = await player.availableMinor(card);
  expect(await player.pay(pass, 11_00n)).toMatchObject({ state: "approved", tokenSuffix: tsp.tokenPan.slice(-4) });
  expect(await player.availableMinor(card)).toBe(before - 11_00n);
  expect((await player.notices(1))[0]).toMatchObject({ kind: "payment", amount: { minor: "1100" } });
  expect(tsp.decisions).toEqual(["accepted"]);
});

test("an own wallet provider at our token service: bound by our bank's code, paid at our till", async () => {
  const [port, http] = [18_540, 18_560];
  const data = folder();
  await serveWithout("wallet", port, data, "--wallet-api", `http://127.0.0.1:${http}`);
  const wallet = await openOwnWallet({
    port: http,
    tsp: `http://127.0.0.1:${port + 14}/tsp/wallet/v1`,
    key: keyOf(data, "walletToTsp"),
  });
  undo.push(() => wallet.stop());
  const page = `http://localhost:${port}`;
  const { pan, holderName, mobile } = cardOf("zhang");
  const card = await wallet.bind({ pan, holderName, mobile }, async () => {
    const code = await eventually(async () => {
      const { messages } = (await (await fetch(`${page}/demo/v1/inbox`)).json()) as { messages: { text: string }[] };
      return messages[0]?.text.match(/\d{6}/)?.[0];
    });
    return code!;
  });
  expect(card.tokenPan).not.toBe(pan);

  const till = httpCalls(acquirerTillApi, { baseUrl: `${page}/acquirer` });
  const context = () => ({ journeyId: "own", idempotencyKey: systemRandom.uuid() });
  const { sale, pairingCode } = must(
    await till.startSale({ terminalId: "T0000001", amount: { minor: "900", currency: "156" } }, context()),
  );
  const applet = createApplet(nodeCipher);
  const storage = openDeviceStorage(join(folder(), "own.journal"));
  undo.push(() => storage.close());
  applet.arm({
    data: v.parse(DeviceData, card),
    keyClass: "secureElement",
    keys: cardKeySource(storage, card.tokenRef, card.udkHex, nodeCipher),
    holderVerified: true,
  });
  await holdToField(`ws://localhost:${port}/field/T0000001?code=${pairingCode}`, (apdu) => applet.process(apdu));
  expect(must(await till.sale({ saleId: sale.saleId }, context())).state).toBe("approved");
  const told = await eventually(async () => wallet.payments[0]);
  expect(told).toMatchObject({ tokenRef: card.tokenRef, notice: { kind: "payment", amount: { minor: "900" } } });
  expect(wallet.authorizations.get("/wallet/tsp/v1/notifyPayment")).toBe(`Bearer ${keyOf(data, "tspToWallet")}`);
});
