import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { createSoftwarePasskey } from "../../app/headless/software-passkey.ts";
import { chromiumPath, DESK, FLAGS } from "./chromium.ts";

/** A browser in a process group of its own, to be killed as a whole: what is not on the disk by then is lost. */
export interface KillableBrowser {
  readonly context: BrowserContext;
  readonly page: Page;
  kill(): Promise<void>;
  /** Ends it properly. */
  close(): Promise<void>;
}

/** A passkey that outlives the browser, as one in a phone's hardware does: the browser's own virtual one dies with it. */
export type OutsidePasskey = (kind: "create" | "get", challenge: string, prfInput: string) => Promise<OutsideAnswer>;
type OutsideAnswer = { readonly credential: Record<string, unknown>; readonly prf: string };

/** `secret`: what the PRF output comes from; another secret is another finger on the same passkey. */
export function outsidePasskey(origin: string, secret: Buffer = randomBytes(32)): OutsidePasskey {
  const passkey = createSoftwarePasskey(origin);
  return async (kind, challenge, prfInput) => ({
    credential:
      kind === "create" ? passkey.register({ challenge, user: { id: "dXNlcg" } }) : passkey.signIn({ challenge }),
    prf: createHmac("sha256", secret).update(Buffer.from(prfInput, "base64url")).digest("base64url"),
  });
}

export async function openKillable(profile: string, passkey: OutsidePasskey): Promise<KillableBrowser> {
  const child = spawn(
    await chromiumPath(),
    [...FLAGS, "--remote-debugging-port=0", `--user-data-dir=${profile}`, "--lang=zh-CN", "about:blank"],
    { stdio: ["ignore", "ignore", "pipe"], detached: true },
  );
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let browser: Browser;
  try {
    browser = await chromium.connectOverCDP(await debuggingAddress(child));
  } catch (error) {
    killGroup(child);
    throw error;
  }
  const context = browser.contexts()[0]!;
  await context.exposeBinding("outsidePasskey", (_source, ...asked: Parameters<OutsidePasskey>) => passkey(...asked));
  await context.addInitScript(plugIn);
  const page = await newPage(context);
  return {
    context,
    page,
    async kill() {
      killGroup(child);
      await gone;
    },
    async close() {
      await (await browser.newBrowserCDPSession()).send("Browser.close").catch(() => {});
      await gone;
    },
  };
}

export async function newPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.setViewportSize(DESK);
  await page.emulateMedia({ reducedMotion: "reduce" });
  return page;
}

function killGroup(child: ChildProcess): void {
  process.kill(-child.pid!, "SIGKILL");
}

function debuggingAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let told = "";
    child.stderr!.on("data", (data: Buffer) => {
      told += data.toString();
      const address = /DevTools listening on (ws:\S+)/.exec(told)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.once("exit", () => reject(new Error(`the browser ended:\n${told}`)));
  });
}

/** Runs in the page: WebAuthn goes to the passkey outside. */
function plugIn(): void {
  const outside = (window as unknown as { outsidePasskey: OutsidePasskey }).outsidePasskey;
  const text = (bytes: BufferSource) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes as ArrayBuffer)))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  const bytes = (base64url: string) =>
    Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)).buffer;

  async function ceremony(kind: "create" | "get", options: PublicKeyCredentialRequestOptions): Promise<Credential> {
    const first = options.extensions!.prf!.eval!.first;
    const { credential, prf } = await outside(kind, text(options.challenge), text(first));
    const response = credential["response"] as Record<string, string>;
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    return {
      id: credential["id"],
      rawId: bytes(credential["rawId"] as string),
      type: "public-key",
      authenticatorAttachment: "platform",
      response: Object.fromEntries(
        parts.flatMap((part) => (response[part] === undefined ? [] : [[part, bytes(response[part])]])),
      ),
      getClientExtensionResults: () => ({ prf: { enabled: true, results: { first: bytes(prf) } } }),
    } as unknown as Credential;
  }
  const container = Object.getPrototypeOf(navigator.credentials);
  container.create = ({ publicKey }: { publicKey: PublicKeyCredentialRequestOptions }) => ceremony("create", publicKey);
  container.get = ({ publicKey }: { publicKey: PublicKeyCredentialRequestOptions }) => ceremony("get", publicKey);
}
