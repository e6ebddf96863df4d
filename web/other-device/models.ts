import { deviceModel } from "#protocol/devices";
import type { PageDevice } from "../phone-page.ts";

/** Devices that stand for themselves in this browser, by the last part of their address. */
export const SIMULATED: Readonly<Record<string, PageDevice & { readonly home: string }>> = {
  watch: { home: "watch", model: deviceModel("watch-3")! },
  tablet: { home: "tablet", model: deviceModel("tablet-2")! },
};
