import * as v from "valibot";
import type { Suspender, TokenChange, TokenView } from "#contracts/common";
import { CardData } from "#contracts/common";
import type { CallContext, Calls } from "#contracts/operation";
import { type Problem, problem } from "#contracts/problem";
import type { TspIssuerApi, TspWalletApi } from "#contracts/tsp-api";
import { once } from "#party";
import { err, fromAscii, ok, type Result } from "#protocol/bytes";
import { Pan } from "#protocol/pan";
import { KEYS } from "../ports.ts";
import { tokensOfCard, tokensOfDevice } from "../store.sql.ts";
import { viewOf } from "../token.ts";
import { holdersOf } from "../tokens.ts";
import { panRefOf } from "../vault.ts";
import { findCard } from "./cards.ts";
import type { Desk } from "./desk.ts";

/** Suspend, resume, delete: by holder and wallet for one token or a whole device, by the bank for one. */
export function changing(desk: Desk): {
  readonly wallet: Pick<Calls<TspWalletApi>, "changeToken" | "changeDevice" | "token">;
  readonly issuer: Pick<Calls<TspIssuerApi>, "changeToken" | "renewCard">;
} {
  const { db, clock, tokens } = desk;

  function changeOnce(
    caller: "wallet" | "issuer",
    by: Suspender,
    request: { readonly tokenRef: string; readonly change: TokenChange },
    context: CallContext,
  ): Promise<Result<TokenView, Problem>> {
    const { tokenRef, change: kind } = request;
    const name = { caller, operation: "changeToken", key: context.idempotencyKey };
    return once(db, name, request, clock.now(), async (remember) => {
      const changed = await tokens.change(tokenRef, kind === "delete" ? { kind } : { kind, by }, by, {
        ...(caller === "issuer" && kind === "delete" ? { endedBy: "withdrawnByBank" as const } : {}),
        also: async (tx, next) => {
          await desk.decided(tx, "changeToken", context);
          await remember(tx, viewOf(next));
        },
      });
      return changed.ok ? ok(viewOf(changed.value)) : changed;
    });
  }

  async function changeTokens(request: {
    readonly deviceId: string;
    readonly change: TokenChange;
    readonly by: Suspender;
  }): Promise<TokenView[]> {
    const { deviceId, change: kind, by } = request;
    // The device first, durably: what becomes active from now on comes out as the device is.
    await db.transaction(async (tx) => {
      const heldBy = await holdersOf(tx, deviceId);
      const others = heldBy.filter((party) => party !== by);
      await tx.query({ text: "update device set held_by = $2 where device_id = $1" }, [
        deviceId,
        kind === "suspend" ? [...others, by] : others,
      ]);
    });
    const views: TokenView[] = [];
    for (const token of await tokensOfDevice(db, deviceId)) {
      const lost = by === "wallet" && kind === "suspend" && token.state.kind === "active";
      const changed = await tokens.change(token.tokenRef, kind === "delete" ? { kind } : { kind, by }, by, {
        facts: () =>
          lost ? [{ journeyId: token.bindingId, stage: "issue", code: "deviceInLostMode", outcome: "failed" }] : [],
      });
      // What cannot be suspended (not yet active) or resumed (another's block) stays as it is, and is shown so.
      views.push(viewOf(changed.ok ? changed.value : token));
    }
    return views;
  }

  /**
   * The same card with another number or expiry. Tokens, their references and the PAR stay; from now on the new number
   * leads to this card, and the old one goes on doing so, for refunds of old payments.
   */
  async function renew(oldPan: Pan, newPan: Pan): Promise<number> {
    const { keys } = desk;
    const card = await findCard(db, keys, oldPan);
    const newRef = panRefOf(keys, newPan);
    const now = clock.now();
    return db.transaction(async (tx) => {
      const live = await tokensOfCard(tx, card.b, card.panRef);
      if (newRef === card.panRef || oldPan.expose() === newPan.expose()) return live.length;
      await tx.query({ text: "update card set pan_sealed = $3, pan_suffix = $4 where b = $1 and pan_ref = $2" }, [
        card.b,
        card.panRef,
        keys.seal(KEYS.panSeal, fromAscii(newPan.expose()), card.panRef),
        newPan.suffix,
      ]);
      const twin = await findCard(tx, keys, newPan);
      if (twin.panRef !== card.panRef) {
        // The new number may have been added by hand before the bank said so: on those devices the older token goes.
        const twins = await tokensOfCard(tx, twin.b, twin.panRef);
        for (const token of live)
          if (twins.some((other) => other.deviceId === token.deviceId)) await tokens.remove(tx, token, now);
        if (twins.length === 0)
          await tx.query(
            { text: "insert into card_number (pan_ref, card_ref) values ($1, $2) on conflict do nothing" },
            [newRef, card.panRef],
          );
      }
      for (const token of await tokensOfCard(tx, card.b, card.panRef)) await tokens.retell(tx, token, now);
      return live.length;
    });
  }

  return {
    wallet: {
      changeToken: (request, context) => changeOnce("wallet", request.by, request, context),
      changeDevice: (request, { idempotencyKey }) => {
        const name = { caller: "wallet", operation: "changeDevice", key: idempotencyKey };
        return once(db, name, request, clock.now(), async (remember) => {
          const changed = await changeTokens(request);
          await remember(db, { tokens: changed });
          return ok({ tokens: changed });
        });
      },
      async token({ tokenRef }) {
        const token = await tokens.load(tokenRef);
        return token.ok ? ok(viewOf(token.value)) : token;
      },
    },
    issuer: {
      changeToken: (request, context) => changeOnce("issuer", "issuer", request, context),
      async renewCard({ cardJwe, newCardJwe }) {
        const pans: Pan[] = [];
        for (const [at, jwe] of [
          ["cardJwe", cardJwe],
          ["newCardJwe", newCardJwe],
        ] as const) {
          const data = await desk.cards.openJson(jwe, RenewedCard);
          if (data === undefined) return err(problem("badCiphertext", { at, cause: "sealedCardUnreadable" }));
          const pan = Pan.parse(data.pan);
          if (!pan.ok) return err(problem("badCard", { at, cause: "panMistyped" }));
          pans.push(pan.value);
        }
        const renewed = await renew(pans[0]!, pans[1]!);
        desk.relay.nudge();
        return ok({ tokens: renewed });
      },
    },
  };
}

/** The bank names the card; whose it is, the TSP does not need to know. */
const RenewedCard = v.pick(CardData, ["pan"]);
