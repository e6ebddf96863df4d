import { answer, leaf, may, type Question, question } from "./tree.ts";

const noCode = question(
  "屏幕上显示的手机号（中间是星号），是您现在用的吗？",
  "The masked phone number on the screen: is it the one you use?",
  answer(
    "no",
    "不是",
    "no",
    leaf(
      may(
        "reservedPhoneMismatch",
        "银行预留的是旧号码：带证件去任一网点改",
        "the bank has an old number: change it at any branch with the ID document",
      ),
    ),
  ),
  answer(
    "yes",
    "是",
    "yes",
    leaf(
      may("codeUnclaimed", "在“已拦截”或“未知发件人”里", "it lies among blocked or unknown messages"),
      may(
        "codeNotDelivered",
        "停机、没信号、在境外，或信箱满",
        "the line is out of service, without signal, or abroad",
      ),
      may("codeNotSent", "等了几分钟，重发后收到", "after asking again it came"),
      may("smsDailyCap", "今天已经收过好几条", "several came today already"),
    ),
  ),
  answer(
    "hidden",
    "没有显示号码，或没有任何方式可选",
    "no number is shown, or there is nothing to choose",
    leaf(
      may("noUsableMethod", "银行没有登记手机号，也没有手机银行", "the bank has neither a phone nor an app of yours"),
      may("hotlineClosed", "只有电话方式，而且是灰色的", "only a call is offered, greyed"),
      may("methodUsedUp", "短信方式是灰色的", "the message is greyed"),
    ),
  ),
);

const codeRefused = leaf(
  may("codeSuperseded", "收到过两条以上：要用最新一条", "more than one came: the newest counts"),
  may("codeWrong", "可能看错或输错一位", "a digit may be misread"),
  may("codeExpired", "收到后过了很久才输入", "it was entered long after it came"),
  may("codeTriesUsedUp", "已经输错三次", "three entries were wrong"),
  may("methodUsedUp", "已经换过三条验证码", "three codes were used up"),
  may("verificationExpired", "整个过程隔了很久", "the whole took very long"),
);

const app = question(
  "手机银行里是什么情况？",
  "What happens in the bank's app?",
  answer(
    "missing",
    "没装、登录不了，或没有任何提示",
    "it is not installed, can't sign in, or shows nothing",
    leaf(
      may("bankAppNotReady", "登录的不是持卡人，或没有登录", "nobody, or not the owner of the card, is signed in"),
      may("proofForOtherJourney", "在另一台手机上确认的", "it was confirmed for another phone or card"),
      may("verificationExpired", "提示请求已失效", "it says that the request is over"),
    ),
  ),
  answer(
    "declined",
    "点了“拒绝”或“不是我”",
    "“decline” or “not me” was chosen",
    leaf(may("bankAppDeclined", "误点：回到钱包重新选择方式", "by mistake: choose the way again in the wallet")),
  ),
  answer(
    "face",
    "人脸识别过不了",
    "the face check fails",
    leaf(may("faceCheckFailed", "光线、口罩、容貌变化", "light, a mask, a changed face")),
  ),
  answer(
    "key",
    "U盾用不了",
    "the USB key fails",
    leaf(may("usbKeyNotAccepted", "不是本人的、已锁、已过期或没插好", "another's, locked, expired or not plugged in")),
  ),
  answer(
    "approved",
    "已确认，钱包没有反应",
    "it is confirmed, and the wallet does nothing",
    leaf(
      may("appReturnLost", "等一会儿，或重新打开钱包", "wait a moment, or open the wallet again"),
      may("answerLost", "换个网络后自己好了", "on another connection it came right by itself"),
      may("proofForOtherJourney", "确认的是另一次添加", "another request was confirmed"),
    ),
  ),
);

const phone = leaf(
  may("hotlineClosed", "不在服务时间", "outside its hours"),
  may("hotlineRefused", "问题没有答对，或客服没有通过", "the questions were not answered, or the agent refused"),
  may("withdrawnByBank", "通话后显示“已取消”", "after the call it says “ended”"),
);

export const verifying: Question = question(
  "验证卡在哪里？",
  "Where does the verification stop?",
  answer("no-code", "验证码一直不来", "the code never comes", noCode),
  answer("code-refused", "验证码被拒绝", "the code is refused", codeRefused),
  answer("app", "用手机银行验证", "with the bank's app", app),
  answer("call", "用电话验证", "by phone", phone),
);

export const afterwards: Question = question(
  "卡片现在是什么样子？",
  "What does the card look like now?",
  answer(
    "setting-up",
    "“正在激活”“正在设置”，一直没好",
    "“activating”, “setting up”, for long",
    leaf(
      may("personalisationIncomplete", "设备锁屏或断网了", "the device was locked or offline"),
      may("statesDiffer", "银行说已成功，设备上还没有", "the bank says done, the device does not"),
      may("keyServiceDown", "别的卡也停在这一步", "other cards stop here too"),
      may("tokenRangeEmpty", "只有这一种卡停在这一步", "only this kind of card does"),
      may("deviceStorageFailed", "存储空间几乎用完", "storage is nearly full"),
      may("issuerMaintenance", "夜间", "it is night"),
    ),
  ),
  answer(
    "gone",
    "消失了，或显示“已移除”",
    "it is gone, or “removed”",
    leaf(
      may("verificationExpired", "加了一半，隔了很久", "it was half added, long ago"),
      may("withdrawnByBank", "银行来过通知", "the bank sent word"),
      may(
        "tokenDeleted",
        "移除过设备、退出过账户，或销过卡",
        "a device was removed, the account left, or the card closed",
      ),
      may("deviceKeyChanged", "设备刚恢复过备份", "the device was just restored"),
      may("userVerificationOff", "关过锁屏密码", "the passcode was switched off"),
    ),
  ),
  answer(
    "paused",
    "灰色，或显示“已暂停”",
    "grey, or “suspended”",
    leaf(
      may("tokenSuspendedByWallet", "开过丢失模式，或自己暂停过", "lost mode was on, or you suspended it"),
      may("tokenSuspendedByIssuer", "银行暂停了：致电客服", "the bank did: call"),
      may("cardReportedLost", "实体卡挂失过", "the plastic was reported lost"),
      may("deviceInLostMode", "所有卡都是灰色", "all cards are grey"),
      may("cardFrozenByBank", "实体卡也用不了", "the plastic fails too"),
    ),
  ),
);
