import type { Root } from "react-dom/client";
import { hearNear } from "../adapters/near.ts";
import { openPhonePage } from "../phone-page.ts";
import { FAULTS } from "../text/fault.ts";
import { createNearField } from "../till/field.ts";
import { FaultNote } from "../ui/fault-note.tsx";
import { SIMULATED } from "./models.ts";
import { OtherDevice } from "./other-device.tsx";

/** `/device/watch` and `/device/tablet`: further devices of an account, each with storage of its own. */
export function show(root: Root): void {
  const device = SIMULATED[location.pathname.split("/")[2] ?? ""] ?? SIMULATED["watch"]!;
  const near = createNearField();
  hearNear(near);
  openPhonePage(near, "messages", device).then(
    (page) => {
      const named = new URLSearchParams(location.search).get("name") ?? "";
      root.render(<OtherDevice page={page} named={named} />);
      void page.phone.boot();
    },
    () => root.render(<FaultNote fault={FAULTS.storage} className="m-6" />),
  );
}
