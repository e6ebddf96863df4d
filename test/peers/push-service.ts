import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { jwtVerify } from "jose";
import type { PushTarget } from "#contracts/push";

/** A push service as RFC 8030 has it, and behind it browsers that open what they get (RFC 8291, RFC 8188). */
export interface PushService {
  readonly origin: string;
  /** Everything that was asked of it, in the order it came. */
  readonly asked: readonly Asked[];
  subscribe(): Subscription;
  /** How it answers from now on. */
  answer(status: number, headers?: Readonly<Record<string, string>>): void;
  stop(): Promise<void>;
}

export interface Asked {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly status: number;
}

export interface Subscription {
  readonly target: PushTarget;
  /** Plain text of what was taken for it. */
  messages(): string[];
}

export async function startPushService(): Promise<PushService> {
  const asked: Asked[] = [];
  let answer: { status: number; headers: Readonly<Record<string, string>> } = { status: 201, headers: {} };
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { status, headers } = answer;
      asked.push({ path: request.url!, headers: request.headers, body: Buffer.concat(parts), status });
      response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    asked,
    subscribe() {
      const keys = createECDH("prime256v1");
      const point = keys.generateKeys();
      const auth = randomBytes(16);
      const path = `/push/${randomBytes(8).toString("hex")}`;
      return {
        target: { endpoint: `${origin}${path}`, p256dh: point.toString("base64url"), auth: auth.toString("base64url") },
        messages: () =>
          asked
            .filter((one) => one.path === path && one.status === 201)
            .map(({ body }) => open(body, { secretOf: (theirs) => keys.computeSecret(theirs), point, auth })),
      };
    },
    answer(status, headers = {}) {
      answer = { status, headers };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

interface Browser {
  secretOf(theirs: Buffer): Buffer;
  readonly point: Buffer;
  readonly auth: Buffer;
}

/** RFC 8188 §2.1: salt(16), record size(4), key id length(1), key id; here the id is the sender's point (RFC 8291 §4). */
function open(body: Buffer, { secretOf, point, auth }: Browser): string {
  const salt = body.subarray(0, 16);
  const idLength = body[20]!;
  const theirs = body.subarray(21, 21 + idLength);
  const record = body.subarray(21 + idLength);
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), point, theirs]);
  const ikm = Buffer.from(hkdfSync("sha256", secretOf(theirs), auth, info, 32));
  const key = Buffer.from(hkdfSync("sha256", ikm, salt, "Content-Encoding: aes128gcm\0", 16));
  const nonce = Buffer.from(hkdfSync("sha256", ikm, salt, "Content-Encoding: nonce\0", 12));
  const cipher = createDecipheriv("aes-128-gcm", key, nonce);
  cipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([cipher.update(record.subarray(0, -16)), cipher.final()]);
  // The last record ends with 2 and zeros.
  const end = padded.lastIndexOf(2);
  if (padded.subarray(end + 1).some((byte) => byte !== 0)) throw new Error("padding");
  return padded.subarray(0, end).toString("utf8");
}

/** What the sender says of itself (RFC 8292): checked under the key that it shows. */
export async function vapidOf(
  asked: Asked,
): Promise<{ readonly publicKey: string; readonly sub: unknown; readonly aud: unknown; readonly exp: number }> {
  const [, token, publicKey] = /^vapid t=([^,]+), ?k=([\w-]+)$/.exec(`${asked.headers["authorization"]}`)!;
  const point = Buffer.from(publicKey!, "base64url");
  const x = point.subarray(1, 33).toString("base64url");
  const y = point.subarray(33).toString("base64url");
  const key = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  const { payload } = await jwtVerify(token!, key, { algorithms: ["ES256"] });
  return { publicKey: publicKey!, sub: payload.sub, aud: payload.aud, exp: payload.exp! };
}
