import type { Words } from "#contracts/common";
import { DKI, type KeyClass } from "#contracts/device-package";
import type { ArqcRequest, Clock, Db, KeyStore } from "#contracts/ports";
import { type Problem, problem } from "#contracts/problem";
import type { TokenRequest } from "#contracts/token-authorisation";
import type { CryptogramDifference, CryptogramExplanation } from "#contracts/wire-api";
import { concat, DecodeError, err, fromUint, hexBytes, ok, type Result, shardOf, toHex, toUint } from "#protocol/bytes";
import { padMethod2 } from "#protocol/crypto";
import { CRYPTOGRAM_TAGS, cryptogramData, cryptogramTypeOf, type Deviation, parseIad } from "#protocol/emv";
import { ATC_GAP_MAX, acceptAtc, TRANSIT_MCCS } from "#protocol/paytoken";
import type { Instant } from "#protocol/time";
import { findTag, parseTlv, TAGS } from "#protocol/tlv";
import { MASTER_KEYS } from "../ports.ts";
import { tokenByPan } from "../store.sql.ts";
import type { Token } from "../token.ts";

/** Values by tag: of the message, or as card and terminal told each other. */
export type TagValues = ReadonlyMap<string, Uint8Array>;

const SIGNED_TAGS = [...CRYPTOGRAM_TAGS, "9F10"] as const;
const ATC_NEIGHBOURS = [-1, 1, -2, 2, -3, 3] as const;
const ATC_MAX = 0xffff;
const CLASSES = Object.keys(DKI) as readonly KeyClass[];
const CVN = 1;
const SM4 = 4;

/**
 * Explains the cryptogram of a payment. Computed behind the key store, which gives no key out; refused where the store was
 * not opened for it, since whoever sees what a cryptogram should be could make one.
 *
 * @param tap what card and terminal had told each other, as far as somebody saw it.
 */
export async function explainPayment(
  { db, keys, clock }: { readonly db: Db; readonly keys: KeyStore; readonly clock: Clock },
  request: TokenRequest,
  tap: TagValues,
): Promise<Result<CryptogramExplanation, Problem>> {
  if (keys.explainArqc === undefined || keys.searchArqc === undefined) return err(problem("forbidden"));
  const b = shardOf(request.tokenPan);
  const token = await tokenByPan(db, b, request.tokenPan);
  if (token === undefined) return err(problem("notFound", { at: "tokenPan" }));
  const message = readMessage(request);
  if (!message.ok) return message;
  const { values, atc, keyClass, cvn, algorithm, data, got } = message.value;

  const card = { pan: token.tokenPan, psn: token.psn };
  const asked: ArqcRequest = { ...card, atc, data, arqc: got };
  const checked = keys.explainArqc(MASTER_KEYS[keyClass], asked);
  const verdict = toHex(checked.expected) === toHex(got) ? "right" : "wrong";
  let tried = 1;
  const fits = (over: TagValues, as?: KeyClass, arqc = got) => {
    const signed = signedWith(values, over);
    if (signed === undefined) return false;
    tried += 1;
    const other: ArqcRequest = { ...card, atc: signed.atc, data: signed.data, arqc };
    return keys.verifyArqc(MASTER_KEYS[as ?? signed.keyClass ?? keyClass], other);
  };
  const difference = verdict === "right" ? NONE : whatDiffers({ request, values, tap, fits, keyClass, cvn, algorithm });
  let why = difference.why;
  if (verdict === "wrong" && why.length === 0) {
    const found = keys.searchArqc(MASTER_KEYS[keyClass], { ...asked, iad: values.get("9F10")! });
    tried += found.tried;
    why = found.kind === "fits" ? found.deviations.map(plainly) : [ANOTHER_KEY];
  }

  const spent = await db.query<{ journey_id: string }>(
    { text: "select journey_id from spent where b = $1 and token_pan = $2 and atc = $3" },
    [b, token.tokenPan, atc],
  );
  const now = clock.now();
  const padded = padMethod2(data);
  const explanation: CryptogramExplanation = {
    journeyId: request.journeyId,
    tokenSuffix: token.tokenPan.slice(-4),
    psn: token.psn,
    keyClass,
    cvn,
    atc,
    verdict,
    inputs: SIGNED_TAGS.map((tag) => {
      const signed = difference.signed.get(tag);
      return { tag, value: upper(values.get(tag)!), ...(signed === undefined ? {} : { signed: upper(signed) }) };
    }),
    keys: [
      {
        role: "master",
        handle: checked.master.name,
        version: checked.master.version,
        checkValue: checked.master.checkValue.toUpperCase(),
      },
      { role: "card", checkValue: checked.cardCheckValue.toUpperCase() },
      { role: "session", checkValue: checked.sessionCheckValue.toUpperCase() },
    ],
    sessionInput: upper(concat(new Uint8Array(6), fromUint(atc, 2), new Uint8Array(6), fromUint(atc ^ ATC_MAX, 2))),
    blocks: Array.from({ length: padded.length / 8 }, (_, i) => upper(padded.subarray(8 * i, 8 * i + 8))),
    expected: upper(checked.expected),
    got: upper(got),
    why: [...why],
    checks: checksOf({ token, request, values, keyClass, atc, now, verdict, spentFor: spent[0]?.journey_id }),
    tried: tried,
  };
  return ok(explanation);
}

