import { readFileSync } from "node:fs";
import type { PassView } from "#contracts/wallet-api";
import { seededRandom } from "#platform/random";
import { openPlayer } from "../../app/demo/play.ts";
import { shop } from "./shopper.ts";

/*
 * A phone in a process of its own, which pays until it is killed. Arguments: origin, folder with the phone's key and
 * journal, file with the pass, terminal, seed. Says what each till shows, a JSON line each.
 */

const [origin, folder, passFile, terminalId, seed] = process.argv.slice(2) as [string, string, string, string, string];
const pass = JSON.parse(readFileSync(passFile, "utf8")) as PassView;
const faces = { origin, wallet: origin, acquirer: origin, issuer: origin };
// A secure element needs no wallet server to pay; the new session of each life only lets the program begin as any phone does.
const player = await openPlayer(faces, { folder, name: "进程中的手机", keySource: "secureElement" });
await shop({
  player,
  pass,
  terminalId,
  random: seededRandom(Number(seed)),
  givesBack: false,
  open: async () => true,
  saw: (view) => void process.stdout.write(`${JSON.stringify(view)}\n`),
});
