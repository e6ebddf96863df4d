import { CameraOff, Flashlight, FlashlightOff, ShieldCheck } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { camera } from "../adapters/camera.ts";
import { timers } from "../adapters/machine.ts";
import { openScanner } from "../adapters/scanner.ts";
import { useStore } from "../store.ts";
import { useSay } from "../text/language.tsx";
import { Button, Spinner } from "../ui/button.tsx";
import { createScanFlow, type ScanOutcome, type ScanState } from "./flow.ts";
import { GUIDE_SHARE } from "./guide.ts";
import { SCAN_TEXT } from "./words.ts";

export interface CameraStepProps extends ScanOutcome {
  readonly onType: () => void;
}

/** The camera with a guide over it, until two frames agree or the holder would rather type. Open while it is on the screen. */
export function CameraStep({ onCard, onTrouble, onType }: CameraStepProps) {
  const say = useSay();
  const [scan] = useState(() => createScanFlow({ camera, openScanner, timers }));
  const state = useStore(scan.state);
  // Whoever opened it is told, also when the screen has been drawn anew since.
  const outcome = useRef<ScanOutcome>({ onCard, onTrouble });
  useEffect(() => {
    void scan.open(outcome.current);
    return () => scan.close();
  }, [scan]);
  if (state.step === "failed")
    return <Failed why={state.why} onAgain={() => void scan.open(outcome.current)} onType={onType} />;
  return (
    <div className="rise grid gap-4">
      <Finder state={state} onTorch={() => void scan.switchTorch()} />
      <p role="status" className="min-h-12 text-center text-[15px] leading-snug font-medium">
        {say(lineOf(state))}
      </p>
      <p className="flex items-center justify-center gap-1.5 text-[13px] text-ink-2">
        <ShieldCheck aria-hidden="true" className="size-4 shrink-0" /> {say(SCAN_TEXT.private)}
      </p>
      <Button look={hintOf(state) === undefined ? "soft" : "primary"} size="large" onClick={onType}>
        {say(SCAN_TEXT.type)}
      </Button>
    </div>
  );
}

function hintOf(state: ScanState) {
  return state.step === "looking" ? state.hint : undefined;
}

function lineOf(state: ScanState) {
  if (state.step !== "looking") return SCAN_TEXT.opening;
  if (!state.ready) return SCAN_TEXT.loading;
  return state.hint === undefined ? SCAN_TEXT.looking : SCAN_TEXT[state.hint];
}

/** The live picture, dark around the place for the card. */
function Finder({ state, onTorch }: { state: ScanState; onTorch: () => void }) {
  const say = useSay();
  const video = useRef<HTMLVideoElement>(null);
  const live = state.step === "looking" ? state : undefined;
  const camera = live?.camera;
  useEffect(() => {
    if (camera !== undefined && video.current !== null) camera.show(video.current);
  }, [camera]);
  const torch = live?.torch;
  return (
    <div className="relative -mx-5 aspect-[4/3] overflow-hidden bg-black">
      <video
        ref={video}
        aria-label={say(SCAN_TEXT.picture)}
        autoPlay
        muted
        playsInline
        className={`size-full object-cover transition-opacity duration-500 ${live === undefined ? "opacity-0" : ""}`}
      />
      <div className="absolute inset-0 grid place-items-center">
        <div
          aria-hidden="true"
          style={{ width: `${GUIDE_SHARE * 100}%` }}
          className="relative aspect-[85.6/53.98] rounded-[18px] shadow-[0_0_0_100vmax_rgb(0_0_0/0.5)]"
        >
          {CORNERS.map((corner) => (
            <span
              key={corner}
              className={`absolute size-9 border-white ${corner} ${live?.ready === true ? "breathe" : "opacity-60"}`}
            />
          ))}
        </div>
      </div>
      {live?.ready !== true && (
        <div className="absolute inset-0 grid place-items-center text-white">
          <Spinner className="size-7" />
        </div>
      )}
      {torch !== undefined && (
        <button
          type="button"
          aria-label={say(torch ? SCAN_TEXT.torchOff : SCAN_TEXT.torchOn)}
          aria-pressed={torch}
          onClick={onTorch}
          className={`absolute right-3 bottom-3 grid size-11 place-items-center rounded-full backdrop-blur ${torch ? "bg-white text-black" : "bg-black/45 text-white"}`}
        >
          {torch ? (
            <FlashlightOff aria-hidden="true" className="size-5" />
          ) : (
            <Flashlight aria-hidden="true" className="size-5" />
          )}
        </button>
      )}
    </div>
  );
}

const CORNERS = [
  "top-0 left-0 rounded-tl-[18px] border-t-3 border-l-3",
  "top-0 right-0 rounded-tr-[18px] border-t-3 border-r-3",
  "bottom-0 left-0 rounded-bl-[18px] border-b-3 border-l-3",
  "right-0 bottom-0 rounded-br-[18px] border-r-3 border-b-3",
] as const;

function Failed({
  why,
  onAgain,
  onType,
}: {
  why: keyof typeof SCAN_TEXT.failed;
  onAgain: () => void;
  onType: () => void;
}): ReactNode {
  const say = useSay();
  const { title, text } = SCAN_TEXT.failed[why];
  return (
    <div className="rise grid gap-4">
      <div role="alert" className="grid justify-items-center gap-2 rounded-2xl bg-panel-2 px-5 py-7 text-center">
        <CameraOff aria-hidden="true" className="size-10 text-ink-3" />
        <h3 className="text-[17px] font-bold">{say(title)}</h3>
        <p className="text-[15px] leading-relaxed text-ink-2">{say(text)}</p>
      </div>
      <Button size="large" onClick={onType}>
        {say(SCAN_TEXT.type)}
      </Button>
      {why !== "none" && (
        <Button look="plain" onClick={onAgain}>
          {say(SCAN_TEXT.again)}
        </Button>
      )}
    </div>
  );
}
