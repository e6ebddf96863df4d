import type * as v from "valibot";
import type { Language } from "#contracts/common";
import type { CallCase, Customer, DeskAccount, IssuerDeskApi } from "#contracts/desk-api";
import type { CallContext, Calls } from "#contracts/operation";
import type { Random } from "#contracts/ports";
import type { Problem } from "#contracts/problem";
import { ok, type Result } from "#protocol/bytes";
import { createStore, type Store } from "../store.ts";
import { type Fault, problemFault } from "../text/fault.ts";

type Answer<Name extends keyof IssuerDeskApi> = v.InferOutput<IssuerDeskApi[Name]["answer"]>;
export type Call = v.InferOutput<typeof CallCase>;
export type CustomerView = v.InferOutput<typeof Customer>;
export type StatementLine = Answer<"statement">["lines"][number];
export type AuditEntry = Answer<"auditTrail">["entries"][number];
export type OpenedCase = Answer<"openCase">;

/** What the desk has before it. Each part is absent until it was read. */
export interface DeskState {
  readonly may: ReadonlySet<string>;
  readonly calls?: readonly Call[];
  readonly accounts?: readonly DeskAccount[];
  readonly search: string;
  /** What was found for the search; absent: all accounts are listed. */
  readonly found?: readonly CustomerView[];
  readonly customer?: CustomerView;
  readonly cardId?: string;
  readonly lines?: readonly StatementLine[];
  /** Of the customer, or of everybody. */
  readonly audit?: readonly AuditEntry[];
  readonly caseCode?: string;
  readonly opened?: OpenedCase;
  readonly caseFault?: Fault;
  /** The bank's server does not answer just now; what is shown is what it said last. */
  readonly fault?: Fault;
}

/** What is looked at: that is read again and again. */
export type Looking =
  | { readonly at: "customers"; readonly customerId?: string }
  | { readonly at: "cases"; readonly caseCode?: string }
  | { readonly at: "audit" };

export interface Desk {
  readonly state: Store<DeskState>;
  /** Reads what is looked at, once. */
  read(): Promise<void>;
  look(at: Looking, language: Language): void;
  search(text: string): void;
  chooseCard(cardId: string): void;
  /** One change, once. What it changed is read again before it answers. */
  change<Name extends keyof IssuerDeskApi>(
    name: Name,
    request: v.InferOutput<IssuerDeskApi[Name]["request"]>,
  ): Promise<Result<Answer<Name>, Problem>>;
}

