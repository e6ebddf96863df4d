import * as v from "valibot";
import {
  type CardData,
  type CodeOutcome,
  type Language,
  type Product,
  PublicJwkSchema,
  type Words,
} from "#contracts/common";
import type { PublicJwk } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import type { BindingView, PassView } from "#contracts/wallet-api";
import { createStore, type Store } from "../../store.ts";
import { codeFault, type Fault, problemFault, reasonFault } from "../../text/fault.ts";
import type { Phone } from "../phone.ts";
import type { PhonePorts } from "../ports.ts";
import { type CardFields, type FieldFaults, NO_FIELDS, parseCardForm, parseCode } from "./card-form.ts";

/** The sheet that adds a card, step by step. */
export type AddCardState =
  | { readonly step: "closed" }
  | { readonly step: "preflight" }
  | { readonly step: "notReady"; readonly checks: BindingView["checks"] }
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
      readonly fault?: Fault;
    }
  | { readonly step: "terms"; readonly busy: boolean; readonly binding: BindingView; readonly fault?: Fault }
  | {
      readonly step: "code";
      readonly busy: boolean;
      readonly binding: BindingView;
      readonly typedFault?: Words;
      readonly fault?: Fault;
    }
  | { readonly step: "adding"; readonly binding: BindingView }
  | { readonly step: "added"; readonly pass: PassView; readonly others: boolean }
  | { readonly step: "stopped"; readonly fault: Fault };

export interface AddCardFlow {
  readonly state: Store<AddCardState>;
  start(language: Language): Promise<void>;
  /** Goes on with a binding that an earlier visit began. */
  resume(binding: BindingView): void;
  edit(change: Partial<CardFields>): void;
  /** A demo card's printed data into the form. */
  fill(fields: CardFields, credit: boolean): void;
  submitCard(): Promise<void>;
  acceptTerms(language: Language): Promise<void>;
  sendCode(language: Language): Promise<void>;
  submitCode(typed: string): Promise<void>;
  makeDefault(): Promise<void>;
  close(): void;
}

type Step<Name extends AddCardState["step"]> = Extract<AddCardState, { step: Name }>;

const KeptKey = v.pipe(v.string(), v.parseJson(), PublicJwkSchema);

