import * as v from "valibot";
import { Amount, At, Empty, Id, Language, Name, Product, Suffix, TokenStatus, Yymm } from "./common.ts";
import { CaseCode, FindingView } from "./facts.ts";
import { operation } from "./operation.ts";

/** `teller`: at a branch, with the customer's document. `agent`: on the hotline. `supervisor`: second pair of eyes. */
export const StaffRole = v.picklist(["teller", "agent", "supervisor"]);
export type StaffRole = v.InferOutput<typeof StaffRole>;

export const CardStatusSchema = v.picklist([
  "active",
  "notActivated",
  "lost",
  "frozenByHolder",
  "frozenByBank",
  "replaced",
  "closed",
]);

export const DeskAccount = v.object({
  cardId: Id,
  customerId: Id,
  panSuffix: Suffix,
  holderName: v.string(),
  product: Product,
  status: CardStatusSchema,
  expiry: Yymm,
  currency: v.string(),
  /** Minor units as digits. */
  postedMinor: v.string(),
  heldMinor: v.string(),
  availableMinor: v.string(),
});
export type DeskAccount = v.InferOutput<typeof DeskAccount>;

export const StatementLine = v.object({
  at: At,
  text: v.string(),
  minor: v.string(),
  balanceMinor: v.string(),
  kind: v.string(),
});

export const Customer = v.object({
  customerId: Id,
  /** For the hotline masked: 张*. */
  name: v.string(),
  /** Masked: 138****8000. Absent: none is reserved. */
  reservedPhone: v.optional(v.string()),
  documentExpires: v.string(),
  /** False: the customer's record must be renewed by rule. */
  recordCurrent: v.boolean(),
  /** Remote transactions are shut: counter only. */
  counterOnly: v.boolean(),
  cards: v.array(DeskAccount),
  tokens: v.array(
    v.object({
      bindingId: Id,
      cardId: Id,
      deviceName: Name,
      tokenSuffix: v.optional(Suffix),
      status: v.optional(TokenStatus),
    }),
  ),
});
export type Customer = v.InferOutput<typeof Customer>;

/** What a teller saw: an override without the document needs a second pair of eyes. */
const Document = v.object({
  kind: v.picklist(["residentId", "passport", "travelPermit"]),
  /** Compared with the record, never kept. */
  number: v.pipe(v.string(), v.regex(/^[0-9A-Z]{6,18}$/)),
});

export const CallCase = v.object({
  bindingId: Id,
  caseCode: v.optional(CaseCode),
  panSuffix: Suffix,
  holderName: v.string(),
  deviceName: Name,
  since: At,
  state: v.picklist(["open", "approved", "refused", "awaitingSecond"]),
  /** The bank's own questions; answers are compared by the bank, never shown. */
  questions: v.array(v.object({ questionId: Id, text: v.object({ zh: v.string(), en: v.string() }) })),
});
export type CallCase = v.InferOutput<typeof CallCase>;

export const UsbKeyCode = v.pipe(v.string(), v.regex(/^\d{8}$/));
const CardId = v.object({ cardId: Id });
const Reason = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));

/**
 * The bank's desk. `Authorization: Bearer` is one staff member's; roles decide what he may do. Everything that changes a
 * record is audited, reaches TSP, wallet and device by the outbox, and lets journeys that it cures go on.
 */
