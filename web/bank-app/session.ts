import * as v from "valibot";
import { type BankSignInApi, bankSignInApi } from "#contracts/bank-app-api";
import { Id, Name } from "#contracts/common";
import type { CallContext, Calls } from "#contracts/operation";
import type { Random } from "#contracts/ports";
import { err, ok, type Result } from "#protocol/bytes";
import type { TabNotes } from "../adapters/tab-notes.ts";
import type { Notebook, Passkey } from "../phone/ports.ts";
import { createStore, type Store } from "../store.ts";
import { type Fault, passkeyFault, problemFault } from "../text/fault.ts";
import { APP_FAULTS } from "./words.ts";

const Known = v.object({ customerId: Id, name: Name, credentialId: v.string() });
export type Known = v.InferOutput<typeof Known>;
type Session = v.InferOutput<BankSignInApi["signIn"]["answer"]>;

export interface Identity {
  readonly panSuffix: string;
  readonly idNumber: string;
  readonly mobile: string;
}

export type AppState =
  | {
      readonly kind: "out";
      readonly busy: boolean;
      readonly known: readonly Known[];
      /** A code is on its way to the reserved phone, if what was typed belongs together. */
      readonly enrolment?: { readonly enrolmentId: string; readonly mobile: string };
      readonly fault?: Fault;
    }
  | { readonly kind: "in"; readonly session: Session };

/** The door of the bank's app: once by card, identity number and a code by SMS, then by passkey. */
export interface AppDoor {
  readonly state: Store<AppState>;
  enter(known?: Known): Promise<void>;
  identify(identity: Identity): Promise<void>;
  enrol(code: string): Promise<void>;
  /** Back from the code to what was typed. */
  again(): void;
  leave(): Promise<void>;
  ended(): void;
}

const SESSION = "bank.session";
const KNOWN = "bank.known";
const KnownList = v.pipe(v.string(), v.parseJson(), v.array(Known));
const Kept = v.pipe(v.string(), v.parseJson(), bankSignInApi.signIn.answer);

export function createAppDoor(ports: {
  readonly calls: Calls<BankSignInApi>;
  readonly passkey: Pick<Passkey, "create" | "signIn">;
  readonly random: Random;
  readonly notes: TabNotes;
  readonly notebook: Notebook;
}): AppDoor {
  const { calls, passkey, random, notes, notebook } = ports;
  const context = (): CallContext => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });
  const readKnown = (): readonly Known[] => {
    const kept = v.safeParse(KnownList, notebook.read(KNOWN));
    return kept.success ? kept.output : [];
  };
  const keepKnown = (known: readonly Known[]) => notebook.write(KNOWN, JSON.stringify(known));
  const out = (fault?: Fault): AppState => ({
    kind: "out",
    busy: false,
    known: readKnown(),
    ...(fault === undefined ? {} : { fault }),
  });
  const kept = v.safeParse(Kept, notes.read(SESSION));
  const state = createStore<AppState>(kept.success ? { kind: "in", session: kept.output } : out());

  type Entered = { readonly session: Session; readonly credentialId: string };
  async function attempt(way: () => Promise<Result<Entered, Fault>>): Promise<void> {
    const now = state.get();
    if (now.kind !== "out" || now.busy) return;
    const { fault: _, ...clean } = now;
    state.set({ ...clean, busy: true });
    const entered = await way();
    if (!entered.ok) return state.set({ ...clean, known: readKnown(), busy: false, fault: entered.error });
    const { session, credentialId } = entered.value;
    const { customerId, name } = session;
    keepKnown([{ customerId, name, credentialId }, ...readKnown().filter((one) => one.customerId !== customerId)]);
    notes.write(SESSION, JSON.stringify(session));
    state.set({ kind: "in", session });
  }

  function end(fault?: Fault): void {
    notes.clear(SESSION);
    state.set(out(fault));
  }

  return {
    state,
    enter: (known) =>
      attempt(async () => {
        const begun = await calls.signInOptions({}, context());
        if (!begun.ok) return err(problemFault(begun.error));
        const allow = known === undefined ? [] : [{ id: known.credentialId, type: "public-key" }];
        const proof = await passkey.signIn({ ...begun.value.options, allowCredentials: allow });
        if (!proof.ok) return err(passkeyFault(proof.error));
        const { response, credentialId } = proof.value;
        const signed = await calls.signIn({ ceremonyId: begun.value.ceremonyId, response }, context());
        if (signed.ok) return ok({ session: signed.value, credentialId });
        if (signed.error.code !== "forbidden") return err(problemFault(signed.error));
        keepKnown(readKnown().filter((one) => one.credentialId !== credentialId));
        return err(APP_FAULTS.unknown);
      }),

    async identify(identity) {
      const now = state.get();
      if (now.kind !== "out" || now.busy) return;
      const { fault: _, enrolment: __, ...clean } = now;
      state.set({ ...clean, busy: true });
      const begun = await calls.startEnrolment({ ...identity }, context());
      if (!begun.ok) return state.set({ ...clean, busy: false, fault: problemFault(begun.error) });
      const { enrolmentId } = begun.value;
      state.set({ ...clean, busy: false, enrolment: { enrolmentId, mobile: identity.mobile } });
    },

    enrol: (code) =>
      attempt(async () => {
        const now = state.get();
        const enrolmentId = now.kind === "out" ? (now.enrolment?.enrolmentId ?? "") : "";
        const begun = await calls.registerOptions({ enrolmentId, code }, context());
        if (!begun.ok) return err(begun.error.code === "forbidden" ? APP_FAULTS.code : problemFault(begun.error));
        const proof = await passkey.create(begun.value.options);
        if (!proof.ok) return err(proof.error === "failed" ? APP_FAULTS.already : passkeyFault(proof.error));
        const { response, credentialId } = proof.value;
        const signed = await calls.register({ ceremonyId: begun.value.ceremonyId, response }, context());
        return signed.ok ? ok({ session: signed.value, credentialId }) : err(problemFault(signed.error));
      }),

    again() {
      if (state.get().kind === "out") state.set(out());
    },

    async leave() {
      const now = state.get();
      if (now.kind !== "in") return;
      end();
      await calls.signOut({ accessToken: now.session.accessToken }, context());
    },
    ended: () => end(problemFault({ code: "notSignedIn" })),
  };
}
