import { Popover } from "@base-ui/react/popover";
import type { ReactElement, ReactNode } from "react";

/** A small window beside what was pressed. */
export function Float({
  open,
  onOpen,
  trigger,
  title,
  children,
}: {
  open: boolean;
  onOpen: (open: boolean) => void;
  trigger: ReactElement;
  title: string;
  children: ReactNode;
}) {
  return (
    <Popover.Root open={open} onOpenChange={onOpen}>
      <Popover.Trigger render={trigger} />
      <Popover.Portal>
        <Popover.Positioner sideOffset={10} collisionPadding={12} className="z-40">
          <Popover.Popup className="w-[min(20rem,calc(100vw-1.5rem))] rounded-2xl bg-panel p-4 text-[13px] leading-relaxed text-ink-2 shadow-panel ring-1 ring-line outline-none transition duration-200 data-ending-style:opacity-0 data-starting-style:opacity-0">
            <Popover.Title className="text-[15px] font-bold text-ink">{title}</Popover.Title>
            {children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
