import type { CardData, Words } from "#contracts/common";
import { err, ok, type Result } from "#protocol/bytes";
import { normaliseHolderName, parseMobile } from "#protocol/holder";
import { luhnOk, Pan } from "#protocol/pan";
import { type Instant, isExpired, parseExpiry } from "#protocol/time";

/** What the holder types, as typed. */
export interface CardFields {
  readonly pan: string;
  readonly holderName: string;
  readonly mobile: string;
  readonly expiry: string;
  readonly cvn2: string;
}
export type CardField = keyof CardFields;
export const NO_FIELDS: CardFields = { pan: "", holderName: "", mobile: "", expiry: "", cvn2: "" };

/** Each bad field with what is wrong with it. The words never quote what was typed. */
export type FieldFaults = Readonly<Partial<Record<CardField, Words>>>;

/**
 * Reads the form: a card as the bank wants it, or every fault at once. Nothing leaves the page before this says yes.
 *
 * @param credit whether expiry and CVN2 are wanted.
 */
export function parseCardForm(fields: CardFields, credit: boolean, now: Instant): Result<CardData, FieldFaults> {
  const pan = parsePan(fields.pan);
  const holderName = parseName(fields.holderName);
  const mobile = parsePhone(fields.mobile);
  const expiry = credit ? parseCardExpiry(fields.expiry, now) : ok(undefined);
  const cvn2 = credit ? parseCvn2(fields.cvn2) : ok(undefined);
  if (!pan.ok || !holderName.ok || !mobile.ok || !expiry.ok || !cvn2.ok) {
    const faults: Partial<Record<CardField, Words>> = {};
    for (const [name, result] of Object.entries({ pan, holderName, mobile, expiry, cvn2 }))
      if (!result.ok) faults[name as CardField] = result.error;
    return err(faults);
  }
  return ok({
    pan: pan.value.expose(),
    holderName: holderName.value,
    mobile: mobile.value,
    ...(expiry.value === undefined ? {} : { expiry: expiry.value }),
    ...(cvn2.value === undefined ? {} : { cvn2: cvn2.value }),
  });
}

const bad = (zh: string, en: string) => err({ zh, en });
/** Full-width digits and the spaces and hyphens that people and cards put between digits. */
const packed = (text: string) => text.normalize("NFKC").replace(/[\s-]/gu, "");

function parsePan(text: string): Result<Pan, Words> {
  const digits = packed(text);
  if (digits === "") return bad("请输入卡号", "Enter the card number");
  if (!/^\d+$/.test(digits)) return bad("卡号只能是数字", "The card number has digits only");
  if (digits.length < 12) return bad("卡号太短，请核对", "The card number is too short");
  if (digits.length > 19) return bad("卡号太长，最多 19 位", "The card number is too long: 19 digits at most");
  if (!luhnOk(digits)) return bad("卡号有误，请逐位核对", "Check the number digit by digit: it cannot be right");
  const pan = Pan.parse(digits);
  return pan.ok ? pan : bad("卡号有误", "The card number cannot be right");
}

function parseName(text: string): Result<string, Words> {
  if (text.trim() === "") return bad("请输入持卡人姓名", "Enter the cardholder's name");
  if (/^[\d\s]+$/u.test(text.normalize("NFKC"))) return bad("姓名不能全是数字", "A name is not a number");
  const name = normaliseHolderName(text);
  if (name.ok) return name;
  return text.trim().length > 60
    ? bad("姓名太长，最多 60 个字符", "The name is too long: 60 characters at most")
    : bad("姓名含有不能使用的字符", "The name has characters that no name has");
}

function parsePhone(text: string): Result<string, Words> {
  if (packed(text) === "") return bad("请输入银行预留手机号", "Enter the phone reserved at the bank");
  const mobile = parseMobile(text);
  return mobile.ok ? mobile : bad("请输入 11 位大陆手机号", "Enter a mainland mobile number of 11 digits");
}

/** MM/YY as printed; also MMYY and MM/YYYY. */
function parseCardExpiry(text: string, now: Instant): Result<string, Words> {
  const typed = text.normalize("NFKC").replace(/\s/gu, "");
  if (typed === "") return bad("请输入有效期", "Enter the expiry date");
  const match = /^(\d{2})[/.-]?(?:20)?(\d{2})$/.exec(typed);
  if (match === null) return bad("有效期格式为 月/年，如 06/33", "Write the expiry as month/year, such as 06/33");
  const expiry = parseExpiry(match[2]! + match[1]!);
  if (!expiry.ok) return bad("月份应为 01 到 12", "The month is from 01 to 12");
  return isExpired(expiry.value, now) ? bad("这张卡已过期", "This card has expired") : expiry;
}

function parseCvn2(text: string): Result<string, Words> {
  const typed = text.normalize("NFKC").trim();
  if (typed === "") return bad("请输入卡背面末三位安全码", "Enter the three digits on the back");
  return /^\d{3}$/.test(typed) ? ok(typed) : bad("安全码是 3 位数字", "The security code has three digits");
}

/** Six digits of an SMS code. */
export function parseCode(text: string): Result<string, Words> {
  const typed = packed(text);
  if (typed === "") return bad("请输入短信验证码", "Enter the code from the message");
  return /^\d{6}$/.test(typed) ? ok(typed) : bad("验证码是 6 位数字", "The code has six digits");
}

/** Digits in groups of four, while they are typed. */
export function groupPan(text: string): string {
  const digits = packed(text);
  return /^\d{0,19}$/.test(digits) ? digits.replace(/(\d{4})(?=\d)/g, "$1 ") : text;
}

/** A slash after the month, while it is typed. */
export function slashExpiry(text: string): string {
  return /^\d{3,4}$/.test(text) ? `${text.slice(0, 2)}/${text.slice(2)}` : text;
}
