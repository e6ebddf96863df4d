import { type ComponentType, useEffect, useState } from "react";
import { usePage } from "../../page-context.ts";
import type { CameraStepProps } from "../../scan/camera-step.tsx";
import { useSay } from "../../text/language.tsx";
import { Button } from "../../ui/button.tsx";
import { WaitStep } from "./end-steps.tsx";
import { CAMERA_TEXT } from "./words.ts";

type Loaded = { readonly Step: ComponentType<CameraStepProps> } | "away";

/** The camera in place of the form. All that belongs to it is loaded now, not with the wallet. */
export function ByCamera() {
  const { addCard } = usePage();
  const say = useSay();
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    let gone = false;
    const keep = (now: Loaded) => gone || setLoaded(now);
    import("../../scan/camera-step.tsx").then(
      ({ CameraStep }) => keep({ Step: CameraStep }),
      () => keep("away"),
    );
    return () => {
      gone = true;
    };
  }, []);
  if (loaded === undefined) return <WaitStep words={CAMERA_TEXT.loading} />;
  if (loaded === "away")
    return (
      <div className="rise grid gap-4">
        <p role="alert" className="rounded-2xl bg-panel-2 px-5 py-6 text-center text-[15px] leading-relaxed">
          {say(CAMERA_TEXT.away)}
        </p>
        <Button size="large" onClick={() => addCard.type()}>
          {say(CAMERA_TEXT.type)}
        </Button>
      </div>
    );
  return <loaded.Step onCard={addCard.scanned} onTrouble={addCard.scanTrouble} onType={() => addCard.type()} />;
}
