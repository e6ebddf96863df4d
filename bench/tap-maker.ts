import { runContactless, type TerminalConfig } from "#acquirer/terminal";
import { cardKeySource, createApplet, type DeviceStorage } from "#device/secure-element";
import { nodeCipher } from "#platform/keystore";
import { fromUint } from "#protocol/bytes";
import { DEMO_TRID } from "#protocol/paytoken";
import { instant } from "#protocol/time";
import { amountOf, type TapBatch, type TapOrder } from "./taps.ts";

const TERMINAL: TerminalConfig = {
  terminalId: "T0000001",
  country: "156",
  cvmLimitMinor: 100_000n,
  contactlessLimitMinor: 5_000_000n,
};

/** Counters in memory: a device's own durable write is not what is measured here. */
function countersOf(): Pick<DeviceStorage, "takeCounter"> {
  const counters = new Map<string, number>();
  return {
    async takeCounter(tokenRef) {
      const atc = (counters.get(tokenRef) ?? 0) + 1;
      counters.set(tokenRef, atc);
      return atc;
    },
  };
}

async function make({ cards, firstSerial, cardsInAll, rounds, at }: TapOrder): Promise<TapBatch> {
  const storage = countersOf() as DeviceStorage;
  const applet = createApplet(nodeCipher);
  let stride = 0;
  let bytes = new Uint8Array();
  for (let round = 0; round < rounds; round++) {
    for (const [i, card] of cards.entries()) {
      const serial = round * cardsInAll + firstSerial + i;
      applet.arm({
        data: {
          ...card,
          panSuffix: card.pan.slice(-4),
          trid: DEMO_TRID,
          aid: "a000000333010101",
          label: "UNIONPAY DEBIT",
        },
        keyClass: "secureElement",
        keys: cardKeySource(storage, card.tokenRef, card.udkHex, nodeCipher),
        holderVerified: true,
      });
      const result = await runContactless({ transmit: (apdu) => applet.process(apdu) }, TERMINAL, {
        amount: amountOf(serial),
        type: "00",
        at: instant(at),
        unpredictableNumber: fromUint((serial * 2_654_435_761) % 2 ** 32, 4),
        sequence: serial,
      });
      if (result.outcome !== "online" || result.chip.tokenPan !== card.tokenPan)
        throw new Error(`taps: a tap came to ${result.outcome}`);
      const { field55 } = result.chip;
      if (stride === 0) {
        stride = field55.length;
        bytes = new Uint8Array(stride * cards.length * rounds);
      }
      if (field55.length !== stride) throw new Error("taps: wants chip data of one length");
      bytes.set(field55, stride * (round * cards.length + i));
    }
  }
  return { stride, bytes };
}

process.once("message", (order) => {
  void make(order as TapOrder).then((batch) => process.send!(batch, () => process.exit(0)));
});
