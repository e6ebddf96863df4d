import { defineCommand, runMain } from "citty";

// Commands load when they are called, so that a calculator answers at once.
const main = defineCommand({
  meta: { name: "kabao", description: "卡包: a tokenised mobile wallet with every party behind it" },
  subCommands: {
    serve: () => import("./commands/serve.ts").then((m) => m.serve),
    demo: () => import("./commands/demo.ts").then((m) => m.demo),
    doctor: () => import("./commands/doctor.ts").then((m) => m.doctor),
    tlv: () => import("./commands/tlv.ts").then((m) => m.tlv),
    iso8583: () => import("./commands/iso8583.ts").then((m) => m.iso8583),
    emv: () => import("./commands/emv.ts").then((m) => m.emv),
  },
});

await runMain(main);
