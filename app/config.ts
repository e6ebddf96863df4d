import { type IssuerPolicy, readPolicy } from "#issuer";
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
  /** Time-outs, as text of milliseconds. */
  readonly timing?: Readonly<Partial<Record<TimingOption, string | undefined>>>;
  /** Where a party that is not hosted here listens, as tcp:// (ISO 8583 or token frames) or http:// (JSON), by party. */
  readonly peers?: Readonly<Partial<Record<PeerOption, string | undefined>>>;
  /** SMSC of the bank, smpp://user@host:port; its password in the file --smpp-password. */
  readonly smpp?: string | undefined;
  readonly smppPassword?: string | undefined;
  /** What the file of --bank-policy holds; null: it can't be read. */
  readonly bankPolicy?: string | null | undefined;
  /** Whom a push service may write to about our pushes. */
  readonly pushContact?: string | undefined;
}

/** `issuer` is the address of its ISO 8583 host, `issuer-api` of its JSON side; likewise for the others. */
export const PEER_OPTIONS = [
  "network",
  "tsp",
  "tsp-api",
  "issuer",
  "issuer-api",
  "wallet-api",
  "network-api",
  "acquirer-api",
] as const;
export type PeerOption = (typeof PEER_OPTIONS)[number];

/** How long the acquirer waits for the network, the network for an issuer, and both before a reversal goes again. */
export const TIMING_OPTIONS = ["network-answer-ms", "issuer-answer-ms", "reversal-repeat-ms"] as const;
export type TimingOption = (typeof TIMING_OPTIONS)[number];

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
  /** The other parties are processes of ours: each face has a port of its own, each link a secret that both ends hold. */
  readonly apart: boolean;
  /** Parties that a program of someone else's plays: its frame links carry no secret of ours. */
  readonly strangers: ReadonlySet<Party>;
  /** Address of each edge that is called over a wire. */
  readonly addresses: Readonly<Partial<Record<EdgeName, URL>>>;
  readonly timing: Readonly<Partial<Record<TimingOption, number>>>;
  /** The bank's own rules; absent: the defaults. */
  readonly bankPolicy?: IssuerPolicy;
  /** mailto: or https:. Absent: no pushes are sent. */
  readonly pushContact?: string;
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
  tspToNetwork: "network-api",
  networkToAcquirer: "acquirer-api",
};

const DEMO_CONTACT = "mailto:demo@example.com";
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]", "::1"]);

