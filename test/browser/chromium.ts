import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type BrowserContext, type CDPSession, chromium, type Page } from "playwright-core";

const SYSTEM = "/usr/bin/chromium";
export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The machine's Chromium where there is one, else the one from npm, unpacked where it is not yet. */
export async function chromiumPath(): Promise<string> {
  if (existsSync(SYSTEM)) return SYSTEM;
  // Without the machine's NSS the package brings its own libraries, if it believes to run where it was made for.
  if (!hasLibrary("libnss3.so")) process.env["AWS_EXECUTION_ENV"] ??= "AWS_Lambda_nodejs22.x";
  const { default: packaged } = await import("@sparticuz/chromium");
  return packaged.executablePath();
}

function hasLibrary(name: string): boolean {
  try {
    return execFileSync("/sbin/ldconfig", ["-p"], { encoding: "utf8" }).includes(name);
  } catch {
    return true;
  }
}

/** 390×844 is a phone, 1440×900 a desk. */
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1440, height: 900 };

export interface BrowserOptions {
  /** The profile: what a killed browser leaves behind. */
  readonly profile: string;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly colorScheme?: "light" | "dark";
  /** A film in place of a camera, and what the holder answers when a page asks for it. */
  readonly camera?: { readonly film: string; readonly allowed: boolean };
}

export async function openBrowser(options: BrowserOptions): Promise<BrowserContext> {
  return chromium.launchPersistentContext(options.profile, {
    executablePath: await chromiumPath(),
    headless: true,
    args: options.camera === undefined ? FLAGS : [...FLAGS, ...cameraFlags(options.camera)],
    viewport: options.viewport,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    colorScheme: options.colorScheme ?? "light",
    // Sheets and notices do not slide: a test clicks where a thing is.
    reducedMotion: "reduce",
  });
}

/** Without the last of them a Chromium without a window knows no camera at all. */
function cameraFlags({ film, allowed }: { readonly film: string; readonly allowed: boolean }): string[] {
  return [
    "--use-fake-device-for-media-stream",
    `--use-file-for-fake-video-capture=${film}`,
    `--use-fake-ui-for-media-stream${allowed ? "" : "=deny"}`,
  ];
}

/** A page that starts no programs and asks nobody: its faults and its requests are kept for the test. */
export interface WatchedPage {
  readonly page: Page;
  /** Uncaught errors and console errors. */
  readonly faults: string[];
  readonly requests: string[];
}

export async function watchedPage(context: BrowserContext): Promise<WatchedPage> {
  const page = context.pages()[0] ?? (await context.newPage());
  const faults: string[] = [];
  const requests: string[] = [];
  page.on("pageerror", (error) => faults.push(`page: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => requests.push(request.url()));
  page.on("websocket", (socket) => requests.push(socket.url()));
  return { page, faults, requests };
}

/** A virtual authenticator of the browser's own: finger and passkeys, with or without PRF. It keeps three passkeys, no more. */
export interface Finger {
  /** The holder is refused from now on. Like a real sensor, this one locks itself after some bad fingers. */
  refuse(): Promise<void>;
  /** Answers without having verified the holder, as a broken or a bent authenticator would. */
  skipVerification(yes: boolean): Promise<void>;
  /** Beside the page's own finger a security key that is carried about. */
  plugInUsbKey(): Promise<void>;
  /** Its passkeys, for another machine of the holder; what they give by PRF does not come along. */
  give(): Promise<readonly Credential[]>;
  take(credentials: readonly Credential[]): Promise<void>;
}
interface Credential {
  readonly credentialId: string;
  readonly isResidentCredential: boolean;
  readonly privateKey: string;
  readonly signCount: number;
}
/** Each of these counts for itself, and a server takes a count that was there for a copy: the taker is far ahead. */
const AHEAD = 1_000;

export async function plugInFinger(page: Page, prf = true): Promise<Finger> {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      hasPrf: prf,
      automaticPresenceSimulation: true,
    },
  });
  return {
    async refuse() {
      await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    },
    async skipVerification(yes) {
      await cdp.send("WebAuthn.setResponseOverrideBits", { authenticatorId, isBadUV: yes });
    },
    async plugInUsbKey() {
      await cdp.send("WebAuthn.addVirtualAuthenticator", {
        options: {
          protocol: "ctap2",
          ctap2Version: "ctap2_1",
          transport: "usb",
          hasResidentKey: true,
          hasUserVerification: true,
          isUserVerified: true,
          automaticPresenceSimulation: true,
        },
      });
    },
    async give() {
      return (await cdp.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
    },
    async take(credentials) {
      for (const given of credentials) {
        const credential = { ...given, signCount: given.signCount + AHEAD };
        await cdp.send("WebAuthn.addCredential", { authenticatorId, credential });
      }
    },
  };
}
