import type { Words } from "#contracts/common";

const w = (zh: string, en: string): Words => ({ zh, en });

export const TILL = {
  receipt: w("小票", "Receipt"),
  receiptOf: (amount: string) => w(`小票 ${amount}`, `Receipt ${amount}`),
  slip: w("签购单", "Sales slip"),
  print: w("打印", "Print"),
  demo: w("演示小票，不作凭证", "Demo receipt, of no value"),
  merchant: w("商户", "Merchant"),
  terminal: w("终端号", "Terminal"),
  kind: w("交易类型", "Type"),
  card: w("设备卡号", "Device card number"),
  amount: w("金额", "Amount"),
  refunded: w("已退金额", "Refunded so far"),
  time: w("时间", "Time"),
  reference: w("参考号", "Reference"),
  code: w("应答码", "Response code"),
  caseCode: w("案件号", "Case code"),
  dayEnd: w("日终结算", "End of day"),
  dayTitle: w("日终汇总", "Day's totals"),
  day: w("日期", "Day"),
  sales: w("消费", "Sales"),
  refunds: w("退款", "Refunds"),
  net: w("净额", "Net"),
  pieces: (count: number) => w(`${count} 笔`, `${count}`),
  part: w("退款金额（元）", "Amount to refund (¥)"),
  partWrong: w("金额应大于 0，且不超过可退金额", "More than zero, and no more than is left"),
} as const;
