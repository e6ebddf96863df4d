import type { Link } from "#contracts/ports";
import { systemClock } from "#platform/clock";
import {
  encodeCupsFrame,
  type IsoMessage,
  journeyIdOf,
  keyOf,
  NETWORK_CODE,
  parseCupsFrame,
  stanText,
  text,
} from "#protocol/iso8583";
import { toF7 } from "#protocol/time";
import { eventually } from "../../app/demo/play.ts";
import type { FinishedTap } from "./world.ts";

/** An acquirer of the test's own at the network's door, with an institution id of its own. */
export interface OwnAcquirer {
  /** F39. */
  purchase(tap: FinishedTap): Promise<string>;
  stop(): Promise<void>;
}

const INSTITUTION = "99900011";
const NETWORK = "00010000";

export function openOwnAcquirer(link: Link): OwnAcquirer {
  const waiting = new Map<string, (answer: IsoMessage) => void>();
  let stan = 0;
  const keyed = (message: IsoMessage) => journeyIdOf(keyOf(message)!);

  async function ask(mti: string, fields: IsoMessage["fields"]): Promise<IsoMessage> {
    stan += 1;
    const message: IsoMessage = {
      mti,
      fields: { ...fields, 7: toF7(systemClock.now()), 11: stanText(stan), 32: INSTITUTION, 33: INSTITUTION },
    };
    const answer = new Promise<IsoMessage>((resolve) => waiting.set(keyed(message), resolve));
    const header = { test: true, destination: NETWORK, source: INSTITUTION, rejectCode: "00000" };
    const sent = await eventually(async () => link.send(encodeCupsFrame(header, message)) || undefined);
    if (sent === undefined) throw new Error("the network's door is closed");
    return answer;
  }

  link.start({
    onUp() {},
    onDown() {},
    onFrame(frame) {
      const { message } = parseCupsFrame(frame);
      waiting.get(keyed(message))?.(message);
    },
  });
  const signedOn = ask("0820", { 70: NETWORK_CODE.signOn });

  return {
    async purchase({ chip, minor, terminalId }) {
      if (text(await signedOn, 39) !== "00") throw new Error("the network does not sign us on");
      const answer = await ask("0200", {
        2: chip.tokenPan,
        3: "000000",
        4: `${minor}`.padStart(12, "0"),
        14: chip.expiry,
        18: "5814",
        22: "072",
        23: chip.psn,
        25: "00",
        37: `000000${stanText(stan + 1)}`,
        41: terminalId,
        42: "999000150810001",
        43: "CHN29000OWN ACQUIRER".padEnd(40, " "),
        49: "156",
        55: chip.field55,
      });
      return text(answer, 39)!;
    },
    stop: () => link.stop(),
  };
}
