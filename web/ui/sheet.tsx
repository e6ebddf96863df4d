import { Drawer } from "@base-ui/react/drawer";
import { X } from "lucide-react";
import { createContext, type ReactNode, useContext } from "react";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";

/** The phone's glass: sheets slide up inside it, not over the whole page. Null until it stands. */
export const GlassContext = createContext<HTMLElement | null>(null);

/** A sheet from the bottom of the phone. The rest of the page stays usable: the code is in the inbox beside it. */
export function Sheet({
  open,
  title,
  onClose,
  children,
}: {
  open: boolean;
  title: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const glass = useContext(GlassContext);
  const say = useSay();
  return (
    <Drawer.Root open={open} onOpenChange={(now) => now || onClose()} modal={false} disablePointerDismissal>
      <Drawer.Portal container={glass} className="absolute inset-0 z-30">
        <Drawer.Backdrop className="absolute inset-0 bg-black opacity-[calc(0.4*(1-var(--drawer-swipe-progress,0)))] transition-opacity duration-300 ease-sheet data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Drawer.Viewport className="absolute inset-0 flex items-end overflow-hidden">
          <Drawer.Popup className="flex max-h-[calc(100%-2.75rem)] w-full flex-col rounded-t-[28px] bg-panel shadow-[0_-8px_40px_rgb(0_0_0/0.2)] outline-none transition-transform duration-400 ease-sheet [transform:translateY(var(--drawer-swipe-movement-y,0px))] data-ending-style:[transform:translateY(100%)] data-starting-style:[transform:translateY(100%)] data-swiping:duration-0 data-swiping:select-none">
            <div aria-hidden="true" className="mx-auto mt-2 h-1 w-9 shrink-0 rounded-full bg-line" />
            <header className="flex shrink-0 items-center justify-between gap-3 px-5 pt-2 pb-1">
              <Drawer.Title className="text-lg font-bold">{title}</Drawer.Title>
              <Drawer.Close
                aria-label={say(TEXT.close)}
                className="grid size-9 place-items-center rounded-full bg-panel-2 text-ink-2 hover:text-ink"
              >
                <X aria-hidden="true" className="size-4.5" />
              </Drawer.Close>
            </header>
            <Drawer.Content className="min-h-0 overflow-y-auto overscroll-contain px-5 pt-2 pb-6">
              {children}
            </Drawer.Content>
          </Drawer.Popup>
        </Drawer.Viewport>
      </Drawer.Portal>
    </Drawer.Root>
  );
}
