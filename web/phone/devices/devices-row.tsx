import { ChevronRight } from "lucide-react";
import { usePage } from "../../page-context.ts";
import { useStore } from "../../store.ts";
import { useSay } from "../../text/language.tsx";
import { DeviceIcon } from "./device-icon.tsx";
import { DEVICES_TEXT } from "./words.ts";

/** From the settings to the account's devices. */
export function DevicesRow({ onOpen }: { onOpen: () => void }) {
  const { devices, phone } = usePage();
  const { all } = useStore(devices.state);
  const say = useSay();
  return (
    <button
      type="button"
      onClick={() => {
        onOpen();
        devices.open({ kind: "list" });
      }}
      className="flex w-full items-center gap-3 rounded-2xl bg-panel-2 px-4 py-3 text-left text-[14px] transition hover:bg-accent-soft"
    >
      <DeviceIcon kind={phone.model.kind} className="size-5 shrink-0 text-accent" />
      <span className="flex-1 font-medium">{say(DEVICES_TEXT.title)}</span>
      <span className="tabular text-ink-3">{all.length > 0 && all.length}</span>
      <ChevronRight aria-hidden="true" className="size-4 text-ink-3" />
    </button>
  );
}
