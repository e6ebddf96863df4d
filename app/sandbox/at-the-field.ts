import { type ChipData, runContactless } from "#acquirer/terminal";
import { DKI } from "#contracts/device-package";
import type { Applet } from "#device/secure-element";
import { systemRandom } from "#platform/random";
import { equalBytes } from "#protocol/bytes";
import { encodeResponse, PPSE, parseCommand, parseResponse, SW } from "#protocol/emv";
import type { Instant } from "#protocol/time";
import { encodeTlv, parseTlv, type TlvInput } from "#protocol/tlv";
import type { Hand } from "../headless/phone.ts";

const SELECT = 0xa4;
const GET_PROCESSING_OPTIONS = 0xa8;
/** IAD: the byte that names the kind of key. */
const KEY_CLASS_AT = 1;

/** What can happen between a phone and the reader it is held to. */
export function atTheField(what: "tornEarly" | "tornLate" | "damaged" | "unconfirmed"): Hand {
  return async (command, answer) => {
    const { ins, data } = parseCommand(command);
    if (what === "tornEarly" && ins === SELECT && !equalBytes(data, PPSE)) throw new Error("taken away");
    if (ins !== GET_PROCESSING_OPTIONS) return answer(command);
    const given = await answer(command);
    if (what === "tornLate") throw new Error("taken away");
    return what === "damaged"
      ? changed(given, "9F26", (value) => value.map((byte, i) => (i === 0 ? byte ^ 0x01 : byte)))
      : changed(given, "9F10", (value) => value.map((byte, i) => (i === KEY_CLASS_AT ? DKI.device : byte)));
  };
}

/** Before this one answers, another phone comes into the field. */
export function withAnother(comes: () => Promise<unknown>): Hand {
  let come = false;
  return async (command, answer) => {
    if (!come) {
      come = true;
      await comes().catch(() => {});
    }
    return answer(command);
  };
}

/** One value of the answer in template 77 is another. */
function changed(response: Uint8Array, tag: string, change: (value: Uint8Array) => Uint8Array): Uint8Array {
  const { data, sw } = parseResponse(response);
  if (sw !== SW.ok) return response;
  const items = parseTlv(data).map((template) => ({
    tag: template.tag,
    value: (template.children ?? []).map(
      (item): TlvInput => ({ tag: item.tag, value: item.tag === tag ? change(item.value) : item.value }),
    ),
  }));
  return encodeResponse(encodeTlv(items), sw);
}

/** What a reader of nobody's shop gets of an armed card. */
export async function copyOf(applet: Applet, minor: number, at: Instant): Promise<ChipData | undefined> {
  const terminal = {
    terminalId: "S0000001",
    country: "156",
    cvmLimitMinor: 100_000n,
    contactlessLimitMinor: 5_000_000n,
  };
  const result = await runContactless({ transmit: (apdu) => applet.process(apdu) }, terminal, {
    amount: { minor: BigInt(minor), currency: "156" },
    type: "00",
    at,
    unpredictableNumber: systemRandom.bytes(4),
    sequence: 1,
  });
  return result.outcome === "online" ? result.chip : undefined;
}
