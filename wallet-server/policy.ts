/** Policy as data; each number is a product decision, not a law of nature. */
export interface WalletPolicy {
  /** Binding attempts of one device in a day; a submitted card and a decision asked anew count. */
  readonly attemptsADay: number;
  /** Regions (ISO 3166) in which the service is open. */
  readonly regions: readonly string[];
  /** Years by the calendar; unknown ages pass here and are the bank's to judge. */
  readonly minimumAge: number;
  readonly secondFactorRequired: boolean;
  readonly sessionMs: number;
  /** A session from a recovery code, at anybody's machine. */
  readonly findSessionMs: number;
  readonly ceremonyMs: number;
  readonly noticesShown: number;
  readonly joinCode: { readonly lifeMs: number; readonly triesMax: number };
  readonly recoveryCodes: number;
  /** How long a request for another device's cards waits to be confirmed there. */
  readonly cardRequestMs: number;
  /** How often something secret may be tried, or looked up, in a window. */
  readonly limits: Readonly<
    Record<"join" | "recovery" | "case" | "deviceFacts", { readonly max: number; readonly windowMs: number }>
  >;
  /** Who does not answer is asked again after this time, doubled each try up to the longest. */
  readonly retry: { readonly firstMs: number; readonly longestMs: number; readonly patienceMs: number };
  /** The sealed card of a refused journey is kept as long, so that a cure at the bank needs no typing. */
  readonly refusedCardMs: number;
  /** Until a neighbour's holdings count as out of reach. */
  readonly evidenceMs: number;
  readonly advice: AdvicePolicy;
}

/** Source: tokenisation §2.2. */
export interface AdvicePolicy {
  /** Epoch milliseconds; null: the service has been open for long. */
  readonly launchedAt: number | null;
  readonly newAccountMs: number;
  readonly newPairMs: number;
  readonly changedMs: number;
  readonly inactiveMs: number;
  readonly lostForMs: number;
  readonly lostWithinMs: number;
  readonly attempts: { readonly max: number; readonly windowMs: number };
  readonly cards: { readonly max: number; readonly windowMs: number };
  /** Any of these: the wallet advises against it. */
  readonly red: readonly string[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS: number = 24 * HOUR_MS;

export const DEFAULT_POLICY: WalletPolicy = {
  attemptsADay: 10,
  regions: ["CN"],
  minimumAge: 16,
  secondFactorRequired: true,
  sessionMs: 30 * DAY_MS,
  findSessionMs: HOUR_MS,
  ceremonyMs: 5 * MINUTE_MS,
  noticesShown: 50,
  joinCode: { lifeMs: 5 * MINUTE_MS, triesMax: 3 },
  recoveryCodes: 10,
  cardRequestMs: 10 * MINUTE_MS,
  limits: {
    join: { max: 10, windowMs: HOUR_MS },
    recovery: { max: 10, windowMs: DAY_MS },
    case: { max: 30, windowMs: HOUR_MS },
    deviceFacts: { max: 500, windowMs: DAY_MS },
  },
  retry: { firstMs: 2_000, longestMs: 5 * MINUTE_MS, patienceMs: 7 * DAY_MS },
  refusedCardMs: 7 * DAY_MS,
  evidenceMs: 3_000,
  advice: {
    launchedAt: null,
    newAccountMs: 40 * DAY_MS,
    newPairMs: 20 * DAY_MS,
    changedMs: 20 * DAY_MS,
    inactiveMs: 365 * DAY_MS,
    lostForMs: HOUR_MS,
    lostWithinMs: 7 * DAY_MS,
    attempts: { max: 3, windowMs: 72 * HOUR_MS },
    cards: { max: 5, windowMs: 24 * HOUR_MS },
    red: ["0G"],
  },
};
