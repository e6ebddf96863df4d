import { lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Not on the internet (RFC 6890 and its kin): whoever may name an address must not reach our own network by it. */
const INSIDE = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  INSIDE.addSubnet(net, bits, "ipv4");
/** The one part of IPv6 that is given out to the world, and what within it is not (or leads to IPv4). */
const WORLD = new BlockList();
WORLD.addSubnet("2000::", 3, "ipv6");
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  INSIDE.addSubnet(net, bits, "ipv6");

/** Whether an address in digits lies on the internet. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !INSIDE.check(address, "ipv4");
    case 6:
      return WORLD.check(address, "ipv6") && !INSIDE.check(address, "ipv6");
    default:
      return false;
  }
}

/** Resolves a name to its addresses on the internet; one that leads inside as well is not asked at all. */
export const publicLookup: LookupFunction = (host, options, give) => {
  resolve(host, { ...options, all: true }, (error, found) => {
    if (error !== null) return give(error, "", 0);
    const inside = found.length === 0 || found.some(({ address }) => !isPublicAddress(address));
    if (inside) return give(new Error("push: the address is not on the internet"), "", 0);
    if (options.all === true) return give(null, found);
    give(null, found[0]!.address, found[0]!.family);
  });
};
