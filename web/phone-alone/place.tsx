import type { Root } from "react-dom/client";
import { hearNear } from "../adapters/near.ts";
import { installShell } from "../adapters/shell.ts";
import { openPhonePage } from "../phone-page.ts";
import { createStore } from "../store.ts";
import { FAULTS } from "../text/fault.ts";
import { createNearField } from "../till/field.ts";
import { FaultNote } from "../ui/fault-note.tsx";
import { PhoneAlone } from "./phone-alone.tsx";

/** The phone by itself, as the installed app shows it: no till, no bank, no wire beside it. */
export function show(root: Root): void {
  const near = createNearField();
  const renewed = createStore(false);
  hearNear(near);
  openPhonePage(near, "messages").then(
    (page) => {
      root.render(<PhoneAlone page={page} renewed={renewed} />);
      void page.phone.boot();
      installShell(() => renewed.set(true));
    },
    () => root.render(<FaultNote fault={FAULTS.storage} className="m-6" />),
  );
}
