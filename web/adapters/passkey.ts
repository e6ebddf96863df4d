import { startAuthentication, startRegistration } from "@simplewebauthn/browser";
import { err, fromBase64url, ok, type Result, toBase64url } from "#protocol/bytes";
import type { Passkey, PasskeyFault, Proof } from "../phone/ports.ts";

type CreationOptions = Parameters<typeof startRegistration>[0]["optionsJSON"];
type RequestOptions = Parameters<typeof startAuthentication>[0]["optionsJSON"];
interface PrfExtension {
  readonly prf?: { readonly eval?: { readonly first?: unknown } };
}

/** Authenticator data: 32 bytes of RP id hash, then the flags (WebAuthn §6.1). */
const FLAGS_AT = 32;
const USER_VERIFIED = 0x04;

/** WebAuthn through the library; on top of it the PRF extension, whose output never leaves the page. */
export const passkey: Passkey = {
  async create(options) {
    const optionsJSON = options as unknown as CreationOptions;
    return attempt(() => startRegistration({ optionsJSON: withPrfBytes(optionsJSON) }));
  },
  async signIn(options) {
    const optionsJSON = options as unknown as RequestOptions;
    return attempt(() => startAuthentication({ optionsJSON: withPrfBytes(optionsJSON) }));
  },
  async prove(credentialId, prfInput) {
    const optionsJSON: RequestOptions = {
      challenge: toBase64url(crypto.getRandomValues(new Uint8Array(32))),
      rpId: location.hostname,
      allowCredentials: [{ id: credentialId, type: "public-key" }],
      userVerification: "required",
      extensions: prfOf(prfInput),
    };
    const proof = await attempt(() => startAuthentication({ optionsJSON: withPrfBytes(optionsJSON) }));
    if (!proof.ok) return proof;
    const { authenticatorData } = proof.value.response["response"] as { authenticatorData: string };
    const flags = fromBase64url(authenticatorData)?.[FLAGS_AT] ?? 0;
    return (flags & USER_VERIFIED) === 0 ? err("refused") : proof;
  },
};

export function prfInputOf(options: Readonly<Record<string, unknown>>): string {
  const first = (options["extensions"] as PrfExtension | undefined)?.prf?.eval?.first;
  return typeof first === "string" ? first : toBase64url(new Uint8Array(32));
}

function prfOf(first: unknown): NonNullable<RequestOptions["extensions"]> {
  return { prf: { eval: { first } } } as NonNullable<RequestOptions["extensions"]>;
}

/** The library hands extensions on as they are; the browser wants bytes where JSON has base64url. */
function withPrfBytes<Options extends CreationOptions | RequestOptions>(options: Options): Options {
  const first = (options.extensions as PrfExtension | undefined)?.prf?.eval?.first;
  if (typeof first !== "string") return options;
  return { ...options, extensions: prfOf(fromBase64url(first)) };
}

async function attempt(
  ceremony: () => Promise<Awaited<ReturnType<typeof startRegistration | typeof startAuthentication>>>,
): Promise<Result<Proof, PasskeyFault>> {
  if (window.PublicKeyCredential === undefined) return err("unsupported");
  try {
    const { clientExtensionResults, ...credential } = await ceremony();
    const first = (clientExtensionResults as { prf?: { results?: { first?: ArrayBuffer } } }).prf?.results?.first;
    return ok({
      credentialId: credential.id,
      // The PRF output is the device's secret: what goes to the server carries no extension results at all.
      response: { ...credential, clientExtensionResults: {} },
      ...(first === undefined ? {} : { prf: new Uint8Array(first) }),
    });
  } catch (error) {
    return err(FAULTS[error instanceof Error ? error.name : ""] ?? "failed");
  }
}

const FAULTS: Readonly<Record<string, PasskeyFault>> = {
  NotAllowedError: "refused",
  AbortError: "refused",
  SecurityError: "wrongAddress",
  InvalidStateError: "failed",
  NotSupportedError: "unsupported",
  ConstraintError: "unsupported",
};
