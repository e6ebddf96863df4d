import { concat, toHex } from "#protocol/bytes";
import { adjustParity, type CardCipher } from "#protocol/crypto";
import {
  commonSessionInput,
  deriveCardKeyA,
  deriveCardKeyB,
  deriveCommonSessionKey,
  derivePbocSessionKey,
} from "../keys.ts";
import { type CryptogramCase, type Deviation, deviation, type KeyKind } from "./case.ts";

/** A key that the cryptogram may have been made with: the card's, from which a session key comes, or that itself. */
export interface KeySource {
  readonly deviations: readonly Deviation[];
  readonly key: Uint8Array;
  readonly isSession: boolean;
}

const KEY_NAMES: Readonly<Record<KeyKind, readonly [zh: string, en: string, flag: string]>> = {
  imk: ["发卡行主密钥", "an issuer master key", "--imk"],
  cardKey: ["卡片主密钥 (UDK)", "a card key (UDK)", "--mk"],
  sessionKey: ["过程密钥", "a session key", "--sk"],
};
export const flagOf = (kind: KeyKind): string => KEY_NAMES[kind][2];

/** The given key read as each of the three kinds, by both derivations: the given reading first. */
export function keyReadings(given: CryptogramCase, cipher: CardCipher): readonly KeySource[] {
  const { kind } = given.key;
  const readings: KeySource[] = [];
  const seen = new Set<string>();
  const add = (key: Uint8Array, isSession: boolean, deviations: readonly Deviation[]) => {
    const id = `${isSession ? "s" : "c"}${toHex(adjustParity(key))}`;
    if (seen.has(id)) return;
    seen.add(id);
    readings.push({ deviations, key, isSession });
  };
  const other = given.option === "A" ? "B" : "A";
  const otherWords = deviation(
    "option",
    `卡片密钥按选项 ${other} 分散`,
    `the card key is derived by option ${other}`,
    `--option ${other}`,
  );
  const asKind = (as: KeyKind) =>
    kind === as
      ? []
      : [
          deviation(
            "keyKind",
            `${KEY_NAMES[kind][2]} 给的其实是${KEY_NAMES[as][0]}`,
            `what ${KEY_NAMES[kind][2]} gives is ${KEY_NAMES[as][1]}`,
            KEY_NAMES[as][2],
          ),
        ];
  const order: readonly KeyKind[] = [kind, "imk", "cardKey", "sessionKey"];
  for (const as of order) {
    if (as === "sessionKey") add(given.key.bytes, true, asKind(as));
    else if (as === "cardKey") add(given.key.bytes, false, asKind(as));
    else if (given.pan !== undefined) {
      add(cardKey(given.key.bytes, given.pan, given.psn, given.option, cipher), false, asKind(as));
      add(cardKey(given.key.bytes, given.pan, given.psn, other, cipher), false, [...asKind(as), otherWords]);
    }
  }
  return readings;
}

function cardKey(imk: Uint8Array, pan: string, psn: string, option: "A" | "B", cipher: CardCipher): Uint8Array {
  return (option === "A" ? deriveCardKeyA : deriveCardKeyB)(imk, pan, psn, cipher);
}

/** Other sequence numbers, or none. */
export function* otherPsns(given: CryptogramCase, cipher: CardCipher): Generator<KeySource> {
  const { pan, key, option } = given;
  if (key.kind !== "imk" || pan === undefined) return;
  const make = (psn: string, words: Deviation): KeySource => ({
    deviations: [words],
    key: cardKey(key.bytes, pan, psn, option, cipher),
    isSession: false,
  });
  for (let number = 0; number < 100; number++) {
    const psn = String(number).padStart(2, "0");
    if (psn === given.psn) continue;
    yield make(
      psn,
      deviation("psn", `序列号 (5F34) 是 ${psn}`, `the PAN sequence number (5F34) is ${psn}`, `--psn ${psn}`),
    );
  }
  yield make("", deviation("psn", "分散时没有接序列号", "the derivation left the PAN sequence number out"));
}

