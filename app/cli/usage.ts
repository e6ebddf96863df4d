import type { ArgDef, ArgsDef } from "citty";

/** "--imk <HEX>", its aliases before it. */
function left(name: string, def: ArgDef): string {
  if (def.type === "positional") return name.toUpperCase();
  const alias = "alias" in def && def.alias !== undefined ? [def.alias].flat().map((one) => `-${one}, `) : [];
  const value = def.type === "enum" ? (def.options ?? []).join("|") : (def.valueHint ?? name.toUpperCase());
  const shown = def.type === "boolean" && def.default === true ? `no-${name}` : name;
  return `${alias.join("")}--${shown}${def.type === "boolean" ? "" : ` <${value}>`}`;
}

function right(def: ArgDef): string {
  const text =
    def.type === "boolean" && def.default === true && "negativeDescription" in def
      ? (def.negativeDescription ?? def.description ?? "")
      : (def.description ?? "");
  const fallback = typeof def.default === "string" ? ` [${def.default}]` : "";
  return `${text}${fallback}${def.required === true && def.type !== "positional" ? " (必须 required)" : ""}`;
}

/** What --help shows of one command. */
export function usage(command: {
  readonly path: string;
  readonly description: string;
  readonly args: ArgsDef;
  readonly subCommands: Readonly<Record<string, string>>;
  readonly examples: readonly string[];
}): string {
  const args = Object.entries(command.args);
  const words = args.filter(([, def]) => def.type === "positional");
  const options = args.filter(([, def]) => def.type !== "positional");
  const table = (rows: readonly (readonly [string, string])[]) => {
    const width = Math.max(...rows.map(([one]) => one.length));
    return rows.map(([one, two]) => `  ${one.padEnd(width)}  ${two}`.trimEnd());
  };
  const section = (title: string, rows: readonly string[]) => (rows.length === 0 ? [] : ["", title, "", ...rows]);
  const names = Object.keys(command.subCommands);
  const shown = words.map(([name, def]) => (def.required === false ? `[${name.toUpperCase()}]` : name.toUpperCase()));
  return [
    command.description,
    "",
    `用法 USAGE  ${[command.path, ...(names.length > 0 ? ["<subcommand>"] : []), ...shown].join(" ")} [options]`,
    ...section("子命令 SUBCOMMANDS", names.length === 0 ? [] : table(Object.entries(command.subCommands))),
    ...section(
      "参数 ARGUMENTS",
      words.length === 0 ? [] : table(words.map(([name, def]) => [left(name, def), right(def)])),
    ),
    ...section(
      "选项 OPTIONS",
      options.length === 0 ? [] : table(options.map(([name, def]) => [left(name, def), right(def)])),
    ),
    ...section(
      "示例 EXAMPLES",
      command.examples.map((line) => `  ${line}`),
    ),
  ].join("\n");
}
