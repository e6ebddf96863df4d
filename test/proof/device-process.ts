import { runContactless } from "#acquirer/terminal";
import type { DeviceData } from "#contracts/device-package";
import { cardKeySource, createApplet } from "#device/secure-element";
import { openDeviceStorage } from "#platform/device-storage";
import { nodeCipher } from "#platform/keystore";
import { hexBytes, toUint } from "#protocol/bytes";
import { money } from "#protocol/money";
import { instant } from "#protocol/time";
import { findTag, parseTlv } from "#protocol/tlv";

/*
 * A device that pays as fast as it can and says each ATC that a terminal got a cryptogram for, until it is killed.
 * Argument: its journal.
 */

const UDK = "014d996fcc8f49157dc8b49e3bcdfd99";
const data: DeviceData = {
  tokenRef: "t1",
  tokenPan: "6299900000000000018",
  tokenExpiry: "3112",
  psn: "01",
  par: "KB00".padEnd(29, "0"),
  panSuffix: "0017",
  trid: "99900000001",
  aid: "a000000333010101",
  label: "UNIONPAY DEBIT",
  udkHex: UDK,
};

const storage = openDeviceStorage(process.argv[2]!);
const applet = createApplet(nodeCipher);
const terminal = { terminalId: "T0000001", country: "156", cvmLimitMinor: 100_000n, contactlessLimitMinor: 500_000n };
for (let sequence = 1; ; sequence++) {
  applet.arm({
    data,
    keyClass: "secureElement",
    keys: cardKeySource(storage, data.tokenRef, UDK, nodeCipher),
    holderVerified: true,
  });
  const tap = await runContactless({ transmit: (apdu) => applet.process(apdu) }, terminal, {
    amount: money(1234n),
    type: "00",
    at: instant(Date.UTC(2026, 10, 24, 4)),
    unpredictableNumber: hexBytes("A1B2C3D4"),
    sequence,
  });
  if (tap.outcome !== "online") throw new Error(`tap: ${tap.outcome}`);
  process.stdout.write(`${toUint(findTag(parseTlv(tap.chip.field55), "9F36")!)}\n`);
}
