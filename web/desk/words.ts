import type { Words } from "#contracts/common";
import type { StaffRole } from "#contracts/desk-api";
import type { Problem } from "#contracts/problem";
import { type Fault, problemFault } from "../text/fault.ts";

const w = (zh: string, en: string): Words => ({ zh, en });
const fault = (whatZh: string, whatEn: string, remedyZh: string, remedyEn: string): Fault => ({
  what: w(whatZh, whatEn),
  remedy: w(remedyZh, remedyEn),
});

export const ROLES: Readonly<Record<StaffRole, Words>> = {
  teller: w("柜员", "Teller"),
  agent: w("坐席", "Agent"),
  supervisor: w("主管", "Supervisor"),
};

/** What the audit calls a deed; one that is not named here is shown by its own name. */
export const DEEDS: Readonly<Record<string, Words>> = {
  signIn: w("登录", "Signed in"),
  signOut: w("退出", "Signed out"),
  enrolPasskey: w("登记通行密钥", "Enrolled a passkey"),
  inviteStaff: w("邀请人员", "Invited staff"),
  dismissStaff: w("人员离职", "Dismissed staff"),
  changeReservedPhone: w("更换预留手机号", "Changed the reserved phone"),
  documentRefused: w("证件不符，已拒绝", "Refused: another's document"),
  renewRecord: w("更新客户资料", "Renewed the customer record"),
  correctName: w("更正姓名", "Corrected the name"),
  upgradeAccount: w("升级为一类户", "Raised to a class I account"),
  liftRestriction: w("解除账户限制", "Lifted a restriction"),
  deposit: w("柜台存款", "Took in cash"),
  usbKeyCode: w("发放 U 盾登记码", "Gave a code for a USB key"),
  activateCard: w("激活卡片", "Activated a card"),
  reportLost: w("挂失", "Reported lost"),
  liftLost: w("解除挂失", "Lifted a loss report"),
  freeze: w("冻结", "Froze"),
  unfreeze: w("解冻", "Unfroze"),
  renewCard: w("换发卡片", "Renewed a card"),
  closeCard: w("销卡", "Closed a card"),
  suspendToken: w("暂停设备卡", "Suspended a device card"),
  resumeToken: w("恢复设备卡", "Resumed a device card"),
  approveCall: w("电话核实", "Verified by phone"),
  refuseCall: w("电话核实不通过", "Refused by phone"),
  overrideCall: w("双人复核通过", "Approved by a second person"),
  approveAtBranch: w("柜面核实", "Verified at the branch"),
  withdrawBinding: w("终止绑卡", "Ended a binding"),
  lockCard: w("持卡人锁卡", "Holder locked a card"),
  unlockCard: w("持卡人解锁", "Holder unlocked a card"),
};

/** Of those that are not people. */
export const NAMES: Readonly<Record<string, Words>> = { operations: w("运维", "Operations") };

/** Reasons that the bank's own system writes; those of people stand as they wrote them. */
export const REASONS: Readonly<Record<string, Words>> = {
  ...ROLES,
  "document seen": w("已核对证件", "document seen"),
  "not this customer's": w("不是该客户的证件", "not this customer's"),
  "all answers right": w("回答全部正确", "all answers right"),
  "new number": w("换新卡号", "new number"),
  "new expiry": w("换有效期", "new expiry"),
};

