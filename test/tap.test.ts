import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ApduChannel, runContactless, type TapRequest, type TerminalConfig } from "#acquirer/terminal";
import type { DeviceData } from "#contracts/device-package";
import { type ArmedCard, cardKeySource, createApplet, type DeviceStorage } from "#device/secure-element";
import { nodeCipher } from "#platform/keystore";
import { hexBytes, toHex } from "#protocol/bytes";
import { pureCipher } from "#protocol/crypto";
import { applicationCryptogram, cryptogramData, parseIad, TTQ } from "#protocol/emv";
import { money } from "#protocol/money";
import { instant } from "#protocol/time";
import { findTag, parseTlv } from "#protocol/tlv";

const UDK = "014d996fcc8f49157dc8b49e3bcdfd99";
const terminal: TerminalConfig = {
  terminalId: "T0000001",
  country: "156",
  cvmLimitMinor: 100_000n,
  contactlessLimitMinor: 500_000n,
};
const request: TapRequest = {
  amount: money(1234n),
  type: "00",
  at: instant(Date.UTC(2026, 10, 24, 4)),
  unpredictableNumber: hexBytes("A1B2C3D4"),
  sequence: 7,
};
const data: DeviceData = {
  tokenRef: "t1",
  tokenPan: "6299900000000000019",
  tokenExpiry: "3112",
  psn: "01",
  par: "K8B00000000000000000000000000".padEnd(29, "0"),
  panSuffix: "0128",
  trid: "40010030273",
  aid: "a000000333010101",
  label: "UNIONPAY",
  udkHex: UDK,
};

function counterStorage(): DeviceStorage & { taken: number } {
  const refuse = () => Promise.reject(new Error("not used"));
  return {
    taken: 0,
    cards: refuse,
    saveCard: refuse,
    removeCard: refuse,
    addKeys: refuse,
    keysLeft: refuse,
    takeKey: refuse,
    async takeCounter() {
      this.taken += 1;
      return this.taken;
    },
  };
}

function armed() {
  const storage = counterStorage();
  const applet = createApplet(pureCipher);
  const card: ArmedCard = {
    data,
    keyClass: "secureElement",
    keys: cardKeySource(storage, "t1", UDK, pureCipher),
    holderVerified: true,
  };
  applet.arm(card);
  return { applet, storage, card };
}
const channel = (applet: { process(apdu: Uint8Array): Promise<Uint8Array> }): ApduChannel => ({
  transmit: (apdu) => applet.process(apdu),
});

/** A card that answers a script, and fails on any command that the script does not have. */
function scripted(exchanges: readonly (readonly [command: string, response: string])[]): ApduChannel {
  let step = 0;
  return {
    async transmit(apdu) {
      const exchange = exchanges[step++];
      expect(toHex(apdu).toUpperCase(), `command ${step}`).toBe(exchange?.[0].replaceAll(" ", ""));
      return hexBytes(exchange![1]);
    },
  };
}

const REAL = {
  ppse: [
    "00A404000E325041592E5359532E444446303100",
    "6F30840E325041592E5359532E4444463031A51EBF0C1B61194F08A000000333010101500A50424F432044454249548701019000",
  ],
  fci: [
    "00A4040008A00000033301010100",
    "6F598408A000000333010101A54D500A50424F432044454249548701019F38189F66049F02069F03069F1A0295055F2A029A039C019F37045F2D027A689F1101019F120A50424F43204445424954BF0C0A9F4D020B0ADF4D020C0A9000",
  ],
  gpo: "774F82027C009F36020ADC57116299999999999999D201120101234567899F101307010103A00000010A010000038787868FD1FC9F2608AD03EE811AFAD4845F3401009F6C0200009F5D060000000387879000",
} as const;

