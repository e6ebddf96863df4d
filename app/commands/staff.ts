import * as v from "valibot";
import { StaffRole } from "#contracts/desk-api";
import { bankOpsApi } from "#contracts/staff-api";
import { calculator } from "../cli/command.ts";
import { badInput } from "../cli/fault.ts";
import { keyIn } from "../explain/ask-system.ts";

const WAIT_MS = 15_000;
const ROLE_WORDS: Readonly<Record<StaffRole, string>> = {
  teller: "柜员 teller",
  agent: "坐席 agent",
  supervisor: "主管 supervisor",
};

export const staff = calculator({
  meta: {
    name: "staff",
    description: "银行柜台的人：邀请、名单、离职 / The people at the bank's desk: invite, list, dismiss",
  },
  args: {
    action: { type: "positional", description: "invite | list | dismiss", required: true },
    name: {
      type: "positional",
      required: false,
      description: "invite 的姓名，dismiss 的编号 / a name to invite, an id to dismiss",
    },
    role: { type: "enum", options: [...StaffRole.options], description: "invite 的岗位 / the role to invite to" },
    url: {
      type: "string",
      valueHint: "URL",
      default: "http://localhost:8620",
      description: "运行中的系统 / the running system",
    },
    data: {
      type: "string",
      valueHint: "DIR",
      default: ".kabao",
      description: "它的数据目录，内有 ops.key / its data folder, with ops.key",
    },
  },
  examples: ["kabao staff invite 周敏 --role teller", "kabao staff list", "kabao staff dismiss staff-0a1b2c3d4e5f"],
  async answer({ args }) {
    const bank = { url: args.url, key: keyIn(args.data) };
    switch (args.action) {
      case "invite": {
        const { name } = args;
        const role = args.role as StaffRole | undefined;
        if (name === undefined) throw badInput("NAME", "必须给出", "is required", "missingArgument");
        if (role === undefined) throw badInput("--role", "必须给出", "is required", "missingOption");
        const json = await ask(bank, "inviteStaff", { name, role });
        const { staffId, invitation, expiresAt, roles } = json;
        return {
          code: 0,
          json,
          lines: [
            `${name} (${staffId}) · ${roles.map((one) => ROLE_WORDS[one]).join(", ")}`,
            `邀请码 invitation: ${invitation}`,
            `请在 ${new Date(expiresAt).toISOString()} 前于 ${place(bank.url)} 登记通行密钥 / enrol a passkey there before then`,
          ],
        };
      }
      case "list": {
        const json = await ask(bank, "staff", {});
        return {
          code: 0,
          json,
          lines: json.staff.map(({ staffId, name, roles, passkeys, simulated }) =>
            [
              staffId,
              name,
              roles.map((one) => ROLE_WORDS[one]).join(", "),
              `通行密钥 passkeys: ${passkeys}`,
              ...(simulated ? ["演示人员 simulated"] : []),
            ].join("  "),
          ),
        };
      }
      case "dismiss": {
        const { name: staffId } = args;
        if (staffId === undefined) throw badInput("NAME", "必须给出编号", "wants the id", "missingArgument");
        const json = await ask(bank, "dismissStaff", { staffId });
        return {
          code: 0,
          json,
          lines: [`${staffId}: 已离职，会话与通行密钥失效 / dismissed; sessions and passkeys ended`],
        };
      }
      default:
        throw badInput("ACTION", "要 invite、list 或 dismiss", "wants invite, list or dismiss", "badValue");
    }
  },
});

const place = (url: string) => `${url.replace(/\/$/, "")}/desk`;

async function ask<Name extends keyof typeof bankOpsApi>(
  bank: { readonly url: string; readonly key: string },
  name: Name,
  request: v.InferInput<(typeof bankOpsApi)[Name]["request"]>,
): Promise<v.InferOutput<(typeof bankOpsApi)[Name]["answer"]>> {
  let response: Response;
  try {
    response = await fetch(`${bank.url.replace(/\/$/, "")}/bank-ops/v1/${name}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": crypto.randomUUID(),
        authorization: `Bearer ${bank.key}`,
      },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(WAIT_MS),
    });
  } catch {
    throw badInput("--url", "没有应答：系统在运行吗？", "does not answer: is the system running?", "noAnswer");
  }
  const refusal = REFUSALS[response.status];
  if (refusal !== undefined) throw badInput(...refusal);
  const answer = v.safeParse(bankOpsApi[name].answer, await response.json().catch(() => undefined));
  if (!response.ok || !answer.success)
    throw badInput(
      "--url",
      `系统拒绝了请求 (${response.status})`,
      `the system refused (${response.status})`,
      "refused",
    );
  return answer.output as v.InferOutput<(typeof bankOpsApi)[Name]["answer"]>;
}

const REFUSALS: Readonly<Record<number, [option: string, zh: string, en: string, code: string]>> = {
  400: ["NAME", "不是一个名字或编号", "is no name or id", "badValue"],
  401: ["--data", "这里的密钥不是这个系统的", "the key there is not this system's", "notSignedIn"],
  403: ["NAME", "这是演示人员的名字", "a name of the demo's invented staff", "forbidden"],
  404: ["NAME", "没有这个人；kabao staff list 列出全部", "nobody has this id: kabao staff list", "notFound"],
};
