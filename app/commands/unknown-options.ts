import type { ArgsDef } from "citty";

/** What was typed that the command has no name for: a mistyped option must not quietly become its default. */
export function unknownOptions(args: Readonly<Record<string, unknown>>, known: ArgsDef): readonly string[] {
  const names = new Set(Object.keys(known).flatMap((name) => [name, camelCase(name)]));
  const positional = (args["_"] as readonly string[] | undefined) ?? [];
  return [
    ...Object.keys(args)
      .filter((name) => name !== "_" && !names.has(name))
      .map((name) => `--${name}: no such option (see --help)`),
    // What it says may be a secret that missed its option: only the place is told.
    ...positional.map((_, i) => `argument ${i + 1}: belongs to no option (see --help)`),
  ];
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
