import { err, ok, type Result } from "#protocol/bytes";
import { EDGES, type Edge, type EdgeName, PARTIES, type Party, wiringOf } from "./topology.ts";

/** What `kabao serve` was told on the command line, as text. */
export interface ServeOptions {
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly data?: string | undefined;
  readonly ephemeral?: boolean | undefined;
  readonly database?: string | undefined;
  readonly profile?: string | undefined;
  /** Comma-separated parties: host only these. */
  readonly party?: string | undefined;
  /** Comma-separated parties: host all but these. */
  readonly without?: string | undefined;
  /** Where a party that is not hosted here listens, as tcp:// (ISO 8583 or token frames) or http:// (JSON), by party. */
  readonly peers?: Readonly<Partial<Record<PeerOption, string | undefined>>>;
  /** SMSC of the bank, smpp://user@host:port; its password in the file --smpp-password. */
  readonly smpp?: string | undefined;
  readonly smppPassword?: string | undefined;
}

/** `issuer` is the address of its ISO 8583 host, `issuer-api` of its JSON side; likewise for the others. */
export const PEER_OPTIONS = ["network", "tsp", "tsp-api", "issuer", "issuer-api", "wallet-api"] as const;
export type PeerOption = (typeof PEER_OPTIONS)[number];

export interface ServeConfig {
  readonly profile: "demo" | "production";
  readonly host: string;
  /** Base port: the page. Other faces and doors count from it. */
  readonly port: number;
  readonly dataDir: string;
  readonly ephemeral: boolean;
  /** An own PostgreSQL by URL; absent: the embedded one. */
  readonly database?: string;
  readonly hosted: ReadonlySet<Party>;
  /** Address of each edge that is called over a wire. */
  readonly addresses: Readonly<Partial<Record<EdgeName, URL>>>;
  /** Edges whose far end is a stranger's program: no shared secret of ours. */
  readonly strangers: ReadonlySet<EdgeName>;
  readonly smpp?: {
    readonly host: string;
    readonly port: number;
    readonly systemId: string;
    readonly passwordFile: string;
  };
}

const OPTION_OF_EDGE: Readonly<Record<EdgeName, PeerOption>> = {
  acquirerToNetwork: "network",
  networkToTsp: "tsp",
  networkToIssuer: "issuer",
  walletToTsp: "tsp-api",
  issuerToTsp: "tsp-api",
  tspToIssuer: "issuer-api",
  tspToWallet: "wallet-api",
};

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]", "::1"]);

/** A pure reading of the options: a whole configuration, or every fault at once in words a person can act on. */
export function readServeConfig(options: ServeOptions): Result<ServeConfig, readonly string[]> {
  const faults: string[] = [];
  const port = Number(options.port ?? "8620");
  if (!Number.isInteger(port) || port < 1 || port > 65_500) faults.push(`--port: wants a number from 1 to 65500`);

  const profile = options.profile ?? "demo";
  if (profile !== "demo" && profile !== "production") faults.push("--profile: wants demo or production");

  const host = options.host ?? "127.0.0.1";
  if (!LOOPBACK.has(host)) {
    faults.push(
      "--host: only loopback addresses for now; put a TLS-terminating proxy in front to reach it from outside",
    );
  }
  if (options.party !== undefined && options.without !== undefined)
    faults.push("--party and --without exclude each other");
  const named = parties(
    options.party ?? options.without ?? "",
    options.party !== undefined ? "--party" : "--without",
    faults,
  );
  const hosted = new Set(options.party !== undefined ? named : PARTIES.filter((party) => !named.includes(party)));
  if (hosted.size === 0) faults.push("--without: leaves no party to run");

  const addresses: Partial<Record<EdgeName, URL>> = {};
  const strangers = new Set<EdgeName>();
  for (const [name, edge] of Object.entries(EDGES) as [EdgeName, Edge][]) {
    if (wiringOf(edge, hosted) !== "call") continue;
    const option = OPTION_OF_EDGE[name];
    const given = options.peers?.[option];
    const scheme = edge.kind === "json" ? "http" : "tcp";
    const url = given === undefined ? new URL(`${scheme}://127.0.0.1:${port + edge.portOffset}`) : parseUrl(given);
    if (url === undefined || url.protocol !== `${scheme}:` || url.port === "") {
      faults.push(`--${option}: wants ${scheme}://host:port`);
    } else if (!LOOPBACK.has(url.hostname)) {
      faults.push(`--${option}: parties apart over anything but loopback need mutual TLS, which is not built yet`);
    } else {
      addresses[name] = url;
      if (given !== undefined && options.without !== undefined) strangers.add(name);
    }
  }
  const smpp = options.smpp === undefined ? undefined : parseUrl(options.smpp);
  if (options.smpp !== undefined && (smpp?.protocol !== "smpp:" || smpp.port === "" || smpp.username === "")) {
    faults.push("--smpp: wants smpp://systemId@host:port");
  }
  if (smpp !== undefined && options.smppPassword === undefined)
    faults.push("--smpp-password: wants the file with the password");

  if (profile === "production") {
    if (options.database === undefined)
      faults.push("production: --database URL is missing (the embedded database is for one machine)");
    if (hosted.has("issuer") && smpp === undefined)
      faults.push("production: the demo inbox must not be on; give --smpp smpp://systemId@host:port");
    if (options.ephemeral === true) faults.push("production: --ephemeral would throw the ledger away");
  }
  if (faults.length > 0) return err(faults);
  return ok({
    profile: profile as ServeConfig["profile"],
    host,
    port,
    dataDir: options.data ?? ".kabao",
    ephemeral: options.ephemeral === true,
    ...(options.database === undefined ? {} : { database: options.database }),
    hosted,
    addresses,
    strangers,
    ...(smpp === undefined
      ? {}
      : {
          smpp: {
            host: smpp.hostname,
            port: Number(smpp.port),
            systemId: smpp.username,
            passwordFile: options.smppPassword!,
          },
        }),
  });
}

function parties(text: string, option: string, faults: string[]): Party[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const unknown = names.filter((name) => !(PARTIES as readonly string[]).includes(name));
  if (unknown.length > 0) faults.push(`${option}: no such party (there are ${PARTIES.join(", ")})`);
  return names.filter((name): name is Party => (PARTIES as readonly string[]).includes(name));
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
