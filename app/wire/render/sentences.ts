import type { Words } from "#contracts/common";

/** What a call says, by its name. */
export const SENTENCES: Readonly<Record<string, Words>> = {
  startBinding: { zh: "手机要加一张卡：先做预检。", en: "The phone wants to add a card: checks come first." },
  submitCard: {
    zh: "卡号、姓名和手机号，加密给令牌服务方。",
    en: "Number, name and phone, encrypted to the token service.",
  },
  acceptTerms: { zh: "持卡人同意条款，请银行决定。", en: "The holder accepts the terms: now the bank decides." },
  collectPackage: { zh: "手机来取令牌和密钥。", en: "The phone fetches the token and its keys." },
  confirmProvisioned: { zh: "手机已经存好。", en: "The phone has stored them." },
  replenish: { zh: "手机的一次性密钥不多了。", en: "The phone is running low on one-time keys." },
  setLost: { zh: "打开或关闭丢失模式。", en: "Lost mode on or off." },
  askForCards: { zh: "另一台设备想要这些卡。", en: "Another device asks for these cards." },
  answerCardRequest: { zh: "持卡人在有卡的设备上答复。", en: "The holder answers on the device that has them." },
  wipeDevice: { zh: "抹掉这台设备上的所有卡。", en: "Delete every card of this device." },
  checkEligibility: {
    zh: "这张卡可以绑定吗？卡号是密文。",
    en: "Can this card be bound? The number travels encrypted.",
  },
  requestToken: { zh: "请为这台设备签发令牌。", en: "Please issue a token for this device." },
  decideBinding: { zh: "请银行决定是否允许绑定。", en: "The bank decides on this binding." },
  sendCode: { zh: "请银行向预留手机号发送验证码。", en: "The bank sends a code to the reserved phone." },
  submitCode: { zh: "验证码（密文）转给银行核对。", en: "The code, encrypted, on its way to the bank." },
  checkCode: { zh: "银行核对验证码。", en: "The bank checks the code." },
  personalise: {
    zh: "令牌和一次性密钥，只有这台设备能打开。",
    en: "Token and one-time keys that only this device can open.",
  },
  replenishKeys: { zh: "补充一次性密钥。", en: "More one-time keys." },
  beginPayment: { zh: "付款前，请通行密钥签名。", en: "Before a payment the passkey is to sign." },
  keyForPayment: { zh: "为这一笔付款领取一枚密钥。", en: "One key, for this one payment." },
  notifyToken: { zh: "令牌状态有变化。", en: "The token changed." },
  notifyPayment: { zh: "付款通知，送往持卡人。", en: "A payment notice for the holder." },
  changeToken: { zh: "更改令牌状态。", en: "Change the token's state." },
  changeDevice: { zh: "更改设备上所有令牌的状态。", en: "Change all tokens of a device." },
  methods: { zh: "现在有哪些验证方式？", en: "Which ways to verify are open now?" },
  chooseMethod: { zh: "持卡人选好了验证方式。", en: "The holder chose how to verify." },
  notMyNumber: { zh: "持卡人说：这不是我的手机号。", en: "The holder says: this is not my number." },
  openPush: { zh: "准备从银行 App 免输入加卡。", en: "Adding from the bank's app begins." },
  takePush: { zh: "银行 App 密封好的卡。", en: "The card, sealed by the bank's app." },
  activate: { zh: "银行已自行验证持卡人。", en: "The bank has verified the holder itself." },
  refuse: { zh: "银行终止这次绑定。", en: "The bank ends this binding." },
  methodsChanged: { zh: "验证方式有变化。", en: "The ways to verify have changed." },
  renewCard: { zh: "换卡：令牌继续有效。", en: "The card is renewed: its tokens live on." },
  recordChanged: {
    zh: "银行资料已更新，钱包自己继续。",
    en: "Something was cured at the bank: the wallet goes on by itself.",
  },
  notifyBinding: { zh: "绑定有变化，请再看一次。", en: "The binding changed: look again." },
  startSale: { zh: "收银员输入金额，终端等卡。", en: "The cashier enters an amount; the terminal waits for a card." },
  cancelSale: { zh: "不等卡了。", en: "Stop waiting for a card." },
  refund: { zh: "退一笔款。", en: "Give money back." },
  voidSale: { zh: "撤销今天的一笔消费。", en: "Undo a sale of today." },
  enrolDevice: { zh: "登记这台设备和它的公钥。", en: "Make this device and its public key known." },
  reportFacts: { zh: "手机上发生过什么，有网时补报。", en: "What happened on the phone, told once it is online." },
  resume: { zh: "接着办上次没办完的绑定。", en: "Go on with a binding that stopped." },
  abandon: { zh: "持卡人不办了。", en: "The holder gives up." },
  declineTerms: { zh: "持卡人不同意条款。", en: "The holder does not agree." },
  setDefault: { zh: "设为默认卡。", en: "Make it the default card." },
  changePass: { zh: "暂停、恢复或移除一张卡。", en: "Suspend, resume or remove a card." },
  makeRecoveryCodes: { zh: "十个恢复码，只显示一次。", en: "Ten recovery codes, shown once." },
  deliverCode: { zh: "请银行发送验证码。", en: "The bank sends a code made by the token service." },
  notice: { zh: "付款通知，推到手机上。", en: "A payment notice, pushed to the phone." },
  passes: { zh: "卡片有变化，手机该再读一次。", en: "The cards changed: the phone reads them again." },
  binding: { zh: "绑定有变化，手机该再读一次。", en: "The binding changed: the phone looks again." },
  holdings: {
    zh: "关于这件事，你和你身后的各方知道什么？",
    en: "What do you and those behind you hold of this journey?",
  },
  journeyOfPayment: { zh: "这个计数器用在哪一笔付款上？", en: "Which payment was this counter spent on?" },
  journeyOfCase: { zh: "这个案件号是哪一件？", en: "Which journey is behind this case code?" },
  authoriseToken: {
    zh: "核对令牌、计数器和密文，换出真实卡号。",
    en: "Check token, counter and cryptogram, and swap in the real number.",
  },
};

