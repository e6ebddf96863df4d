import { Popover } from "@base-ui/react/popover";
import { Info } from "lucide-react";
import { useSay } from "./text/language.tsx";
import { TEXT } from "./text/words.ts";
import { BADGE_CLASS } from "./ui/badge.ts";

/** What is simulated here, open at first. */
export default function AboutDemo() {
  const say = useSay();
  return (
    <Popover.Root defaultOpen>
      <Popover.Trigger className={BADGE_CLASS}>
        {say(TEXT.demo.badge)}
        <Info aria-hidden="true" className="size-3.5" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={8} align="start" className="z-50">
          <Popover.Popup className="max-w-80 rounded-2xl bg-panel p-4 text-[13px] leading-relaxed text-ink-2 shadow-panel ring-1 ring-line outline-none transition duration-200 data-ending-style:opacity-0 data-starting-style:opacity-0">
            <Popover.Title className="text-[15px] font-bold text-ink">{say(TEXT.demo.title)}</Popover.Title>
            <Popover.Description render={<div />} className="mt-2 grid gap-2">
              <p>{say(TEXT.demo.real)}</p>
              <p>{say(TEXT.demo.simulated)}</p>
              <p className="font-semibold text-warn">{say(TEXT.demo.warning)}</p>
            </Popover.Description>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
