import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import webPush from "web-push";

export interface PushKeys {
  /** P-256 point, uncompressed, base64url: browsers subscribe under it. */
  readonly publicKey: string;
  readonly privateKey: string;
}

/** The key pair by which push services know us (VAPID, RFC 8292). Made at the first start, in a file of its owner's alone. */
export function openPushKeys(file: string): PushKeys {
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(webPush.generateVAPIDKeys())}\n`, { mode: 0o600 });
  const known = v.safeParse(
    v.pipe(
      v.string(),
      v.parseJson(),
      v.object({
        publicKey: v.pipe(v.string(), v.regex(/^[\w-]{87}$/)),
        privateKey: v.pipe(v.string(), v.regex(/^[\w-]{43}$/)),
      }),
    ),
    readFileSync(file, "utf8"),
  );
  if (!known.success)
    throw new Error(
      `${file} 不是推送密钥文件：删除后会重新生成，已订阅的手机要重新打开通知 / ${file} is no file of push keys: remove it and it is made anew; phones must switch their notices on again`,
    );
  return known.output;
}
