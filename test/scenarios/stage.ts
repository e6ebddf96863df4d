import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { runContactless } from "#acquirer/terminal";
import type { SaleView } from "#contracts/acquirer-api";
import { bankViewApi, type IssuerDeskApi, issuerDeskApi } from "#contracts/desk-api";
import type { Calls } from "#contracts/operation";
import type { Problem } from "#contracts/problem";
import type { PassView } from "#contracts/wallet-api";
import { httpCalls } from "#platform/calls";
import { systemClock } from "#platform/clock";
import { systemRandom } from "#platform/random";
import type { Result } from "#protocol/bytes";
import { money } from "#protocol/money";
import { DEMO_CARDS, type DemoCard } from "#protocol/pan";
import { eventually, FIRST_TILL, openPlayer, type Player } from "../../app/demo/play.ts";
import { must } from "../../app/headless/phone.ts";
import type { FinishedTap, World } from "./world.ts";

/** A holder with a phone and a card on it. */
export interface Holder {
  readonly card: DemoCard;
  readonly player: Player;
  readonly pass: PassView;
}

/** What scenarios play on: phones and cards in a world, with a book of all money they move. */
export interface Stage {
  readonly world: World;
  /** The bank's desk, with one of its staff at it. */
  desk(staffId: string): Calls<IssuerDeskApi>;
  /** A phone of a new account, or a further one of an account that is there. */
  phone(keySource: "hce" | "secureElement", account?: Player): Promise<Player>;
  /** Zhang's debit card on a phone with single-use keys; bound once, all scenarios share it. */
  zhang(): Promise<Holder>;
  /** Li's credit card on a secure element; bound once. */
  li(): Promise<Holder>;
  /** A card on a new phone of a new account; the scenario wipes it at its end. */
  bindNew(cardId: string, keySource?: "hce" | "secureElement"): Promise<Holder>;
  startSale(holder: Holder, minor: bigint, terminalId?: string): ReturnType<Player["startSale"]>;
  pay(holder: Holder, minor: bigint, terminalId?: string): Promise<SaleView>;
  refund(holder: Holder, sale: SaleView, minor: bigint): Promise<Result<SaleView, Problem>>;
  voidSale(holder: Holder, sale: SaleView): Promise<Result<SaleView, Problem>>;
  /** A tap at a terminal of our own, up to the cryptogram: nobody has been asked yet. */
  finishTap(holder: Holder, minor: bigint): Promise<FinishedTap>;
  /** Carries it to the network; an approval goes into the book. */
  present(tap: FinishedTap): Promise<string>;
  /**
   * What must hold after every scenario: the ledger balances, nothing is held or open, and the accounts have lost
   * exactly what the shops have.
   */
  expectSquare(): Promise<void>;
  close(): Promise<void>;
}

const UNLOCK = new Uint8Array(32);

export function cardOf(id: string): DemoCard {
  return DEMO_CARDS.find((card) => card.id === id)!;
}

