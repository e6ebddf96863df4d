import { describe, expect, test } from "vitest";
import { readServeConfig } from "./config.ts";
import { facesOf } from "./topology.ts";

const faultsOf = (options: Parameters<typeof readServeConfig>[0]) => {
  const result = readServeConfig(options);
  return result.ok ? [] : result.error;
};

describe("readServeConfig", () => {
  test("without options: the whole system, demo, on loopback, data in .kabao", () => {
    const result = readServeConfig({});
    expect(result.ok && [...result.value.hosted].sort()).toEqual(["acquirer", "issuer", "network", "tsp", "wallet"]);
    expect(result.ok && result.value).toMatchObject({
      profile: "demo",
      host: "127.0.0.1",
      port: 8620,
      dataDir: ".kabao",
      addresses: {},
    });
  });

  test("one party alone calls its neighbours at the ports that count from --port", () => {
    const result = readServeConfig({ party: "network", port: "9000" });
    expect(
      result.ok && Object.fromEntries(Object.entries(result.value.addresses).map(([k, url]) => [k, url?.href])),
    ).toEqual({
      networkToTsp: "tcp://127.0.0.1:9012",
      networkToIssuer: "tcp://127.0.0.1:9013",
      networkToAcquirer: "http://127.0.0.1:9018/",
    });
  });

  test("bring your own issuer: its address is a stranger's, the faces stay together", () => {
    const result = readServeConfig({ without: "issuer", peers: { issuer: "tcp://127.0.0.1:7000" } });
    expect(result.ok && result.value.addresses.networkToIssuer?.port).toBe("7000");
    expect(result.ok && [...result.value.strangers]).toEqual(["issuer"]);
    expect(result.ok && facesOf(result.value)).toEqual([{ port: 8620, parties: ["wallet", "acquirer"] }]);
  });

  test("parties apart are no strangers to each other, and each face has its port", () => {
    const result = readServeConfig({ party: "issuer, wallet", port: "9000" });
    expect(result.ok && [...result.value.hosted]).toEqual(["wallet", "issuer"]);
    expect(result.ok && result.value.strangers.size).toBe(0);
    expect(result.ok && facesOf(result.value)).toEqual([
      { port: 9001, parties: ["wallet"] },
      { port: 9003, parties: ["issuer"] },
    ]);
  });

  test("the bank's own rules are laid over the defaults; all faults of the file come with the others", () => {
    const read = readServeConfig({ bankPolicy: JSON.stringify({ code: { tries: 2 } }) });
    expect(read.ok && read.value.bankPolicy?.code).toMatchObject({ tries: 2, codesPerBinding: 3 });
    const bad = JSON.stringify({ code: { tries: "two" }, binding: { devicesPerCard: -1 }, colour: 1 });
    const faults = faultsOf({ bankPolicy: bad, port: "x" });
    expect(faults).toHaveLength(4);
    for (const place of [
      "--port",
      "--bank-policy: code.tries",
      "--bank-policy: binding.devicesPerCard",
      "--bank-policy: colour",
    ])
      expect(faults.some((fault) => fault.startsWith(place))).toBe(true);
    expect(faultsOf({ bankPolicy: "{" })).toEqual([expect.stringMatching(/--bank-policy.*not JSON/)]);
    expect(faultsOf({ bankPolicy: null })).toEqual([expect.stringMatching(/--bank-policy.*can't be read/)]);
    expect(faultsOf({ bankPolicy: "{}", party: "tsp" })).toEqual([expect.stringMatching(/bank does not run here/)]);
  });

  test("all five by name is the whole system", () => {
    const result = readServeConfig({ party: "wallet,tsp,network,issuer,acquirer", ephemeral: true });
    expect(result.ok && result.value.apart).toBe(false);
  });

  test.each([
    [{ port: "x" }, /--port/],
    [{ port: "70000" }, /--port/],
    [{ profile: "live" }, /--profile/],
    [{ party: "bank" }, /no such party/],
    [{ party: "tsp", without: "issuer" }, /exclude/],
    [{ without: "wallet,tsp,network,issuer,acquirer" }, /no party/],
    [{ without: "issuer", peers: { issuer: "nonsense" } }, /--issuer/],
    [{ without: "issuer", peers: { issuer: "tcp://bank.example:7000" } }, /mutual TLS/],
    [{ party: "" }, /--party:.* names no party/],
    [{ peers: { issuer: "tcp://127.0.0.1:7000" } }, /--issuer:.* the issuer runs here/],
    [{ party: "tsp", peers: { network: "tcp://127.0.0.1:7000" } }, /--network:.* no party that runs here/],
    [{ party: "tsp", ephemeral: true }, /--ephemeral/],
    [{ database: "mysql://root@localhost/x" }, /--database/],
    [{ timing: { "issuer-answer-ms": "soon" } }, /--issuer-answer-ms/],
    [{ host: "0.0.0.0" }, /loopback/],
    [{ smpp: "smpp://h:1" }, /--smpp/],
  ] as const)("%j is refused with the option's name", (options, pattern) => {
    expect(faultsOf(options).join("\n")).toMatch(pattern);
  });

  test("every fault at once", () => {
    expect(faultsOf({ port: "x", profile: "y", party: "z" }).length).toBeGreaterThanOrEqual(3);
  });

  test("production refuses to start with demo parts on, and lists all of them", () => {
    const faults = faultsOf({ profile: "production", ephemeral: true }).join("\n");
    for (const part of [/inbox/, /--database/, /--ephemeral/]) expect(faults).toMatch(part);
  });
});