/** Other numbers that may have stood for the card: the token's, cut ones, one digit mistyped. */
export function* otherPans(given: CryptogramCase, cipher: CardCipher): Generator<KeySource> {
  const { pan, otherPan, key, psn, option } = given;
  if (key.kind !== "imk" || pan === undefined) return;
  const make = (digits: string, words: Deviation): KeySource => ({
    deviations: [words],
    key: cardKey(key.bytes, digits, psn, option, cipher),
    isSession: false,
  });
  if (otherPan !== undefined)
    yield make(
      otherPan,
      deviation(
        "pan",
        `卡号要用报文里的那个 (尾号 ${otherPan.slice(-4)})：令牌交易用令牌号，不用实际卡号`,
        `the number is the one in the message (ending ${otherPan.slice(-4)}): a token's, not the funding card's`,
      ),
    );
  yield make(
    pan.slice(0, -1),
    deviation("pan", "分散时去掉了卡号的校验位", "the derivation left the card number's check digit out"),
  );
  if (pan.length > 16)
    yield make(
      pan.slice(0, 16),
      deviation("pan", "分散时只取了卡号前 16 位", "the derivation took the first 16 digits of the card number only"),
    );
  for (let at = 0; at < pan.length; at++) {
    const words = deviation("pan", `卡号第 ${at + 1} 位打错了`, `digit ${at + 1} of the card number is mistyped`);
    for (let digit = 0; digit < 10; digit++)
      if (String(digit) !== pan[at]) yield make(pan.slice(0, at) + digit + pan.slice(at + 1), words);
    const [here, next] = [pan[at]!, pan[at + 1]];
    if (next !== undefined && next !== here)
      yield make(
        pan.slice(0, at) + next + here + pan.slice(at + 2),
        deviation(
          "pan",
          `卡号第 ${at + 1} 位和第 ${at + 2} 位颠倒了`,
          `digits ${at + 1} and ${at + 2} of the card number have changed places`,
        ),
      );
  }
}

/** Other forms of the given key: halves exchanged or repeated, one hex digit mistyped or two exchanged. */
export function* otherKeys(given: CryptogramCase, cipher: CardCipher): Generator<KeySource> {
  const { kind, bytes } = given.key;
  const flag = flagOf(kind);
  const seen = new Set([toHex(adjustParity(bytes))]);
  const make = (key: Uint8Array, words: Deviation): readonly KeySource[] => {
    // Parity bits change nothing: two keys that differ in them alone are one.
    const id = toHex(adjustParity(key));
    if (seen.has(id)) return [];
    seen.add(id);
    const { pan, psn, option } = given;
    if (kind !== "imk") return [{ deviations: [words], key, isSession: kind === "sessionKey" }];
    return pan === undefined
      ? []
      : [{ deviations: [words], key: cardKey(key, pan, psn, option, cipher), isSession: false }];
  };
  const [left, right] = [bytes.subarray(0, 8), bytes.subarray(8)];
  yield* make(
    concat(right, left),
    deviation("keyHalves", `${flag} 的两半颠倒了`, `the halves of ${flag} have changed places`),
  );
  yield* make(
    concat(left, left),
    deviation("keyHalves", `只用了 ${flag} 的左半 (单倍长)`, `only the left half of ${flag} was used (single length)`),
  );
  yield* make(
    concat(right, right),
    deviation("keyHalves", `只用了 ${flag} 的右半`, `only the right half of ${flag} was used`),
  );
  yield* make(
    bytes.toReversed(),
    deviation("keyHalves", `${flag} 的字节顺序相反`, `${flag} has its bytes in the other order`),
  );
  for (let at = 0; at < 32; at++) {
    const shift = at % 2 === 0 ? 4 : 0;
    const byte = bytes[at >> 1]!;
    const words = deviation(
      "keyDigit",
      `${flag} 第 ${at + 1} 个十六进制数字打错了`,
      `hex digit ${at + 1} of ${flag} is mistyped`,
    );
    for (let digit = 0; digit < 16; digit++)
      yield* make(bytes.with(at >> 1, (byte & ~(0x0f << shift)) | (digit << shift)), words);
  }
  const digits = toHex(bytes);
  for (let at = 0; at < 31; at++) {
    const moved = digits.slice(0, at) + digits[at + 1] + digits[at] + digits.slice(at + 2);
    const key = Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(moved.slice(2 * i, 2 * i + 2), 16));
    yield* make(
      key,
      deviation(
        "keyDigit",
        `${flag} 第 ${at + 1} 和第 ${at + 2} 个数字颠倒了`,
        `hex digits ${at + 1} and ${at + 2} of ${flag} have changed places`,
      ),
    );
  }
}

/** How a session key comes from a card key. */
export type SessionMethod = "pboc" | "common" | "none" | "mchip";

/** @param un tag 9F37, for M/Chip's derivation. Undefined when the method lacks what it needs. */
export function sessionKeyOf(
  method: SessionMethod,
  source: KeySource,
  atc: number | undefined,
  un: Uint8Array | undefined,
  cipher: CardCipher,
): Uint8Array | undefined {
  if (source.isSession || method === "none") return source.key;
  if (atc === undefined) return undefined;
  if (method === "pboc") return derivePbocSessionKey(source.key, atc, cipher);
  if (method === "common") return deriveCommonSessionKey(source.key, commonSessionInput(atc), cipher);
  if (un?.length !== 4) return undefined;
  return deriveCommonSessionKey(source.key, concat(commonSessionInput(atc).subarray(0, 4), un), cipher);
}