export const DESK = {
  title: w("示范银行 · 柜台", "Demo Bank · Desk"),
  short: w("示范银行柜台", "Demo Bank desk"),
  demoNote: w(
    "演示：这家银行、这里的人和客户都是虚构的，账本与流程是真实运行的。",
    "Demo: this bank, its people and its customers are invented; ledger and procedures really run.",
  ),
  nav: w("柜台", "Desk"),
  customers: w("客户", "Customers"),
  cases: w("来电与案件", "Calls and cases"),
  audit: w("操作日志", "Audit"),
  waiting: (count: number) => w(`${count} 件待处理`, count === 1 ? "1 waiting" : `${count} waiting`),

  door: {
    title: w("登录柜台", "Sign in to the desk"),
    text: w(
      "用通行密钥登录。没有密码，也就没有可以被骗走的密码。",
      "Sign in with a passkey. There is no password to be tricked out of.",
    ),
    known: w("在这台电脑上登录过", "Signed in here before"),
    demo: w("演示人员", "Demo staff"),
    demoHint: w(
      "虚构的人，任何人都可以扮演：点一下即登记通行密钥并登录。",
      "Invented people whom anybody may be: a click enrols a passkey and signs in.",
    ),
    other: w("用其他通行密钥登录", "Use another passkey"),
    invited: w("第一次来？用邀请码登记", "First time? Enrol by invitation"),
    invitation: w("邀请码", "Invitation"),
    invitationHint: w(
      "由运维用 kabao staff invite 生成，一天内有效",
      "Made by operations with kabao staff invite; good for a day",
    ),
    enrol: w("登记通行密钥", "Enrol a passkey"),
  },
  signOut: w("退出登录", "Sign out"),
  takeRole: (role: string) => w(`改以${role}身份登录`, `Sign in as ${role}`),
  until: (time: string) => w(`登录到 ${time} 为止`, `Signed in until ${time}`),

  search: w("搜索客户", "Search customers"),
  searchHint: w("姓名、卡号后四位或手机后四位", "Name, card's or phone's last four"),
  nobody: w("没有找到客户", "Nobody was found"),
  nobodyHint: w(
    "姓名要写全；或用卡号、手机号的后四位。",
    "The name must be whole; or use the last four of card or phone.",
  ),
  choose: w("从左边选择一位客户", "Choose a customer"),
  chooseHint: w(
    "可按姓名、卡号后四位或预留手机后四位查找。",
    "Find one by name, card's last four or reserved phone's last four.",
  ),
  masked: w("坐席看到的姓名已遮盖", "Names are masked for the hotline"),
  back: w("返回列表", "Back to the list"),

  phone: w("银行预留手机", "Reserved phone"),
  noPhone: w("没有预留", "None"),
  document: w("证件有效期", "Document valid until"),
  record: w("客户资料", "Customer record"),
  recordCurrent: w("有效", "Current"),
  recordStale: w("须更新", "To be renewed"),
  counterOnly: w("仅限柜面办理", "Counter only"),
  cards: w("银行卡", "Cards"),
  devices: w("设备上的卡", "On devices"),
  noDevices: w("没有设备卡", "On no device"),
  ledger: w("账目", "Ledger"),
  noLines: w("还没有账目", "No entries yet"),
  available: w("可用", "Available"),
  held: (money: string) => w(`冻结 ${money}`, `${money} on hold`),
  expiry: w("有效期", "Expires"),
  balance: w("余额", "Balance"),
  customerAudit: w("这位客户的操作日志", "What was done for this customer"),
  noAudit: w("还没有操作", "Nothing yet"),
  tokenStates: {
    inactive: w("待核实", "To be verified"),
    active: w("可用", "Active"),
    suspended: w("已暂停", "Suspended"),
    deleted: w("已移除", "Removed"),
  },
  pending: w("办理中", "Under way"),

  acts: {
    changeReservedPhone: w("更换预留手机号", "Change reserved phone"),
    renewRecord: w("更新客户资料", "Renew record"),
    correctName: w("更正姓名", "Correct the name"),
    usbKeyCode: w("U 盾登记码", "Code for a USB key"),
    deposit: w("存款", "Deposit"),
    upgradeAccount: w("升一类户", "To class I"),
    liftRestriction: w("解除限制", "Lift restriction"),
    activateCard: w("激活", "Activate"),
    reportLost: w("挂失", "Report lost"),
    liftLost: w("解除挂失", "Found again"),
    freeze: w("冻结", "Freeze"),
    unfreeze: w("解冻", "Unfreeze"),
    renewCard: w("换卡", "Renew"),
    closeCard: w("销卡", "Close"),
    suspendToken: w("暂停", "Suspend"),
    resumeToken: w("恢复", "Resume"),
    approveAtBranch: w("柜面核实", "Verify here"),
    withdrawBinding: w("终止绑卡", "End the binding"),
    refuseCall: w("核实不通过", "Refuse"),
    overrideCall: w("复核通过", "Override"),
  },
  actTexts: {
    changeReservedPhone: w(
      "核对客户出示的证件。旧号码上的验证码立即作废；因手机号不符而停下的绑卡会自动继续。",
      "Check the document that the customer shows. Codes sent to the old phone die; bindings that stopped for the phone go on by themselves.",
    ),
    renewRecord: w("核对新证件并填写其有效期。", "Check the new document and enter until when it is valid."),
    correctName: w(
      "按证件更正姓名；因姓名不符而停下的绑卡可以继续。",
      "As the document has it; bindings that stopped for the name may go on.",
    ),
    usbKeyCode: w(
      "核对证件后给出一个登记码，客户在手机银行登记 USB Key 时使用，只能用一次。",
      "After seeing the document: a code with which the customer registers a USB key in the bank's app, once.",
    ),
    deposit: w("收取现金入账，先还清欠款。", "Cash is paid in; what is overdue is paid off first."),
    upgradeAccount: w(
      "核对证件后，二、三类户升级为一类户。",
      "With the document a class II or III account becomes class I.",
    ),
    liftRestriction: w("限制的原因已经解决，账户恢复使用。", "What restricted the account has been settled."),
    activateCard: w("激活后即可使用。", "The card may be used at once."),
    reportLost: w("卡片和所有设备上的卡立即停用。", "The card and its device cards stop at once."),
    liftLost: w("卡片找到了：恢复使用。", "The card was found: it works again."),
    freeze: w("银行保护性冻结，卡片和设备卡停用。", "The bank's protective freeze: card and device cards stop."),
    unfreeze: w("解除银行的冻结。", "Ends the bank's freeze."),
    renewCard: w("设备上的卡继续可用，手机会自动更新。", "Device cards live on; phones learn of it by themselves."),
    closeCard: w(
      "销卡后不能恢复，设备上的卡全部移除。",
      "This cannot be undone: the cards on all devices are removed.",
    ),
    suspendToken: w("只暂停这台设备上的卡。", "Only this device's card stops."),
    resumeToken: w("解除银行对这台设备的暂停。", "Releases the bank's suspension of this device's card."),
    approveAtBranch: w(
      "客户带证件在柜面：核实后设备卡即激活。",
      "The customer is here with the document: the device card becomes active.",
    ),
    withdrawBinding: w(
      "银行终止这次绑卡，持卡人会看到由银行终止。",
      "The bank ends this binding; the holder sees that the bank did.",
    ),
    refuseCall: w("持卡人没有通过核实。", "The caller was not verified."),
    overrideCall: w(
      "您作为第二人复核并放行，理由写入日志。",
      "As the second person you let it pass; the reason goes to the audit.",
    ),
  },
  fields: {
    document: w("证件种类", "Document"),
    number: w("证件号码", "Document number"),
    numberHint: w("只用于比对，不保存", "Only compared, never kept"),
    newPhone: w("新的预留手机号", "New reserved phone"),
    documentExpires: w("证件有效期至（年月日）", "Valid until (YYYYMMDD)"),
    newNumber: w("换新卡号", "New number"),
    newNumberHint: w("不勾选则只换有效期", "Otherwise only the expiry changes"),
    reason: w("理由", "Reason"),
    name: w("证件上的姓名", "Name on the document"),
    amount: w("存款金额（元）", "Amount (¥)"),
    useDemo: w("填入演示证件", "Fill in the demo document"),
  },
  documents: {
    residentId: w("居民身份证", "Resident identity card"),
    passport: w("护照", "Passport"),
    travelPermit: w("往来通行证", "Travel permit"),
  },
  typed: {
    number: w("请输入 6 到 18 位字母或数字", "6 to 18 letters or digits"),
    newPhone: w("请输入 11 位手机号", "A mobile number of 11 digits"),
    documentExpires: w("请输入 8 位日期，如 20451231", "8 digits, such as 20451231"),
    reason: w("请写明理由", "A reason is needed"),
    name: w("请输入姓名", "A name is needed"),
    amount: w("金额应大于 0，最多两位小数", "More than zero, at most two decimals"),
    caseCode: w("案件号形如 K7F-3QM", "A case code looks like K7F-3QM"),
    invitation: w("邀请码形如 7KQ2M-X9D4H", "An invitation looks like 7KQ2M-X9D4H"),
  },
  confirm: w("确认", "Confirm"),
  takeAlong: w("请客户在 30 分钟内使用：", "For the customer, good for 30 minutes:"),
  done: (what: string) => w(`${what}：已办理`, `${what}: done`),

  caseTitle: w("案件号", "Case code"),
  openCase: w("打开案件", "Open"),
  caseHint: w("请来电人报出手机上显示的案件号。", "Ask the caller for the case code on the phone."),
  queue: w("等待核实的来电", "Calls to be verified"),
  noQueue: w("没有等待的来电", "Nobody waits"),
  secondWanted: w("等第二人复核", "Wants a second person"),
  finding: w("结论", "Finding"),
  stoppedBy: w("停在哪一方", "Stopped by"),
  actor: w("由谁处理", "Who acts"),
  certainty: w("把握", "Certainty"),
  certainties: {
    proven: w("证据确凿", "Proven"),
    inferred: w("由其他记录推断", "Inferred"),
    unclear: w("尚不明确", "Unclear"),
  },
  nextCheck: w("下一步查什么", "Next check"),
  unreachable: (names: string) => w(`未能问到：${names}`, `Could not be asked: ${names}`),
  journey: w("经过", "The journey"),
  journeyHint: w("各方的记录，按时间先后", "Every party's facts, in order"),
  nobodyStopped: w("没有停下", "Nobody"),
  noStory: w("还没有记录", "Nothing is held yet"),
  questions: w("核实身份", "Verify the caller"),
  questionsHint: w("答案由系统比对，不会显示。", "Answers are compared by the bank and never shown."),
  demoAnswers: w("按演示持卡人的话填写", "As the demo's holder would answer"),
  check: w("提交核实", "Check the answers"),
  approved: w("已核实，持卡人的手机会自动继续。", "Verified: the holder's phone goes on by itself."),
  refused: w("核实不通过，已告知持卡人。", "Refused; the holder is told."),
  awaiting: w(
    "答案不全对。需要另一位主管复核；同一个人换岗位也不行。",
    "Not all answers were right. Another person, a supervisor, must decide; the same person in another role does not count.",
  ),
  openCustomer: w("打开客户", "Open the customer"),
  facts: w("原始事实", "Raw facts"),

  who: w("人员", "Who"),
  what: w("操作", "What"),
  why: w("说明", "Why"),
  when: w("时间", "When"),
  second: (name: string) => w(`复核 ${name}`, `second: ${name}`),
} as const;

