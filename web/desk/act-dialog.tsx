import { type FormEvent, useId, useState } from "react";
import type { Words } from "#contracts/common";
import type { Problem } from "#contracts/problem";
import type { Result } from "#protocol/bytes";
import { parseAmount } from "#protocol/money";
import { TextField } from "../phone/add-card/text-field.tsx";
import { useStore } from "../store.ts";
import type { Fault } from "../text/fault.ts";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";
import { Button } from "../ui/button.tsx";
import { FaultNote } from "../ui/fault-note.tsx";
import { Modal } from "../ui/modal.tsx";
import { useDesk } from "./desk-context.ts";
import { DESK, deskFault } from "./words.ts";

export type ActName = keyof typeof DESK.acts;
type TextFieldName = "number" | "newPhone" | "documentExpires" | "reason" | "name" | "amount";

const RULES: Readonly<Record<TextFieldName, RegExp>> = {
  number: /^[0-9A-Z]{6,18}$/,
  newPhone: /^1[3-9]\d{9}$/,
  documentExpires: /^\d{8}$/,
  reason: /^.{1,200}$/s,
  name: /^.{1,64}$/s,
  amount: /^(?!0+(\.0*)?$)\d{1,8}(\.\d{1,2})?$/,
};

/** What was typed, each as the contract wants it. */
export interface Typed {
  readonly document: { readonly kind: "residentId" | "passport" | "travelPermit"; readonly number: string };
  readonly newPhone: string;
  readonly documentExpires: string;
  readonly reason: string;
  readonly name: string;
  /** In fen. */
  readonly minor: string;
  readonly newNumber: boolean;
}

/** One deed that is about to be done: what it wants to know, and how it is carried out. */
export interface Act {
  readonly name: ActName;
  readonly wants: readonly ("document" | "newPhone" | "documentExpires" | "reason" | "newNumber" | "name" | "amount")[];
  /** Whose: a demo knows his invented document. */
  readonly customerId?: string;
  readonly grave?: boolean;
  /** @param tell a code that the customer is to take along. */
  run(typed: Typed, tell: (code: string) => void): Promise<Result<unknown, Problem>>;
}

export function ActDialog({ act, onClose }: { act: Act | undefined; onClose: () => void }) {
  const say = useSay();
  return (
    <Modal open={act !== undefined} title={act === undefined ? "" : say(DESK.acts[act.name])} onClose={onClose}>
      {act !== undefined && <ActForm act={act} onDone={onClose} />}
    </Modal>
  );
}

