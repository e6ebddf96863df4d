import type { FindingView } from "#contracts/facts";
import type { CallContext, Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import type { BindingView, NoticeView, PassView, WalletDeviceApi, WalletEvent } from "#contracts/wallet-api";
import { createWallet, type Wallet } from "#device/wallet";
import type { Result } from "#protocol/bytes";
import { pureCipher } from "#protocol/crypto";
import type { DeviceModel } from "#protocol/devices";
import type { DeviceRecord } from "../adapters/device-record.ts";
import { createStore, type Store } from "../store.ts";
import { FAULTS, type Fault, passkeyFault, problemFault } from "../text/fault.ts";
import type { KnownCards, PhonePorts, Proof, SessionRecord } from "./ports.ts";

/** Where payment keys are: here, sealed under the passkey (PRF), or nowhere: then each payment fetches one. */
export type KeyRoom = "wrapped" | "fetched";

export type PhoneState =
  | { readonly kind: "starting"; readonly fault?: Fault }
  | {
      readonly kind: "welcome";
      readonly busy: boolean;
      readonly fault?: Fault;
      /** The account that was signed in here before. */
      readonly known?: string;
    }
  | ReadyPhone;

export interface ReadyPhone {
  readonly kind: "ready";
  readonly name: string;
  /** Lost mode: nothing but its end can be done here. */
  readonly lost: boolean;
  /** Why the last try to end it failed. */
  readonly lostFault?: Fault;
  readonly keyRoom: KeyRoom;
  readonly connected: boolean;
  /** Cards and notices were read at least once. */
  readonly loaded: boolean;
  /** They are what this device remembers, and were true then; absent once the server has told. */
  readonly rememberedAt?: number;
  readonly passes: readonly PassView[];
  readonly notices: readonly NoticeView[];
  /** Bindings that were begun and can go on, newest first. */
  readonly bindings: readonly BindingView[];
  /** New recovery codes, until the holder has noted them: no server says them again. */
  readonly recoveryCodes?: readonly string[];
  /** What went wrong while nobody asked for anything. */
  readonly trouble?: Fault;
}

/** A signed-in device: what the flows of the phone work with. */
export interface Desk {
  readonly session: SessionRecord;
  readonly record: DeviceRecord;
  readonly calls: Calls<WalletDeviceApi>;
  readonly wallet: Wallet;
}

export interface Phone {
  /** What this device is in the catalogue. */
  readonly model: DeviceModel;
  readonly state: Store<PhoneState>;
  /** The notice that slides in now. */
  readonly arrival: Store<NoticeView | undefined>;
  /** Something in bindings may have changed: a new object each time. */
  readonly bindingNews: Store<object>;
  /** Devices of the account, or what they ask of this one, may have changed: a new object each time. */
  readonly accountNews: Store<object>;
  boot(): Promise<void>;
  /** A new account with a new passkey. */
  begin(name: string): Promise<void>;
  /** @param other with whichever passkey its holder has, not the one that this device was set up with. */
  signIn(other?: boolean): Promise<void>;
  /** As a further device of an account: one that it trusts shows the code. */
  join(accountName: string, joinCode: string): Promise<void>;
  /** Ends lost mode: its holder signs in anew, since whoever found the phone has its session. */
  unlock(): Promise<void>;
  signOut(): void;
  readonly desk: Desk | undefined;
  context(journeyId?: string): CallContext;
  /** Reads the device's cards again and brings keys and storage in line. */
  readCards(): Promise<void>;
  readBindings(): Promise<void>;
  /** Ten new codes, which make the account's second factor; older ones are void. */
  makeRecoveryCodes(): Promise<Fault | undefined>;
  putRecoveryCodesAway(): void;
  /** What stopped a journey of this account, who must act, and what to do. */
  explain(journeyId: string): Promise<Result<FindingView, Problem>>;
  /** The same for a payment of which no notice came. */
  explainPayment(passId: string, atc: number): Promise<Result<FindingView, Problem>>;
  setDefault(pass: PassView): Promise<Fault | undefined>;
  changePass(pass: PassView, change: "suspend" | "resume" | "delete"): Promise<Fault | undefined>;
}

const RETRY_MS = 1_500;
const LAST_WORD_MS = 2_000;
const ARRIVAL_SHOWN_MS = 6_000;
const NOTICES_KEPT = 50;
const NOTICES_REMEMBERED = 20;

export function createPhone(ports: PhonePorts): Phone {
  const { signIn, passkey, sessions, memory, records, timers, random, model } = ports;
  const state = createStore<PhoneState>({ kind: "starting" });
  const arrival = createStore<NoticeView | undefined>(undefined);
  const bindingNews = createStore<object>({});
  const accountNews = createStore<object>({});
  let desk: Desk | undefined;
  let stopFollowing = () => {};
  let cancelArrival = () => {};
  let cancelRetry = () => {};
  /** What was written down last, to write nothing twice. */
  let kept: Pick<KnownCards, "passes" | "notices" | "lost"> | undefined;

  const context = (journeyId: string = random.uuid()): CallContext => ({ journeyId, idempotencyKey: random.uuid() });
  const patch = (change: Partial<ReadyPhone>) =>
    state.update((now) => (now.kind === "ready" ? { ...now, ...change } : now));
  const welcome = (fault?: Fault, known?: string) =>
    state.set({
      kind: "welcome",
      busy: false,
      ...(fault === undefined ? {} : { fault }),
      ...(known === undefined ? {} : { known }),
    });

  /** Sessions that were ended here. */
  const ended = new Set<string>();
  function end({ calls, session }: Desk, first: Promise<unknown> = Promise.resolve()): void {
    ended.add(session.accessToken);
    void first.then(() => calls.endSession({}, context()));
  }

  const callsOf = (session: SessionRecord) => ports.deviceCalls(session.accessToken, () => signedOut(session));

  /** The server knows the session no more: whatever was asked, the holder signs in again. */
  function signedOut(session: SessionRecord): void {
    // A call of a session that was ended here was still under way: whoever is signed in now is not meant.
    if (ended.has(session.accessToken)) return;
    ended.add(session.accessToken);
    // That the device was taken off its account ends the session as well: the stream may still be about to say so.
    const hangUp = stopFollowing;
    stopFollowing = () => {};
    forget();
    leave(session.name, problemFault({ code: "notSignedIn" }));
    timers.after(LAST_WORD_MS, hangUp);
  }

  function forget(): void {
    void sessions.clear();
    void memory.clear();
  }

  /** What is remembered of this device is shown at once, with a network or without; the server then says what is true. */
  async function enter(session: SessionRecord): Promise<void> {
    const [record, known] = await Promise.all([records.read(), memory.read()]);
    const mine = record?.accountId === session.accountId ? record : undefined;
    if (mine !== undefined && known?.deviceId === mine.deviceId) open(session, mine, known.lost, known);
    await ask(session, mine);
  }

  /** Asks the server until it answers: is this session good, and this browser one of the account's devices? */
  async function ask(session: SessionRecord, record: DeviceRecord | undefined): Promise<void> {
    cancelRetry();
    const me = await callsOf(session).me({}, context());
    if (!me.ok && me.error.code === "notSignedIn") return;
    if (!me.ok) {
      if (desk === undefined) state.set({ kind: "starting", fault: problemFault(me.error) });
      cancelRetry = timers.after(RETRY_MS, () => void ask(session, record));
      return;
    }
    // Another account's device, or none: a new one wants a key pair, and that wants the passkey.
    const mine = me.value.devices.find(({ deviceId }) => deviceId === record?.deviceId);
    if (record === undefined || mine === undefined) return leave(session.name);
    if (desk === undefined) open(session, record, mine.lost);
    else patch({ lost: mine.lost });
  }

  function open(session: SessionRecord, record: DeviceRecord, lost: boolean, known?: KnownCards): void {
    const keyRoom: KeyRoom = record.wrapped === undefined ? "fetched" : "wrapped";
    const keys =
      record.wrapped === undefined
        ? { publicKey: record.publicKey, openJwe: async () => undefined }
        : ports.wrappedKeys(record.publicKey, record.wrapped);
    const calls = callsOf(session);
    const { storage, sealer, clock, about, journal } = ports;
    desk = {
      session,
      record,
      calls,
      wallet: createWallet({
        calls,
        storage,
        keys,
        keepsKeys: keyRoom === "wrapped",
        sealer,
        clock,
        random,
        cipher: pureCipher,
        about,
        journal,
      }),
    };
    state.set({
      kind: "ready",
      name: session.name,
      lost,
      keyRoom,
      connected: true,
      loaded: known !== undefined,
      passes: known?.passes ?? [],
      notices: known?.notices ?? [],
      bindings: [],
      ...(known === undefined ? {} : { rememberedAt: known.at }),
    });
    stopFollowing();
    stopFollowing = ports.follow(session.accessToken, record.deviceId, {
      onEvent: (event) => onEvent(session, event),
      onUp() {
        patch({ connected: true });
        bindingNews.set({});
        accountNews.set({});
        void readLoss();
        void tell()
          .then(() => Promise.all([readCards(), readBindings(), readNotices()]))
          .then(remember);
      },
      onDown: () => patch({ connected: false }),
      onRefused: () => signedOut(session),
    });
  }

  /** Everything was read: from here on it is known, also without a network. */
  function remember(): void {
    state.update((now) => {
      if (now.kind !== "ready" || desk === undefined) return now;
      const { rememberedAt: _, ...rest } = now;
      return { ...rest, loaded: true };
    });
    keep();
  }

  function keep(): void {
    const now = state.get();
    if (now.kind !== "ready" || !now.loaded || now.rememberedAt !== undefined || desk === undefined) return;
    const { passes, notices, lost } = now;
    if (kept?.passes === passes && kept.notices === notices && kept.lost === lost) return;
    const { accountId, deviceId } = desk.record;
    kept = { passes, notices, lost };
    const latest = notices.slice(0, NOTICES_REMEMBERED);
    // A full disk takes the picture for the next start without a network, nothing else.
    memory.write({ accountId, deviceId, lost, passes, notices: latest, at: ports.clock.now() }).catch(() => {});
  }

  function leave(known: string | undefined, fault?: Fault): void {
    cancelRetry();
    stopFollowing();
    desk?.wallet.disarm();
    desk = undefined;
    welcome(fault, known);
  }

  /** Makes this browser a device of the account. `prf` is used up. */
  function enrol(session: SessionRecord, proof: Proof, prfInput: string): Promise<Result<DeviceRecord, Problem>> {
    return ports.exclusively("device", async () => {
      const made = await ports.makeKeys(proof.prf);
      const enrolled = await callsOf(session).enrolDevice(
        {
          name: model.name.zh,
          kind: model.kind,
          model: model.id,
          keySource: "hce",
          publicKey: made.publicKey,
          keepsKeys: made.wrapped !== undefined,
        },
        context(),
      );
      if (!enrolled.ok) return enrolled;
      const { deviceId } = enrolled.value;
      const record: DeviceRecord = {
        accountId: session.accountId,
        deviceId,
        publicKey: made.publicKey,
        credentialId: proof.credentialId,
        prfInput,
        ...(made.wrapped === undefined ? {} : { wrapped: made.wrapped }),
      };
      await records.clear();
      await records.write(record);
      return { ok: true, value: record };
    });
  }

  async function settle(session: SessionRecord, proof: Proof, prfInput: string): Promise<void> {
    await sessions.write(session);
    const record = await records.read();
    const me = await callsOf(session).me({}, context());
    if (!me.ok) return welcome(problemFault(me.error), session.name);
    const mine = me.value.devices.find((device) => device.deviceId === record?.deviceId);
    if (record !== undefined && mine !== undefined && record.credentialId === proof.credentialId) {
      proof.prf?.fill(0);
      return open(session, record, mine.lost);
    }
    const enrolled = await enrol(session, proof, prfInput);
    return enrolled.ok ? open(session, enrolled.value, false) : welcome(problemFault(enrolled.error), session.name);
  }

  /** A passkey that was made for the account just now: this browser becomes its device. */
  async function settleNew(session: SessionRecord, created: Proof, prfInput: string): Promise<void> {
    // Some authenticators give the PRF output only when they sign in.
    const proof =
      created.prf === undefined
        ? await passkey.prove(created.credentialId, prfInput)
        : { ok: true as const, value: created };
    if (!proof.ok) {
      await sessions.write(session);
      return welcome(passkeyFault(proof.error), session.name);
    }
    await settle(session, proof.value, prfInput);
  }

  /** @param own only the passkey of this device. */
  async function bySignIn(own: DeviceRecord | undefined) {
    const begun = await signIn.signInOptions({}, context());
    if (!begun.ok) return { ok: false as const, error: problemFault(begun.error) };
    const { ceremonyId, options } = begun.value;
    const narrowed =
      own === undefined ? options : { ...options, allowCredentials: [{ id: own.credentialId, type: "public-key" }] };
    const proof = await passkey.signIn(narrowed);
    if (!proof.ok) return { ok: false as const, error: passkeyFault(proof.error) };
    const signedIn = await signIn.signIn({ ceremonyId, response: proof.value.response }, context());
    if (!signedIn.ok) return { ok: false as const, error: problemFault(signedIn.error) };
    return {
      ok: true as const,
      value: { session: signedIn.value, proof: proof.value, prfInput: ports.prfInputOf(options) },
    };
  }

  /** This device was taken off its account elsewhere: what it has of it is worth nothing any more, and goes. */
  async function takenOff(session: SessionRecord): Promise<void> {
    if (desk !== undefined && desk.session !== session) return;
    await sessions.clear();
    await records.clear();
    leave(undefined, FAULTS.takenOff);
  }

  const readLoss = oneAtATime(async () => {
    if (desk === undefined) return;
    const { calls, record } = desk;
    const me = await calls.me({}, context());
    if (!me.ok || desk?.record !== record) return;
    const mine = me.value.devices.find((device) => device.deviceId === record.deviceId);
    if (mine === undefined) return takenOff(desk.session);
    const now = state.get();
    if (now.kind === "ready" && now.lost !== mine.lost) patch({ lost: mine.lost });
  });

  function onEvent(session: SessionRecord, event: WalletEvent) {
    switch (event.type) {
      case "passes":
        return void readCards();
      case "binding":
        bindingNews.set({});
        return void readBindings();
      case "devices":
        accountNews.set({});
        return void readLoss();
      case "removed":
        return void takenOff(session);
      case "cardRequest":
        return accountNews.set({});
      case "notice":
        return addNotice(event.notice);
    }
  }

  function addNotice(notice: NoticeView): void {
    const { noticeId } = notice.notice;
    state.update((now) =>
      now.kind !== "ready" || now.notices.some((known) => known.notice.noticeId === noticeId)
        ? now
        : { ...now, notices: [notice, ...now.notices].slice(0, NOTICES_KEPT) },
    );
    cancelArrival();
    arrival.set(notice);
    cancelArrival = timers.after(ARRIVAL_SHOWN_MS, () => arrival.set(undefined));
  }

  const readCards = oneAtATime(() =>
    ports.exclusively("cards", bringInLine).catch(() => patch({ trouble: FAULTS.storage })),
  );

  async function bringInLine(): Promise<void> {
    if (desk === undefined) return;
    const { calls, wallet, record } = desk;
    const read = await calls.passes({ deviceId: record.deviceId }, context());
    if (!read.ok) return;
    patch({ passes: read.value.passes });
    await wallet.follow(read.value.passes);
    const keeps = record.wrapped !== undefined;
    const here = new Set((await ports.storage.cards()).map((card) => card.tokenRef));
    for (const pass of read.value.passes) {
      if (pass.token.status !== "active") continue;
      // A page that was closed too early left the package at the server, or used keys without fetching more.
      if (pass.provisioned && (here.has(pass.token.tokenRef) || !keeps)) {
        await wallet.refill(pass);
        continue;
      }
      const stored = await wallet.provision(pass);
      if (stored.ok) state.update((now) => (now.kind === "ready" ? withPass(now, stored.value) : now));
    }
  }

  /** First contact after a time without: what happened here is told, and what happened there is learnt. */
  async function tell(): Promise<void> {
    const now = desk;
    if (now === undefined) return;
    await ports.exclusively("cards", () => now.wallet.sync(now.record.deviceId)).catch(() => {});
  }

  const readBindings = oneAtATime(async () => {
    if (desk === undefined) return;
    const read = await desk.calls.openBindings({ deviceId: desk.record.deviceId }, context());
    if (read.ok) patch({ bindings: read.value.bindings });
  });

  async function readNotices(): Promise<void> {
    if (desk === undefined) return;
    const read = await desk.calls.notices({ deviceId: desk.record.deviceId }, context());
    if (!read.ok) return;
    const now = state.get();
    const known = new Set(now.kind === "ready" ? now.notices.map(({ notice }) => notice.noticeId) : []);
    const missed =
      now.kind === "ready" && now.loaded
        ? read.value.notices.find((one) => !known.has(one.notice.noticeId))
        : undefined;
    patch({ notices: read.value.notices });
    if (missed !== undefined) addNotice(missed);
  }

  async function busy(work: () => Promise<void>): Promise<void> {
    state.update((now) => (now.kind === "welcome" ? { ...now, busy: true } : now));
    try {
      await work();
    } catch {
      // IndexedDB says no: private browsing, a full disk.
      welcome(FAULTS.storage);
    }
  }

  const afterChange = (changed: Result<unknown, Problem>): Promise<Fault | undefined> =>
    readCards().then(() => (changed.ok ? undefined : problemFault(changed.error)));

  state.subscribe(keep);

  const phone: Phone = {
    model,
    state,
    arrival,
    bindingNews,
    accountNews,
    get desk() {
      return desk;
    },
    context,
    readCards,
    readBindings,
    async boot() {
      const session = await sessions.read();
      await (session === undefined ? welcome() : enter(session));
    },
    begin: (name) =>
      busy(async () => {
        const begun = await signIn.registerOptions({ name }, context());
        if (!begun.ok) return welcome(problemFault(begun.error));
        const created = await passkey.create(begun.value.options);
        if (!created.ok) return welcome(passkeyFault(created.error));
        const { ceremonyId, options } = begun.value;
        const registered = await signIn.register({ ceremonyId, response: created.value.response }, context());
        if (!registered.ok) return welcome(problemFault(registered.error));
        await settleNew(registered.value, created.value, ports.prfInputOf(options));
        // Without them the account has one factor, and no card can be added.
        await phone.makeRecoveryCodes();
      }),
    join: (accountName, joinCode) =>
      busy(async () => {
        const begun = await signIn.joinOptions({ accountName, joinCode, deviceName: model.name.zh }, context());
        if (!begun.ok) return welcome(begun.error.code === "notFound" ? FAULTS.joinCode : problemFault(begun.error));
        const created = await passkey.create(begun.value.options);
        if (!created.ok) return welcome(passkeyFault(created.error));
        const { ceremonyId, options } = begun.value;
        const joined = await signIn.join({ ceremonyId, response: created.value.response }, context());
        if (!joined.ok) return welcome(problemFault(joined.error));
        await settleNew(joined.value, created.value, ports.prfInputOf(options));
      }),
    signIn: (other = false) =>
      busy(async () => {
        const now = state.get();
        const signedIn = await bySignIn(other ? undefined : await records.read());
        if (!signedIn.ok) return welcome(signedIn.error, now.kind === "welcome" ? now.known : undefined);
        const { session, proof, prfInput } = signedIn.value;
        return settle(session, proof, prfInput);
      }),
    async unlock() {
      const before = desk;
      if (before === undefined) return;
      const signedIn = await bySignIn(before.record);
      if (!signedIn.ok) return patch({ lostFault: signedIn.error });
      const { session, proof } = signedIn.value;
      proof.prf?.fill(0);
      await sessions.write(session);
      const { deviceId } = before.record;
      const found = await callsOf(session).setLost({ deviceId, lost: false }, context());
      open(session, before.record, !found.ok);
      if (!found.ok) return patch({ lostFault: problemFault(found.error) });
      end(before);
    },
    async makeRecoveryCodes() {
      if (desk === undefined) return undefined;
      const made = await desk.calls.makeRecoveryCodes({}, context());
      if (!made.ok) return problemFault(made.error);
      patch({ recoveryCodes: made.value.codes });
      return undefined;
    },
    putRecoveryCodesAway() {
      state.update((now) => {
        if (now.kind !== "ready") return now;
        const { recoveryCodes: _, ...rest } = now;
        return rest;
      });
    },
    explain: async (journeyId) =>
      desk === undefined
        ? { ok: false, error: problem("notSignedIn") }
        : desk.calls.explain({ journeyId, language: "zh" }, context(journeyId)),
    explainPayment: async (passId, atc) =>
      desk === undefined
        ? { ok: false, error: problem("notSignedIn") }
        : desk.calls.explainPayment({ passId, atc, language: "zh" }, context()),
    signOut() {
      forget();
      const now = desk;
      leave(now?.session.name);
      if (now === undefined) return;
      // Nobody is signed in here: nobody is told anything either.
      end(now, now.calls.unsubscribePush({ deviceId: now.record.deviceId }, context()));
    },
    async setDefault(pass) {
      if (desk === undefined) return undefined;
      return afterChange(await desk.calls.setDefault({ passId: pass.passId }, context(pass.passId)));
    },
    async changePass(pass, change) {
      if (desk === undefined) return undefined;
      return afterChange(await desk.calls.changePass({ passId: pass.passId, change }, context(pass.passId)));
    },
  };
  return phone;
}

function withPass(phone: ReadyPhone, pass: PassView): ReadyPhone {
  return { ...phone, passes: phone.passes.map((one) => (one.passId === pass.passId ? pass : one)) };
}

/** Runs `work` now, or once more after the run that is under way: many callers, at most two runs. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (running === undefined) return run();
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  };
}
