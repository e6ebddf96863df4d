import type { StaffRole } from "#contracts/desk-api";
import type { DemoCard } from "#protocol/pan";
import { eventually } from "../demo/play.ts";
import { must } from "../headless/phone.ts";
import { createSoftwarePasskey, type SoftwarePasskey } from "../headless/software-passkey.ts";
import { oneCall } from "./holder.ts";
import type { SandboxWorld } from "./world.ts";

/** A customer in the bank's own app. */
export interface BankCustomer {
  readonly passkey: SoftwarePasskey;
  readonly usbKey: SoftwarePasskey;
  readonly accessToken: string;
}

export const customerIdOf = (card: DemoCard): string =>
  `customer-${card.successorOf ?? card.sameCustomerAs ?? card.id}`;
export const cardIdOf = (card: DemoCard): string => `card-${card.id}`;

/** Enrols with card, document and a code to the reserved phone; registers a USB key as well. */
export async function enrolInBankApp(world: SandboxWorld, card: DemoCard): Promise<BankCustomer> {
  const { issuer, inbox } = world.system;
  const mobile = card.reservedMobile ?? card.mobile;
  const known = new Set(inbox!.list().map(({ id }) => id));
  const { enrolmentId } = must(
    await issuer!.bankSignIn.startEnrolment(
      { panSuffix: card.pan.slice(-4), idNumber: card.idNumber, mobile },
      oneCall(),
    ),
  );
  const text = await eventually(async () =>
    inbox!.list().find((message) => message.toMobile === mobile && !known.has(message.id)),
  );
  const code = text?.text.match(/\d{6}/)?.[0];
  if (code === undefined) throw new Error("the bank app's code never came");
  const passkey = createSoftwarePasskey(world.url);
  const begun = must(await issuer!.bankSignIn.registerOptions({ enrolmentId, code }, oneCall()));
  const { accessToken } = must(
    await issuer!.bankSignIn.register(
      { ceremonyId: begun.ceremonyId, response: passkey.register(begun.options) },
      oneCall(),
    ),
  );
  const usbKey = createSoftwarePasskey(world.url);
  const app = (await issuer!.bankApp(accessToken))!;
  const document = { kind: "residentId" as const, number: card.idNumber };
  const handed = must(
    await deskOf(world, "teller").usbKeyCode({ customerId: customerIdOf(card), document }, oneCall()),
  );
  const asked = must(await app.usbKeyOptions({ name: "U盾", code: handed.code }, oneCall()));
  must(await app.addUsbKey({ ceremonyId: asked.ceremonyId, response: usbKey.register(asked.options) }, oneCall()));
  return { passkey, usbKey, accessToken };
}

export async function bankAppOf(world: SandboxWorld, { accessToken }: BankCustomer) {
  return (await world.system.issuer!.bankApp(accessToken))!;
}

const STAFF: Readonly<Record<StaffRole, string>> = {
  teller: "teller-1",
  agent: "agent-1",
  supervisor: "supervisor-1",
};

export function deskOf(world: SandboxWorld, role: StaffRole) {
  return world.system.issuer!.desk(world.system.staff!.keyOf(STAFF[role])!)!;
}

/** What the customer answers to the bank's own questions. */
export function rightAnswers(
  questions: readonly { readonly questionId: string; readonly text: { readonly en: string } }[],
  card: DemoCard,
): { questionId: string; answer: string }[] {
  return questions.map(({ questionId, text }) => {
    if (/document|identity|ID/.test(text.en)) return { questionId, answer: card.idNumber.slice(-4) };
    if (/phone/.test(text.en)) return { questionId, answer: (card.reservedMobile ?? card.mobile).slice(-4) };
    return { questionId, answer: "0" };
  });
}