function ActForm({ act, onDone }: { act: Act; onDone: () => void }) {
  const { papers } = useDesk();
  const paper = useStore(papers).find(({ customerId }) => customerId === act.customerId);
  const say = useSay();
  const kindId = useId();
  const [kind, setKind] = useState<Typed["document"]["kind"]>("residentId");
  const [typed, setTyped] = useState<Readonly<Record<TextFieldName, string>>>({
    number: "",
    newPhone: "",
    documentExpires: "",
    reason: "",
    name: "",
    amount: "",
  });
  const [code, setCode] = useState<string | undefined>(undefined);
  const [newNumber, setNewNumber] = useState(false);
  const [wrong, setWrong] = useState<readonly TextFieldName[]>([]);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const fields = act.wants.flatMap((want): TextFieldName[] =>
    want === "document" ? ["number"] : want === "newNumber" ? [] : [want],
  );
  const tidied = (name: TextFieldName) => {
    const text = typed[name].normalize("NFKC").trim();
    return name === "number" ? text.toUpperCase() : text;
  };

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    const bad = fields.filter((name) => !RULES[name].test(tidied(name)));
    setWrong(bad);
    if (bad.length > 0 || busy) return;
    setBusy(true);
    setFault(undefined);
    const amount = parseAmount(tidied("amount"), "156");
    let told = false;
    const done = await act.run(
      {
        document: { kind, number: tidied("number") },
        newPhone: tidied("newPhone"),
        documentExpires: tidied("documentExpires"),
        reason: tidied("reason"),
        name: tidied("name"),
        minor: amount.ok ? amount.value.minor.toString() : "",
        newNumber,
      },
      (given) => {
        told = true;
        setCode(given);
      },
    );
    setBusy(false);
    if (done.ok) return told ? undefined : onDone();
    setFault(deskFault(done.error));
  }

  if (code !== undefined)
    return (
      <div className="grid gap-4 text-center">
        <p className="text-[14px] text-ink-2">{say(DESK.takeAlong)}</p>
        <p
          role="status"
          className="tabular rounded-2xl bg-panel-2 py-4 text-3xl font-bold tracking-[0.18em] select-all"
        >
          {code}
        </p>
        <Button onClick={onDone}>{say(TEXT.done)}</Button>
      </div>
    );

  const field = (name: TextFieldName, label: Words, more: { inputMode?: "numeric" | "decimal" } = {}) => (
    <TextField
      label={say(label)}
      value={typed[name]}
      onType={(text) => setTyped({ ...typed, [name]: text })}
      autoComplete="off"
      {...more}
      {...(wrong.includes(name) ? { fault: say(DESK.typed[name]) } : {})}
    />
  );

  return (
    <form onSubmit={(event) => void submit(event)} noValidate className="grid gap-4">
      <p className="text-[14px] leading-relaxed text-ink-2">{say(DESK.actTexts[act.name])}</p>
      {act.wants.includes("document") && (
        <div className="grid gap-3 rounded-2xl bg-panel-2 p-3.5">
          <div>
            <label htmlFor={kindId} className="mb-1 block text-[13px] font-medium text-ink-2">
              {say(DESK.fields.document)}
            </label>
            <select
              id={kindId}
              value={kind}
              onChange={(event) => setKind(event.target.value as Typed["document"]["kind"])}
              className="h-12 w-full rounded-2xl border border-line bg-panel px-3.5 text-base"
            >
              {(["residentId", "passport", "travelPermit"] as const).map((one) => (
                <option key={one} value={one}>
                  {say(DESK.documents[one])}
                </option>
              ))}
            </select>
          </div>
          {field("number", DESK.fields.number)}
          <p className="-mt-1.5 text-xs text-ink-3">{say(DESK.fields.numberHint)}</p>
          {paper !== undefined && (
            <Button
              look="soft"
              size="small"
              onClick={() => {
                setKind("residentId");
                setTyped({ ...typed, number: paper.document.number });
              }}
            >
              {say(DESK.fields.useDemo)}
            </Button>
          )}
        </div>
      )}
      {act.wants.includes("name") && field("name", DESK.fields.name)}
      {act.wants.includes("amount") && field("amount", DESK.fields.amount, { inputMode: "decimal" })}
      {act.wants.includes("newPhone") && field("newPhone", DESK.fields.newPhone, { inputMode: "numeric" })}
      {act.wants.includes("documentExpires") &&
        field("documentExpires", DESK.fields.documentExpires, { inputMode: "numeric" })}
      {act.wants.includes("newNumber") && (
        <label className="flex cursor-pointer items-start gap-3 rounded-2xl bg-panel-2 px-3.5 py-3">
          <input
            type="checkbox"
            checked={newNumber}
            onChange={(event) => setNewNumber(event.target.checked)}
            className="mt-1 size-4.5 accent-accent"
          />
          <span>
            <span className="block text-[15px] font-semibold">{say(DESK.fields.newNumber)}</span>
            <span className="block text-[13px] text-ink-3">{say(DESK.fields.newNumberHint)}</span>
          </span>
        </label>
      )}
      {act.wants.includes("reason") && field("reason", DESK.fields.reason)}
      {fault !== undefined && <FaultNote fault={fault} />}
      <div className="grid grid-cols-2 gap-2">
        <Button look="soft" onClick={onDone}>
          {say(TEXT.cancel)}
        </Button>
        <Button type="submit" busy={busy} look={act.grave === true ? "danger" : "primary"}>
          {say(DESK.confirm)}
        </Button>
      </div>
    </form>
  );
}
