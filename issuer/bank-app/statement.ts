import { chinaDate, chinaTime, type Instant, toYymmdd } from "#protocol/time";

/** What the app shows before it asks for the finger or the USB key, and what the key signs, word for word. */
export function statementText(facts: {
  readonly bankName: string;
  readonly panSuffix: string;
  readonly deviceName: string;
  readonly askedAt: Instant;
  /** Tells one asking from another. */
  readonly reference: string;
}): string {
  const { bankName, panSuffix, deviceName, askedAt, reference } = facts;
  const date = `20${toYymmdd(askedAt).slice(0, 2)}-${chinaDate(askedAt).slice(0, 2)}-${chinaDate(askedAt).slice(2)}`;
  const time = chinaTime(askedAt).replace(/(\d\d)(\d\d)(\d\d)/, "$1:$2:$3");
  return [
    bankName,
    `将尾号 ${panSuffix} 的银行卡添加到设备“${deviceName}”`,
    `Add the card ending ${panSuffix} to the device "${deviceName}"`,
    `时间 Time: ${date} ${time} (UTC+8)`,
    `编号 Reference: ${reference}`,
  ].join("\n");
}
