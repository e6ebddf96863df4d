import { Dialog } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useSay } from "../text/language.tsx";
import { TEXT } from "../text/words.ts";

/** A question over the page, which waits for its answer. */
export function Modal({
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
  const say = useSay();
  return (
    <Dialog.Root open={open} onOpenChange={(now) => now || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/40 transition-opacity duration-200 data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Dialog.Viewport className="fixed inset-0 z-40 grid items-end justify-items-center sm:items-center">
          <Dialog.Popup className="flex max-h-[92dvh] w-full flex-col rounded-t-[28px] bg-panel shadow-panel outline-none transition duration-300 ease-sheet data-ending-style:translate-y-6 data-ending-style:opacity-0 data-starting-style:translate-y-6 data-starting-style:opacity-0 sm:max-w-md sm:rounded-[28px]">
            <header className="flex items-center justify-between gap-3 px-5 pt-4 pb-1">
              <Dialog.Title className="text-lg font-bold">{title}</Dialog.Title>
              <Dialog.Close
                aria-label={say(TEXT.close)}
                className="grid size-9 shrink-0 place-items-center rounded-full bg-panel-2 text-ink-2 hover:text-ink"
              >
                <X aria-hidden="true" className="size-4.5" />
              </Dialog.Close>
            </header>
            <div className="min-h-0 overflow-y-auto overscroll-contain px-5 pt-1 pb-5">{children}</div>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