/** The search speaks of a command's flags; here there are none. */
const FLAGS: Readonly<Record<string, Words>> = {
  "--expect": { zh: "收到的密文", en: "the cryptogram that came" },
  "--imk": { zh: "主密钥", en: "the master key" },
  "--mk": { zh: "卡片密钥", en: "the card key" },
  "--sk": { zh: "过程密钥", en: "the session key" },
};

function plainly({ id, zh, en }: Deviation): CryptogramDifference {
  const without = (text: string, language: keyof Words) =>
    text.replace(/--\w+/g, (flag) => FLAGS[flag]?.[language] ?? flag);
  return { id, words: { zh: without(zh, "zh"), en: without(en, "en") } };
}

const upper = (bytes: Uint8Array) => toHex(bytes).toUpperCase();

interface ReadMessage {
  readonly values: TagValues;
  readonly atc: number;
  readonly keyClass: KeyClass;
  readonly cvn: number;
  readonly algorithm: number;
  readonly data: Uint8Array;
  readonly got: Uint8Array;
}

/** Field 55 by itself, whatever the message around it says. */
function readMessage(request: TokenRequest): Result<ReadMessage, Problem> {
  const unreadable = (at: string) =>
    err(problem("badRequest", { at, detail: "no cryptogram can be computed over it" }));
  try {
    const items = parseTlv(hexBytes(request.chipData));
    const values = new Map<string, Uint8Array>();
    for (const tag of [...SIGNED_TAGS, "9F26"]) {
      const value = findTag(items, tag);
      if (value === undefined) return unreadable(`F55.${tag}`);
      values.set(tag, value);
    }
    const signed = signedWith(values, new Map());
    if (signed?.keyClass === undefined) return unreadable("F55.9F10");
    const { atc, keyClass, data, cvn, algorithm } = signed;
    return ok({ values, atc, keyClass, cvn, algorithm, data, got: values.get("9F26")! });
  } catch (error) {
    if (error instanceof DecodeError) return unreadable("F55");
    throw error;
  }
}

