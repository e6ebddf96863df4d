/** Where numbers of a range go; longest prefix wins. */
export interface Route {
  readonly prefix: string;
  /** `token`: first to the TSP, then by the real number. Else the id of an issuer. */
  readonly to: { readonly kind: "token" } | { readonly kind: "issuer"; readonly id: string };
}

export interface NetworkConfig {
  /** Our own institution id, in header and answers. */
  readonly institution: string;
  readonly routes: readonly Route[];
  readonly timing: {
    /** How long an issuer may take for an answer. UNVERIFIED: a project default. */
    readonly issuerAnswerMs: number;
    readonly tspAnswerMs: number;
    /** How often an unacknowledged reversal is sent again. */
    readonly reversalRepeatMs: number;
    readonly echoMs: number;
    /** How long at most an answer is kept for a retransmission. */
    readonly answerKeptMs: number;
  };
}

export const DEFAULT_TIMING: NetworkConfig["timing"] = {
  issuerAnswerMs: 10_000,
  tspAnswerMs: 5_000,
  reversalRepeatMs: 30_000,
  echoMs: 60_000,
  answerKeptMs: 120_000,
};

export function routeOf(routes: readonly Route[], pan: string): Route["to"] | undefined {
  let best: Route | undefined;
  for (const route of routes)
    if (pan.startsWith(route.prefix) && route.prefix.length > (best?.prefix.length ?? 0)) best = route;
  return best?.to;
}
