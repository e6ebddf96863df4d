import { answer, leaf, may, type Question, question } from "./tree.ts";

/* The person in front of any wallet of today who adds a card. */

const device = question(
  "这台设备或账户，下面哪一条符合？",
  "Which of these is true of the device or the account?",
  answer(
    "old",
    "系统很久没更新，或是较老的型号",
    "the system is old, or the model is",
    leaf(
      may("osTooOld", "“设置”里提示有系统更新", "Settings offer an update"),
      may("deviceUnsupported", "型号不在钱包的支持列表里", "the model is not in the wallet's list"),
      may(
        "deviceInAppOnly",
        "是平板或电脑，只想在商店刷",
        "it is a tablet or a computer, and you want to pay at tills",
      ),
      may("deviceIntegrityFailed", "系统越狱、刷机或被改动过", "the system was jailbroken, rooted or changed"),
    ),
  ),
  answer(
    "lock",
    "没设锁屏密码、面容或指纹",
    "no passcode, face or finger is set",
    leaf(may("userVerificationOff", "解锁不需要任何密码", "it unlocks without anything")),
  ),
  answer(
    "account",
    "账户刚换过、没登录，或没开双重认证",
    "the account is new here, signed out, or without a second factor",
    leaf(
      may("notSignedIn", "“设置”最上方要求登录", "Settings ask you to sign in"),
      may("secondFactorOff", "账户安全里“双重认证”是关闭的", "“two-factor authentication” is off in the account"),
      may("accountLocked", "提示账户已锁定或停用", "it says that the account is locked or disabled"),
      may("regionNotServed", "账户地区不是发卡的国家或地区", "the account's region is not where the card was issued"),
      may("holderTooYoung", "账户登记的年龄较小", "the age in the account is below the minimum"),
    ),
  ),
  answer(
    "full",
    "已经加了很多卡",
    "it holds many cards already",
    leaf(may("deviceSlotsFull", "卡片有 8、12 或 16 张左右", "there are about 8, 12 or 16 of them")),
  ),
  answer(
    "found",
    "设备丢过、刚找回，或刚从备份恢复",
    "it was lost and found, or restored from a backup",
    leaf(
      may("deviceInLostMode", "“查找”里丢失模式还开着", "lost mode is still on in “Find”"),
      may("deviceKeyChanged", "刚恢复备份或重装，别的卡也消失了", "it was just restored, and other cards are gone too"),
    ),
  ),
  answer(
    "none",
    "都不是",
    "none of these",
    leaf(
      may("deviceOffline", "打开网页也不行", "web pages do not open either"),
      may(
        "walletServiceDown",
        "网页能开，钱包的其他功能也不行",
        "web pages open, other functions of the wallet fail too",
      ),
      may("addLimitReached", "今天已经试过几次", "you have tried several times today"),
      may("deviceStorageFailed", "存储空间几乎用完", "storage is nearly full"),
    ),
  ),
);

const cardState = question(
  "这张卡本身，下面哪一条符合？",
  "Which of these is true of the card itself?",
  answer(
    "new",
    "新卡，或刚换过卡",
    "it is new, or was just replaced",
    leaf(
      may("cardNotActivated", "新信用卡，还没激活", "a new credit card that was not activated"),
      may("cardReplaced", "银行寄来过新卡，填的是旧卡号", "the bank sent a new one, and you typed the old number"),
      may("expiryMismatch", "续期换卡，填的是旧有效期", "it was renewed, and you typed the old date"),
      may("cardExpired", "卡面有效期已过", "the date on it has passed"),
    ),
  ),
  answer(
    "stopped",
    "挂失过、锁过，或银行来过电话",
    "it was reported lost, locked, or the bank called",
    leaf(
      may("cardReportedLost", "自己或家人挂失过", "you or your family reported it"),
      may("cardFrozenByHolder", "在手机银行里锁过卡", "you locked it in the bank's app"),
      may("cardFrozenByBank", "在别处消费也被拒绝", "it is refused elsewhere too"),
      may("accountRestricted", "客服让您去网点", "the hotline sends you to the branch"),
      may("cardClosed", "账户已经注销", "the account was closed"),
    ),
  ),
  answer(
    "money",
    "欠款，或余额是负数",
    "money is owed on it",
    leaf(
      may("creditInArrears", "信用卡账单逾期", "a credit card bill is overdue"),
      may("balanceNegative", "借记卡余额小于零", "a debit card's balance is below zero"),
    ),
  ),
  answer(
    "idle",
    "很久没用，或证件换过",
    "it lay unused, or your ID document changed",
    leaf(
      may("remoteUseSuspended", "只能在柜台办理，转账也不行", "only the counter works; transfers fail too"),
      may(
        "customerRecordStale",
        "手机银行提示更新资料或证件过期",
        "the bank's app asks for your details, or the document expired",
      ),
      may("identityMismatch", "换过证件，没有告诉银行", "you have a new document and the bank has the old one"),
      may("accountClassExcluded", "网上开的 II 类、III 类账户", "a class II or III account opened online"),
      may(
        "nameMismatch",
        "改过名字，或名字里有生僻字、间隔号",
        "your name changed, or has rare characters or a middle dot",
      ),
    ),
  ),
  answer(
    "fine",
    "都正常",
    "it is fine",
    leaf(
      may("nameMismatch", "姓名的写法与证件不完全一样", "the name was not typed exactly as on the document"),
      may(
        "boundElsewhere",
        "以前绑过别的手机或家人的账户",
        "it was once bound to another phone or a relative's account",
      ),
      may("cvnMismatch", "安全码可能输错", "the security code may be mistyped"),
      may("issuerRefusesRisk", "都核对过，仍被拒绝", "all was checked, and it is still refused"),
      may("issuerAnswerInvalid", "同一银行的其他人此刻也不行", "other customers of the bank fail now too"),
    ),
  ),
);

