import * as v from "valibot";
import {
  type CardData,
  type CodeOutcome,
  type Language,
  type Product,
  PublicJwkSchema,
  type VerificationMethod,
  type Words,
} from "#contracts/common";
import type { PublicJwk } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { BindingView, PassView } from "#contracts/wallet-api";
import type { Result } from "#protocol/bytes";
import type { CardOffer } from "../../adapters/hand-over.ts";
import type { AgreedCard } from "../../scan/agreement.ts";
import { createStore, type Store } from "../../store.ts";
import { codeFault, FAULTS, type Fault, problemFault } from "../../text/fault.ts";
import type { Desk, Phone } from "../phone.ts";
import type { PhonePorts } from "../ports.ts";
import { diagnosed, type Trouble, troubleOf } from "../trouble.ts";
import { type CardFields, type FieldFaults, groupPan, NO_FIELDS, parseCardForm, parseCode } from "./card-form.ts";

/** A journey on the screen. `trouble` is absent while nothing is wrong, or while it is being found out. */
interface Journey {
  readonly busy: boolean;
  readonly binding: BindingView;
  readonly trouble?: Trouble;
}

/** The sheet that adds a card, step by step. */
export type AddCardState =
  | { readonly step: "closed" }
  /** Which kind of card, or which of the account's cards. */
  | { readonly step: "kind" }
  | { readonly step: "preflight" }
  | ({ readonly step: "notReady" } & Journey)
  | {
      readonly step: "card";
      readonly busy: boolean;
      readonly fields: CardFields;
      readonly faults: FieldFaults;
      /** Counts refusals: at each one the first bad field gets the cursor. */
      readonly refusals: number;
      /** Found by the number: a credit card wants two fields more. */
      readonly product?: Product;
      readonly credit: boolean;
      /** The camera is open in place of the form. */
      readonly scanning: boolean;
      /** Who read the number: it is the camera's until the holder changes it. */
      readonly readBy: "typed" | "camera";
      readonly trouble?: Trouble;
    }
  | ({ readonly step: "terms" } & Journey)
  /** The bank was asked and has not answered: it goes on by itself. */
  | ({ readonly step: "waiting" } & Journey)
  | ({
      readonly step: "verify";
      /** The way that is chosen on the screen; `choosing`: the list of ways is shown. */
      readonly methodId?: string;
      readonly choosing: boolean;
      readonly typedFault?: Words;
    } & Journey)
  | ({ readonly step: "refused" } & Journey)
  | { readonly step: "adding"; readonly binding: BindingView }
  | { readonly step: "added"; readonly pass: PassView; readonly others: boolean }
  | { readonly step: "stopped"; readonly fault: Fault };

export interface AddCardFlow {
  readonly state: Store<AddCardState>;
  open(): void;
  /** A debit or credit card: preflight, then its number. */
  start(language: Language): Promise<void>;
  /** A card that the bank's app holds out: nothing is typed, and the bank vouches for its holder. */
  addFromBank(offer: CardOffer, language: Language): Promise<void>;
  /** Goes on with a binding that an earlier visit began. */
  resume(binding: BindingView): Promise<void>;
  edit(change: Partial<CardFields>): void;
  /** A demo card's printed data into the form. */
  fill(fields: CardFields, credit: boolean): void;
  /** From the form to the camera, and back with nothing read. */
  scan(): void;
  type(): void;
  /** Number and expiry that the camera read, into the form. */
  scanned(card: AgreedCard): void;
  /** Notes for the journey why the camera was of no use. */
  scanTrouble(cause: "cameraRefused" | "scanUnreadable"): void;
  submitCard(): Promise<void>;
  acceptTerms(language: Language): Promise<void>;
  declineTerms(): Promise<void>;
  /** Asks whoever has not answered, and what was cured. */
  askAgain(): Promise<void>;
  /** After a refusal: the same journey with other card details. */
  retype(): Promise<void>;
  giveUp(): Promise<void>;
  pick(methodId: string): void;
  chooseAnother(): void;
  /** Goes the way that is picked: has a code sent, or tells the bank that the holder comes another way. */
  takeMethod(language: Language): Promise<void>;
  notMyNumber(): Promise<void>;
  submitCode(typed: string): Promise<void>;
  makeDefault(): Promise<void>;
  close(): void;
}

