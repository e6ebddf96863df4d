import { acquirerTillApi } from "#contracts/acquirer-api";
import { demoApi } from "#contracts/demo-api";
import { bankViewApi, issuerDeskApi } from "#contracts/desk-api";
import { sandboxApi } from "#contracts/sandbox-api";
import { pageCalls } from "../adapters/calls.ts";
import { clock, random, timers } from "../adapters/machine.ts";
import { openPage, type Page } from "../page.ts";
import { type Agent, createAgent } from "./agent.ts";
import { type Board, createBoard } from "./board.ts";
import { harmOf } from "./cables.ts";
import { type Counter, createCounter } from "./counter.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createScenes, type Scenes } from "./scenes.ts";
import { createTour, type Tour, type TourView } from "./tour.ts";
import { createTraffic } from "./traffic.ts";

/** The wallet's page with what it takes to break it, and to see what that does. */
export interface BreakPage {
  readonly page: Page;
  readonly board: Board;
  readonly traffic: ReturnType<typeof createTraffic>;
  readonly counter: Counter;
  readonly agent: Agent;
  readonly ledger: Ledger;
  readonly scenes: Scenes;
  readonly tour: Tour;
  tourView(): TourView;
}

export async function openBreak(): Promise<BreakPage> {
  const page = await openPage();
  const { feed, phone, till, addCard, pay } = page;
  const deskOf = (role: string) => pageCalls(issuerDeskApi, `/demo/desk/${role}`);
  const desk = { teller: deskOf("teller"), agent: deskOf("agent"), supervisor: deskOf("supervisor") };
  const demo = pageCalls(demoApi, "/demo");
  const board = createBoard({ calls: pageCalls(sandboxApi, "/sandbox"), feed, random });
  const traffic = createTraffic(timers);
  const counter = createCounter({ desk, demo, random });
  const ledger = createLedger(page, {
    bank: pageCalls(bankViewApi, "/demo/bank"),
    till: pageCalls(acquirerTillApi, "/acquirer"),
    desk: desk.agent,
    clock,
    timers,
    random,
  });
  const tour = createTour();

  function tourView(): TourView {
    const state = phone.state.get();
    const adding = addCard.state.get();
    const paying = pay.state.get();
    const { notice, trouble } = paying.kind === "handedOver" ? paying : { notice: undefined, trouble: undefined };
    const paid = notice !== undefined && notice.notice.kind !== "declined";
    return {
      signedIn: state.kind === "ready",
      cards: state.kind === "ready" ? state.passes.filter(({ token }) => token.status === "active").length : 0,
      adding: adding.step !== "closed",
      formFilled: adding.step === "card" && adding.fields.pan !== "",
      charging: till.state.get().screen.kind === "waiting",
      cut: harmOf("networkIssuer", feed.faults.get()) === "cut",
      payment: trouble !== undefined ? "troubled" : paid ? "approved" : paying.kind === "idle" ? "none" : "open",
    };
  }

  feed.onTraffic((rows) => {
    traffic.show(rows);
    ledger.nudge();
  });
  const look = () => tour.look(tourView());
  for (const store of [phone.state, addCard.state, pay.state, feed.faults]) store.subscribe(look);
  phone.state.subscribe(ledger.nudge);
  till.state.subscribe(ledger.nudge);
  void board.boot();
  return {
    page,
    board,
    traffic,
    counter,
    agent: createAgent({ counter, board }),
    ledger,
    scenes: createScenes({ demo, random }),
    tour,
    tourView,
  };
}