export async function openStage(world: World): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "kabao-phones-"));
  const players: Player[] = [];
  const shared = new Map<string, Promise<Holder>>();
  /** Every sale, refund and void that was begun, by id. */
  const begun = new Map<string, SaleView>();
  let presentedMinor = 0n;
  const bank = httpCalls(bankViewApi, { baseUrl: `${world.faces.issuer}/demo/bank` });
  const read = { journeyId: "stage", idempotencyKey: "stage" };
  const allMoney = async () =>
    must(await bank.accounts({}, read)).accounts.reduce((sum, account) => sum + BigInt(account.availableMinor), 0n);
  const atStart = await allMoney();

  async function phone(keySource: "hce" | "secureElement", account?: Player): Promise<Player> {
    const player = await openPlayer(world.faces, {
      folder: join(folder, `phone-${players.length}`),
      name: `手机 ${players.length + 1}`,
      keySource,
      ...(account === undefined ? {} : { passkey: account.phone.passkey }),
    });
    players.push(player);
    return player;
  }

  async function bindNew(cardId: string, keySource: "hce" | "secureElement" = "hce"): Promise<Holder> {
    const card = cardOf(cardId);
    const player = await phone(keySource);
    // The bank may not have heard yet that the scenario before gave the card up.
    const pass = await eventually(() => player.bind(card).catch(ignoring("refused: boundElsewhere")));
    return { card, player, pass: pass! };
  }

  function once(cardId: string, keySource: "hce" | "secureElement"): Promise<Holder> {
    const known = shared.get(cardId) ?? bindNew(cardId, keySource);
    shared.set(cardId, known);
    return known;
  }

  function noted(sale: SaleView): SaleView {
    begun.set(sale.saleId, sale);
    return sale;
  }
  const notedIfDone = (done: Result<SaleView, Problem>) => {
    if (done.ok) noted(done.value);
    return done;
  };

  const stage: Stage = {
    world,
    desk: (staffId) =>
      httpCalls(issuerDeskApi, { baseUrl: `${world.faces.issuer}/desk`, bearer: world.deskKey(staffId) }),
    phone,
    zhang: () => once("zhang", "hce"),
    li: () => once("li", "secureElement"),
    bindNew,
    async startSale({ player }, minor, terminalId) {
      const waiting = await player.startSale(minor, terminalId);
      noted(waiting.sale);
      return waiting;
    },
    async pay(holder, minor, terminalId) {
      const { player, pass } = holder;
      return noted(await player.tap(await currentPass(holder, pass), await stage.startSale(holder, minor, terminalId)));
    },
    refund: async ({ player }, sale, minor) => notedIfDone(await player.refund(sale, minor)),
    voidSale: async ({ player }, sale) => notedIfDone(await player.voidSale(sale)),
    async finishTap({ player, pass }, minor) {
      const { wallet } = player.phone;
      must(await wallet.arm(pass, UNLOCK));
      const result = await runContactless(
        { transmit: (apdu) => wallet.applet.process(apdu) },
        { terminalId: FIRST_TILL, country: "156", cvmLimitMinor: 100_000n, contactlessLimitMinor: 5_000_000n },
        {
          amount: money(minor),
          type: "00",
          at: systemClock.now(),
          unpredictableNumber: systemRandom.bytes(4),
          sequence: 1,
        },
      );
      wallet.disarm();
      if (result.outcome !== "online") throw new Error(`the tap: ${result.outcome}`);
      must(await wallet.refill(pass));
      return { chip: result.chip, minor, terminalId: FIRST_TILL };
    },
    async present(tap) {
      const code = await world.present(tap);
      if (code === "00") presentedMinor += tap.minor;
      return code;
    },
    async expectSquare() {
      const audit = must(await bank.audit({}, read));
      expect(audit).toMatchObject({ entriesSumMinor: "0", accountsAgree: true, openHolds: 0 });
      let sold = presentedMinor;
      for (const { saleId } of begun.values()) {
        const sale = await players[0]!.sale(saleId);
        expect(["approved", "declined", "reversed", "failed"], `${sale.kind} ${sale.state}`).toContain(sale.state);
        if (sale.state === "approved")
          sold += sale.kind === "sale" ? BigInt(sale.amount.minor) : -BigInt(sale.amount.minor);
      }
      expect(atStart - (await allMoney())).toBe(sold);
    },
    async close() {
      for (const player of players) player.phone.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return stage;
}

/** The pass as the wallet server has it now: whether it may get more keys. */
async function currentPass({ player }: Holder, pass: PassView): Promise<PassView> {
  return (await player.passes()).find(({ passId }) => passId === pass.passId) ?? pass;
}

function ignoring(message: string) {
  return (error: unknown): undefined => {
    if (!(error instanceof Error) || error.message !== message) throw error;
  };
}
