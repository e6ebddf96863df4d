import type { Amount, Language } from "#contracts/common";
import { formatMoney } from "#protocol/money";

/** "¥12.34". */
export function moneyText({ minor, currency }: Amount): string {
  return formatMoney({ minor: BigInt(minor), currency });
}

export function yuan(minor: string): string {
  return moneyText({ minor, currency: "156" });
}

const LOCALES: Readonly<Record<Language, string>> = { zh: "zh-CN", en: "en-GB" };

/** "14:05". */
export function clockText(at: number, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { hour: "2-digit", minute: "2-digit", hour12: false }).format(at);
}

/** "3月5日 14:05". */
export function momentText(at: number, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  }).format(at);
}

/** "2026年3月5日". */
export function dayText(at: number, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "long" }).format(at);
}

/** "14:05:09.123": order matters between messages that pass in the same second. */
export function preciseText(at: number, language: Language): string {
  return new Intl.DateTimeFormat(LOCALES[language], {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hour12: false,
  }).format(at);
}
