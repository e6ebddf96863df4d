import type { Words } from "#contracts/common";
import type { Journey } from "./journeys.ts";
import { titleOf } from "./titles.ts";
import { WIRE_TEXT } from "./words.ts";

/** "付款 ¥12.34", "绑卡 尾号 0017"; anything else by what it begins with. */
export function journeyWords({ kind, sum, suffix, rows }: Journey): Words {
  if (kind === "other") {
    const [first] = rows;
    return { zh: titleOf(first!, "zh").title, en: titleOf(first!, "en").title };
  }
  const { zh, en } = WIRE_TEXT.kinds[kind];
  const more = sum !== undefined ? { zh: sum, en: sum } : suffix !== undefined ? WIRE_TEXT.ending(suffix) : undefined;
  return more === undefined ? { zh, en } : { zh: `${zh} ${more.zh}`, en: `${en} ${more.en}` };
}
