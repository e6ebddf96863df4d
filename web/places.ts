import type { Root } from "react-dom/client";

/** A page of its own: it wires itself and draws. */
export interface Place {
  show(root: Root): void;
}

/** Pages with an address of their own, below which all is theirs. Each is loaded only where it is shown. */
const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  "bank-app": () => import("./bank-app/place.tsx"),
  break: () => import("./break/place.tsx"),
  desk: () => import("./desk/place.tsx"),
  device: () => import("./other-device/place.tsx"),
  docs: () => import("./docs/place.tsx"),
  find: () => import("./find/place.tsx"),
  messages: () => import("./inbox/place.tsx"),
  wallet: () => import("./phone-alone/place.tsx"),
  wire: () => import("./wire/place.tsx"),
};

/** The page at an address; whatever is no page of its own is the wallet's. */
export function placeOf(path: string): () => Promise<Place> {
  const name = path.split("/")[1] ?? "";
  return Object.hasOwn(PLACES, name) ? PLACES[name]! : () => import("./wallet.tsx");
}
