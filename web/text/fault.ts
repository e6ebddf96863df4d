import type { CodeOutcome, Words } from "#contracts/common";
import type { Problem, ProblemCode } from "#contracts/problem";
import type { FieldEnd, PasskeyFault } from "../phone/ports.ts";

/** What happened, and what the person can do about it. */
export interface Fault {
  readonly what: Words;
  readonly remedy: Words;
}

const fault = (zh: string, en: string, remedyZh: string, remedyEn: string): Fault => ({
  what: { zh, en },
  remedy: { zh: remedyZh, en: remedyEn },
});

const PROBLEMS: Readonly<Record<ProblemCode, Fault>> = {
  badRequest: fault(
    "填写的内容有误",
    "Something that was entered cannot be right",
    "请核对后重试。",
    "Check it and try again.",
  ),
  notSignedIn: fault("登录已过期", "You are signed out", "请用通行密钥重新登录。", "Sign in again with your passkey."),
  forbidden: fault(
    "这个通行密钥不能用于此处",
    "This passkey is not accepted here",
    "请换用本机的通行密钥；如果服务器的数据已清空，请新建一个。",
    "Use this device's passkey; if the server's data were wiped, create a new one.",
  ),
  notFound: fault(
    "找不到这项记录，可能已被移除",
    "It is not there: it may have been removed",
    "请刷新页面后重试。",
    "Reload the page and try again.",
  ),
  wrongState: fault(
    "现在不能这样做",
    "This cannot be done now",
    "状态可能刚刚变化，请看最新状态后再试。",
    "The state may just have changed: look at it and try again.",
  ),
  stale: fault("同时有另一项更改", "Something else changed at the same time", "请再试一次。", "Try once more."),
  idempotencyMismatch: fault(
    "请求重复但内容不同",
    "A repeat that differs from the first request",
    "请重新操作。",
    "Start the action again.",
  ),
  badCiphertext: fault(
    "信息未能安全送达",
    "The sealed data could not be opened",
    "请重新输入；没有留下任何内容。",
    "Enter it once more; nothing was kept.",
  ),
  cardNotSupported: fault(
    "暂不支持该银行卡",
    "This card is not supported yet",
    "请换一张卡。演示环境只支持示范银行的卡。",
    "Use another card. The demo takes cards of the Demo Bank only.",
  ),
  badCard: fault("卡号有误", "The card number cannot be right", "请逐位核对卡号。", "Check the number digit by digit."),
  unknownTerms: fault(
    "条款已更新",
    "The terms have changed",
    "请重新阅读并同意最新条款。",
    "Read and accept the new ones.",
  ),
  unknownMethod: fault(
    "这种验证方式不可用",
    "This way of verifying is not available",
    "请换一种方式。",
    "Choose another way.",
  ),
  preflightFailed: fault(
    "此设备还不能添加卡片",
    "This device cannot add a card yet",
    "请先处理列出的各项。",
    "See to the points listed first.",
  ),
  tooMany: fault("次数已达上限", "The limit is reached", "请稍后再试。", "Try again later."),
  internal: fault(
    "系统出错",
    "Something went wrong on our side",
    "没有扣款，也没有添加卡片。请稍后重试。",
    "No money moved and no card was added. Try again later.",
  ),
  peerUnavailable: fault(
    "服务暂时没有应答",
    "No answer just now",
    "已完成的步骤都会保留。请检查网络，稍后重试。",
    "What is done is kept. Check the connection and try again.",
  ),
};

/** Words for a refused call, with the waiting time where there is one. */
export function problemFault(problem: Problem): Fault {
  const known = PROBLEMS[problem.code];
  if (problem.code !== "tooMany" || problem.retryAfterMs === undefined) return known;
  return { what: known.what, remedy: waitWords(problem.retryAfterMs) };
}

function waitWords(ms: number): Words {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return { zh: `请在 ${seconds} 秒后再试。`, en: `Try again in ${seconds} seconds.` };
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return { zh: `请在 ${minutes} 分钟后再试。`, en: `Try again in ${minutes} minutes.` };
  const hours = Math.ceil(minutes / 60);
  return { zh: `请在 ${hours} 小时后再试。`, en: `Try again in ${hours} hours.` };
}

/** Undefined: the code was right. */
export function codeFault(outcome: CodeOutcome): Fault | undefined {
  switch (outcome.outcome) {
    case "passed":
      return undefined;
    case "wrong":
      return fault(
        "验证码错误",
        "Wrong code",
        `请输入最新一条短信中的验证码，还可以试 ${outcome.triesLeft} 次。`,
        `Enter the code of the newest message. Tries left: ${outcome.triesLeft}.`,
      );
    case "dead":
      return fault(
        "验证码已失效",
        "The code is void",
        `请重新获取，还可以获取 ${outcome.codesLeft} 次。`,
        `Ask for a new one. Codes left: ${outcome.codesLeft}.`,
      );
    case "expired":
      return fault(
        "验证码已过期",
        "The code has expired",
        `请重新获取，还可以获取 ${outcome.codesLeft} 次。`,
        `Ask for a new one. Codes left: ${outcome.codesLeft}.`,
      );
    case "superseded":
      return fault(
        "这是较早的验证码",
        "This is an earlier code",
        `请输入最新一条短信中的验证码，还可以试 ${outcome.triesLeft} 次。`,
        `Enter the code of the newest message. Tries left: ${outcome.triesLeft}.`,
      );
    case "noCode":
      return fault("还没有发送验证码", "No code was sent yet", "请先获取验证码。", "Ask for a code first.");
    case "methodDead":
      return fault(
        "短信验证已用完",
        "No more codes by SMS",
        "请换一种验证方式，或联系发卡银行。",
        "Choose another way, or contact your bank.",
      );
  }
}

