import { join } from "node:path";
import type { CardData } from "#contracts/common";
import type { CallContext } from "#contracts/operation";
import type { PublicJwk } from "#contracts/ports";
import type { BindingView, PassView } from "#contracts/wallet-api";
import { systemRandom } from "#platform/random";
import type { DemoCard } from "#protocol/pan";
import { instant } from "#protocol/time";
import { eventually } from "../demo/play.ts";
import { type HeadlessPhone, must, openHeadlessPhone } from "../headless/phone.ts";
import type { PhoneSpec } from "./scenario.ts";
import type { SandboxWorld } from "./world.ts";

const DAY_MS = 86_400_000;

/** One phone of a scenario with what its holder has in hand. */
export interface Holder {
  readonly phone: HeadlessPhone;
  readonly spec: PhoneSpec;
  card?: DemoCard;
  cardKey?: PublicJwk;
  binding?: BindingView;
  pass?: PassView;
  /** Codes that came by SMS, oldest first. */
  codes: string[];
  /** Of a journey that never reached the wallet server. */
  journeyId?: string;
}

export function oneCall(): CallContext {
  return { journeyId: systemRandom.uuid(), idempotencyKey: systemRandom.uuid() };
}

export async function openHolder(
  world: SandboxWorld,
  named: string,
  spec: PhoneSpec,
  others: ReadonlyMap<string, Holder>,
): Promise<Holder> {
  const { keySource = "hce", accountOf, age, secondFactor, model, clockBehindDays = 0, ...said } = spec;
  const account = accountOf === undefined ? undefined : others.get(accountOf);
  const { online, ...facts } = said;
  const phone = await openHeadlessPhone({
    origin: world.url,
    walletUrl: world.url,
    folder: join(world.folder, `${named}-${systemRandom.uuid()}`),
    name: `手机 ${named}`,
    keySource,
    clock: { now: () => instant(world.clock.now() - clockBehindDays * DAY_MS) },
    facts: Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
    ...(model === undefined ? {} : { model }),
    ...(age === undefined ? {} : { birthYear: new Date(world.clock.now()).getUTCFullYear() - age }),
    through: (calls) => world.faults.calls("deviceToWallet", calls),
    ...(account === undefined ? {} : { passkey: account.phone.passkey }),
    ...(secondFactor === false ? { withoutRecoveryCodes: true } : {}),
  });
  if (online !== undefined) phone.facts.online = online;
  return { phone, spec, codes: [] };
}

export function typedFrom(card: DemoCard, typed: Partial<Record<keyof CardData, string | undefined>>): CardData {
  return {
    pan: card.pan,
    holderName: card.holderName,
    mobile: card.mobile,
    ...(card.kind === "credit" ? { expiry: card.expiry, cvn2: card.cvn2 } : {}),
    ...Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== undefined)),
  };
}

/** The binding as the wallet server has it now. */
export async function refresh(holder: Holder): Promise<BindingView | undefined> {
  if (holder.binding === undefined || !holder.phone.facts.online) return holder.binding;
  const now = await holder.phone.calls.binding({ bindingId: holder.binding.bindingId }, oneCall());
  if (now.ok) holder.binding = now.value;
  return holder.binding;
}

/** Waits for the code that was just asked for. */
export async function newestCode(world: SandboxWorld, mobile: string, known: number): Promise<string | undefined> {
  return eventually(async () => {
    const texts = (world.system.inbox?.list() ?? []).filter((message) => message.toMobile === mobile);
    return texts.length > known ? texts[0]?.text.match(/\d{6}/)?.[0] : undefined;
  });
}

export function textsTo(world: SandboxWorld, mobile: string): number {
  return (world.system.inbox?.list() ?? []).filter((message) => message.toMobile === mobile).length;
}

/** Fetches the card that a binding came to. */
export async function collect(holder: Holder): Promise<void> {
  const { phone } = holder;
  const binding = await refresh(holder);
  const { passes } = must(await phone.calls.passes({ deviceId: phone.deviceId }, oneCall()));
  const pass = passes.find((one) => one.passId === binding?.passId);
  if (pass === undefined) return;
  const stored = await phone.wallet.provision(pass);
  holder.pass = stored.ok ? stored.value : pass;
}
