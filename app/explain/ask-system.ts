import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { Language } from "#contracts/common";
import { explainApi } from "#contracts/explain-api";
import type { FindingView } from "#contracts/facts";
import { parseCaseCode, type Role } from "#protocol/diagnosis";
import { badInput } from "../cli/fault.ts";

const WAIT_MS = 15_000;

/** What was asked for: a code read out, or a journey's own id. */
export type Asked = { readonly caseCode: string } | { readonly journeyId: string };

/** Seven signs and fewer are a case code, with its dash or without; longer ones a journey's id. */
export function askedFor(text: string): Asked {
  if (/^[A-Za-z0-9_-]{9,64}$/.test(text)) return { journeyId: text };
  const code = parseCaseCode(text);
  if (!code.ok) throw badInput("CASE", code.error.zh, code.error.en, "badCaseCode");
  return { caseCode: code.value };
}

/** Asks the running system with the key of those who run it. */
export async function askSystem(
  asked: Asked,
  options: {
    readonly url: string;
    readonly dataDir: string;
    readonly role: Role;
    readonly language: Language;
  },
): Promise<FindingView> {
  const { url, dataDir, role, language } = options;
  const key = keyIn(dataDir);
  const place = `${url.replace(/\/$/, "")}/explain/v1/finding`;
  let response: Response;
  try {
    response = await fetch(place, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
      body: JSON.stringify({ ...asked, role, language }),
      signal: AbortSignal.timeout(WAIT_MS),
    });
  } catch {
    throw badInput("--url", "没有应答：系统在运行吗？", "does not answer: is the system running?", "noAnswer");
  }
  if (response.status === 401)
    throw badInput("--data", "这里的密钥不是这个系统的", "the key there is not this system's", "notSignedIn");
  if (response.status === 404)
    throw badInput("CASE", "没有这个案例码或记录号", "no such case code or journey", "notFound");
  if (!response.ok)
    throw badInput(
      "--url",
      `系统拒绝了请求 (${response.status})`,
      `the system refused (${response.status})`,
      "refused",
    );
  const view = v.safeParse(explainApi.finding.answer, await response.json().catch(() => undefined));
  if (!view.success)
    throw badInput(
      "--url",
      "应答不合约定：版本相同吗？",
      "the answer does not fit the contract: is it the same version?",
      "badAnswer",
    );
  return view.output;
}

export function keyIn(dataDir: string): string {
  try {
    return readFileSync(join(dataDir, "ops.key"), "utf8").trim();
  } catch {
    throw badInput(
      "--data",
      "这个目录里没有 ops.key：系统启动过吗？",
      "no ops.key in that folder: was the system started with it?",
      "noKey",
    );
  }
}
