/**
 * Which devices can hold cards, as data. The models are invented; their classes and limits are those of the field
 * (spec card-product §6, §7).
 */
export interface DeviceModel {
  readonly id: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly kind: "phone" | "watch" | "tablet" | "computer";
  /** Has a place for payment keys at all. */
  readonly holdsCards: boolean;
  /** Pays at tills; without it a card serves in apps and on the web only. */
  readonly nfc: boolean;
  readonly biometric: "face" | "finger" | "wrist" | "none";
  /** Express cards answer for a while after the battery is empty. */
  readonly powerReserve: boolean;
  /** Older systems are refused; between this and `advisedOs` a check may fail for reasons that an update cures. */
  readonly minimumOs: string;
  readonly advisedOs: string;
  /** 8, 12 or 16. */
  readonly maxCards: number;
}

const model = (
  id: string,
  zh: string,
  kind: DeviceModel["kind"],
  more: Omit<DeviceModel, "id" | "name" | "kind" | "advisedOs"> & { readonly advisedOs?: string; readonly en: string },
): DeviceModel => {
  const { en, ...rest } = more;
  return { id, name: { zh, en }, kind, advisedOs: "12", ...rest };
};
const PHONE = { holdsCards: true, nfc: true, minimumOs: "9.2", powerReserve: false } as const;

export const DEVICE_MODELS: readonly DeviceModel[] = [
  model("phone-5", "示范手机 5", "phone", {
    ...PHONE,
    en: "Demo Phone 5",
    holdsCards: false,
    nfc: false,
    biometric: "finger",
    maxCards: 8,
  }),
  model("phone-6", "示范手机 6", "phone", { ...PHONE, en: "Demo Phone 6", biometric: "finger", maxCards: 8 }),
  model("phone-8", "示范手机 8", "phone", {
    ...PHONE,
    en: "Demo Phone 8",
    biometric: "finger",
    minimumOs: "11",
    maxCards: 12,
  }),
  model("phone-10", "示范手机 10", "phone", {
    ...PHONE,
    en: "Demo Phone 10",
    biometric: "face",
    minimumOs: "12",
    powerReserve: true,
    maxCards: 16,
  }),
  model("phone-web", "网页手机", "phone", {
    ...PHONE,
    en: "Phone in a browser",
    biometric: "finger",
    minimumOs: "1",
    advisedOs: "1",
    maxCards: 12,
  }),
  model("watch-1", "示范手表 1", "watch", {
    ...PHONE,
    en: "Demo Watch 1",
    biometric: "wrist",
    minimumOs: "2.1",
    advisedOs: "5",
    maxCards: 8,
  }),
  model("watch-3", "示范手表 3", "watch", {
    ...PHONE,
    en: "Demo Watch 3",
    biometric: "wrist",
    minimumOs: "4",
    advisedOs: "5",
    powerReserve: true,
    maxCards: 12,
  }),
  model("tablet-2", "示范平板 2", "tablet", {
    ...PHONE,
    en: "Demo Tablet 2",
    nfc: false,
    biometric: "finger",
    minimumOs: "9.2",
    maxCards: 12,
  }),
  model("computer-1", "示范电脑", "computer", {
    ...PHONE,
    en: "Demo Computer",
    nfc: false,
    biometric: "finger",
    minimumOs: "10.12",
    advisedOs: "10.14",
    maxCards: 8,
  }),
  model("computer-0", "示范电脑（无指纹）", "computer", {
    ...PHONE,
    en: "Demo Computer without a reader",
    holdsCards: false,
    nfc: false,
    biometric: "none",
    minimumOs: "10.12",
    maxCards: 8,
  }),
];

export function deviceModel(id: string): DeviceModel | undefined {
  return DEVICE_MODELS.find((known) => known.id === id);
}

/** Dotted versions by number: "9.10" is newer than "9.2". Negative: `a` is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number)) as [number[], number[]];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
