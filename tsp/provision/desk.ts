import type { CallContext } from "#contracts/operation";
import type { Queries } from "#contracts/ports";
import type { FactLog } from "#party";
import type { Cause } from "#protocol/diagnosis";
import type { Relay } from "../outbox.ts";
import type { TspPolicy } from "../policy.ts";
import type { TspPorts } from "../ports.ts";
import type { Tokens } from "../tokens.ts";
import type { Cards } from "./cards.ts";

/** What the provisioning calls share. */
export interface Desk extends Omit<TspPorts, "policy"> {
  readonly policy: TspPolicy;
  readonly facts: FactLog;
  readonly relay: Pick<Relay, "nudge">;
  readonly tokens: Tokens;
  readonly cards: Cards;
  /** Notes a decision in the transaction of its state. */
  decided(tx: Queries, operation: string, context: CallContext, causes?: readonly Cause[]): Promise<void>;
}
