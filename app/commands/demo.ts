import { defineCommand } from "citty";
import { playStory } from "../demo/story.ts";

export const demo = defineCommand({
  meta: { name: "demo", description: "Play one card's story against an ephemeral system (演示)" },
  args: { json: { type: "boolean", description: "Only one line of JSON at the end", default: false } },
  async run({ args }) {
    const result = await playStory((words) => {
      if (!args.json) console.log(`${words.zh}  ${words.en}`);
    });
    if (args.json) console.log(JSON.stringify(result));
    const { bound, approved, refunded, refusedAfterLoss } = result;
    process.exit(bound && approved && refunded && refusedAfterLoss ? 0 : 1);
  },
});
