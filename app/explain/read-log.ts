import { readFileSync, statSync } from "node:fs";
import { DecodeError } from "#protocol/bytes";
import {
  type ImportedJourney,
  importIso8583,
  importLithic,
  importMdes,
  importVts,
  isWitness,
  type Witness,
} from "#protocol/diagnosis";
import type { Io } from "../cli/command.ts";
import { badInput, faultOf, InputError } from "../cli/fault.ts";

export const LOG_KINDS = ["iso8583", "mdes", "lithic", "vts"] as const;
export type LogKind = (typeof LOG_KINDS)[number];
const MAX_BYTES = 32 * 1024 * 1024;

/** The journeys in a file of another system's evidence. */
export async function readLog(
  kind: LogKind,
  file: string,
  options: { readonly dialect: "cups" | "bcd"; readonly log: string; readonly peer: string },
  io: Io,
): Promise<readonly ImportedJourney[]> {
  const text = file === "-" ? new TextDecoder().decode(await io.stdin()) : fileText(file);
  try {
    switch (kind) {
      case "iso8583":
        return importIso8583(text, {
          dialect: options.dialect,
          log: party(options.log, "--log"),
          peer: party(options.peer, "--peer"),
        });
      case "mdes":
        return importMdes(text);
      case "lithic":
        return importLithic(text);
      case "vts":
        return importVts(text);
    }
  } catch (error) {
    if (error instanceof DecodeError) throw new InputError(faultOf(error, "FILE"));
    throw error;
  }
}

function fileText(file: string): string {
  try {
    if (statSync(file).size > MAX_BYTES) throw badInput("FILE", "超过 32 MB", "is over 32 MB", "tooLarge");
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw badInput("FILE", "打不开这个文件", "cannot open this file", "noFile");
  }
}

function party(text: string, option: string): Witness {
  if (isWitness(text)) return text;
  throw badInput(
    option,
    "要 acquirer、network、issuer、tsp 或 terminal",
    "wants acquirer, network, issuer, tsp or terminal",
    "badValue",
  );
}