export const DESK_FAULTS = {
  unknown: fault(
    "这把通行密钥不属于本行人员",
    "This passkey is nobody's at this desk",
    "请用登记过的通行密钥，或向运维索取邀请码。",
    "Use the one that was enrolled, or ask operations for an invitation.",
  ),
  role: fault("您没有这个岗位", "That role is not yours", "请换一个岗位登录。", "Sign in with another role."),
  invitation: fault(
    "邀请码无效、已用过或已过期",
    "The invitation is wrong, used or over",
    "请核对，或向运维索取新的邀请码。",
    "Check it, or ask operations for a new one.",
  ),
  document: fault(
    "证件与客户资料不符",
    "The document is not this customer's",
    "请核对证件号码。这次核对已记入日志。",
    "Check the number. The attempt is in the audit.",
  ),
  second: fault(
    "需要另一位主管",
    "Another person must decide",
    "提问的人不能自己复核，换岗位也不行。",
    "Whoever asked the questions cannot be the second person, whatever the role.",
  ),
  role2: fault(
    "您的岗位不能办理",
    "Not for your role",
    "请由相应岗位的同事办理。",
    "A colleague in the right role can do it.",
  ),
  state: fault(
    "状态已变，现在不能这样做",
    "It has changed and cannot be done now",
    "请看最新状态。",
    "Look at how it stands now.",
  ),
  caseCode: fault("没有这个案件", "No such case", "请与来电人核对案件号。", "Check the code with the caller."),
} as const;

export function deskFault(problem: Problem): Fault {
  if (problem.at === "document" && problem.code === "forbidden") return DESK_FAULTS.document;
  if (problem.code === "forbidden") return problem.at === "bindingId" ? DESK_FAULTS.second : DESK_FAULTS.role2;
  if (problem.code === "wrongState") return DESK_FAULTS.state;
  return problemFault(problem);
}