/** A pure reading of the options: a whole configuration, or every fault at once in words a person can act on. */
export function readServeConfig(options: ServeOptions): Result<ServeConfig, readonly string[]> {
  const faults: string[] = [];
  const port = Number(options.port ?? "8620");
  if (!Number.isInteger(port) || port < 1 || port > 65_500)
    faults.push("--port: 要 1 到 65500 的数 / wants a number from 1 to 65500");

  const profile = options.profile ?? "demo";
  if (profile !== "demo" && profile !== "production")
    faults.push("--profile: 要 demo 或 production / wants demo or production");

  const host = options.host ?? "127.0.0.1";
  if (!LOOPBACK.has(host)) {
    faults.push(
      "--host: 目前只能是本机地址，要从外面访问请在前面放 TLS 代理 / only loopback addresses for now; put a TLS-terminating proxy in front to reach it from outside",
    );
  }
  if (options.party !== undefined && options.without !== undefined)
    faults.push("--party 与 --without 只能选一个 / --party and --without exclude each other");
  const named = parties(
    options.party ?? options.without ?? "",
    options.party !== undefined ? "--party" : "--without",
    faults,
  );
  const hosted = new Set(PARTIES.filter((party) => named.includes(party) === (options.party !== undefined)));
  if (hosted.size === 0)
    faults.push(
      options.party !== undefined
        ? "--party: 没有写出任何一方 / names no party"
        : "--without: 一方都不剩了 / leaves no party to run",
    );
  const apart = options.party !== undefined && hosted.size < PARTIES.length;
  const strangers = new Set(options.without !== undefined ? named : []);

  const addresses = readAddresses(options, hosted, port, faults);
  const timing = readTiming(options.timing ?? {}, faults);
  const smpp = options.smpp === undefined ? undefined : parseUrl(options.smpp);
  if (options.smpp !== undefined && (smpp?.protocol !== "smpp:" || smpp.port === "" || smpp.username === "")) {
    faults.push("--smpp: 要 smpp://systemId@host:port / wants smpp://systemId@host:port");
  }
  if (smpp !== undefined && options.smppPassword === undefined)
    faults.push("--smpp-password: 缺少存密码的文件 / wants the file with the password");

  const bankPolicy = readBankPolicy(options.bankPolicy, hosted, faults);

  if (options.database !== undefined && !/^postgres(ql)?:$/.test(parseUrl(options.database)?.protocol ?? ""))
    faults.push(
      "--database: 要 postgres://user:password@host:port/name / wants postgres://user:password@host:port/name",
    );
  const pushContact = options.pushContact ?? (profile === "demo" ? DEMO_CONTACT : undefined);
  if (pushContact !== undefined && !/^(mailto:[^@\s]+@[^@\s]+|https:\/\/\S+)$/.test(pushContact))
    faults.push("--push-contact: 要 mailto:邮箱 或 https:// 网址 / wants mailto:address or an https:// address");
  if (options.ephemeral === true && apart)
    faults.push(
      "--ephemeral: 分开运行的各方要在同一目录里找到链路密钥，请给 --data / parties apart find their links' secrets in one folder; give --data",
    );

  if (profile === "production") {
    if (options.database === undefined)
      faults.push(
        "production: 缺少 --database，内嵌数据库只供单机使用 / --database URL is missing (the embedded database is for one machine)",
      );
    if (hosted.has("issuer") && smpp === undefined)
      faults.push(
        "production: 不能用演示收件箱，请给 --smpp / the demo inbox must not be on; give --smpp smpp://systemId@host:port",
      );
    if (options.ephemeral === true)
      faults.push("production: --ephemeral 会把账本删掉 / --ephemeral would throw the ledger away");
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
    apart,
    strangers,
    addresses,
    timing,
    ...(bankPolicy === undefined ? {} : { bankPolicy }),
    ...(pushContact === undefined ? {} : { pushContact }),
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

/** The bank's rules from a file, with all its faults at once. */
function readBankPolicy(
  text: string | null | undefined,
  hosted: ReadonlySet<Party>,
  faults: string[],
): IssuerPolicy | undefined {
  if (text === undefined) return undefined;
  if (!hosted.has("issuer")) {
    faults.push("--bank-policy: 这里不运行银行 / the bank does not run here");
    return undefined;
  }
  if (text === null) {
    faults.push("--bank-policy: 文件读不了 / the file can't be read");
    return undefined;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    faults.push("--bank-policy: 文件不是 JSON / the file is not JSON");
    return undefined;
  }
  const policy = readPolicy(json);
  if (policy.ok) return policy.value;
  faults.push(...policy.error.map((fault) => `--bank-policy: ${fault}`));
  return undefined;
}

/** Where each edge is called that leaves this process. An address that nobody would call is a fault: it was meant for something. */
function readAddresses(
  options: ServeOptions,
  hosted: ReadonlySet<Party>,
  port: number,
  faults: string[],
): ServeConfig["addresses"] {
  const addresses: Partial<Record<EdgeName, URL>> = {};
  const called = new Set<PeerOption>();
  for (const [name, edge] of Object.entries(EDGES) as [EdgeName, Edge][]) {
    if (wiringOf(edge, hosted) !== "call") continue;
    const option = OPTION_OF_EDGE[name];
    const given = options.peers?.[option];
    const scheme = edge.kind === "json" ? "http" : "tcp";
    const url = given === undefined ? new URL(`${scheme}://127.0.0.1:${port + edge.portOffset}`) : parseUrl(given);
    const known = called.has(option);
    called.add(option);
    if (url === undefined || url.protocol !== `${scheme}:` || url.port === "") {
      if (!known) faults.push(`--${option}: 要 ${scheme}://主机:端口 / wants ${scheme}://host:port`);
    } else if (!LOOPBACK.has(url.hostname)) {
      if (!known)
        faults.push(
          `--${option}: 本机以外的连接需要双向 TLS，尚未实现 / parties apart over anything but loopback need mutual TLS, which is not built yet`,
        );
    } else addresses[name] = url;
  }
  for (const option of PEER_OPTIONS) {
    if (options.peers?.[option] === undefined || called.has(option)) continue;
    const party = option.split("-")[0] as Party;
    faults.push(
      hosted.has(party)
        ? `--${option}: ${party} 就在这里运行，要换掉它请加 --without ${party} / the ${party} runs here; leave it out with --without ${party}`
        : `--${option}: 这里运行的各方都不会用到它 / no party that runs here calls it`,
    );
  }
  return addresses;
}

function readTiming(given: NonNullable<ServeOptions["timing"]>, faults: string[]): ServeConfig["timing"] {
  const timing: Partial<Record<TimingOption, number>> = {};
  for (const option of TIMING_OPTIONS) {
    const text = given[option];
    if (text === undefined) continue;
    if (/^\d{2,6}$/.test(text) && Number(text) >= 50) timing[option] = Number(text);
    else faults.push(`--${option}: 要 50 到 999999 毫秒 / wants milliseconds from 50 to 999999`);
  }
  return timing;
}

function parties(text: string, option: string, faults: string[]): Party[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const unknown = names.filter((name) => !(PARTIES as readonly string[]).includes(name));
  if (unknown.length > 0) faults.push(`${option}: 没有这一方 / no such party (${PARTIES.join(", ")})`);
  return names.filter((name): name is Party => (PARTIES as readonly string[]).includes(name));
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
