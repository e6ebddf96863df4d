import { answer, leaf, may, none, type Question, question } from "./tree.ts";

const declined = question(
  "机具或手机上的提示最接近哪一句？",
  "What comes nearest to what till or phone say?",
  answer(
    "money",
    "余额、限额",
    "money or limits",
    leaf(
      may("fundsInsufficient", "余额不够", "the balance is too small"),
      may("limitPerPayment", "这一笔特别大", "this one is unusually large"),
      may("limitPerDay", "今天付过很多", "much was paid today"),
      may("aboveTerminalLimit", "只有这台机具说超限", "only this till says so"),
      may("shopKindBlocked", "只有这一类商户不行", "only this kind of shop"),
    ),
  ),
  answer(
    "pin",
    "密码",
    "the PIN",
    leaf(
      may("pinWrong", "输的是锁屏密码，不是银行卡密码", "the phone's passcode was typed, not the card's PIN"),
      may("pinBlocked", "错过三次", "it was wrong three times"),
      may("pinNotGiven", "没让输，或按了取消", "it was not asked, or cancelled"),
      may("pinPadMissing", "机具没有键盘", "the till has no pad"),
      may("pinReblockFailed", "密码确定没错，这里人人都不行", "it is right, and nobody's works here"),
      none("pinAfterFinger", "奇怪为什么验了指纹还要密码", "you wonder why a PIN comes after the finger"),
    ),
  ),
  answer(
    "bank",
    "“交易失败”“请联系发卡行”",
    "“declined”, “contact your issuer”",
    question(
      "实体卡在同一台机具上能用吗？",
      "Does the plastic card work at the same till?",
      answer(
        "yes",
        "能用",
        "yes",
        leaf(
          may("tokenSuspendedByWallet", "卡片在钱包里是灰色", "the card is grey in the wallet"),
          may("tokenSuspendedByIssuer", "银行来过通知", "the bank sent word"),
          may("tokenExpired", "卡加了好几年，很久没联网", "it was added years ago, and long offline"),
          may("tokenDeleted", "卡在别处移除过", "it was removed elsewhere"),
          may("tokenUnknown", "刚恢复过备份", "a backup was restored"),
          may("cryptogramWrong", "到处都不行，别的卡可以", "it fails everywhere, other cards do not"),
          may("counterOutOfWindow", "很久没联网", "it was offline for long"),
          may("keyNotIssued", "刚换过设备或清过数据", "the device or its data changed"),
          may("counterReplayed", "连着刷了两次", "it was tapped twice in a row"),
          may("verificationNotProven", "没有验证指纹或面容", "no finger or face was asked"),
          may("chipDataIncomplete", "只有这家的机具不行", "only this shop's tills fail"),
          may("signedDataDiffers", "只有这家的机具不行，金额也显示异常", "only this shop's, and the amount looks odd"),
          may("entryModeWrong", "只有这家的新机具不行", "only this shop's new till"),
          may("domainBroken", "换到别的场景使用", "it is used where it was not made for"),
        ),
      ),
      answer(
        "no",
        "也不能",
        "no",
        leaf(
          may("issuerRefusesRisk", "银行想与您核实", "the bank wants to speak with you"),
          may("networkRiskChallenge", "手机银行里有待确认的提示", "the bank's app waits for your word"),
          may("networkRiskDeclined", "银行来电或短信提醒", "the bank called or wrote"),
          may("cardReportedLost", "挂失过", "it was reported lost"),
          may("cardFrozenByBank", "别处也不行", "it fails elsewhere too"),
          may("standInRefused", "提示银行未应答", "it says that the bank did not answer"),
          may("standInLimit", "银行系统正在维护", "the bank is being maintained"),
          may("routeMissing", "新发行的卡", "it is a new issue"),
        ),
      ),
      answer(
        "untried",
        "没带，或没试",
        "I have not tried",
        leaf(
          may("issuerRefusesRisk", "别处也不行：致电卡背客服", "it fails elsewhere too: call the bank"),
          may("tokenSuspendedByIssuer", "卡片在钱包里是灰色", "the card is grey in the wallet"),
          may("messageMalformed", "只有这家不行", "only this shop"),
          may("messageMacWrong", "这家的机具此刻都不行", "all of this shop's tills fail now"),
          may("standInRefused", "提示银行未应答", "it says that the bank did not answer"),
        ),
      ),
    ),
  ),
  answer(
    "shop",
    "“商户未开通”“请签到”",
    "“not opened”, “sign in first”",
    leaf(
      may("cardKindNotOpened", "别家可以挥手机，这家不行", "phones work elsewhere, not here"),
      may("merchantBlocked", "任何卡都不行", "no card works"),
      may("terminalNotSignedIn", "收银员需要签到", "the cashier has to sign in"),
      may("terminalDateWrong", "小票上的日期不对", "the date on the receipt is wrong"),
    ),
  ),
);

