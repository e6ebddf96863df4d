import type { Customer, DeskAccount } from "#contracts/desk-api";
import type { Staff } from "./staff.ts";

/** On the hotline nobody has shown a document: the name is what the caller must say, so it is not shown whole. */
export function maskName(name: string): string {
  return name
    .split(" ")
    .map((part) => {
      const [first = "", ...rest] = [...part];
      return first + "*".repeat(rest.length);
    })
    .join(" ");
}

const nameFor = (staff: Staff, name: string) => (staff.role === "agent" ? maskName(name) : name);

export function accountFor(staff: Staff, account: DeskAccount): DeskAccount {
  return { ...account, holderName: nameFor(staff, account.holderName) };
}

export function customerFor(staff: Staff, customer: Customer): Customer {
  return {
    ...customer,
    name: nameFor(staff, customer.name),
    cards: customer.cards.map((card) => accountFor(staff, card)),
  };
}
