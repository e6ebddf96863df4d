import * as v from "valibot";
import { FactSchema } from "#contracts/facts";
import type { DeviceJournal } from "#device/secure-element";
import type { Fact } from "#protocol/diagnosis";
import type { Notebook } from "../phone/ports.ts";

const KEY = "facts";
const Kept = v.pipe(v.string(), v.parseJson(), v.array(FactSchema));

/** Facts wait here until the wallet server can be told, also over a reload. They hold nothing secret. */
export function factJournal(notebook: Notebook): DeviceJournal {
  function kept(): readonly Fact[] {
    const read = v.safeParse(Kept, notebook.read(KEY));
    return read.success ? read.output : [];
  }
  const keep = (facts: readonly Fact[]) => notebook.write(KEY, JSON.stringify(facts));
  return {
    add: async (fact) => keep([...kept(), fact]),
    pending: async () => kept(),
    drop: async (count) => keep(kept().slice(count)),
  };
}
