import * as v from "valibot";
import { Id, Name } from "#contracts/common";
import { StaffRole } from "#contracts/desk-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Random } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import { type DemoStaffApi, type DeskSignInApi, deskSignInApi, type StaffSession } from "#contracts/staff-api";
import { err, ok, type Result } from "#protocol/bytes";
import type { TabNotes } from "../adapters/tab-notes.ts";
import type { Notebook, Passkey } from "../phone/ports.ts";
import { createStore, type Store } from "../store.ts";
import { type Fault, passkeyFault, problemFault } from "../text/fault.ts";
import { DESK_FAULTS } from "./words.ts";

/** Somebody whose passkey was used in this browser before. */
const Known = v.object({ staffId: Id, name: Name, role: StaffRole, credentialId: v.string() });
export type Known = v.InferOutput<typeof Known>;
export interface DemoPerson {
  readonly staffId: string;
  readonly name: string;
  readonly role: StaffRole;
}

export type StaffState =
  | {
      readonly kind: "out";
      readonly busy: boolean;
      readonly known: readonly Known[];
      /** Invented people whom anybody may be; none outside of a demo. */
      readonly demo: readonly DemoPerson[];
      readonly fault?: Fault;
    }
  | { readonly kind: "in"; readonly session: StaffSession; readonly busy: boolean; readonly fault?: Fault };

export interface StaffDoor {
  readonly state: Store<StaffState>;
  boot(): Promise<void>;
  /** With the passkey of somebody who is known here, or a new one for one of the demo's people. */
  enter(person: Known | DemoPerson): Promise<void>;
  /** With any passkey that this device finds. */
  enterOther(): Promise<void>;
  /** For the first time, by an invitation. */
  enrol(invitation: string): Promise<void>;
  /** The same person in another of his roles: the passkey is asked again. */
  takeRole(role: StaffRole): Promise<void>;
  leave(): Promise<void>;
  /** The server knows the session no more. */
  ended(): void;
}

const SESSION = "desk.session";
const KNOWN = "desk.known";
const KnownList = v.pipe(v.string(), v.parseJson(), v.array(Known));
const Kept = v.pipe(v.string(), v.parseJson(), deskSignInApi.signIn.answer);

type Entered = { readonly session: StaffSession; readonly credentialId: string };

export function createStaffDoor(ports: {
  readonly calls: Calls<DeskSignInApi>;
  readonly demo: Calls<DemoStaffApi>;
  readonly passkey: Pick<Passkey, "create" | "signIn">;
  readonly random: Random;
  readonly notes: TabNotes;
  readonly notebook: Notebook;
}): StaffDoor {
  const { calls, demo, passkey, random, notes, notebook } = ports;
  const context = (): CallContext => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });
  const readKnown = (): readonly Known[] => {
    const kept = v.safeParse(KnownList, notebook.read(KNOWN));
    return kept.success ? kept.output : [];
  };
  const kept = v.safeParse(Kept, notes.read(SESSION));
  let people: readonly DemoPerson[] = [];
  const out = (fault?: Fault): StaffState => ({
    kind: "out",
    busy: false,
    known: readKnown(),
    demo: people,
    ...(fault === undefined ? {} : { fault }),
  });
  const state = createStore<StaffState>(kept.success ? { kind: "in", session: kept.output, busy: false } : out());

  function remember({ session, credentialId }: Entered): void {
    const { staffId, name, role } = session;
    const others = readKnown().filter((one) => one.staffId !== staffId);
    notebook.write(KNOWN, JSON.stringify([{ staffId, name, role, credentialId }, ...others]));
  }

  /** One way in at a time; what it came to is on the screen. */
  async function attempt(way: () => Promise<Result<Entered, Fault>>): Promise<void> {
    const now = state.get();
    if (now.busy) return;
    const { fault: _, ...clean } = now;
    state.set({ ...clean, busy: true });
    const entered = await way();
    if (!entered.ok) {
      state.set(
        now.kind === "in" ? ({ ...clean, fault: entered.error, busy: false } as StaffState) : out(entered.error),
      );
      return;
    }
    remember(entered.value);
    notes.write(SESSION, JSON.stringify(entered.value.session));
    state.set({ kind: "in", session: entered.value.session, busy: false });
  }

  /** @param credentialId none: any passkey that the device finds. */
  async function prove(credentialId?: string, role?: StaffRole): Promise<Result<Entered, Fault>> {
    const begun = await calls.signInOptions({}, context());
    if (!begun.ok) return err(problemFault(begun.error));
    const allow = credentialId === undefined ? [] : [{ id: credentialId, type: "public-key" }];
    const proof = await passkey.signIn({ ...begun.value.options, allowCredentials: allow });
    if (!proof.ok) return err(passkeyFault(proof.error));
    const { ceremonyId } = begun.value;
    const { response } = proof.value;
    const signed = await calls.signIn({ ceremonyId, response, ...(role === undefined ? {} : { role }) }, context());
    if (!signed.ok) return err(refusal(signed.error));
    return ok({ session: signed.value, credentialId: proof.value.credentialId });
  }

  async function register(invitation: string): Promise<Result<Entered, Fault>> {
    const begun = await calls.registerOptions({ invitation }, context());
    if (!begun.ok)
      return err(begun.error.code === "peerUnavailable" ? problemFault(begun.error) : DESK_FAULTS.invitation);
    const proof = await passkey.create(begun.value.options);
    // The device says that it has a passkey of this person already: then that one opens.
    if (!proof.ok && proof.error === "failed") return prove();
    if (!proof.ok) return err(passkeyFault(proof.error));
    const { ceremonyId } = begun.value;
    const signed = await calls.register({ ceremonyId, response: proof.value.response }, context());
    return signed.ok
      ? ok({ session: signed.value, credentialId: proof.value.credentialId })
      : err(problemFault(signed.error));
  }

  async function invited(staffId: string): Promise<Result<Entered, Fault>> {
    const invitation = await demo.invite({ staffId }, context());
    return invitation.ok ? register(invitation.value.invitation) : err(problemFault(invitation.error));
  }

  function forget(): void {
    notes.clear(SESSION);
  }

  return {
    state,
    async boot() {
      const found = await demo.staff({}, context());
      people = found.ok ? found.value.staff : [];
      if (state.get().kind === "out") state.set(out());
    },
    enter: (person) =>
      attempt(async () => {
        if (!("credentialId" in person)) return invited(person.staffId);
        const entered = await prove(person.credentialId, person.role);
        // A passkey that this server does not know: of another one, or of data that were wiped.
        if (!entered.ok && entered.error === DESK_FAULTS.unknown)
          notebook.write(KNOWN, JSON.stringify(readKnown().filter((one) => one.staffId !== person.staffId)));
        return entered;
      }),
    enterOther: () => attempt(() => prove()),
    enrol: (invitation) => attempt(() => register(invitation)),
    takeRole: (role) =>
      attempt(async () => {
        const now = state.get();
        const own = now.kind === "in" ? readKnown().find((one) => one.staffId === now.session.staffId) : undefined;
        return prove(own?.credentialId, role);
      }),
    async leave() {
      const now = state.get();
      if (now.kind !== "in") return;
      forget();
      state.set(out());
      await calls.signOut({ accessToken: now.session.accessToken }, context());
    },
    ended() {
      if (state.get().kind !== "in") return;
      forget();
      state.set(out(problemFault({ code: "notSignedIn" })));
    },
  };
}

function refusal(problem: Problem): Fault {
  if (problem.code !== "forbidden") return problemFault(problem);
  return problem.at === "role" ? DESK_FAULTS.role : DESK_FAULTS.unknown;
}