type Step<Name extends AddCardState["step"]> = Extract<AddCardState, { step: Name }>;
type JourneyStep = Extract<AddCardState, Journey>["step"];

const KeptKey = v.pipe(v.string(), v.parseJson(), PublicJwkSchema);

export function createAddCardFlow(
  phone: Phone,
  ports: Pick<PhonePorts, "clock" | "notebook" | "exclusively">,
): AddCardFlow {
  const state = createStore<AddCardState>({ step: "closed" });
  /** The binding that the open form belongs to. A closed sheet keeps it: each new one would cost one of the day's tries. */
  let open: { readonly bindingId: string; readonly cardKey: PublicJwk } | undefined;

  /** What the bank's app holds out just now: it hears how it ended. */
  let handing: CardOffer | undefined;
  state.subscribe(() => {
    const { step } = state.get();
    if (handing === undefined || (step !== "added" && step !== "closed" && step !== "stopped")) return;
    const ended = handing;
    handing = undefined;
    ended.end(step === "added");
  });

  const at = <Name extends AddCardState["step"]>(step: Name): Step<Name> | undefined => {
    const now = state.get();
    return now.step === step ? (now as Step<Name>) : undefined;
  };
  const patch = <Name extends AddCardState["step"]>(step: Name, change: Partial<Step<Name>>) => {
    const now = at(step);
    if (now !== undefined) state.set({ ...now, ...change });
  };
  const use = phone.model.nfc ? "store" : "apps";
  const stop = (fault: Fault) => state.set({ step: "stopped", fault });
  /** Still at this step, or the sheet was closed while the answer was on its way. */
  const still = (step: AddCardState["step"]) => state.get().step === step;

  const journeyNow = (): Extract<AddCardState, Journey> | undefined => {
    const now = state.get();
    return "binding" in now && now.step !== "adding" ? now : undefined;
  };
  const isShown = (step: JourneyStep, bindingId: string) => {
    const now = journeyNow();
    return now?.step === step && now.binding.bindingId === bindingId;
  };

  function showForm(): void {
    state.set({
      step: "card",
      busy: false,
      fields: NO_FIELDS,
      faults: {},
      refusals: 0,
      credit: false,
      scanning: false,
      readBy: "typed",
    });
  }

  function show(binding: BindingView) {
    switch (binding.stage) {
      case "preflightFailed":
        return showFailing("notReady", binding, FAULTS.notReady);
      case "awaitingCard":
        return showForm();
      case "awaitingTerms":
        state.set({ step: "terms", busy: false, binding });
        return void explainCauses("terms", binding, FAULTS.refused);
      case "awaitingBank":
        return showFailing("waiting", binding, FAULTS.waiting);
      case "awaitingVerification":
        return showVerify(binding);
      case "active":
        return void bringHome(binding);
      case "refused":
        return showFailing("refused", binding, FAULTS.refused);
      case "abandoned":
        return stop(problemFault({ code: "wrongState" }));
    }
  }

  function showFailing(step: "notReady" | "waiting" | "refused", binding: BindingView, fault: Fault): void {
    const now = journeyNow();
    const known = now?.step === step && sameCauses(now.binding, binding) ? now.trouble : undefined;
    state.set({ step, busy: false, binding, ...(known === undefined ? {} : { trouble: known }) });
    if (known === undefined) void explain(step, binding, fault);
  }

  /** Finds out what stands in the way, and shows it if the screen is still there. */
  async function explain(step: JourneyStep, binding: BindingView, fault: Fault): Promise<void> {
    const trouble = await diagnosed(phone, binding.bindingId, fault, binding.caseCode);
    if (isShown(step, binding.bindingId)) patch(step, { trouble });
  }

  async function explainCauses(step: JourneyStep, binding: BindingView, fault: Fault): Promise<void> {
    if (binding.causes.length > 0) await explain(step, binding, fault);
  }

  function showVerify(binding: BindingView): void {
    const now = at("verify");
    const same = now?.binding.bindingId === binding.bindingId ? now : undefined;
    // A diagnosis goes with what it was made of.
    const standing = same?.trouble?.finding === undefined || binding.causes.length > 0;
    const methodId = usable(binding, same?.methodId) ?? usable(binding, binding.methodId) ?? firstOpen(binding);
    state.set({
      step: "verify",
      busy: false,
      binding,
      choosing: same?.choosing ?? binding.methodId === undefined,
      ...(methodId === undefined ? {} : { methodId }),
      ...(same?.trouble === undefined || !standing ? {} : { trouble: same.trouble }),
    });
    if (same === undefined) void explainCauses("verify", binding, FAULTS.refused);
  }

  /** The token is active: fetch what this device needs to pay with it. */
  async function bringHome(binding: BindingView): Promise<void> {
    state.set({ step: "adding", binding });
    await phone.readCards();
    void phone.readBindings();
    const now = phone.state.get();
    const passes = now.kind === "ready" ? now.passes : [];
    const pass = passes.find((one) => one.passId === binding.passId);
    if (!still("adding")) return;
    if (pass === undefined) return stop(problemFault({ code: "peerUnavailable" }));
    state.set({ step: "added", pass, others: passes.length > 1 && !pass.isDefault });
  }

  /** The key that seals card and code: from the start of this binding, or of a new one when another visit began it. */
  async function cardKeyOf(bindingId: string, language: Language): Promise<PublicJwk | undefined> {
    if (open?.bindingId === bindingId) return open.cardKey;
    const kept = v.safeParse(KeptKey, ports.notebook.read("cardKey"));
    if (kept.success) return kept.output;
    const begun = await phone.desk?.wallet.startBinding(phone.desk.record.deviceId, language, use);
    return begun?.ok === true ? begun.value.cardKey : undefined;
  }

  /** One call about the journey on the screen. `then` sees the answer if the screen is still there. */
  async function ask(
    step: JourneyStep,
    call: (desk: Desk, binding: BindingView) => Promise<Result<BindingView, Problem>>,
    then: (binding: BindingView) => void = show,
  ): Promise<void> {
    const now = journeyNow();
    const { desk } = phone;
    if (now?.step !== step || now.busy || desk === undefined) return;
    const { binding } = now;
    const { trouble: _, ...clean } = now;
    state.set({ ...clean, busy: true });
    const answer = await call(desk, binding);
    void phone.readBindings();
    if (!isShown(step, binding.bindingId)) return;
    if (answer.ok) return then(answer.value);
    const trouble = await troubleOf(phone, binding.bindingId, answer.error);
    if (isShown(step, binding.bindingId)) patch(step, { busy: false, trouble });
  }

  /** Something happened to bindings elsewhere: the one on the screen is read anew. */
  async function follow(): Promise<void> {
    const now = journeyNow();
    const { desk } = phone;
    if (now === undefined || now.busy || desk === undefined) return;
    const { bindingId } = now.binding;
    const read = await desk.calls.binding({ bindingId }, phone.context(bindingId));
    const shown = journeyNow();
    if (!read.ok || shown === undefined || shown.busy || shown.binding.bindingId !== bindingId) return;
    if (JSON.stringify(read.value) !== JSON.stringify(shown.binding)) show(read.value);
  }
  phone.bindingNews.subscribe(() => void follow());

  return {
    state,
    open: () => state.set({ step: "kind" }),

    async start(language) {
      const { desk } = phone;
      if (desk === undefined) return;
      if (open !== undefined) return showForm();
      state.set({ step: "preflight" });
      const begun = await desk.wallet.startBinding(desk.record.deviceId, language, use);
      if (!still("preflight")) return;
      if (!begun.ok) return stop(problemFault(begun.error));
      const { binding, cardKey } = begun.value;
      if (binding.stage === "awaitingCard") {
        open = { bindingId: binding.bindingId, cardKey };
        ports.notebook.write("cardKey", JSON.stringify(cardKey));
      }
      show(binding);
    },

    async addFromBank(offer, language) {
      const { desk } = phone;
      if (desk === undefined) return;
      handing = offer;
      state.set({ step: "preflight" });
      const { deviceId } = desk.record;
      const begun = await desk.wallet.startBinding(deviceId, language);
      if (!still("preflight")) return;
      if (!begun.ok) return stop(problemFault(begun.error));
      const { binding, cardKey } = begun.value;
      if (binding.stage !== "awaitingCard") return show(binding);
      const { bindingId } = binding;
      open = { bindingId, cardKey };
      ports.notebook.write("cardKey", JSON.stringify(cardKey));
      const invited = await desk.calls.openPush({ deviceId }, phone.context(bindingId));
      if (!invited.ok) return stop(problemFault(invited.error));
      const pass = await offer.ask(invited.value);
      if (pass === undefined) return stop(FAULTS.bankAppGone);
      const taken = await desk.calls.takePush({ deviceId, pass }, phone.context(bindingId));
      if (!taken.ok) return stop(problemFault(taken.error));
      const sent = await desk.calls.submitCard(
        { bindingId, source: "bankApp", ...taken.value },
        phone.context(bindingId),
      );
      if (!still("preflight")) return;
      if (!sent.ok) return stop(problemFault(sent.error));
      open = undefined;
      show(sent.value);
    },

    async resume(binding) {
      if (binding.stage === "awaitingCard") await openFormOf(binding.bindingId);
      else show(binding);
    },

    edit(change) {
      const now = at("card");
      if (now === undefined) return;
      const faults = Object.fromEntries(Object.entries(now.faults).filter(([name]) => !(name in change)));
      const readBy = change.pan === undefined || change.pan === now.fields.pan ? now.readBy : "typed";
      state.set({ ...now, fields: { ...now.fields, ...change }, faults, readBy });
    },

    fill: (fields, credit) => patch("card", { fields, credit, faults: {}, readBy: "typed" }),

    scan: () => patch("card", { scanning: true }),

    type: () => patch("card", { scanning: false }),

    scanned({ pan, expiry, credit }) {
      const now = at("card");
      if (now === undefined) return;
      const fields = { ...now.fields, pan: groupPan(pan), expiry: expiry ?? now.fields.expiry };
      state.set({ ...now, fields, faults: {}, credit: credit || now.credit, scanning: false, readBy: "camera" });
    },

    scanTrouble(cause) {
      const { desk } = phone;
      if (desk === undefined || open === undefined) return;
      void desk.wallet.saw({ journeyId: open.bindingId, stage: "card", code: cause, outcome: "failed" });
    },

    async submitCard() {
      const now = at("card");
      const { desk } = phone;
      if (now === undefined || now.busy || desk === undefined || open === undefined) return;
      const card = parseCardForm(now.fields, now.credit, ports.clock.now());
      if (!card.ok) return patch("card", { faults: card.error, refusals: now.refusals + 1 });
      const { trouble: _, ...clean } = now;
      state.set({ ...clean, busy: true, faults: {} });
      const { bindingId } = open;
      const sent = await desk.wallet.submitCard(bindingId, open.cardKey, card.value, now.readBy);
      if (!still("card")) return;
      if (!sent.ok) return refusedCard(bindingId, sent.error);
      const { product } = sent.value;
      if (product?.kind === "credit" && !hasCreditFields(card.value))
        return patch("card", { busy: false, product, credit: true });
      open = undefined;
      show(sent.value);
    },

    acceptTerms: (language) =>
      ask("terms", async ({ calls }, { bindingId, terms }) =>
        calls.acceptTerms({ bindingId, version: terms?.version ?? "", language }, phone.context(bindingId)),
      ),

    declineTerms: () =>
      ask("terms", ({ calls }, { bindingId }) => calls.declineTerms({ bindingId }, phone.context(bindingId))),

    async askAgain() {
      const now = journeyNow();
      if (now === undefined) return;
      await ask(now.step, ({ calls }, { bindingId }) => calls.resume({ bindingId }, phone.context(bindingId)));
    },

    async retype() {
      const now = at("refused");
      if (now !== undefined) await openFormOf(now.binding.bindingId);
    },

    async giveUp() {
      const now = journeyNow();
      if (now === undefined) return;
      await ask(
        now.step,
        ({ calls }, { bindingId }) => calls.abandon({ bindingId }, phone.context(bindingId)),
        () => state.set({ step: "closed" }),
      );
    },

    pick: (methodId) => patch("verify", { methodId }),

    chooseAnother: () => patch("verify", { choosing: true }),

    async takeMethod(language) {
      const method = methodOf(at("verify"));
      if (method === undefined) return;
      const { methodId, kind } = method;
      patch("verify", { choosing: false });
      await ask("verify", async ({ calls }, { bindingId }) =>
        kind === "smsCode"
          ? calls.sendCode({ bindingId, methodId, language }, phone.context(bindingId))
          : calls.chooseMethod({ bindingId, methodId }, phone.context(bindingId)),
      );
    },

    notMyNumber: () =>
      ask(
        "verify",
        ({ calls }, { bindingId }) => calls.notMyNumber({ bindingId }, phone.context(bindingId)),
        (binding) => {
          patch("verify", { choosing: true });
          showVerify(binding);
          void explainCauses("verify", binding, FAULTS.refused);
        },
      ),

    async submitCode(typed) {
      const now = at("verify");
      const { desk } = phone;
      if (now === undefined || now.busy || desk === undefined) return;
      const code = parseCode(typed);
      if (!code.ok) return patch("verify", { typedFault: code.error });
      const { bindingId } = now.binding;
      const { trouble: _, typedFault: __, ...clean } = now;
      state.set({ ...clean, busy: true });
      const cardKey = await cardKeyOf(bindingId, "zh");
      if (cardKey === undefined)
        return patch("verify", { busy: false, trouble: { fault: problemFault({ code: "peerUnavailable" }) } });
      const checked = await desk.wallet.submitCode(bindingId, cardKey, code.value);
      if (!isShown("verify", bindingId)) return;
      if (checked.ok) return judge(checked.value.result, checked.value.binding);
      const trouble = await troubleOf(phone, bindingId, checked.error);
      if (isShown("verify", bindingId)) patch("verify", { busy: false, trouble });
    },

    async makeDefault() {
      const now = at("added");
      if (now === undefined) return;
      await phone.setDefault(now.pass);
      state.set({ step: "closed" });
    },

    close() {
      state.set({ step: "closed" });
    },
  };

  /** The form of a journey that is there already. */
  async function openFormOf(bindingId: string): Promise<void> {
    const cardKey = await cardKeyOf(bindingId, "zh");
    if (cardKey === undefined) return stop(problemFault({ code: "peerUnavailable" }));
    open = { bindingId, cardKey };
    showForm();
  }

  function judge(result: CodeOutcome, binding: BindingView) {
    const fault = codeFault(result);
    if (fault === undefined) return void bringHome(binding);
    const { caseCode } = binding;
    patch("verify", {
      busy: false,
      binding,
      trouble: { fault, ...(caseCode === undefined ? {} : { caseCode }) },
      ...(result.outcome === "methodDead" ? { choosing: true } : {}),
    });
  }

  async function refusedCard(bindingId: string, refused: Problem) {
    // The binding is gone or past this step: the next try begins another one.
    if (refused.code === "notFound" || refused.code === "wrongState") open = undefined;
    if (open === undefined) return stop(problemFault(refused));
    const trouble = await troubleOf(phone, bindingId, refused);
    const now = at("card");
    if (now === undefined) return;
    const numberWrong = refused.code === "cardNotSupported" || refused.code === "badCard";
    state.set({
      ...now,
      busy: false,
      trouble,
      refusals: now.refusals + 1,
      ...(numberWrong ? { faults: { pan: problemFault(refused).what } } : {}),
    });
  }
}

/** The way that is picked on the screen. */
export function methodOf(state: Step<"verify"> | undefined): VerificationMethod | undefined {
  return state?.binding.methods.find(({ methodId }) => methodId === state.methodId);
}

function usable(binding: BindingView, methodId: string | undefined): string | undefined {
  return binding.methods.find((method) => method.methodId === methodId && method.open)?.methodId;
}

function firstOpen(binding: BindingView): string | undefined {
  return binding.methods.find(({ open }) => open)?.methodId;
}

function sameCauses(one: BindingView, other: BindingView): boolean {
  return (
    one.bindingId === other.bindingId &&
    one.causes.join() === other.causes.join() &&
    one.waitingFor?.nextTryAt === other.waitingFor?.nextTryAt
  );
}

function hasCreditFields(card: CardData): boolean {
  return card.expiry !== undefined && card.cvn2 !== undefined;
}
