import type { PartyName } from "#contracts/wire";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";

/** The parties from the hand to the bank, and the wallet server beside them. */
const LANES = ["device", "terminal", "acquirer", "network", "tsp", "issuer", "wallet"] as const;
const LANE_PX = 30;
const LANES_WIDTH = LANES.length * LANE_PX;

const laneOf = (party: PartyName) => LANES.indexOf(party === "phone" ? "device" : party);
const middleOf = (lane: number) => lane * LANE_PX + LANE_PX / 2;

export function LaneHeads() {
  const say = useSay();
  return (
    <div aria-hidden="true" className="flex shrink-0 border-line border-b pb-1" style={{ width: LANES_WIDTH }}>
      {LANES.map((party) => (
        <span key={party} style={{ width: LANE_PX }} className="text-center text-[11px] whitespace-nowrap text-ink-3">
          {say(TEXT.wire.parties[party])}
        </span>
      ))}
    </div>
  );
}

/** A line down the middle of each lane, from row to row. */
const LANE_LINES = `repeating-linear-gradient(90deg, transparent 0 ${LANE_PX / 2 - 0.5}px, var(--line) ${LANE_PX / 2 - 0.5}px ${LANE_PX / 2 + 0.5}px, transparent ${LANE_PX / 2 + 0.5}px ${LANE_PX}px)`;

/** One message as an arrow from its sender's lane to its receiver's. */
export function LaneArrow({ from, to }: { from: PartyName; to: PartyName }) {
  const start = middleOf(laneOf(from));
  const end = middleOf(laneOf(to));
  const way = Math.sign(end - start);
  return (
    <span
      aria-hidden="true"
      className="shrink-0 self-stretch"
      style={{ width: LANES_WIDTH, backgroundImage: LANE_LINES }}
    >
      <svg viewBox={`0 0 ${LANES_WIDTH} 26`} width={LANES_WIDTH} height={26} aria-hidden="true">
        <line x1={start} x2={end - way * 2} y1={13} y2={13} stroke="currentColor" strokeWidth="2" />
        <circle cx={start} cy={13} r={3.2} fill="currentColor" />
        <path d={`M${end} 13l${-7 * way}-4.5v9z`} fill="currentColor" />
      </svg>
    </span>
  );
}