export function createAddCardFlow(
  phone: Phone,
  ports: Pick<PhonePorts, "clock" | "notebook" | "exclusively">,
): AddCardFlow {
  const state = createStore<AddCardState>({ step: "closed" });
  /** The binding that the open form belongs to. A closed sheet keeps it: each new one would cost one of the day's tries. */
  let open: { readonly bindingId: string; readonly cardKey: PublicJwk } | undefined;

  const at = <Name extends AddCardState["step"]>(step: Name): Step<Name> | undefined => {
    const now = state.get();
    return now.step === step ? (now as Step<Name>) : undefined;
  };
  const patch = <Name extends AddCardState["step"]>(step: Name, change: Partial<Step<Name>>) => {
    const now = at(step);
    if (now !== undefined) state.set({ ...now, ...change });
  };
  const stop = (fault: Fault) => state.set({ step: "stopped", fault });
  /** Still at this step, or the sheet was closed while the answer was on its way. */
  const still = (step: AddCardState["step"]) => state.get().step === step;

  function showForm(): void {
    state.set({ step: "card", busy: false, fields: NO_FIELDS, faults: {}, refusals: 0, credit: false });
  }

  function show(binding: BindingView) {
    switch (binding.stage) {
      case "preflightFailed":
        return state.set({ step: "notReady", checks: binding.checks });
      case "awaitingCard":
        return showForm();
      case "awaitingTerms":
        return state.set({ step: "terms", busy: false, binding });
      case "awaitingVerification":
        return state.set({ step: "code", busy: false, binding });
      case "active":
        return void bringHome(binding);
      case "refused":
        return stop(reasonFault(binding.reason));
      case "abandoned":
        return stop(problemFault({ code: "wrongState" }));
    }
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

  /** The key that seals the code: from the start of this binding, or of a new one when another visit began it. */
  async function cardKeyOf(bindingId: string, language: Language): Promise<PublicJwk | undefined> {
    if (open?.bindingId === bindingId) return open.cardKey;
    const kept = v.safeParse(KeptKey, ports.notebook.read("cardKey"));
    if (kept.success) return kept.output;
    const begun = await phone.desk?.wallet.startBinding(phone.desk.record.deviceId, language);
    return begun?.ok === true ? begun.value.cardKey : undefined;
  }

  return {
    state,

    async start(language) {
      const { desk } = phone;
      if (desk === undefined) return;
      if (open !== undefined) return showForm();
      state.set({ step: "preflight" });
      const begun = await desk.wallet.startBinding(desk.record.deviceId, language);
      if (!still("preflight")) return;
      if (!begun.ok) return stop(problemFault(begun.error));
      const { binding, cardKey } = begun.value;
      if (binding.stage === "awaitingCard") {
        open = { bindingId: binding.bindingId, cardKey };
        ports.notebook.write("cardKey", JSON.stringify(cardKey));
      }
      show(binding);
    },

    resume: show,

    edit(change) {
      const now = at("card");
      if (now === undefined) return;
      const faults = Object.fromEntries(Object.entries(now.faults).filter(([name]) => !(name in change)));
      state.set({ ...now, fields: { ...now.fields, ...change }, faults });
    },

    fill: (fields, credit) => patch("card", { fields, credit, faults: {} }),

    async submitCard() {
      const now = at("card");
      const { desk } = phone;
      if (now === undefined || now.busy || desk === undefined || open === undefined) return;
      const card = parseCardForm(now.fields, now.credit, ports.clock.now());
      if (!card.ok) return patch("card", { faults: card.error, refusals: now.refusals + 1 });
      const { fault: _, ...clean } = now;
      state.set({ ...clean, busy: true, faults: {} });
      const sent = await desk.wallet.submitCard(open.bindingId, open.cardKey, card.value);
      if (!still("card")) return;
      if (!sent.ok) return refusedCard(sent.error);
      const { product } = sent.value;
      if (product?.kind === "credit" && !hasCreditFields(card.value))
        return patch("card", { busy: false, product, credit: true });
      open = undefined;
      show(sent.value);
    },

    async acceptTerms(language) {
      const now = at("terms");
      const { desk } = phone;
      if (now?.binding.terms === undefined || now.busy || desk === undefined) return;
      const { bindingId, terms } = now.binding;
      state.set({ step: "terms", binding: now.binding, busy: true });
      const decided = await desk.calls.acceptTerms(
        { bindingId, version: terms.version, language },
        phone.context(bindingId),
      );
      if (!still("terms")) return;
      if (!decided.ok) return patch("terms", { busy: false, fault: problemFault(decided.error) });
      void phone.readBindings();
      show(decided.value);
    },

    async sendCode(language) {
      const now = at("code");
      const { desk } = phone;
      const method = now?.binding.methods.find(({ kind }) => kind === "smsCode");
      if (now === undefined || now.busy || desk === undefined || method === undefined) return;
      const { bindingId } = now.binding;
      state.set({ step: "code", binding: now.binding, busy: true });
      const sent = await desk.calls.sendCode(
        { bindingId, methodId: method.methodId, language },
        phone.context(bindingId),
      );
      if (sent.ok) return patch("code", { busy: false, binding: sent.value });
      patch("code", { busy: false, fault: problemFault(sent.error) });
    },

    async submitCode(typed) {
      const now = at("code");
      const { desk } = phone;
      if (now === undefined || now.busy || desk === undefined) return;
      const code = parseCode(typed);
      if (!code.ok) return patch("code", { typedFault: code.error });
      const { bindingId } = now.binding;
      state.set({ step: "code", binding: now.binding, busy: true });
      const cardKey = await cardKeyOf(bindingId, "zh");
      if (cardKey === undefined)
        return patch("code", { busy: false, fault: problemFault({ code: "peerUnavailable" }) });
      const checked = await desk.wallet.submitCode(bindingId, cardKey, code.value);
      if (!still("code")) return;
      if (!checked.ok) return patch("code", { busy: false, fault: problemFault(checked.error) });
      return judge(checked.value.result, checked.value.binding);
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

  function judge(result: CodeOutcome, binding: BindingView) {
    const fault = codeFault(result);
    if (fault === undefined) return void bringHome(binding);
    if (result.outcome === "methodDead") return stop(fault);
    patch("code", { busy: false, binding, fault });
  }

  function refusedCard(refused: Problem) {
    const now = at("card");
    if (now === undefined) return;
    // The binding is gone or past this step: the next try begins another one.
    if (refused.code === "notFound" || refused.code === "wrongState") open = undefined;
    if (open === undefined) return stop(problemFault(refused));
    const fault = problemFault(refused);
    const numberWrong = refused.code === "cardNotSupported" || refused.code === "badCard";
    state.set({
      ...now,
      busy: false,
      fault,
      refusals: now.refusals + 1,
      ...(numberWrong ? { faults: { pan: fault.what } } : {}),
    });
  }
}

function hasCreditFields(card: CardData): boolean {
  return card.expiry !== undefined && card.cvn2 !== undefined;
}
