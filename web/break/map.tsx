import {
  CreditCard,
  Landmark,
  type LucideIcon,
  Scissors,
  Server,
  ShieldCheck,
  Smartphone,
  Store,
  Timer,
  Unplug,
  Waypoints,
  Zap,
} from "lucide-react";
import { useState } from "react";
import type { StandingFault } from "#contracts/sandbox-api";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { colourOf } from "../wire/kinds.ts";
import { BoxMenu } from "./box-menu.tsx";
import { CableMenu } from "./cable-menu.tsx";
import {
  BOXES,
  type BoxName,
  CABLE_NAMES,
  CABLES,
  type CableName,
  type Harm,
  harmOf,
  MAP,
  middleOf,
  PLACE,
  pathOf,
} from "./cables.ts";
import { useBreak } from "./context.ts";
import type { Dot } from "./traffic.ts";
import { BREAK } from "./words.ts";

const ICONS: Readonly<Record<BoxName, LucideIcon>> = {
  phone: Smartphone,
  acquirer: Store,
  network: Waypoints,
  tsp: ShieldCheck,
  issuer: Landmark,
  wallet: Server,
};
const SIGNS: Readonly<Record<Harm, LucideIcon>> = { cut: Scissors, delay: Timer, loseAnswers: Unplug, flipByte: Zap };

/** What is open: one cable, one party, or nothing. */
type Opened = { readonly cable: CableName } | { readonly box: BoxName } | undefined;

/** The parties with the cables between them. Messages run along as they pass; a cable or a party is pressed to change it. */
export function PartyMap() {
  const { page, traffic } = useBreak();
  const faults = useStore(page.feed.faults);
  const dots = useStore(traffic.dots);
  const say = useSay();
  const [opened, setOpened] = useState<Opened>(undefined);
  return (
    <div className="relative mx-auto aspect-[720/540] w-[min(100cqw,133cqh)]">
      <Wires faults={faults} dots={dots} label={say(BREAK.map)} />
      {CABLE_NAMES.map((cable) => (
        <CableHandle
          key={cable}
          cable={cable}
          harm={harmOf(cable, faults)}
          open={opened !== undefined && "cable" in opened && opened.cable === cable}
          onOpen={(open) => setOpened(open ? { cable } : undefined)}
        />
      ))}
      {BOXES.map((box) => (
        <PartyBox
          key={box}
          box={box}
          live={dots.some((dot) => CABLES[dot.cable].ends.includes(box))}
          open={opened !== undefined && "box" in opened && opened.box === box}
          onOpen={(open) => setOpened(open ? { box } : undefined)}
        />
      ))}
    </div>
  );
}

function Wires({ faults, dots, label }: { faults: readonly StandingFault[]; dots: readonly Dot[]; label: string }) {
  return (
    <svg
      viewBox={`0 0 ${MAP.width} ${MAP.height}`}
      className="absolute inset-0 size-full overflow-visible"
      role="img"
      aria-label={label}
    >
      {CABLE_NAMES.map((cable) => {
        const harm = harmOf(cable, faults);
        const lit = dots.some((dot) => dot.cable === cable);
        return (
          <g key={cable}>
            <path
              d={pathOf(cable, true)}
              className="fill-none stroke-line"
              strokeWidth={harm === "cut" ? 0 : 9}
              strokeLinecap="round"
            />
            <path
              d={pathOf(cable, true)}
              pathLength={100}
              strokeDasharray={harm === "cut" ? "43 14 43" : harm === undefined ? undefined : "2.2 2.2"}
              strokeWidth={harm === "cut" ? 9 : 3.5}
              strokeLinecap="round"
              className={`fill-none transition-[stroke] duration-300 ${harm === "cut" ? "stroke-bad-solid/70" : harm === undefined ? (lit ? "stroke-accent" : "stroke-ink-3/45") : "stroke-warn"}`}
            />
          </g>
        );
      })}
      {dots.map(({ id, cable, forth, kind }) => (
        <circle
          key={id}
          r={7.5}
          className={`travel ${colourOf(kind)} fill-current`}
          style={{ offsetPath: `path("${pathOf(cable, forth)}")` }}
        />
      ))}
    </svg>
  );
}

const percent = ({ x, y }: { x: number; y: number }) => ({
  left: `${(100 * x) / MAP.width}%`,
  top: `${(100 * y) / MAP.height}%`,
});

function CableHandle({
  cable,
  harm,
  open,
  onOpen,
}: {
  cable: CableName;
  harm: Harm | undefined;
  open: boolean;
  onOpen: (open: boolean) => void;
}) {
  const say = useSay();
  const [a, b] = CABLES[cable].ends;
  const name = say(BREAK.cable(BREAK.boxes[a], BREAK.boxes[b]));
  const Sign = harm === undefined ? Scissors : SIGNS[harm];
  return (
    <CableMenu cable={cable} harm={harm} open={open} onOpen={onOpen}>
      <button
        type="button"
        data-tour={`cable-${cable}`}
        aria-label={`${name}: ${say(harm === undefined ? BREAK.cableFine : BREAK.harmed[harm])}`}
        style={percent(middleOf(cable))}
        className={`absolute z-10 flex -translate-x-1/2 -translate-y-1/2 items-center gap-1 rounded-full border text-xs font-semibold shadow-panel transition hover:scale-105 ${
          harm === undefined
            ? "size-9 justify-center border-line bg-panel text-ink-3 hover:border-accent hover:text-accent"
            : harm === "cut"
              ? "min-h-9 border-bad-solid bg-bad-soft px-2.5 text-bad"
              : "min-h-9 border-warn/50 bg-warn-soft px-2.5 text-warn"
        }`}
      >
        <Sign aria-hidden="true" className="size-4" />
        {harm !== undefined && <span className="max-sm:sr-only">{say(BREAK.harmed[harm])}</span>}
      </button>
    </CableMenu>
  );
}

function PartyBox({
  box,
  live,
  open,
  onOpen,
}: {
  box: BoxName;
  live: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
}) {
  const say = useSay();
  const Icon = ICONS[box];
  return (
    <BoxMenu box={box} open={open} onOpen={onOpen}>
      <button
        type="button"
        data-tour={`box-${box}`}
        style={percent(PLACE[box])}
        className={`absolute z-10 grid w-[23%] -translate-x-1/2 -translate-y-1/2 justify-items-center gap-1 rounded-2xl border-2 bg-panel px-1.5 py-2.5 shadow-panel transition hover:border-accent sm:py-3.5 ${live ? "border-accent" : "border-transparent"}`}
      >
        <span
          className={`grid size-8 place-items-center rounded-xl sm:size-11 sm:rounded-2xl ${live ? "bg-accent text-accent-ink" : "bg-accent-soft text-accent"} transition-colors`}
        >
          <Icon aria-hidden="true" className="size-4.5 sm:size-6" />
        </span>
        <span className="text-center text-[11px] leading-tight font-semibold sm:text-[13px]">
          {say(BREAK.boxes[box])}
        </span>
        {box === "issuer" && (
          <CreditCard aria-hidden="true" className="absolute top-2 right-2 size-3.5 text-ink-3 max-sm:hidden" />
        )}
      </button>
    </BoxMenu>
  );
}
