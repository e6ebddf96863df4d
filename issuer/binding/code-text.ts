import type { Language, Words } from "#contracts/common";
import type { IssuerPolicy } from "../policy.ts";

/** The message a phone gets: bank first, the digits right after 验证码 or "code", so that phones offer to fill them in. */
export function codeText(
  language: Language,
  facts: { readonly bank: Words; readonly code: string; readonly panSuffix: string; readonly minutes: number },
  domain: IssuerPolicy["codeDomain"],
): string {
  const { bank, code, panSuffix, minutes } = facts;
  const text =
    language === "zh"
      ? `【${bank.zh}】验证码 ${code}，用于将尾号${panSuffix}的银行卡添加到手机钱包，${minutes}分钟内有效，请勿泄露。`
      : `[${bank.en}] Your code is ${code}. It adds your card ending ${panSuffix} to a phone wallet and is valid for ${minutes} minutes. Do not share it.`;
  return domain === undefined ? text : `${text}\n@${domain} #${code}`;
}