const PASSKEY_FAULTS: Readonly<Record<PasskeyFault, Fault>> = {
  refused: fault(
    "没有通过验证",
    "You were not verified",
    "什么也没有发出。请再试一次，用指纹、面容或锁屏密码确认。",
    "Nothing was sent. Try again and confirm with finger, face or passcode.",
  ),
  unsupported: fault(
    "此浏览器不支持通行密钥",
    "This browser has no passkeys",
    "请换用新版 Chrome、Edge、Safari 或 Firefox，并开启锁屏密码。",
    "Use a current Chrome, Edge, Safari or Firefox, with a screen lock.",
  ),
  wrongAddress: fault(
    "通行密钥不能用于这个网址",
    "Passkeys do not work at this address",
    "请用 localhost 打开本页，不要用 IP 地址。",
    "Open this page as localhost, not by an IP address.",
  ),
  failed: fault("通行密钥没有成功", "The passkey did not work", "请再试一次。", "Try again."),
};

export function passkeyFault(code: PasskeyFault): Fault {
  return PASSKEY_FAULTS[code];
}

const FIELD_FAULTS: Readonly<Record<FieldEnd, Fault>> = {
  released: fault(
    "终端没有完成读取",
    "The terminal did not finish reading",
    "请看收银台的提示，再试一次。",
    "See what the till says and try again.",
  ),
  notWaiting: fault(
    "终端没有在等待手机",
    "The terminal waits for no phone",
    "请先在收银台输入金额。",
    "Enter an amount at the till first.",
  ),
  unreachable: fault(
    "连接不到终端",
    "The terminal cannot be reached",
    "没有扣款。请稍后重试。",
    "No money moved. Try again in a moment.",
  ),
};

export function fieldFault(end: FieldEnd): Fault {
  return FIELD_FAULTS[end];
}

export const FAULTS = {
  refused: fault("无法添加卡片", "Could not add the card", "请联系发卡银行。", "Contact your card issuer."),
  notReady: fault(
    "此设备还不能添加卡片",
    "This device cannot add a card yet",
    "请稍后重试，以查看需要处理的各项。",
    "Try again in a moment to see what is missing.",
  ),
  bankAppGone: fault(
    "银行没有交出卡片",
    "The bank did not hand the card over",
    "请回到手机银行查看原因，再试一次。",
    "See in the bank's app why, and try again.",
  ),
  waiting: fault(
    "发卡银行还没有应答",
    "Your bank has not answered yet",
    "无需操作，会自动继续。",
    "Nothing to do: it goes on by itself.",
  ),
  declined: fault("付款未成功", "The payment was declined", "请联系发卡银行。", "Contact your card issuer."),
  notArrived: fault(
    "这笔付款没有到达令牌服务方",
    "The payment did not reach the token service",
    "它停在商户或收单方那一边。请看收银台的提示和案件号。",
    "It stopped on the shop's side. See what the till says, and its case code.",
  ),
  wrongPasskey: fault(
    "这个通行密钥打不开本机的密钥",
    "This passkey does not open this device's keys",
    "请换用添加卡片时的通行密钥。",
    "Use the passkey the card was added with.",
  ),
  noKeys: fault(
    "一次性密钥已用完",
    "No one-time keys are left",
    "请联网后再试，会自动补充。",
    "Connect and try again: more are fetched by themselves.",
  ),
  tooLate: fault(
    "等待超时",
    "Waited too long",
    "为安全起见已取消，请重新验证。",
    "Cancelled for safety: verify again.",
  ),
  notConfirmed: fault(
    "另一台设备没有同意",
    "The other device did not confirm",
    "请在那台设备上同意，或在这里输入卡号。",
    "Confirm it there, or type the card here.",
  ),
  takenOff: fault(
    "此设备已从账户移除",
    "This device was removed from the account",
    "卡片和密钥已清除。可以重新开始，或重新加入账户。",
    "Its cards and keys are gone. Begin anew, or join the account again.",
  ),
  joinCode: fault(
    "称呼或配对码不对",
    "Name or code is not right",
    "请看另一台设备上现在显示的称呼和配对码，配对码五分钟内有效。",
    "See what the other device shows now. A code is good for five minutes.",
  ),
  storage: fault(
    "浏览器没有保存数据",
    "The browser did not save",
    "请检查存储空间，并退出无痕模式。",
    "Check the storage space and leave private browsing.",
  ),
} as const;