describe("terminal", () => {
  test("a real card's exchange, byte for byte", async () => {
    const gpo = `80A8000023 8321 28800080 000000001234 000000000000 0156 0000000000 0156 261124 00 A1B2C3D4 00`.replace(
      "28800080",
      toHex(TTQ.encode(["quicsSupported", "deviceCvmSupported", "onlineCryptogramRequired"])).toUpperCase(),
    );
    const result = await runContactless(scripted([REAL.ppse, REAL.fci, [gpo, REAL.gpo]]), terminal, request);
    expect(result.outcome).toBe("online");
    if (result.outcome !== "online") return;
    expect(result.chip).toMatchObject({
      tokenPan: "6299999999999999",
      expiry: "2011",
      psn: "000",
      cardClaimsVerification: false,
    });
    expect(toHex(result.chip.field55).toUpperCase()).toBe(
      "9F2608AD03EE811AFAD4849F2701809F101307010103A00000010A010000038787868FD1FC9F3704A1B2C3D49F36020ADC95050000000000" +
        "9A032611249C01009F02060000000012345F2A02015682027C009F1A0201569F03060000000000009F3303E0E9C89F34033F00009F3501229F1E085430303030303031" +
        "8408A0000003330101019F090200309F410400000007",
    );
  });

  test.each([
    ["nothing armed", [[REAL.ppse[0], "6A82"]], { outcome: "tryAnotherCard", reason: "nothingArmed" }],
    ["garbage directory", [[REAL.ppse[0], "6F30849000"]], { outcome: "tryAnotherCard", reason: "badCardData" }],
    [
      "a stranger's AID only",
      [[REAL.ppse[0], "6F0FA50DBF0C0A61084F06A000000004109000"]],
      { outcome: "tryAnotherCard" },
    ],
    [
      "GPO refused with 6985",
      [REAL.ppse, REAL.fci, ["", "6985"]],
      { outcome: "tryAnotherCard", reason: "modeRefused" },
    ],
    ["one byte of answer", [[REAL.ppse[0], "90"]], { outcome: "tryAnotherCard", reason: "badCardData" }],
  ] as const)("%s", async (_name, exchanges, expected) => {
    let step = 0;
    const card: ApduChannel = { transmit: async () => hexBytes(exchanges[step++]![1]) };
    expect(await runContactless(card, terminal, request)).toMatchObject(expected);
  });

  test("a card that leaves the field", async () => {
    expect(await runContactless({ transmit: () => Promise.reject(new Error("gone")) }, terminal, request)).toEqual({
      outcome: "tryAgain",
      reason: "cardRemoved",
    });
  });

  test("over the contactless limit nobody is asked", async () => {
    const card: ApduChannel = { transmit: () => Promise.reject(new Error("not asked")) };
    expect(await runContactless(card, terminal, { ...request, amount: money(500_001n) })).toEqual({
      outcome: "declined",
      reason: "overLimit",
    });
  });

  test("10,000 garbage answers: always an outcome", async () => {
    const answers = [REAL.ppse[1], REAL.fci[1], REAL.gpo].map(hexBytes);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        async (where, edits) => {
          let step = 0;
          const card: ApduChannel = {
            async transmit() {
              const bytes = answers[Math.min(step, 2)]!.slice();
              if (step++ === where) for (const [at, value] of edits) bytes[at % bytes.length] = value;
              return bytes;
            },
          };
          expect(["online", "declined", "tryAgain", "tryAnotherCard"]).toContain(
            (await runContactless(card, terminal, request)).outcome,
          );
        },
      ),
      { numRuns: 10_000 },
    );
  });
});

