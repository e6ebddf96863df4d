import type { ArgDef, ArgsDef } from "citty";
import { badInput, type InputError } from "./fault.ts";

/**
 * What citty lets pass: unknown options, options without a value, words too many. A typing error in an option must not
 * give an answer to another question.
 *
 * @returns the first fault, which repeats names of options only, never a value.
 */
export function checkArgs(args: ArgsDef, rawArgs: readonly string[], manyWords: boolean): InputError | undefined {
  const byName = new Map<string, readonly [name: string, def: ArgDef]>();
  const positionals: [string, ArgDef][] = [];
  for (const [name, def] of Object.entries(args)) {
    if (def.type === "positional") positionals.push([name, def]);
    else for (const key of [name, ...aliases(def)]) byName.set(key, [name, def]);
  }
  const given = new Map<string, string | undefined>();
  let words = 0;
  for (let i = 0; i < rawArgs.length; i++) {
    const word = rawArgs[i]!;
    if (word === "--") {
      words += rawArgs.length - i - 1;
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      words += 1;
      continue;
    }
    const equals = word.indexOf("=");
    const typed = equals < 0 ? word : word.slice(0, equals);
    const key = typed.replace(/^--?/, "");
    const negated = byName.get(key.replace(/^no-/, ""));
    const found = byName.get(key) ?? (negated?.[1].type === "boolean" ? negated : undefined);
    if (found === undefined) {
      const near = nearest(key, [...byName.keys()]);
      const shown = /^--?[a-z][a-z0-9-]{0,30}$/i.test(typed) ? typed : "…";
      return badInput(
        shown,
        `没有这个选项${near === undefined ? "" : `；是不是 --${near}？`}`,
        `no such option${near === undefined ? "" : `; did you mean --${near}?`}`,
        "unknownOption",
      );
    }
    const [name, def] = found;
    if (def.type === "boolean") continue;
    let value: string | undefined = equals < 0 ? undefined : word.slice(equals + 1);
    if (equals < 0 && i + 1 < rawArgs.length && !isOption(rawArgs[i + 1]!, byName)) value = rawArgs[++i]!;
    if (value === undefined || value === "") return badInput(`--${name}`, "缺少值", "wants a value", "missingValue");
    given.set(name, value);
    if (def.type === "enum" && !(def.options ?? []).includes(value)) {
      const options = (def.options ?? []).join(" | ");
      return badInput(`--${name}`, `只能是 ${options}`, `wants one of ${options}`, "badValue");
    }
  }
  for (const [name, [main, def]] of byName)
    if (name === main && def.required === true && def.default === undefined && !given.has(name))
      return badInput(`--${name}`, "必须给出", "is required", "missingOption");
  const needed = positionals.filter(([, def]) => def.required !== false && def.default === undefined);
  if (words < needed.length) {
    const name = needed[words]![0].toUpperCase();
    return badInput(name, "必须给出", "is required", "missingArgument");
  }
  if (words > positionals.length && !manyWords) {
    const last = rawArgs.findLast((word) => word.startsWith("--"))?.split("=")[0];
    const option = positionals[0]?.[0].toUpperCase() ?? (last !== undefined && byName.has(last.slice(2)) ? last : "…");
    return badInput(
      option,
      "有多余的词；值中间有空格时要加引号",
      "words too many; a value with spaces in it wants quotes",
      "wordsTooMany",
    );
  }
  return undefined;
}

/** Every value of an option that may be given several times, in order. */
export function valuesOf(rawArgs: readonly string[], name: string): readonly string[] {
  return rawArgs.flatMap((word, i) =>
    word === `--${name}`
      ? rawArgs.slice(i + 1, i + 2)
      : word.startsWith(`--${name}=`)
        ? [word.slice(name.length + 3)]
        : [],
  );
}

function aliases(def: ArgDef): readonly string[] {
  if (def.type === "positional" || !("alias" in def) || def.alias === undefined) return [];
  return typeof def.alias === "string" ? [def.alias] : def.alias;
}

function isOption(word: string, byName: ReadonlyMap<string, unknown>): boolean {
  return word.startsWith("--") && byName.has(word.slice(2).split("=")[0]!);
}

/** The name a person probably meant: at most two letters away. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  const ranked = names.map((name) => [distance(typed, name), name] as const).sort(([a], [b]) => a - b);
  const best = ranked[0];
  return best !== undefined && best[0] <= Math.min(2, best[1].length - 1) ? best[1] : undefined;
}

function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