/** What the cryptogram would be over, with some values in place of the message's. */
function signedWith(values: TagValues, over: TagValues) {
  const value = (tag: string) => over.get(tag) ?? values.get(tag);
  try {
    const iad = parseIad(value("9F10")!);
    const data = cryptogramData(value, iad.cvr);
    if (data === undefined) return undefined;
    const keyClass = CLASSES.find((name) => DKI[name] === iad.dki);
    return { atc: toUint(value("9F36")!), data, keyClass, cvn: iad.cvn, algorithm: iad.algorithm };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

interface Found {
  readonly why: readonly CryptogramDifference[];
  readonly signed: TagValues;
}
const NONE: Found = { why: [], signed: new Map() };

interface Question {
  readonly request: TokenRequest;
  readonly values: TagValues;
  readonly tap: TagValues;
  readonly keyClass: KeyClass;
  readonly cvn: number;
  readonly algorithm: number;
  readonly fits: (over: TagValues, as?: KeyClass, arqc?: Uint8Array) => boolean;
}

/** Looks for the values that the cryptogram does fit: first those that somebody saw, then likely ones. Each find is proved by the key. */
function whatDiffers(question: Question): Found {
  const { values, tap, keyClass, cvn, algorithm, fits } = question;
  const seen = differing(values, tap);
  const seenMac = tap.get("9F26");
  // The cryptogram itself may be what was changed.
  const macs = [
    undefined,
    ...(seenMac === undefined || upper(seenMac) === upper(values.get("9F26")!) ? [] : [seenMac]),
  ];
  for (const arqc of macs) {
    const changed = arqc === undefined ? [] : [macChanged(arqc, values.get("9F26")!)];
    if (arqc !== undefined && fits(new Map(), undefined, arqc)) return { why: changed, signed: new Map() };
    for (const over of [seen, aroundAll(question), ...aroundEach(question)]) {
      if (over.size === 0 || !fits(over, undefined, arqc)) continue;
      const needed = fewest(over, (some) => fits(some, undefined, arqc));
      return { why: [...[...needed].map((one) => tagDiffers(one, values, tap)), ...changed], signed: needed };
    }
  }
  for (const by of ATC_NEIGHBOURS) {
    const atc = toUint(values.get("9F36")!) + by;
    if (atc < 1 || atc > ATC_MAX) continue;
    const over = new Map([["9F36", fromUint(atc, 2)]]);
    if (fits(over)) return { why: [tagDiffers(["9F36", over.get("9F36")!], values, tap)], signed: over };
  }
  const other = CLASSES.find((name) => name !== keyClass && (fits(new Map(), name) || fits(seen, name)));
  if (other !== undefined) return { why: [otherClass(keyClass, other)], signed: new Map() };
  if (algorithm === SM4) return { why: [SM4_USED], signed: new Map() };
  if (cvn !== CVN) return { why: [otherVersion(cvn)], signed: new Map() };
  return NONE;
}

function differing(values: TagValues, others: TagValues): TagValues {
  return new Map(
    SIGNED_TAGS.flatMap((tag) => {
      const other = others.get(tag);
      return other === undefined || upper(other) === upper(values.get(tag)!) ? [] : [[tag, other] as const];
    }),
  );
}

/** What the message around field 55 says of the same things. */
function aroundAll({ request, values }: Question): TagValues {
  const year = upper(values.get("9A")!).slice(0, 2);
  return differing(
    values,
    new Map([
      ["9F02", hexBytes(request.amountMinor.padStart(12, "0"))],
      ["5F2A", hexBytes(request.currency.padStart(4, "0"))],
      ["9C", hexBytes(request.processingCode.slice(0, 2))],
      ...(request.localDate === undefined ? [] : [["9A", hexBytes(`${year}${request.localDate}`)] as const]),
    ]),
  );
}

function aroundEach(question: Question): readonly TagValues[] {
  return [...aroundAll(question)].map((one) => new Map([one]));
}

/** The values among these without which it does not fit. */
function fewest(over: TagValues, fits: (some: TagValues) => boolean): TagValues {
  let needed = over;
  for (const tag of over.keys()) {
    const without = new Map([...needed].filter(([one]) => one !== tag));
    if (fits(without)) needed = without;
  }
  return needed;
}

const say = (zh: string, en: string): Words => ({ zh, en });

function tagDiffers(
  [tag, signed]: readonly [string, Uint8Array],
  values: TagValues,
  tap: TagValues,
): CryptogramDifference {
  const { zh, en } = TAGS[tag] ?? { zh: tag, en: tag };
  const wasSeen = tap.has(tag) && upper(tap.get(tag)!) === upper(signed);
  return {
    id: "input",
    tag,
    signed: upper(signed),
    message: upper(values.get(tag)!),
    words: wasSeen
      ? say(
          `${zh} (${tag}) 变了：碰触时卡片签的是一个值，送到这里的报文里是另一个。中间有人改了它，或报文装错了。`,
          `${en} (${tag}) changed: the card signed one value in the tap, the message that arrived has another. Somebody altered it on the way, or the message was built wrongly.`,
        )
      : say(
          `${zh} (${tag}) 不同：换成另一个值，密文就对上了，卡片签的就是那个值。`,
          `${en} (${tag}) differs: with another value the cryptogram fits, so that is the value the card signed.`,
        ),
  };
}

function macChanged(signed: Uint8Array, message: Uint8Array): CryptogramDifference {
  return {
    id: "cryptogram",
    tag: "9F26",
    signed: upper(signed),
    message: upper(message),
    words: say(
      "密文本身变了：卡片给出的是对的，送到这里的是另一个。",
      "The cryptogram itself changed: the card's own was right, another arrived.",
    ),
  };
}

const CLASS_WORDS: Readonly<Record<KeyClass, Words>> = {
  secureElement: { zh: "安全元件", en: "secure element" },
  user: { zh: "用户密钥 (要验证)", en: "user key (needs the finger)" },
  device: { zh: "设备密钥 (免验证)", en: "device key (no finger)" },
};

function otherClass(said: KeyClass, used: KeyClass): CryptogramDifference {
  return {
    id: "keyClass",
    words: say(
      `密钥不对：报文里的密钥索引说是${CLASS_WORDS[said].zh}，卡片实际用的是${CLASS_WORDS[used].zh}。`,
      `Wrong key: the index in the message says ${CLASS_WORDS[said].en}, the card used a ${CLASS_WORDS[used].en}.`,
    ),
  };
}

function otherVersion(cvn: number): CryptogramDifference {
  return {
    id: "cvn",
    words: say(
      `密文版本是 ${cvn}，这里按版本 1 计算：两者签的数据清单不同，所以对不上。`,
      `The cryptogram version is ${cvn}, and version 1 is computed here: the two are over different lists of data.`,
    ),
  };
}

const SM4_USED: CryptogramDifference = {
  id: "algorithm",
  words: say(
    "卡片说它用的是 SM4，这里的密钥是 3DES。",
    "The card says that it used SM4; the keys here are triple DES.",
  ),
};
const ANOTHER_KEY: CryptogramDifference = {
  id: "key",
  words: say(
    "密钥不对：用这把密钥，怎么改数据都算不出收到的密文。卡片用的是另一把密钥，或同时错了好几处。",
    "Wrong key: under this key no likely change of the data gives the cryptogram that came. The card used another key, or several things are wrong at once.",
  ),
};

/** The rest of what is looked at before a payment passes, each with what was found. */
function checksOf(seen: {
  readonly token: Token;
  readonly request: TokenRequest;
  readonly values: TagValues;
  readonly keyClass: KeyClass;
  readonly atc: number;
  readonly now: Instant;
  readonly verdict: "right" | "wrong";
  readonly spentFor: string | undefined;
}): CryptogramExplanation["checks"] {
  const { token, request, values, keyClass, atc, now, verdict, spentFor } = seen;
  const sameSum =
    upper(values.get("9F02")!) === request.amountMinor.padStart(12, "0") &&
    upper(values.get("5F2A")!) === request.currency.padStart(4, "0");
  const type = cryptogramTypeOf(parseIad(values.get("9F10")!).cvr);
  const range = token.keyRanges.find((one) => one.keyClass === keyClass && atc >= one.from && atc <= one.to);
  const issued =
    keyClass === "secureElement" || (range !== undefined && (spentFor === request.journeyId || now < range.expiresAt));
  const noFinger = keyClass === "device" && !TRANSIT_MCCS.has(request.mcc);
  return [
    {
      id: "amount",
      passed: sameSum,
      words: sameSum
        ? say("报文的金额和币种与卡片签的一致。", "Amount and currency of the message are those that the card signed.")
        : say(
            "报文的金额或币种 (F4、F49) 与卡片签的 (9F02、5F2A) 不一致。",
            "Amount or currency of the message (F4, F49) are not those in the card's data (9F02, 5F2A).",
          ),
    },
    {
      id: "decision",
      passed: type === "ARQC",
      words:
        type === "ARQC"
          ? say("卡片要求联机授权 (ARQC)。", "The card asks to go online (ARQC).")
          : say(`卡片自己的决定是 ${type ?? "?"}，不是 ARQC。`, `The card itself decided ${type ?? "?"}, not ARQC.`),
    },
    {
      id: "cryptogram",
      passed: verdict === "right",
      words:
        verdict === "right"
          ? say("密文与重算的一致。", "The cryptogram is the one computed here.")
          : say("密文与重算的不一致。", "The cryptogram is not the one computed here."),
    },
    {
      id: "key",
      passed: issued,
      words: issued
        ? keyClass === "secureElement"
          ? say("安全元件自己持有密钥。", "A secure element has a key of its own.")
          : say(`计数器 ${atc} 的密钥发给过这台设备。`, `The key for counter ${atc} was given to this device.`)
        : range === undefined
          ? say(
              `计数器 ${atc} 的密钥从没有发出过，或已经收回。`,
              `No key for counter ${atc} was ever given out, or it was taken back.`,
            )
          : say(`计数器 ${atc} 的密钥已经过期。`, `The key for counter ${atc} has expired.`),
    },
    counterCheck(token, keyClass, atc, spentFor, request.journeyId),
    {
      id: "holder",
      passed: !noFinger,
      words: noFinger
        ? say(
            "这是免验证的设备密钥，只有公交商户可用。",
            "A device key, used without the finger: good for transit merchants only.",
          )
        : say(
            "密钥类别表明持卡人验证过，或不需要。",
            "The key class shows that the holder was verified, or need not be.",
          ),
    },
  ];
}

function counterCheck(
  token: Token,
  keyClass: KeyClass,
  atc: number,
  spentFor: string | undefined,
  journeyId: string,
): CryptogramExplanation["checks"][number] {
  const id = "counter";
  if (spentFor === journeyId)
    return {
      id,
      passed: true,
      words: say(`计数器 ${atc} 由这笔交易用掉。`, `Counter ${atc} was spent by this payment.`),
    };
  if (spentFor !== undefined)
    return {
      id,
      passed: false,
      words: say(
        `重放：计数器 ${atc} 早被另一笔交易 ${spentFor} 用掉。`,
        `Replay: counter ${atc} was spent before, by the payment ${spentFor}.`,
      ),
    };
  const { verdict } = acceptAtc(token.window, atc, keyClass === "secureElement" ? ATC_GAP_MAX : ATC_MAX);
  const { high } = token.window;
  if (verdict === "accepted")
    return {
      id,
      passed: true,
      words: say(
        `计数器 ${atc} 没有用过，在窗口内 (现在最高 ${high})。`,
        `Counter ${atc} is unused and inside the window (highest now: ${high}).`,
      ),
    };
  return {
    id,
    passed: false,
    words:
      verdict === "replayed"
        ? say(`重放：计数器 ${atc} 已经用过。`, `Replay: counter ${atc} was used before.`)
        : atc > high
          ? say(`计数器 ${atc} 比最高的 ${high} 超前太多。`, `Counter ${atc} is too far ahead of the highest, ${high}.`)
          : say(`计数器 ${atc} 比最高的 ${high} 落后太多。`, `Counter ${atc} is too far behind the highest, ${high}.`),
  };
}