const noReaction = question(
  "靠近机具时，手机和机具有什么反应？",
  "Held to the till, what do phone and till do?",
  answer(
    "nothing",
    "都没有反应",
    "nothing",
    leaf(
      may("noCardArmed", "手机上没有弹出卡片", "no card came up on the phone"),
      may("noCommonApplication", "别的手机在这里也没有反应", "other phones do nothing here either"),
      may("readerModeUnsupported", "只有这台机具没有反应", "only this till"),
      may("severalCards", "手机壳里夹着别的卡", "another card sits in the phone's case"),
      may("deviceInAppOnly", "是没有近场通信的设备", "the device has no antenna"),
    ),
  ),
  answer(
    "phone",
    "手机提示验证或联网",
    "the phone wants to confirm, or go online",
    leaf(
      may("userNotVerified", "面容或指纹没有通过", "the face or finger did not pass"),
      may("confirmationStale", "验证后过了一分钟以上", "more than a minute passed after confirming"),
      may("payKeysUsedUp", "很久没有联网，付过很多次", "it was offline for long, and paid often"),
      may("payKeysExpired", "很久没有联网", "it was offline for long"),
      may("counterExhausted", "提示卡片正在更新", "it says that the card is being renewed"),
    ),
  ),
  answer(
    "again",
    "滴了一声，让再刷一次",
    "it beeps, and asks again",
    leaf(
      may("tapTorn", "移开得太早", "it was taken away too early"),
      may("tapTornAfterCryptogram", "手机显示完成，机具没有", "the phone says done, the till does not"),
    ),
  ),
);

const charged = question(
  "哪一句最接近？",
  "Which comes nearest?",
  answer(
    "twice",
    "好像扣了两次，或没成功却扣了钱",
    "charged twice, or charged without success",
    leaf(
      may("reversalPending", "几分钟到几天内退回", "it comes back within minutes or days"),
      may("answerLostReversed", "已经有一笔退回", "one has come back already"),
      may("secondTapSameSale", "机具说已支付", "the till says already paid"),
      none("holdAboveAmount", "酒店、加油站先占用了一笔", "a hotel or petrol station held an amount"),
    ),
  ),
  answer(
    "refund",
    "退货找不到原交易",
    "a refund does not find the payment",
    leaf(
      may("refundNotMatched", "用设备卡号后四位再查", "search by the device number's last four"),
      none("receiptDigitsDiffer", "小票上的末四位与卡号不同", "the receipt shows other digits than the card"),
    ),
  ),
  answer(
    "notice",
    "没有收到通知",
    "no notice came",
    leaf(
      none("noticeMissing", "交易记录里有这一笔", "the history has it"),
      may("reversalPending", "交易记录里显示处理中", "the history says pending"),
    ),
  ),
);

export const atTheTill: Question = question(
  "刷手机时哪一步不对？",
  "What goes wrong at the till?",
  answer("no-reaction", "没有反应，或让再刷", "nothing happens, or it asks again", noReaction),
  answer("declined", "有反应，但被拒绝", "it reacts, and is declined", declined),
  answer("charged", "付过之后有疑问", "a question after paying", charged),
);

export const riding: Question = question(
  "闸机是什么反应？",
  "What does the gate do?",
  answer(
    "nothing",
    "没有反应，或要求验证",
    "nothing, or it wants a confirmation",
    leaf(
      may("expressOff", "没有设快捷交通卡", "no express card is set"),
      may("expressLocked", "手机刚重启，或面容多次没过", "the phone was restarted, or its face check failed often"),
      may("rideCapReached", "很久没有验证过一次", "it was not confirmed for long"),
      may("otherPassAnswered", "扣了另一张卡", "another card was charged"),
    ),
  ),
  answer(
    "refused",
    "红灯，不让过",
    "a red light",
    leaf(
      may("rideDebtOpen", "有一次车费没付成", "an earlier fare is open"),
      may("lateChargeDeclined", "银行拒绝了之前的车费", "the bank refused an earlier fare"),
      may("passBack", "刚刚有人用同一张卡进去", "the same card went in a moment ago"),
      may("noEntryFound", "出站时，进站没有刷成", "on leaving: the entry was not read"),
      may("gateKeyMissing", "换一个闸机可以", "another gate works"),
      may("offlineCheckFailed", "每个闸机都不行", "no gate works"),
    ),
  ),
  answer(
    "charge",
    "扣款与乘车次数不符",
    "the charge does not fit the rides",
    leaf(
      none("ridesAsOneCharge", "一天的车费合并成一笔", "a day's rides come as one"),
      may("noEntryFound", "按全程最高票价扣的", "the highest fare was taken"),
    ),
  ),
);

export const online: Question = question(
  "在哪里付款？",
  "Where do you pay?",
  answer(
    "page",
    "网店或应用里",
    "in a shop's page or app",
    leaf(
      may("shopNotRegistered", "付款按钮不出现，或报商户错误", "no button, or an error of the shop"),
      may("shopSessionExpired", "付款页面开了很久", "the sheet was open for long"),
      may("shopKeyUnknown", "每次都在确认之后失败", "it fails each time after confirming"),
      may("tokenTypeUnsupported", "只有银联卡不行", "only UnionPay cards fail"),
      may("tokenAltered", "偶尔失败，重来就好", "it fails now and then, and works again"),
      may("amountDiffers", "确认的金额与订单不同", "the amount confirmed is not the order's"),
      may("domainBroken", "这张卡只能在商店刷", "this card was made for tills only"),
    ),
  ),
  answer(
    "show",
    "出示付款码",
    "showing a code",
    leaf(
      may("codeTooOld", "付款码停留超过一分钟", "the code was older than a minute"),
      may("codeSpent", "同一个码已经扫过", "the same code was scanned before"),
      may("payKeysUsedUp", "付款码出不来，很久没联网", "no code appears, and it was offline for long"),
    ),
  ),
  answer(
    "scan",
    "扫商户的码",
    "scanning the shop's code",
    leaf(
      may("shopCodeUnreadable", "码破损，或不是收款码", "the code is damaged, or not for paying"),
      may("merchantBlocked", "扫得出商户，但不能付", "the shop appears, and can't be paid"),
    ),
  ),
);
