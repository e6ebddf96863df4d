import smpp from "smpp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeliveryReceipt, MessageSender } from "#contracts/ports";
import { instant } from "#protocol/time";
import { createInbox, smppSender } from "./sms/index.ts";

interface ServerPdu {
  response(fields?: object): object;
  short_message?: { message: string };
  message_payload?: { message: string };
  destination_addr: string;
  data_coding: number;
  password: string;
}
interface ServerSession {
  on(event: string, listener: (pdu: ServerPdu) => void): void;
  send(pdu: object): void;
  deliver_sm(fields: object, done: () => void): void;
  enquire_link(fields: object, done: () => void): void;
  destroy(): void;
}

const port = 19_270 + (process.pid % 20);
const received: { to: string; text: string; coding: number; long: boolean }[] = [];
let receiptsTaken = 0;
let linesKept = 0;
const smsc = smpp.createServer(((session: ServerSession) => {
  session.on("bind_transceiver", (pdu) =>
    session.send(pdu.response({ command_status: pdu.password === "right" ? 0 : 0x0e })),
  );
  session.on("submit_sm", (pdu) => {
    const long = pdu.message_payload !== undefined;
    const { message } = pdu.message_payload ?? pdu.short_message!;
    if (message.includes("refuse")) return session.send(pdu.response({ command_status: 0x0b }));
    if (message.includes("hang up")) return session.destroy();
    received.push({ to: pdu.destination_addr, text: message, coding: pdu.data_coding, long });
    session.send(pdu.response({ message_id: "1" }));
    session.deliver_sm({ short_message: "id:1 stat:DELIVRD" }, () => void receiptsTaken++);
    session.enquire_link({}, () => void linesKept++);
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

/** What a phone has got, by whichever way it was sent. */
const inbox = createInbox();
const sender = smppSender(options);
afterAll(() => sender.close());
describe.each<[string, MessageSender, () => readonly { text: string }[]]>([
  ["the inbox", inbox, () => [...inbox.list()].reverse()],
  ["SMPP", sender, () => received],
])("texts by %s", (_name, by, arrived) => {
  test("arrive whole and in order, Chinese and long ones too; a repeat does not arrive again", async () => {
    const before = arrived().length;
    const long = `[Demo Bank] Your code is 123456. ${"It adds your card to a phone wallet. ".repeat(6)}验证码`;
    await by.send(message);
    await by.send({ ...message, id: "long", text: long });
    await by.send(message);
    await Promise.all([by.send({ ...message, id: "twice" }), by.send({ ...message, id: "twice" })]);
    expect(
      arrived()
        .slice(before)
        .map(({ text }) => text),
    ).toEqual([message.text, long, message.text]);
  });
});

describe("SMPP", () => {
  const until = async (done: () => boolean) => {
    for (let i = 0; i < 500 && !done(); i++) await new Promise((next) => setTimeout(next, 2));
    return done();
  };

  test("in UCS-2 to the country's number, a long text as a payload; receipts are taken, the line is kept", async () => {
    expect(received[0]).toEqual({ to: "8613800138000", text: message.text, coding: 8, long: false });
    expect(received[1]).toMatchObject({ coding: 8, long: true });
    expect(await until(() => receiptsTaken >= 3 && linesKept >= 3)).toBe(true);
  });

  test("a line that breaks rejects what was on it, and the next text opens a new one", async () => {
    await expect(sender.send({ ...message, id: "cut", text: "hang up" })).rejects.toThrow(/the line broke/);
    await sender.send({ ...message, id: "after" });
    expect(received.at(-1)!.text).toBe(message.text);
  });

  test("what was refused may be sent again under its id", async () => {
    await expect(sender.send({ ...message, id: "again", text: "refuse" })).rejects.toThrow(/status 11/);
    const before = received.length;
    await sender.send({ ...message, id: "again" });
    expect(received.length).toBe(before + 1);
  });

  test("a refusal of the carrier rejects", async () => {
    const sender = smppSender(options);
    await expect(sender.send({ ...message, text: "refuse" })).rejects.toThrow(/status 11/);
    sender.close();
  });
  test("a wrong password or no SMSC rejects, without the text in the error", async () => {
    await expect(smppSender({ ...options, password: "wrong" }).send(message)).rejects.toThrow(/SMSC/);
    await expect(smppSender({ ...options, port: port + 1000 }).send(message)).rejects.not.toThrow(/123456/);
  });
});

test("the inbox keeps a text once, newest first, and tells who listens", async () => {
  const inbox = createInbox();
  const heard: string[] = [];
  const stop = inbox.subscribe(({ id }) => heard.push(id));
  await inbox.send(message);
  await inbox.send(message);
  await inbox.send({ ...message, id: "m2" });
  stop();
  await inbox.send({ ...message, id: "m3" });
  expect(inbox.list().map(({ id }) => id)).toEqual(["m3", "m2", "m1"]);
  expect(heard).toEqual(["m1", "m2"]);
});

test("the inbox treats a phone as its carrier would: refused, not delivered, silent", async () => {
  const inbox = createInbox((mobile) => (mobile === "13800138029" ? "refuses" : "delivers"));
  const heard: DeliveryReceipt[] = [];
  inbox.receipts((receipt) => heard.push(receipt));
  await expect(inbox.send({ ...message, toMobile: "13800138029" })).rejects.toThrow(/refused/);
  inbox.setHabit("13800138029", "cannotDeliver");
  await inbox.send({ ...message, toMobile: "13800138029" });
  await inbox.send({ ...message, toMobile: "13800138029" });
  inbox.setHabit("13800138029", "saysNothing");
  await inbox.send({ ...message, id: "m2", toMobile: "13800138029" });
  await inbox.send({ ...message, id: "m3" });
  expect(heard).toEqual([]);
  await expect
    .poll(() => heard)
    .toEqual([
      { id: "m1", delivered: false, reason: "UNDELIV" },
      { id: "m3", delivered: true },
    ]);
  expect(inbox.list().map(({ id }) => id)).toEqual(["m3"]);
});