export function createDesk(ports: { readonly calls: Calls<IssuerDeskApi>; readonly random: Random }): Desk {
  const { calls, random } = ports;
  const state = createStore<DeskState>({ may: new Set(), search: "" });
  let looking: Looking = { at: "customers" };
  let language: Language = "zh";
  let reading: Promise<void> | undefined;
  let again = false;
  const context = (): CallContext => ({ journeyId: random.uuid(), idempotencyKey: random.uuid() });
  const patch = (change: Partial<DeskState>) => state.update((now) => ({ ...now, ...change }));

  /** The answer, or undefined with the fault on the screen. A server that answers again takes the fault away. */
  function taken<T>(answer: Result<T, Problem>): T | undefined {
    if (answer.ok) {
      state.update(({ fault: _, ...now }) => now);
      return answer.value;
    }
    if (answer.error.code !== "notSignedIn") patch({ fault: problemFault(answer.error) });
    return undefined;
  }

  async function readCalls(): Promise<void> {
    const found = taken(await calls.calls({}, context()));
    if (found !== undefined) patch({ calls: found.calls });
  }

  async function readCustomers(): Promise<void> {
    const { search } = state.get();
    if (search.length < 2) {
      const found = taken(await calls.accounts({}, context()));
      if (found !== undefined && search === state.get().search)
        state.update(({ found: _, ...now }) => ({ ...now, accounts: found.accounts }));
      return;
    }
    const found = taken(await calls.findCustomers({ text: search }, context()));
    if (found !== undefined && search === state.get().search) patch({ found: found.customers });
  }

  async function readCustomer(customerId: string): Promise<void> {
    const customer = taken(await calls.customer({ customerId }, context()));
    if (customer === undefined || !isAt({ at: "customers", customerId })) return;
    const cardId = customer.cards.find((one) => one.cardId === state.get().cardId)?.cardId ?? customer.cards[0]?.cardId;
    state.update(({ cardId: _, lines, ...now }) => ({
      ...now,
      customer,
      ...(cardId === undefined ? {} : { cardId }),
      ...(lines === undefined || cardId !== state.get().cardId ? {} : { lines }),
    }));
    await Promise.all([
      cardId === undefined ? undefined : readLines(cardId),
      calls.auditTrail({ customerId }, context()).then((audit) => {
        if (audit.ok && isAt({ at: "customers", customerId })) patch({ audit: audit.value.entries });
      }),
    ]);
  }

  async function readLines(cardId: string): Promise<void> {
    const statement = taken(await calls.statement({ cardId }, context()));
    if (statement !== undefined && state.get().cardId === cardId) patch({ lines: statement.lines });
  }

  async function readCase(caseCode: string): Promise<void> {
    const opened = await calls.openCase({ caseCode, language }, context());
    if (!isAt({ at: "cases", caseCode })) return;
    if (opened.ok) state.update(({ caseFault: _, ...now }) => ({ ...now, caseCode, opened: opened.value }));
    else if (opened.error.code !== "notSignedIn") patch({ caseFault: problemFault(opened.error) });
  }

  const isAt = (at: Looking) => JSON.stringify(at) === JSON.stringify(looking);

  async function readOnce(): Promise<void> {
    if (state.get().may.size === 0) {
      const me = taken(await calls.me({}, context()));
      if (me === undefined) return;
      patch({ may: new Set(me.may) });
    }
    const at = looking;
    await Promise.all([
      readCalls(),
      ...(at.at === "customers" ? [readCustomers()] : []),
      ...(at.at === "customers" && at.customerId !== undefined ? [readCustomer(at.customerId)] : []),
      ...(at.at === "cases" && at.caseCode !== undefined ? [readCase(at.caseCode)] : []),
      ...(at.at === "audit"
        ? [
            calls.auditTrail({}, context()).then((audit) => {
              if (audit.ok && isAt(at)) patch({ audit: audit.value.entries });
            }),
          ]
        : []),
    ]);
  }

  /** One reading at a time; what is asked for meanwhile is read after it. */
  function read(): Promise<void> {
    again = true;
    reading ??= (async () => {
      while (again) {
        again = false;
        await readOnce();
      }
      reading = undefined;
    })();
    return reading;
  }

  return {
    state,
    read,
    look(at, inLanguage) {
      if (isAt(at) && language === inLanguage) return;
      looking = at;
      language = inLanguage;
      state.update(
        ({ may, calls: known, accounts, search, found, customer, cardId, lines, fault, opened, caseCode }) => ({
          may,
          search,
          ...(known === undefined ? {} : { calls: known }),
          ...(accounts === undefined ? {} : { accounts }),
          ...(found === undefined ? {} : { found }),
          ...(fault === undefined ? {} : { fault }),
          ...(at.at === "customers" && customer !== undefined && customer.customerId === at.customerId
            ? { customer, ...(cardId === undefined ? {} : { cardId }), ...(lines === undefined ? {} : { lines }) }
            : {}),
          ...(at.at === "cases" && opened !== undefined && caseCode !== undefined && caseCode === at.caseCode
            ? { opened, caseCode }
            : {}),
        }),
      );
      void read();
    },
    search(text) {
      patch({ search: text });
      void read();
    },
    chooseCard(cardId) {
      state.update(({ lines: _, ...now }) => ({ ...now, cardId }));
      void readLines(cardId);
    },
    async change(name, request) {
      const answer = await calls[name](request as never, context());
      await read();
      return answer.ok ? ok(answer.value as Answer<typeof name>) : answer;
    },
  };
}