export const issuerDeskApi = {
  me: operation({
    summary: "Who is at the desk",
    request: Empty,
    answer: v.object({
      staffId: Id,
      name: Name,
      role: StaffRole,
      /** The operations that this role may call. */
      may: v.array(v.string()),
    }),
    readOnly: true,
  }),
  accounts: operation({
    summary: "Cards with their balances",
    request: Empty,
    answer: v.object({ accounts: v.array(DeskAccount) }),
    readOnly: true,
  }),
  statement: operation({
    summary: "The last movements of one card's account, newest first",
    request: CardId,
    answer: v.object({ lines: v.array(StatementLine) }),
    readOnly: true,
  }),
  /** Sums over the whole ledger: what must be zero is zero. */
  audit: operation({
    summary: "Does the ledger balance",
    request: Empty,
    answer: v.object({
      entriesSumMinor: v.string(),
      accountsAgree: v.boolean(),
      postings: v.number(),
      openHolds: v.number(),
    }),
    readOnly: true,
  }),
  findCustomers: operation({
    summary: "Customers by name, card's last four or reserved phone's last four",
    request: v.object({ text: v.pipe(v.string(), v.trim(), v.minLength(2), v.maxLength(60)) }),
    answer: v.object({ customers: v.array(Customer) }),
    readOnly: true,
  }),
  customer: operation({
    summary: "One customer with cards and device cards",
    request: v.object({ customerId: Id }),
    answer: Customer,
    readOnly: true,
  }),
  changeReservedPhone: operation({
    summary: "Teller, with the document: the phone reserved at the bank. Codes that are under way die",
    request: v.object({
      customerId: Id,
      document: Document,
      newPhone: v.pipe(v.string(), v.regex(/^1[3-9]\d{9}$/)),
    }),
    answer: Customer,
  }),
  renewRecord: operation({
    summary: "Teller, with the document: the record is current again, remote transactions are open again",
    request: v.object({ customerId: Id, document: Document, documentExpires: v.pipe(v.string(), v.regex(/^\d{8}$/)) }),
    answer: Customer,
  }),
  correctName: operation({
    summary: "Teller, with the document: the holder's name as the document has it",
    request: v.object({ customerId: Id, document: Document, name: Name }),
    answer: Customer,
  }),
  upgradeAccount: operation({
    summary: "Teller, with the document: a class II or III account becomes class I",
    request: v.object({ cardId: Id, document: Document }),
    answer: DeskAccount,
  }),
  liftRestriction: operation({
    summary: "Supervisor: what restricted the account has been settled",
    request: v.object({ cardId: Id, reason: Reason }),
    answer: DeskAccount,
  }),
  deposit: operation({
    summary: "Teller: cash paid in; what is overdue is paid off first",
    request: v.object({ cardId: Id, amount: Amount }),
    answer: DeskAccount,
  }),
  usbKeyCode: operation({
    summary: "Teller, with the document: a code with which the customer's app registers one USB key. It serves once",
    request: v.object({ customerId: Id, document: Document }),
    answer: v.object({ code: UsbKeyCode, expiresAt: At }),
  }),
  activateCard: operation({ summary: "A new credit card may be used", request: CardId, answer: DeskAccount }),
  reportLost: operation({
    summary: "Lost or stolen: card and tokens stop",
    request: CardId,
    answer: DeskAccount,
  }),
  liftLost: operation({ summary: "Found again (teller)", request: CardId, answer: DeskAccount }),
  freeze: operation({
    summary: "The bank's own protective freeze",
    request: v.object({ cardId: Id, reason: Reason }),
    answer: DeskAccount,
  }),
  unfreeze: operation({
    summary: "Ends it",
    request: v.object({ cardId: Id, reason: Reason }),
    answer: DeskAccount,
  }),
  restrictAccount: operation({
    summary: "By order of an authority (supervisor): nothing may leave the account of this card",
    request: v.object({ cardId: Id, reason: Reason }),
    answer: DeskAccount,
  }),
  renewCard: operation({
    summary: "New expiry, or a new number too: the tokens live on",
    request: v.object({ cardId: Id, newNumber: v.boolean() }),
    answer: DeskAccount,
  }),
  closeCard: operation({ summary: "The card is closed: its tokens are deleted", request: CardId, answer: DeskAccount }),
  suspendToken: operation({
    summary: "Suspend one device card on the bank's behalf",
    request: v.object({ bindingId: Id, reason: Reason }),
    answer: Empty,
  }),
  resumeToken: operation({
    summary: "Release the bank's suspension",
    request: v.object({ bindingId: Id, reason: Reason }),
    answer: Empty,
  }),
  calls: operation({
    summary: "Bindings whose holders chose the call centre, oldest first",
    request: Empty,
    answer: v.object({ calls: v.array(CallCase) }),
    readOnly: true,
  }),
  openCase: operation({
    summary: "The journey behind a case code: every party's facts in order, the finding, and the call if one waits",
    request: v.object({ caseCode: CaseCode, language: Language }),
    answer: v.object({ finding: FindingView, call: v.optional(CallCase) }),
    readOnly: true,
  }),
  approveCall: operation({
    summary: "Agent: the holder answered; wrong answers need a supervisor's override",
    request: v.object({
      bindingId: Id,
      answers: v.array(v.object({ questionId: Id, answer: v.pipe(v.string(), v.maxLength(60)) })),
    }),
    answer: CallCase,
  }),
  refuseCall: operation({
    summary: "Agent: not verified",
    request: v.object({ bindingId: Id, reason: Reason }),
    answer: CallCase,
  }),
  overrideCall: operation({
    summary: "A second member of staff, a supervisor, approves what the first could not",
    request: v.object({ bindingId: Id, reason: Reason }),
    answer: CallCase,
  }),
  approveAtBranch: operation({
    summary: "Teller: the holder is here with the document",
    request: v.object({ bindingId: Id, document: Document }),
    answer: Empty,
  }),
  withdrawBinding: operation({
    summary: "The bank ends a binding that is not active yet",
    request: v.object({ bindingId: Id, reason: Reason }),
    answer: Empty,
  }),
  auditTrail: operation({
    summary: "Who changed what, when, and why; newest first",
    request: v.object({ customerId: v.optional(Id) }),
    answer: v.object({
      entries: v.array(
        v.object({
          at: At,
          staffId: Id,
          name: v.string(),
          /** The second pair of eyes. */
          second: v.optional(Id),
          secondName: v.optional(v.string()),
          action: v.string(),
          subject: Id,
          customerId: v.optional(Id),
          reason: v.string(),
        }),
      ),
    }),
    readOnly: true,
  }),
} as const;
export type IssuerDeskApi = typeof issuerDeskApi;

/** What the demo's page and its story look at: balances and movements, and whether the books agree. Reads only. */
export const bankViewApi = {
  accounts: issuerDeskApi.accounts,
  statement: issuerDeskApi.statement,
  audit: issuerDeskApi.audit,
} as const;
export type BankViewApi = typeof bankViewApi;