export const DECISIONS: Readonly<Record<string, Words>> = {
  green: { zh: "银行同意，立即可用。", en: "The bank agrees at once." },
  yellow: { zh: "银行要先验证持卡人。", en: "The bank wants the holder verified first." },
  orange: { zh: "银行只接受电话或柜面验证。", en: "The bank verifies by telephone or at a branch only." },
  red: { zh: "银行拒绝。", en: "The bank refuses." },
};
export const DECIDED: ReadonlySet<string> = new Set(["acceptTerms", "requestToken", "decideBinding"]);
export const OUTCOMES: Readonly<Record<string, Words>> = {
  accepted: { zh: "通过，附上真实卡号。", en: "Accepted, with the real number." },
  refused: { zh: "拒绝，请求到此为止。", en: "Refused: the request ends here." },
  failed: { zh: "现在无法判断。", en: "Cannot tell right now." },
  passed: { zh: "验证码正确。", en: "The code is right." },
  wrong: { zh: "验证码不对。", en: "The code is wrong." },
  dead: { zh: "这个验证码已经作废。", en: "This code is dead." },
  expired: { zh: "验证码过期了。", en: "The code has expired." },
};

/** Why a call is there, where that is not plain from what it says. */
export const WHY: Readonly<Record<string, Words>> = {
  startBinding: {
    zh: "预检在输入卡号之前：能提前发现的问题，不让人白填一遍。",
    en: "Checks come before anything is typed: what would fail later is told now.",
  },
  submitCard: {
    zh: "钱包服务器打不开这份密文，它只转交。",
    en: "The wallet server cannot open it: it only passes it on.",
  },
  acceptTerms: {
    zh: "银行要有凭据：哪个版本、几点、什么语言同意的。",
    en: "The bank needs a record: which version, when, and in which language.",
  },
  checkEligibility: {
    zh: "先看卡种是否支持，再请人读条款。",
    en: "Whether the product takes part is asked before anyone reads terms.",
  },
  requestToken: {
    zh: "令牌只给这个钱包、这台设备；换一台设备是另一个令牌。",
    en: "A token is for this wallet and this device alone: another device gets another token.",
  },
  decideBinding: {
    zh: "姓名、预留手机号、卡状态和限额都由银行核对，只有银行知道。",
    en: "Name, reserved phone, card state and limits are checked here: only the bank knows them.",
  },
  sendCode: {
    zh: "验证码由银行生成，只存散列；钱包和令牌服务方都看不到。",
    en: "The bank makes the code and keeps a hash; wallet and token service never see it.",
  },
  submitCode: {
    zh: "验证码由手机直接加密给令牌服务方，路上没人能看到。",
    en: "The phone encrypts the code to the token service: nobody on the way can read it.",
  },
  checkCode: {
    zh: "三次错误，这个验证码作废。",
    en: "Three wrong tries, and this code is dead.",
  },
  collectPackage: {
    zh: "加密给这台设备自己的公钥，别的设备打不开。",
    en: "Sealed to this device's own key: no other device can open it.",
  },
  personalise: {
    zh: "密钥一次一用：偷到一把，最多冒充一笔。",
    en: "Each key is good for one payment: one stolen key is one payment at most.",
  },
  confirmProvisioned: {
    zh: "手机没存好之前，卡不算加成。",
    en: "Until the phone has stored it, the card does not count as added.",
  },
  authoriseToken: {
    zh: "转接网络不认识令牌。令牌服务方核对密文和计数器后，才交出真实卡号。",
    en: "The network does not know tokens. The real number is given out only after cryptogram and counter were checked.",
  },
  notifyPayment: {
    zh: "银行只认识卡号，不认识手机；经令牌服务方才找到哪一台。",
    en: "The bank knows numbers, not phones: the token service finds which one it was.",
  },
  replenishKeys: {
    zh: "用掉一把少一把，趁有网补上，没网时也能付款。",
    en: "Keys are used up: fetching more while online lets it pay offline too.",
  },
  keyForPayment: {
    zh: "这台设备的通行密钥没有 PRF，存下的密钥谁拿到都能用，所以一枚也不存。",
    en: "This device's passkey has no PRF: a key kept there would work for whoever copied it, so none is kept.",
  },
  replenish: {
    zh: "用掉一把少一把，趁有网补上，没网时也能付款。",
    en: "Keys are used up: fetching more while online lets it pay offline too.",
  },
  holdings: {
    zh: "失败的时候，各方手里的事实拼起来才看得出原因。",
    en: "When something fails, only the facts of all parties together show the cause.",
  },
  startSale: {
    zh: "金额先定下来，卡片才能对着它计算密文。",
    en: "The amount must be fixed before a card can compute over it.",
  },
  refund: {
    zh: "退款认的是原交易，不需要再碰一次手机。",
    en: "A refund goes by the sale: the phone is not needed.",
  },
};
