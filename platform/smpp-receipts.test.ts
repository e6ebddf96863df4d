import smpp from "smpp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeliveryReceipt } from "#contracts/ports";
import { instant } from "#protocol/time";
import { smppSender } from "./sms/index.ts";

interface ServerSession {
  on(
    event: string,
    listener: (pdu: {
      response(fields?: object): object;
      short_message: { message: string };
      command_status: number;
      password: string;
    }) => void,
  ): void;
  send(pdu: object): void;
  deliver_sm(fields: object, done?: (pdu: { command_status: number }) => void): void;
}

const port = 19_300 + (process.pid % 500);
const acknowledged: number[] = [];
let serial = 90;
const smsc = smpp.createServer(((session: ServerSession) => {
  session.on("bind_transceiver", (pdu) =>
    session.send(pdu.response({ command_status: pdu.password === "right" ? 0 : 0x0e })),
  );
  session.on("submit_sm", (pdu) => {
    const { message } = pdu.short_message;
    if (message.includes("refuse")) return session.send(pdu.response({ command_status: 0x0b }));
    const id = `${++serial}`;
    const receipt = (fields: object) =>
      session.deliver_sm({ esm_class: 4, ...fields }, ({ command_status }) => acknowledged.push(command_status));
    const written = (stat: string) =>
      `id:${id} sub:001 dlvrd:001 submit date:2611240900 done date:2611240901 stat:${stat} err:000 text:`;
    if (message.includes("early")) receipt({ short_message: written("DELIVRD") });
    session.send(pdu.response({ message_id: id }));
    if (message.includes("arrives")) receipt({ short_message: written("DELIVRD") });
    if (message.includes("on its way")) receipt({ short_message: written("ENROUTE") });
    if (message.includes("lost")) receipt({ receipted_message_id: id, message_state: 5, short_message: "" });
    if (message.includes("hex"))
      receipt({ short_message: written("EXPIRED").replace(/^id:\d+/, `id:${Number(id).toString(16).toUpperCase()}`) });
    if (message.includes("a phone's own")) session.deliver_sm({ esm_class: 0, short_message: written("DELIVRD") });
  });
}) as never);
beforeAll(() => new Promise<void>((resolve) => smsc.listen(port, "127.0.0.1", resolve)));
afterAll(() => smsc.close());

const options = { host: "127.0.0.1", port, systemId: "bank", password: "right", source: "95599" };
const message = {
  id: "m1",
  toMobile: "13800138000",
  text: "【示范银行】验证码 123456，用于绑定云闪付。",
  at: instant(0),
};

describe("SMPP receipts", () => {
  test("receipts name the text they are for, by parameter or by text, also when they overtake the answer", async () => {
    const sender = smppSender(options);
    const heard: DeliveryReceipt[] = [];
    const stop = sender.receipts((receipt) => heard.push(receipt));
    for (const what of ["arrives", "lost", "hex", "early", "on its way", "a phone's own", "silent"])
      await sender.send({ ...message, id: what, text: what });
    await expect.poll(() => heard.length).toBe(4);
    expect(heard.sort((a, b) => a.id.localeCompare(b.id))).toEqual([
      { id: "arrives", delivered: true },
      { id: "early", delivered: true },
      { id: "hex", delivered: false, reason: "EXPIRED" },
      { id: "lost", delivered: false, reason: "UNDELIV" },
    ]);
    await expect.poll(() => acknowledged).toEqual([0, 0, 0, 0, 0]);
    stop();
    await sender.send({ ...message, id: "after", text: "arrives" });
    await expect.poll(() => acknowledged.length).toBe(6);
    expect(heard).toHaveLength(4);
    sender.close();
  });
});