const cardSide = question(
  "填写的手机号，是在银行柜台预留的那个吗？",
  "Is the phone you typed the one reserved at the bank's counter?",
  answer(
    "changed",
    "换过号，或只改过网银的手机号",
    "my number changed, or I changed only the e-banking phone",
    leaf(
      may(
        "reservedPhoneMismatch",
        "很多人只改了网银登录手机号，柜台预留的没改",
        "many change the e-banking phone only; the one at the counter stays",
      ),
    ),
  ),
  answer(
    "unsure",
    "不确定",
    "I do not know",
    leaf(
      may(
        "reservedPhoneMismatch",
        "最常见；致电卡背客服可以核对后四位",
        "the most frequent; the hotline can confirm the last four digits",
      ),
      may("noUsableMethod", "银行从没登记过您的手机号", "the bank never had a phone of yours"),
      may("nameMismatch", "姓名的写法与证件不完全一样", "the name was not typed exactly as on the document"),
      may("issuerRefusesRisk", "手机号和姓名都核对无误", "phone and name are both right"),
    ),
  ),
  answer("same", "是，确定没变过", "yes, and it never changed", cardState),
);

const couldNotAdd = question(
  "换一张别家银行的卡，能加到这台设备上吗？",
  "Does a card of another bank go onto this device?",
  answer("yes", "能", "yes", cardSide),
  answer("no", "也不能", "no", device),
  answer("untried", "没有试过", "I have not tried", cardSide),
);

const number = question(
  "卡号是怎么填的？",
  "How did the number get in?",
  answer(
    "typed",
    "手动输入",
    "typed",
    leaf(
      may("panMistyped", "位数不对，或有一位输错", "a digit is missing or wrong"),
      may("numberIsToken", "抄的是钱包或小票上的设备卡号", "it was copied from a wallet or a receipt: a device number"),
      may("cardNotFound", "卡号确认无误，银行仍说没有", "the number is right, and the bank says there is none"),
      may("cvnMismatch", "只有安全码不确定", "only the security code is in doubt"),
      may("expiryMismatch", "只有有效期不确定", "only the date is in doubt"),
      may("sealedCardUnreadable", "每张卡都在同一步失败", "every card fails at the same step"),
    ),
  ),
  answer(
    "camera",
    "相机扫描",
    "by camera",
    leaf(
      may("scanUnreadable", "扫描一直没有结果", "the scan never ends"),
      may("cameraRefused", "画面是黑的，或提示没有权限", "the picture is black, or it says not allowed"),
      may("panMistyped", "扫出来的数字有一位不对", "a digit that it read is wrong"),
    ),
  ),
  answer(
    "app",
    "从手机银行里点“添加到钱包”",
    "from the bank's app",
    leaf(
      may("pushDataExpired", "在手机银行里停留了很久", "you stayed in the bank's app for long"),
      may(
        "pushDataInvalid",
        "每次都立刻失败；从钱包里添加可以",
        "it fails at once each time; from the wallet it works",
      ),
    ),
  ),
);