describe("device and terminal", () => {
  test("the cryptogram of a tap verifies by another library", async () => {
    const { applet } = armed();
    const result = await runContactless(channel(applet), terminal, request);
    expect(result.outcome).toBe("online");
    if (result.outcome !== "online") return;
    const items = parseTlv(result.chip.field55);
    const iad = parseIad(findTag(items, "9F10")!);
    const signed = cryptogramData((tag) => findTag(items, tag), iad.cvr)!;
    expect(toHex(applicationCryptogram("pboc", hexBytes(UDK), 1, signed, nodeCipher))).toBe(
      toHex(findTag(items, "9F26")!),
    );
    expect(result.chip).toMatchObject({
      tokenPan: data.tokenPan,
      expiry: "3112",
      psn: "001",
      cardClaimsVerification: true,
    });
  });

  test("one cryptogram an arming; disarmed, nothing is there", async () => {
    const { applet, storage } = armed();
    expect((await runContactless(channel(applet), terminal, request)).outcome).toBe("online");
    expect((await runContactless(channel(applet), terminal, request)).outcome).toBe("tryAnotherCard");
    applet.disarm();
    expect(toHex(await applet.process(hexBytes(REAL.ppse[0])))).toBe("6a82");
    expect(storage.taken).toBe(1);
  });

  test("an offline-only reader gets a decline, a reader without qUICS a refusal", async () => {
    const pdol = (ttq: string) =>
      `80A8000023 8321 ${ttq} 000000001234 000000000000 0156 0000000000 0156 261124 00 A1B2C3D4 00`;
    const { applet } = armed();
    await applet.process(hexBytes(REAL.fci[0]));
    expect(toHex(await applet.process(hexBytes(pdol("16000000"))))).toBe("6985");
    const answer = await applet.process(hexBytes(pdol("28000000")));
    expect(toHex(parseIad(findTag(parseTlv(answer.subarray(0, -2)), "9F10")!).cvr)).toBe("03800000");
  });

  test.each([
    ["SELECT next after the last", "00A40402 08 A000000333010101 00", "6a82"],
    ["another AID", "00A40400 07 A0000000041010 00", "6a82"],
    ["record past the last", "00B2020C00", "6a83"],
    ["unknown SFI", "00B2011400", "6a82"],
    ["unknown data object", "80CA9F7900", "6a88"],
    ["unknown instruction", "0088000000", "6d00"],
    ["unknown class", "A0A4000000", "6e00"],
    ["cut short", "00A404", "6700"],
    ["GPO of a wrong length", "80A80000 02 8300 00", "6700"],
    ["GPO without its template", "80A80000 02 8400 00", "6a80"],
  ])("%s", async (_name, command, expected) => {
    const { applet, storage } = armed();
    await applet.process(hexBytes(REAL.fci[0]));
    expect(toHex(await applet.process(hexBytes(command)))).toBe(expected);
    expect(storage.taken).toBe(0);
  });

  test("records carry the token's own data", async () => {
    const { applet } = armed();
    await applet.process(hexBytes(REAL.fci[0]));
    const items = parseTlv((await applet.process(hexBytes("00B2010C00"))).subarray(0, -2));
    expect(["9F24", "9F25", "9F19", "5F24"].map((tag) => findTag(items, tag)?.length)).toEqual([29, 2, 6, 3]);
  });

  test("10,000 mutated commands: always a status word, and no ATC but by a whole GPO", async () => {
    const gpo = hexBytes(
      "80A8000023 8321 28800080 000000001234 000000000000 0156 0000000000 0156 261124 00 A1B2C3D4 00",
    );
    const samples = [hexBytes(REAL.ppse[0]), hexBytes(REAL.fci[0]), gpo, hexBytes("00B2010C00")];
    const { applet, storage, card } = armed();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(6),
        async (which, edits, cut) => {
          const before = storage.taken;
          const apdu = samples[which]!.slice(0, samples[which]!.length - cut);
          for (const [at, value] of edits) apdu[at % apdu.length] = value;
          const answer = await applet.process(apdu);
          expect(answer.length).toBeGreaterThanOrEqual(2);
          const made = toHex(answer.subarray(-2)) === "9000" && apdu[1] === 0xa8;
          expect(storage.taken - before).toBe(made ? 1 : 0);
          if (made) applet.arm({ ...card, keys: cardKeySource(storage, "t1", UDK, pureCipher) });
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
