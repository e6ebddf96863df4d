import { readFileSync } from "node:fs";
import type { Program } from "./cli/command-line.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** The command line. A new command is a row here and a file in commands/. */
export const program: Program = {
  name: "kabao",
  version,
  about: {
    zh: "卡包：完整的令牌化手机钱包，各方俱全",
    en: "Kabao: a tokenised mobile wallet with every party behind it",
  },
  commands: {
    serve: {
      zh: "启动整个系统，或其中一方",
      en: "run the whole system, or one party of it",
      load: () => import("./commands/serve.ts").then((m) => m.serve),
    },
    demo: {
      zh: "用一张卡演示一遍",
      en: "play one card's story",
      load: () => import("./commands/demo.ts").then((m) => m.demo),
    },
    doctor: {
      zh: "检查本机、端口、数据与密钥",
      en: "check machine, ports, data and keys",
      load: () => import("./commands/doctor.ts").then((m) => m.doctor),
    },
    explain: {
      zh: "一次绑卡或付款停在哪里、谁来处理、怎么办",
      en: "what stopped a binding or payment, who must act, what to do",
      load: () => import("./commands/explain.ts").then((m) => m.explain),
    },
    sandbox: {
      zh: "按需演出任何情况：场景、故障、拨动时间",
      en: "play any situation on demand: scenarios, faults, a clock one can move",
      load: () => import("./commands/sandbox.ts").then((m) => m.sandbox),
    },
    staff: {
      zh: "银行柜台的人：邀请、名单、离职",
      en: "the people at the bank's desk: invite, list, dismiss",
      load: () => import("./commands/staff.ts").then((m) => m.staff),
    },
    tlv: {
      zh: "解析 EMV TLV",
      en: "decode EMV TLV",
      load: () => import("./commands/tlv.ts").then((m) => m.tlv),
    },
    iso8583: {
      zh: "解析或生成 ISO 8583 报文",
      en: "decode or encode an ISO 8583 message",
      load: () => import("./commands/iso8583.ts").then((m) => m.iso8583),
    },
    emv: {
      zh: "用测试密钥计算 ARQC、ARPC 与过程密钥",
      en: "compute ARQC, ARPC and session keys under test keys",
      load: () => import("./commands/emv.ts").then((m) => m.emv),
    },
  },
};