const connection = question(
  "换一个网络（如改用 4G/5G），或过几分钟再试，结果怎样？",
  "On another connection, such as 4G or 5G, or some minutes later?",
  answer(
    "works",
    "就好了",
    "it works",
    leaf(
      may("requestNotReceived", "换网络就好：请求没有送到", "another connection helps: the request did not arrive"),
      may("answerLost", "重新打开后直接到了下一步", "on opening again it was already one step further"),
      may("deviceOffline", "当时没有信号", "there was no signal"),
      may("throttled", "高峰时段，如中午、节日", "at a busy hour"),
      may("answerTooLate", "等了很久才报错", "it failed only after a long wait"),
    ),
  ),
  answer(
    "onebank",
    "只有这家银行的卡不行",
    "only this bank's cards fail",
    leaf(
      may("issuerMaintenance", "夜间或银行公告的维护时段", "at night, or in a window that the bank announced"),
      may("receiverStuck", "一直显示“正在联系银行”", "it goes on saying that it is contacting the bank"),
      may("linkNotReady", "银行的其他在线业务正常", "the bank's other services work"),
      may("rangeMisrouted", "小银行或合并过的银行", "a small bank, or one that was merged"),
      may("issuerAnswerInvalid", "报错很快出现，每次一样", "the error comes fast and is always the same"),
      may("tokenRangeEmpty", "只有这一种卡不行", "only this kind of card fails"),
    ),
  ),
  answer(
    "all",
    "所有卡都不行",
    "all cards fail",
    leaf(
      may("walletServiceDown", "钱包的其他功能也不正常", "other functions of the wallet fail too"),
      may(
        "contractMismatch",
        "钱包或系统刚更新过，或很久没更新",
        "wallet or system were just updated, or not for long",
      ),
      may("keyServiceDown", "都停在最后一步“正在设置”", "all stop at the last step, “setting up”"),
      may("osTooOld", "系统很久没有更新", "the system was not updated for long"),
    ),
  ),
);

const limits = leaf(
  may("cardDeviceLimit", "这张卡已在好几台设备上", "this card is on several devices"),
  may("customerTokenLimit", "您名下好几张卡都绑了设备", "several cards of yours are on devices"),
  may("deviceSlotsFull", "这台设备上的卡已经很多", "this device holds many cards"),
  may("addLimitReached", "今天添加、移除过好几次", "you added and removed it several times today"),
);

const unsupported = leaf(
  may("issuerNotEnrolled", "同一银行的卡都不支持", "no card of the bank is supported"),
  may("productExcluded", "同一银行的别的卡可以", "other cards of the bank are"),
  may("networkUnsupported", "是另一个卡组织的卡", "it belongs to another card network"),
  may("accountClassExcluded", "是 II 类或 III 类账户的卡", "it belongs to a class II or III account"),
  may("iinUnknown", "新发行的卡，或少见的银行", "it is a new issue, or of a rare bank"),
  may("regionNotServed", "外地或境外的卡、账户", "card or account are from another region"),
);

const elsewhere = leaf(
  may("alreadyOnThisDevice", "往下翻，卡就在列表里", "further down in the stack it is there"),
  may("boundElsewhere", "绑在旧手机、或家人的账户上", "it is on an old phone, or a relative's account"),
  may("cardDeviceLimit", "绑在自己的好几台设备上", "it is on several devices of your own"),
);

const terms = leaf(
  may("termsDeclined", "点过“不同意”", "“do not agree” was chosen"),
  may("termsSuperseded", "点了同意，又要求再看一遍", "you agreed, and are asked to read again"),
);

export const adding: Question = question(
  "屏幕上是怎么说的？选最接近的一句。",
  "What does the screen say? The nearest will do.",
  answer(
    "could-not-add",
    "“无法添加卡片”“请联系发卡行”",
    "“Could Not Add Card”, “contact your card issuer”",
    couldNotAdd,
  ),
  answer("invalid", "“卡片无效”“卡号有误”，或扫不出来", "“Invalid Card”, a wrong number, or the scan fails", number),
  answer("limit", "“卡片设备数量已达上限”“次数过多”", "“Card Device Limit”, “too many attempts”", limits),
  answer("connect", "“未能连接”，或一直转圈", "“Could not connect”, or it goes on turning", connection),
  answer("unsupported", "“暂不支持此卡”", "“Card Not Supported”", unsupported),
  answer("elsewhere", "“已添加”“已绑定其他账户”", "“already added”, “bound to another account”", elsewhere),
  answer("terms", "停在协议页面", "it stops at the terms", terms),
  answer("before", "还没让填卡就不行", "it stops before a card is asked for", device),
);
