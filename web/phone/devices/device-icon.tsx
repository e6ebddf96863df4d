import { Laptop, Smartphone, Tablet, Watch } from "lucide-react";
import type { DeviceView } from "#contracts/wallet-api";

const ICONS = { phone: Smartphone, watch: Watch, tablet: Tablet, computer: Laptop } as const;

export function DeviceIcon({ kind, className = "size-5" }: { kind: DeviceView["kind"]; className?: string }) {
  const Icon = ICONS[kind];
  return <Icon aria-hidden="true" className={className} />;
}
