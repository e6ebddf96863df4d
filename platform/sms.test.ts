import smpp from "smpp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { instant } from "#protocol/time";
import { createInbox, smppSender } from "./sms/index.ts";

interface ServerSession {
  on(
    event: string,
    listener: (pdu: {
      response(fields?: object): object;
      short_message: { message: string };
      destination_addr: string;
      password: string;
    }) => void,
  ): void;
  send(pdu: object): void;
}

const port = 19_900 + (process.pid % 500);
const received: { to: string; text: string }[] = [];
const smsc = smpp.createServer(((session: ServerSession) => {
  session.on("bind_transceiver", (pdu) =>
    session.send(pdu.response({ command_status: pdu.password === "right" ? 0 : 0x0e })),
  );
  session.on("submit_sm", (pdu) => {
    const { message } = pdu.short_message;
    if (message.includes("refuse")) return session.send(pdu.response({ command_status: 0x0b }));
    received.push({ to: pdu.destination_addr, text: message });
    session.send(pdu.response({ message_id: "1" }));
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

describe("SMPP", () => {
  test("Chinese text reaches the SMSC whole", async () => {
    const sender = smppSender(options);
    await sender.send(message);
    expect(received).toEqual([{ to: "8613800138000", text: message.text }]);
    sender.close();
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
