import { freemem } from "node:os";
import { defineCommand } from "citty";

export const doctor = defineCommand({
  meta: { name: "doctor", description: "Check this machine (检查本机环境)" },
  run() {
    console.log(`ok   Node ${process.versions.node}`);
    console.log(`ok   memory free: ${Math.round(freemem() / 1024 / 1024)} MB`);
  },
});
